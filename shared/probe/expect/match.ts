import { shown } from '../../action/inputs.ts'
import { ProbeFailure } from '../failure.ts'
import type { TextMatcher, VersionPattern } from './text.ts'

/** A regular expression from a workflow may be catastrophic, and the text from the server hostile. */
const REGEX_BUDGET_MS = 200

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
  const matched = await within(matcher, 'new RegExp(source, flags).test(text)', text)
  return matched === true ? undefined : `does not match ${shownRegex(matcher)}`
}

/**
 * What the one group of a pattern finds in the text, in the same bounds.
 *
 * @throws ProbeFailure config, when the time was not enough
 */
export async function capture(pattern: VersionPattern, text: string): Promise<string | undefined> {
  const found = await within(pattern, '(new RegExp(source, flags).exec(text) ?? [])[1]', text)
  return typeof found === 'string' ? found : undefined
}

function shownRegex({ source, flags }: VersionPattern): string {
  return `/${source}/${flags}`
}

async function within({ source, flags }: VersionPattern, script: string, text: string): Promise<unknown> {
  const { runInNewContext } = await import('node:vm')
  try {
    return runInNewContext(script, { source, flags, text }, { timeout: REGEX_BUDGET_MS }) as unknown
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new ProbeFailure(
      'config',
      `the text could not be matched: ${shownRegex({ kind: 'regex', source, flags })} took more than ${REGEX_BUDGET_MS} ms; make the expression simpler`,
    )
  }
}
