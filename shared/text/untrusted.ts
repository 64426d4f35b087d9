/** A zero-width space: it breaks a token for machines and leaves it readable for people. */
export const BREAK = '\u200b'

/**
 * Makes text inert for the runner, which reads a workflow command from `::name::` at the start of a line (after
 * white space, as .NET trims it) and from `##[name]` anywhere in a line.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function withoutCommands(text: string): string {
  // Line ends stay out of the class: a run of them would be scanned again from each of its lines.
  return text
    .replace(/^((?:[^\S\n\r\u2028\u2029]|[\u0085\u180e\u200b])*):(?=:)/gm, `$1:${BREAK}`)
    .replace(/##(?=\[)/g, `##${BREAK}`)
}

/**
 * Control characters (but tab and line feed) and bidirectional controls are shown as `\u{1b}` instead of obeyed:
 * a log line cannot rewrite the one above it, and text cannot be displayed in another order than it has.
 */
export function visible(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are the point
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (char) => `\\u{${char.charCodeAt(0).toString(16)}}`,
  )
}

/** Untrusted text on one line for a message: white space folded, controls shown, cut to `limit` code units. */
export function oneLine(text: string, limit = 500): string {
  return cut(visible(text.replace(/\s+/g, ' ').trim()), limit)
}

/** At most `limit` UTF-16 code units, with an ellipsis when something was cut; never half a surrogate pair. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  if (limit < 1) return ''
  let end = Math.max(0, limit - 1)
  const code = text.charCodeAt(end - 1)
  if (code >= 0xd800 && code <= 0xdbff) end -= 1
  return `${text.slice(0, end)}…`
}
