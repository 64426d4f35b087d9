import { type Line, renderLine, type Span } from '../../../shared/text/rich.ts'
import { cutNote, type Message } from './message.ts'

/** A message as text without markup: for the log of a dry run, and the text part of an e-mail. */
export function plainText(message: Message): string {
  const { headline, look, lead, facts, moreFields, lists, links, footer } = message
  const line = (spans: Line): string => renderLine(spans, plainSpan)
  return [
    `${look.emoji} ${headline}`,
    lead.map(line).join('\n'),
    [
      ...facts.map(({ name, value }) => `${name}: ${line(value)}`),
      ...(moreFields > 0 ? [line(cutNote(message, moreFields, 'field'))] : []),
    ].join('\n'),
    ...lists.map(({ title, lines }) => [title, ...lines.map((each) => `  ${line(each)}`)].join('\n')),
    links.map(({ label, url }) => `${label}: ${url}`).join('\n'),
    line(footer),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function plainSpan(span: Span): string {
  return span.kind === 'link' && span.text !== span.url ? `${span.text} (${span.url})` : span.text
}
