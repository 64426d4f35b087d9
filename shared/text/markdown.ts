import { BREAK, visible } from './untrusted.ts'

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
    .replace(/@/g, '&#64;&#8203;')
    .replace(/(https?|ftp|mailto|xmpp)(?=:)/gi, '$1&#8203;')
    .replace(/www(?=\.)/gi, 'www&#8203;')
    .replace(/^( ?\d{1,9})(?=[.)](\s|$))/, '$1&#8203;')
    .replace(/^( ?)=/, '$1&#61;')
}

/** Untrusted text as a code span that nothing in it can end, safe in a table cell. */
export function codeSpan(text: string): string {
  // A backslash before a pipe would pair with the one that keeps the pipe from ending the cell.
  const line = visible(text.replace(/\s+/g, ' '))
    .replace(/\\(?=\|)/g, `\\${BREAK}`)
    .replace(/\|/g, '\\|')
  if (line.trim() === '') return ''
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Untrusted text as a fenced block that nothing in it can end. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${visible(text.replace(/\r\n?/g, '\n'))}\n${fence}`
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}

/** A table; cells are Markdown already (see {@link escapeMarkdown}), and `align` has one letter per column: l, c, r. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[], align = ''): string {
  const rule = headers.map((_, index) => ({ c: ':---:', r: '---:' })[align[index] ?? 'l'] ?? ':---')
  return [headers, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A folded section; `summary` is Markdown-free text, `body` is Markdown. */
export function details(summary: string, body: string): string {
  const label = visible(summary.replace(/\s+/g, ' ')).replace(/&/g, '&amp;').replace(/</g, '&lt;')
  return `<details><summary>${label}</summary>\n\n${body}\n\n</details>`
}
