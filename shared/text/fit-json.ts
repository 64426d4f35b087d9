import { cut } from './untrusted.ts'

const RECORD_KEYS = 32

/**
 * One JSON document within `limit` bytes. Long strings are shortened first, then the longest lists and maps lose their
 * tail, until it fits; a document that lost something gets `"truncated": true` at the top.
 */
export function fitJson(document: Record<string, unknown>, limit: number): string {
  const whole = JSON.stringify(document)
  if (Buffer.byteLength(whole) <= limit) return whole
  let copy: Record<string, unknown> = {}
  for (const stringLimit of [200, 80, 40]) {
    copy = { ...(shortened(document, stringLimit) as Record<string, unknown>), truncated: true }
    const text = JSON.stringify(copy)
    if (Buffer.byteLength(text) <= limit) return text
  }
  return withoutTails(copy, limit)
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
    const longest = longestPart(document)
    if (longest === undefined) break
    const keep = Math.floor(sizeOf(longest) * 0.75)
    if (Array.isArray(longest)) longest.length = keep
    else for (const key of Object.keys(longest).slice(keep)) delete longest[key]
  }
  const plain = Object.entries(document).filter(([, value]) => value === null || typeof value !== 'object')
  const text = JSON.stringify(Object.fromEntries(plain))
  return Buffer.byteLength(text) <= limit ? text : JSON.stringify({ truncated: true })
}

type Part = unknown[] | Record<string, unknown>

/** The longest list or map below the top; undefined when none has anything to lose. */
function longestPart(value: unknown, isTop = true): Part | undefined {
  if (value === null || typeof value !== 'object') return undefined
  let longest = isTop || isRecord(value) ? undefined : (value as Part)
  for (const item of Object.values(value)) {
    const inner = longestPart(item, false)
    if (inner !== undefined && sizeOf(inner) > (longest === undefined ? 0 : sizeOf(longest))) longest = inner
  }
  return longest
}

function sizeOf(part: object): number {
  return Array.isArray(part) ? part.length : Object.keys(part).length
}

/** An object with so few keys has a shape that somebody relies on; with more it is a map. */
function isRecord(value: object): boolean {
  return !Array.isArray(value) && Object.keys(value).length <= RECORD_KEYS
}
