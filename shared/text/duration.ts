const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const UNIT_ORDER = ['d', 'h', 'm', 's', 'ms']
const PART = /(\d+(?:\.\d+)?)(ms|[smhd])/gy

/**
 * Reads `250ms`, `30s`, `5m`, `1h30m`, `2d`; a bare number is seconds. Units go from large to small, each once.
 *
 * @returns milliseconds, or undefined when the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim()
  if (/^\d+(\.\d+)?$/.test(compact)) return Math.round(Number(compact) * 1_000)
  let total = 0
  let position = 0
  let lastUnit = -1
  PART.lastIndex = 0
  while (position < compact.length) {
    const part = PART.exec(compact)
    if (part === null) return undefined
    const unit = UNIT_ORDER.indexOf(part[2] as string)
    if (unit <= lastUnit) return undefined
    lastUnit = unit
    total += Number(part[1]) * (UNIT_MS[part[2] as string] as number)
    position = PART.lastIndex
  }
  return position === 0 ? undefined : Math.round(total)
}

/** Milliseconds in the shortest form people use: `172 ms`, `1.5 s`, `2 min 5 s`, `1 h 30 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))} s`
  const seconds = Math.round(ms / 1_000)
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  const rest = seconds % 60
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
}
