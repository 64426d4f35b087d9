import type { SlackPayload } from '../../actions/slack-notify/message/slack-payload.ts'

/** A block as it was sent; only what {@link SlackPayload} can hold is drawn. */
interface Drawn {
  type?: string
  text?: TextObject
  fields?: TextObject[]
  elements?: (TextObject & RichPart)[]
}

interface TextObject {
  type: string
  text: string
}

interface RichPart {
  elements?: { type: string; text: string; url?: string; style?: { bold?: boolean; code?: boolean } }[]
}

// Fonts with digits first: an emoji font has glyphs for 0 to 9, too.
const STYLE = `
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.45 Lato, 'Helvetica Neue', 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif, 'Noto Color Emoji' }
.slack { width: 520px; padding: 12px 16px; display: flex; gap: 10px }
.face { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #4a154b; color: #fff; text-align: center; line-height: 36px; font-weight: 700 }
.body { min-width: 0; flex: 1 } .who { font-weight: 900 } .app { background: #ddd; color: #454545; font-size: 10px; padding: 1px 4px; border-radius: 3px; font-weight: 700; margin: 0 6px } .when { color: #616061; font-size: 12px }
h3 { margin: 6px 0; font-size: 18px } p { margin: 4px 0 8px; overflow-wrap: anywhere; white-space: pre-wrap }
.box { border-left: 4px solid; border-radius: 4px; padding: 2px 0 2px 12px; margin-top: 8px }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; margin: 4px 0 8px } .fields div { white-space: pre-wrap; overflow-wrap: anywhere }
a { color: #1264a3; text-decoration: none } code { border: 1px solid #ddd; border-radius: 3px; background: #f8f8f8; color: #e01e5a; font: 12px 'DejaVu Sans Mono', monospace; padding: 1px 3px }
pre { border: 1px solid #ddd; border-radius: 4px; background: #f8f8f8; margin: 4px 0 8px; padding: 8px; font: 12px 'DejaVu Sans Mono', monospace; white-space: pre-wrap }
.small { color: #616061; font-size: 12px } .call { background: #fff4d4; color: #1264a3; border-radius: 3px; padding: 0 2px }
`

/** A message as Slack shows it, near enough to see what a template looks like without a workspace; pure. */
export function previewPage({ blocks, attachments }: SlackPayload): string {
  const boxes = attachments.map(
    ({ color, blocks: inside }) =>
      `<div class="box" style="border-color:${color}">${inside.map(draw).join('')}</div>`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>preview</title><style>${STYLE}</style></head>
<body><div class="slack"><div class="face">N</div><div class="body"><div><span class="who">Nexus</span><span class="app">APP</span><span class="when">10:42</span></div>
${blocks.map(draw).join('')}${boxes.join('')}</div></div></body></html>
`
}

function draw(given: object): string {
  const { type, text, fields, elements = [] } = given as Drawn
  if (type === 'header') return `<h3>${text?.text ?? ''}</h3>`
  if (type === 'rich_text') return elements.map(drawPart).join('')
  if (type === 'context') return `<p class="small">${elements.map(drawText).join(' · ')}</p>`
  if (fields !== undefined)
    return `<div class="fields">${fields.map((field) => `<div>${drawText(field)}</div>`).join('')}</div>`
  return text === undefined ? '' : `<p>${drawText(text)}</p>`
}

/** A part of a rich text, whose texts are literal. */
function drawPart({ type, elements = [] }: TextObject & RichPart): string {
  const inner = elements
    .map(({ text, url, style }) => {
      if (url !== undefined) return `<a href="${escaped(url)}">${escaped(text)}</a>`
      if (style?.bold) return `<b>${escaped(text)}</b>`
      return style?.code ? `<code>${escaped(text)}</code>` : escaped(text)
    })
    .join('')
  return type === 'rich_text_preformatted' ? `<pre>${inner}</pre>` : `<p>${inner}</p>`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

/** What is sent is escaped as HTML wants it: the three entities of Slack are HTML's too. */
function drawText({ type, text }: TextObject): string {
  if (type !== 'mrkdwn') return text
  return text
    .replace(
      /<(https?:[^|<>]+)\|([^<>]*)>/g,
      (_, url: string, label: string) => `<a href="${url}">${label}</a>`,
    )
    .replace(/<([@!][^<>]*)>/g, '<span class="call">$1</span>')
    .replace(/`([^`\n]+)`/g, '<code>$1</code>')
    .replace(/(^|\W)\*([^*\n]+)\*(?=\W|$)/gm, '$1<b>$2</b>')
}
