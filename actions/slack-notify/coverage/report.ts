/** What one coverage file says. Counts, never rates: rates cannot be added up. */
export interface Report {
  format: string
  /** What is counted: `lines`, `statements`, `instructions`, `sequence points`. */
  metric: string
  count: Count
  branches: Count | undefined
  /** Hits by line by file, where the format has them; for reports of one code that several jobs wrote. */
  files: Files | undefined
}

export interface Count {
  covered: number
  total: number
}

export type Files = Map<string, Map<number | string, number>>

/** Why a file is not a report, in words that end a sentence. */
export class NotCoverage extends Error {}

/** Notes a line once for each file: the most hits count. */
export function note(files: Files, file: string, line: number | string, hits: number): void {
  const lines = files.get(file) ?? new Map<number | string, number>()
  files.set(file, lines)
  lines.set(line, Math.max(lines.get(line) ?? 0, hits))
}

export function countOf(files: Files): Count {
  let covered = 0
  let total = 0
  for (const lines of files.values()) {
    total += lines.size
    for (const hits of lines.values()) if (hits > 0) covered += 1
  }
  return { covered, total }
}

/** A count of two values that may be anything; undefined unless both are whole and make sense. */
export function count(covered: unknown, total: unknown): Count | undefined {
  const [a, b] = [wholeOf(covered), wholeOf(total)]
  return a === undefined || b === undefined || a > b ? undefined : { covered: a, total: b }
}

/** Without those that count nothing: no branches is not the same as none covered. */
export function some(given: Count | undefined): Count | undefined {
  return given !== undefined && given.total > 0 ? given : undefined
}

function wholeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
