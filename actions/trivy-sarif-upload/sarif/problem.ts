import { cut, visible } from '../../../shared/text/untrusted.ts'

/** What is wrong, and where: `runs[0].results[3].message`. */
export interface Invalid {
  path: string
  expected: string
  seen: string
}

/** A problem on its way up: the path is put together from its end. */
export interface Found {
  path: string
  expected: string
  value: unknown
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function problem(expected: string, value: unknown): Found {
  return { path: '', expected, value }
}

export function missing(key: string): Found {
  return { path: `.${key}`, expected: 'something: it is required', value: undefined }
}

export function within(key: string, found: Found): Found {
  const step = /^[$\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(cut(visible(key), 60))}]`
  return { ...found, path: step + found.path }
}

export function invalidOf({ path, expected, value }: Found): Invalid {
  return { path: path.replace(/^\./, '') || 'the document', expected, seen: seen(value) }
}

export function seen(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (isObject(value)) return 'an object'
  return cut(visible(JSON.stringify(value)), 80)
}
