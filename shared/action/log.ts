import * as core from '@actions/core'
import { fitAnnotation } from '../text/annotation.ts'
import { visible, withoutCommands } from '../text/untrusted.ts'
import { redact } from './secrets.ts'

/**
 * The only way to the log. Every text is redacted, its control characters are shown instead of obeyed, and nothing
 * in it can become a workflow command.
 */
export const log = {
  info: (text: string): void => core.info(safe(text)),
  debug: (text: string): void => core.debug(safe(text)),
  notice: (title: string, text: string): void => issue(core.notice, title, text),
  warning: (title: string, text: string): void => issue(core.warning, title, text),
  error: (title: string, text: string): void => issue(core.error, title, text),
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

/** An annotation within the runner's limit. A text that is longer stands in the log as a whole, before it. */
function issue(write: typeof core.error, title: string, text: string): void {
  const clean = safe(text)
  const fitted = fitAnnotation(clean)
  if (fitted !== clean) for (const line of clean.split('\n')) core.info(line)
  write(fitted, { title: safe(title) })
}
