import { type Reading, shown } from '../../action/inputs.ts'
import { regexProblem } from '../../text/regex.ts'

/** A checked regular expression; where a version is looked for it has exactly one group. */
export type VersionPattern = { kind: 'regex'; source: string; flags: string }

export type TextMatcher = { kind: 'text'; text: string } | { kind: 'regex'; source: string; flags: string }

/** Reads `some text` or `/regex/flags`; flags are i, m, s, u and v. */
export function readTextMatcher(given: unknown): Reading<TextMatcher> {
  if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') {
    return { problem: `${shown(given)} is neither a text nor a /regular expression/.` }
  }
  const text = String(given)
  const match = /^\/(.+)\/([a-z]*)$/s.exec(text.trim())
  if (match === null) return { value: { kind: 'text', text } }
  return readRegex(match[1] as string, match[2] as string)
}

/** A checked regular expression without its slashes. */
export function readRegex(source: string, flags: string): Reading<VersionPattern> {
  if (!/^[imsuv]*$/.test(flags)) {
    return { problem: `the flags ${shown(flags)} are not accepted; i, m, s, u and v are.` }
  }
  const problem = regexProblem({ source, flags })
  if (problem !== undefined) return { problem: `${problem}.` }
  return { value: { kind: 'regex', source, flags } }
}
