import { type Reading, shown } from '../../action/inputs.ts'
import { oneLine } from '../../text/untrusted.ts'
import { type JsonPath, readJsonPath } from './json-path.ts'
import { readRegex, type TextMatcher } from './text.ts'

export type Comparison = '>=' | '>' | '<=' | '<'

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
