const SIZE_BYTES: Record<string, number> = {
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
}

/** Reads `1MiB`, `512 KiB`, `64kB`; a bare number is bytes. @returns whole bytes, or undefined */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b)?$/i.exec(text.trim())
  if (match === null) return undefined
  const unit = SIZE_BYTES[(match[2] ?? 'b').toLowerCase()]
  return unit === undefined ? undefined : Math.floor(Number(match[1]) * unit)
}

/** Bytes for people: `512 B`, `1.5 KiB`, `2 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_048_525) return `${Number((bytes / 1_024).toFixed(1))} KiB`
  return `${Number((bytes / 1_048_576).toFixed(1))} MiB`
}

/**
 * Reads a share: `1%`, `0.5 %`, or a fraction below one, `0.01`. A bare `1` is neither: one percent or everything?
 *
 * @returns a number from 0 to 1, or undefined
 */
export function parseShare(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim())
  if (match === null) return undefined
  const number = Number(match[1])
  if (match[2] === '%') return number <= 100 ? number / 100 : undefined
  return number < 1 ? number : undefined
}

/** A share from 0 to 1 as a percentage without needless zeros: `0.5 %`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
