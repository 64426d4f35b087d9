import { isDeepStrictEqual } from 'node:util'
import { cut } from '../../text/untrusted.ts'
import type { Comparison, JsonExpectation } from './json.ts'
import { at } from './json-path.ts'
import { mismatch } from './match.ts'

/** @returns undefined when the document meets the expectation, else what was seen and what was expected */
export async function unmet(expectation: JsonExpectation, document: unknown): Promise<string | undefined> {
  const { label, rule } = expectation
  const value = at(document, expectation.path)
  const seen = value === undefined ? `${label} is missing` : `${label} is ${literal(value)}`
  switch (rule.kind) {
    case 'exists':
      return value === undefined ? `${seen}, expected it to exist` : undefined
    case 'absent':
      return value === undefined ? undefined : `${seen}, expected it to be absent`
    case 'compare': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      const holds = Number.isFinite(number) && compare(Number(number), rule.operator, rule.number)
      return holds ? undefined : `${seen}, expected ${rule.operator} ${rule.number}`
    }
    case 'match': {
      const text = typeof value === 'string' ? value : value === undefined ? undefined : written(value)
      if (text === undefined) return seen
      const why = await mismatch(rule.matcher, text)
      return why === undefined ? undefined : `${seen} and ${why}`
    }
    case 'not':
      if (value === undefined) return seen
      return same(value, rule.value) ? `${seen}, expected anything else` : undefined
    case 'one-of': {
      if (value !== undefined && rule.values.some((wanted) => same(value, wanted))) return undefined
      return `${seen}, expected ${rule.values.map(literal).join(' or ')}`
    }
  }
}

/** Equal as JSON; a number, a boolean and null also equal their text: `1.10` in YAML is kept as text, `!= null` is one. */
function same(value: unknown, wanted: unknown): boolean {
  if (typeof value === 'number' && typeof wanted === 'string') {
    return wanted.trim() !== '' && Number(wanted) === value
  }
  if (typeof value === 'string' && typeof wanted === 'number') return value === String(wanted)
  if ((typeof value === 'boolean' || value === null) && typeof wanted === 'string') {
    return String(value) === wanted
  }
  return isDeepStrictEqual(value, wanted)
}

function compare(a: number, operator: Comparison, b: number): boolean {
  if (operator === '>=') return a >= b
  if (operator === '>') return a > b
  return operator === '<=' ? a <= b : a < b
}

function literal(value: unknown): string {
  return cut(written(value), 100)
}

/** As JSON; a document can be nested deeper than JSON.stringify goes. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined'
  } catch {
    return 'a value nested too deeply to be shown'
  }
}
