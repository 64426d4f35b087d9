import { type Reading, shown } from '../../action/inputs.ts'
import { matchRegex, RegexStopped } from '../../action/regex.ts'
import { regexProblem } from '../../text/regex.ts'
import { oneLine } from '../../text/untrusted.ts'
import { ProbeFailure } from '../check.ts'

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

/**
 * Whether the text matches. A regular expression runs in a context of its own, where V8 stops it after 200 ms.
 *
 * @returns undefined on a match, else why there is none
 * @throws ProbeFailure config, when the time was not enough: neither the one nor the other is known
 */
export async function mismatch(matcher: TextMatcher, text: string): Promise<string | undefined> {
  if (matcher.kind === 'text') {
    return text.includes(matcher.text) ? undefined : `does not contain ${shown(matcher.text)}`
  }
  const matched = await found(matcher, text)
  return matched === undefined ? `does not match ${shownRegex(matcher)}` : undefined
}

/**
 * What the one group of a pattern finds in the text, in the same bounds.
 *
 * @throws ProbeFailure config, when the time was not enough
 */
export async function capture(pattern: VersionPattern, text: string): Promise<string | undefined> {
  return (await found(pattern, text))?.[1]
}

function shownRegex({ source, flags }: VersionPattern): string {
  return `/${oneLine(source, 100)}/${flags}`
}

async function found(
  pattern: VersionPattern,
  text: string,
): Promise<readonly (string | undefined)[] | undefined> {
  try {
    return await matchRegex(pattern, text)
  } catch (error) {
    if (!(error instanceof RegexStopped)) throw error
    throw new ProbeFailure(
      'config',
      `the text could not be matched: ${shownRegex(pattern)} ${error.message}; make the expression simpler`,
    )
  }
}
