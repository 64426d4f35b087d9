import { visible } from './untrusted.ts'

/**
 * Untrusted text as literal text in GitHub-flavoured Markdown: no HTML, markup, table cell break, autolink, or
 * mention survives. Everything is put on one line.
 */
export function escapeMarkdown(text: string): string {
  return visible(text.replace(/\s+/g, ' '))
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+\-!|~$]/g, '\\$&')
    .replace(/@/g, '&#64;')
    .replace(/(https?|ftp|mailto|xmpp)(?=:)/gi, '$1&#8203;')
    .replace(/www(?=\.)/gi, 'www&#8203;')
    .replace(/^(\d+)(?=[.)])/, '$1&#8203;')
    .replace(/^=/, '&#61;')
}

/** Untrusted text as a code span that nothing in it can end, safe in a table cell. */
export function codeSpan(text: string): string {
  const line = visible(text.replace(/\s+/g, ' ')).replace(/\|/g, '\\|')
  if (line.trim() === '') return ''
  const longestRun = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Untrusted text as a fenced block that nothing in it can end. */
export function codeBlock(text: string, language = ''): string {
  const longestRun = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  return `${fence}${language}\n${visible(text.replace(/\r\n?/g, '\n'))}\n${fence}`
}

/** A table; cells are Markdown already (see {@link escapeMarkdown}), and `align` has one letter per column: l, c, r. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[], align = ''): string {
  const rule = headers.map((_, index) => ({ c: ':---:', r: '---:' })[align[index] ?? 'l'] ?? ':---')
  return [headers, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A folded section; `summary` is Markdown-free text, `body` is Markdown. */
export function details(summary: string, body: string): string {
  const label = summary.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  return `<details><summary>${label}</summary>\n\n${body}\n\n</details>`
}
