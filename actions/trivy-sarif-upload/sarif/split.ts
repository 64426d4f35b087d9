import type { Part } from './limits.ts'
import type { Finding } from './model.ts'

/**
 * Cuts a run into `parts` runs, each with a category of its own. A result always goes to the same part, by rule and path:
 * its alert stays open, and is closed when the result is gone, because every part is uploaded every time, empty ones too.
 */
export function splitRun(part: Part, findings: ReadonlyMap<number, Finding>, parts: number): Part[] {
  const results: number[][] = Array.from({ length: parts }, () => [])
  for (const index of part.results) {
    const { rule = '', path = '' } = findings.get(index) ?? {}
    results[hash(`${rule}\n${path}`) % parts]?.push(index)
  }
  const id = part.run.automationDetails?.id ?? ''
  const rest = id.slice(id.lastIndexOf('/') + 1)
  return results.map((some, at) => {
    const category = [part.category, `part-${at + 1}`].filter((each) => each !== '').join('/')
    return { ...part, results: some, category, id: `${category}/${rest}` }
  })
}

/** FNV-1a, 32 bits. @see https://datatracker.ietf.org/doc/draft-eastlake-fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}
