import { codeSpan, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { type Line, renderLine, type Span } from '../../../shared/text/rich.ts'
import { cutNote, type Message } from './message.ts'

/** A message as blocks of GitHub Markdown, the most important first: for the job summary and the comment. */
export function markdownBlocks(message: Message): string[] {
  const { headline, look, lead, facts, moreFields, lists, links, footer } = message
  const line = (spans: Line): string => renderLine(spans, markdownSpan)
  const rows = facts.map(({ name, value }) => [`**${escapeMarkdown(name)}**`, line(value)])
  if (moreFields > 0) rows.push(['', line(cutNote(message, moreFields, 'field'))])
  return [
    `### ${look.emoji} ${escapeMarkdown(headline)}`,
    lead.map(line).join('  \n'),
    rows.length === 0 ? '' : table(['', ''], rows),
    ...lists.map(({ title, lines }) =>
      [`**${escapeMarkdown(title)}**`, lines.map((each) => line(each)).join('  \n')].join('\n\n'),
    ),
    links.map(({ label, url }) => markdownSpan({ kind: 'link', text: label, url })).join(' · '),
    footer.length === 0 ? '' : `<sub>${line(footer)}</sub>`,
  ].filter((block) => block !== '')
}

export function markdownSpan(span: Span): string {
  switch (span.kind) {
    case 'text':
      return escapeMarkdown(span.text)
    case 'bold':
      return span.text.trim() === '' ? '' : `**${escapeMarkdown(span.text.trim())}**`
    case 'code':
      return codeSpan(span.text)
    case 'link':
      return `[${escapeMarkdown(span.text)}](<${span.url}>)`
  }
}
