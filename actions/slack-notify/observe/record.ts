/** Data from GitHub or a file: nothing about its shape is taken for granted. */
export type Data = Readonly<Record<string, unknown>>

/** A map; an empty one when it is something else. */
export function mapOf(value: unknown): Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Data) : {}
}

/** The maps of a list; none when it is something else. */
export function mapsOf(value: unknown): Data[] {
  return Array.isArray(value) ? value.filter((each) => each !== null && typeof each === 'object') : []
}

/** A text; an empty one when it is something else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A whole number of zero or more; undefined when it is something else. */
export function wholeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined
}
