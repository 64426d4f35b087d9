import { type Message, parseHeader, parseMessage } from './message.ts'

/**
 * A squash as GitHub writes it, taken apart: below its title, one bullet for each commit.
 *
 * Squash = Header LF LF { "* " Message } [ Line Trailers ]
 *
 * @returns `parts`: the bullets that are Conventional Commits, each with what stands below it; `title`: the rest, in
 * whose breaking footers those of the parts are not told again
 */
export function partsOfSquash(text: string): { title: Message; parts: Message[] } {
  const { rest, parts } = textsOfSquash(text)
  return { title: parseMessage(rest), parts: parts.map(parseMessage) }
}

/** The same as texts, before they are taken apart further. */
export function textsOfSquash(text: string): { rest: string; parts: string[] } {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const rest: string[] = []
  const parts: string[][] = []
  let open = rest
  for (const [index, line] of lines.entries()) {
    const isAfterBlank = index > 0 && lines[index - 1]?.trim() === ''
    if (/^-{5,}\s*$/.test(line)) open = rest
    else if (isAfterBlank && line.startsWith('* ')) {
      const words = line.slice(2)
      open = parseHeader(words) === undefined ? rest : []
      if (open !== rest) {
        parts.push(open)
        open.push(words)
        continue
      }
    }
    open.push(line)
  }
  return { rest: rest.join('\n'), parts: parts.map((part) => part.join('\n')) }
}
