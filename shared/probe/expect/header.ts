import { type Reading, shown } from '../../action/inputs.ts'
import { oneLine } from '../../text/untrusted.ts'
import { type JsonExpectation, readRule } from './json.ts'

/**
 * Reads a map from header name to expectation, with the values and operators of `expect-json`. Each becomes an
 * expectation on the map of headers, whose names are in lower case.
 */
export function readHeaderExpectations(given: unknown): Reading<readonly JsonExpectation[]> {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return {
      problem: `${shown(given)} is not a map of header names to values, such as "Cache-Control: no-store".`,
    }
  }
  const expectations: JsonExpectation[] = []
  for (const [name, wanted] of Object.entries(given)) {
    // A token of RFC 9110, section 5.6.2.
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
      return { problem: `${shown(name)} is not a header name.` }
    const rule = readRule(wanted)
    if ('problem' in rule) return { problem: `${oneLine(name, 100)}: ${rule.problem}` }
    expectations.push({ label: `the header ${name}`, path: [name.toLowerCase()], rule: rule.value })
  }
  return { value: expectations }
}
