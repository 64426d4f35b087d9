import * as core from '@actions/core'
import { visible, withoutCommands } from '../text/untrusted.ts'
import { redact } from './secrets.ts'

/**
 * The only way to the log. Every text is redacted, its control characters are shown instead of obeyed, and nothing
 * in it can become a workflow command.
 */
export const log = {
  info: (text: string): void => core.info(safe(text)),
  debug: (text: string): void => core.debug(safe(text)),
  notice: (title: string, text: string): void => core.notice(safe(text), { title: safe(title) }),
  warning: (title: string, text: string): void => core.warning(safe(text), { title: safe(title) }),
  error: (title: string, text: string): void => core.error(safe(text), { title: safe(title) }),
  group: (title: string, lines: readonly string[]): void => {
    core.startGroup(safe(title))
    for (const line of lines) core.info(safe(line))
    core.endGroup()
  },
}

export type Log = typeof log

/** Text as it may stand in a log line. */
export function safe(text: string): string {
  return withoutCommands(visible(redact(text.replace(/\r\n?/g, '\n'))))
}
