import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { sanitizeHtml } from './sanitize.ts'

const ALERT = /<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*(?:<br>\s*)?/g

/**
 * A job summary as GitHub shows it: GitHub-flavoured Markdown, the safe part of HTML (`<details>` …), and alerts
 * (`> [!NOTE]`). Mermaid blocks stay code.
 */
export function summaryHtml(markdown: string): string {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  })
  return sanitizeHtml(html).replace(ALERT, (_, kind: string) => {
    const title = kind.charAt(0) + kind.slice(1).toLowerCase()
    const classes = `markdown-alert markdown-alert-${kind.toLowerCase()}`
    return `<blockquote class="${classes}"><p class="markdown-alert-title">${title}</p>\n<p>`
  })
}
