import { cut } from './untrusted.ts'

/**
 * One JSON document within `limit` bytes. Long strings are shortened first, then the longest lists lose their tail,
 * until it fits; a document that lost something gets `"truncated": true` at the top.
 */
export function fitJson(document: Record<string, unknown>, limit: number): string {
  const whole = JSON.stringify(document)
  if (Buffer.byteLength(whole) <= limit) return whole
  for (const stringLimit of [200, 80, 40]) {
    const copy = { ...(shortened(document, stringLimit) as Record<string, unknown>), truncated: true }
    const text = JSON.stringify(copy)
    if (Buffer.byteLength(text) <= limit) return text
    if (stringLimit === 40) return withoutTails(copy, limit)
  }
  return JSON.stringify({ truncated: true })
}

function shortened(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return cut(value, limit)
  if (Array.isArray(value)) return value.map((item) => shortened(item, limit))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item, limit)]))
}

function withoutTails(document: Record<string, unknown>, limit: number): string {
  for (;;) {
    const text = JSON.stringify(document)
    if (Buffer.byteLength(text) <= limit) return text
    const list = longestList(document)
    if (list === undefined || list.length === 0) return JSON.stringify({ truncated: true })
    list.length = Math.floor(list.length * 0.75)
  }
}

function longestList(value: unknown): unknown[] | undefined {
  if (value === null || typeof value !== 'object') return undefined
  let longest = Array.isArray(value) ? value : undefined
  for (const item of Object.values(value)) {
    const inner = longestList(item)
    if (inner !== undefined && inner.length > (longest?.length ?? 0)) longest = inner
  }
  return longest
}
