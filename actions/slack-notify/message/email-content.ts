import { cutGraphemes } from '../../../shared/text/graphemes.ts'
import { type Line, renderLine, type Span } from '../../../shared/text/rich.ts'
import { visible } from '../../../shared/text/untrusted.ts'
import { cutNote, type Message } from './message.ts'
import { plainText } from './plain.ts'

/** A line of an e-mail's head has 998 characters (RFC 5322 section 2.1.1); people read the first fifty. */
const SUBJECT = 200
const MAX_TEXT = 20_000

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Subject, text and HTML; pure. */
export function emailOf(message: Message): { subject: string; text: string; html: string } {
  const title = `${message.look.emoji} ${message.headline}`.toWellFormed().replace(/\s+/g, ' ').trim()
  return {
    subject: cutGraphemes(visible(title), SUBJECT),
    text: plainText(message),
    html: htmlOf(message),
  }
}

function htmlOf(message: Message): string {
  const { look, headline, lead, facts, moreFields, lists, links, footer } = message
  const line = (spans: Line): string => renderLine(spans, html)
  const paragraph = (lines: readonly Line[]): string =>
    lines.length === 0 ? '' : `<p style="white-space:pre-wrap">${lines.map(line).join('<br>')}</p>`
  const rows = facts.map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#57606a">${escaped(name)}</td><td>${line(value)}</td></tr>`,
  )
  return [
    `<div style="font:14px/1.5 system-ui,sans-serif;border-left:4px solid ${look.color};padding-left:16px">`,
    `<h2 style="margin:0">${escaped(`${look.emoji} ${headline}`)}</h2>`,
    paragraph(lead),
    rows.length === 0 ? '' : `<table>${rows.join('')}</table>`,
    moreFields === 0 ? '' : paragraph([cutNote(message, moreFields, 'field')]),
    ...lists.map(({ title, lines }) => `<p><b>${escaped(title)}</b></p>${paragraph(lines)}`),
    `<p>${links.map(({ label, url }) => html({ kind: 'link', text: label, url })).join(' · ')}</p>`,
    `<p style="color:#57606a;font-size:12px">${line(footer)}</p></div>`,
  ].join('\n')
}

function html(span: Span): string {
  const text = escaped(span.text)
  if (span.kind === 'bold') return `<b>${text}</b>`
  if (span.kind === 'code') return `<code>${text}</code>`
  return span.kind === 'link' ? `<a href="${escaped(span.url)}">${text}</a>` : text
}

function escaped(text: string): string {
  return cutGraphemes(text, MAX_TEXT).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
