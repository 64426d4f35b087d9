import { cut } from './untrusted.ts'

/**
 * The runner cuts the message of an annotation at 4,096 characters, in the middle of a word.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs (MaxIssueMessageLength)
 */
export const ANNOTATION_LIMIT = 4_096

/**
 * A text as the message of an annotation: whole when it fits, else its first lines, a line that says how many are left
 * out, and its last line, which says what was done.
 */
export function fitAnnotation(text: string, limit = ANNOTATION_LIMIT): string {
  if (text.length <= limit) return text
  const lines = text.split('\n')
  if (lines.length === 1) return cut(text, limit)
  const last = cut(lines.pop() ?? '', Math.floor(limit / 4))
  const note = (left: number): string =>
    `… and ${left} more ${left === 1 ? 'line' : 'lines'}, whole in the log of this step.`
  const room = limit - note(lines.length).length - last.length - 2
  const kept: string[] = []
  let used = 0
  for (const line of lines) {
    if (used + line.length + 1 > room) break
    kept.push(line)
    used += line.length + 1
  }
  // One line that is too long by itself is cut; there is nothing else to keep.
  if (kept.length === 0) kept.push(cut(lines[0] ?? '', room))
  const left = lines.length - kept.length
  return [...kept, ...(left > 0 ? [note(left)] : []), last].join('\n')
}
