import { isDeepStrictEqual } from 'node:util'
import { type Reading, shown } from '../../action/inputs.ts'
import { cut, oneLine } from '../../text/untrusted.ts'
import { at, type JsonPath, readJsonPath } from './json-path.ts'
import { mismatch, readRegex, type TextMatcher } from './text.ts'

type Comparison = '>=' | '>' | '<=' | '<'

export type JsonRule =
  | { kind: 'exists' }
  | { kind: 'absent' }
  | { kind: 'compare'; operator: Comparison; number: number }
  | { kind: 'match'; matcher: TextMatcher }
  | { kind: 'not'; value: unknown }
  | { kind: 'one-of'; values: readonly unknown[] }

export interface JsonExpectation {
  /** As the user wrote it, for messages. */
  label: string
  path: JsonPath
  rule: JsonRule
}

/**
 * Reads a map from JSON path to expectation: a value, a list of accepted values, or one of the operators
 * `exists`, `absent`, `>= 2`, `> 2`, `<= 2`, `< 2`, `!= value`, `= value` (taken literally), `~ regex`.
 */
export function readJsonExpectations(given: unknown): Reading<readonly JsonExpectation[]> {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return { problem: `${shown(given)} is not a map from JSON path to value, such as "status: ok".` }
  }
  const expectations: JsonExpectation[] = []
  for (const [label, wanted] of Object.entries(given)) {
    const path = readJsonPath(label)
    if ('problem' in path) return path
    const rule = readRule(wanted)
    if ('problem' in rule) return { problem: `${oneLine(label, 100)}: ${rule.problem}` }
    expectations.push({ label, path: path.value, rule: rule.value })
  }
  return { value: expectations }
}

/** What is expected of one value: the value, a list of accepted ones, or an operator. */
export function readRule(wanted: unknown): Reading<JsonRule> {
  if (Array.isArray(wanted)) {
    if (wanted.length === 0) return { problem: 'the list of accepted values is empty.' }
    return { value: { kind: 'one-of', values: wanted } }
  }
  if (typeof wanted !== 'string') return { value: { kind: 'one-of', values: [wanted] } }
  if (wanted === 'exists' || wanted === 'absent') return { value: { kind: wanted } }
  const match = /^(>=|<=|!=|>|<|=|~)(?:\s+|(?<=[<>]=?)(?=[-+.\d])|(?<=!=))(.*)$/s.exec(wanted)
  if (match === null) return { value: { kind: 'one-of', values: [wanted] } }
  const operator = match[1] as Comparison | '!=' | '=' | '~'
  const operand = match[2] as string
  if (operator === '=') return { value: { kind: 'one-of', values: [operand] } }
  if (operator === '!=') return { value: { kind: 'not', value: operand } }
  if (operator === '~') {
    const matcher = readRegex(operand, '')
    return 'problem' in matcher ? matcher : { value: { kind: 'match', matcher: matcher.value } }
  }
  const number = Number(operand)
  if (operand.trim() === '' || !Number.isFinite(number)) {
    return { problem: `${shown(wanted)}: what follows ${operator} is not a number.` }
  }
  return { value: { kind: 'compare', operator, number } }
}

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
