import { shown } from '../../action/inputs.ts'
import { matchRegex, RegexStopped } from '../../action/regex.ts'
import { oneLine } from '../../text/untrusted.ts'
import { ProbeFailure } from '../failure.ts'
import type { TextMatcher, VersionPattern } from './text.ts'

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
