import { byType, CUT, flag, ID, items, map, number, oneOf, string, URL_TEXT } from './checks.ts'

const STYLE = map(
  'style',
  {
    bold: flag,
    italic: flag,
    strike: flag,
    code: flag,
    underline: flag,
    highlight: flag,
    client_highlight: flag,
    unlink: flag,
  },
  [],
)
const inlineText = map('text', { type: oneOf('text'), text: string(CUT), style: STYLE }, ['type', 'text'])
const inlineLink = map(
  'link',
  { type: oneOf('link'), url: URL_TEXT, text: string(CUT), unsafe: flag, style: STYLE },
  ['type', 'url'],
)
const inline = byType('an element', {
  text: inlineText,
  link: inlineLink,
  emoji: map(
    'emoji',
    {
      type: oneOf('emoji'),
      name: string(255),
      unicode: string(255),
      skin_tone: number(1, 6),
      url: URL_TEXT,
      style: STYLE,
    },
    ['type', 'name'],
  ),
  channel: map('channel', { type: oneOf('channel'), channel_id: string(255), style: STYLE }, [
    'type',
    'channel_id',
  ]),
  color: map('color', { type: oneOf('color'), value: string(255), style: STYLE }, ['type', 'value']),
  date: map(
    'date',
    {
      type: oneOf('date'),
      timestamp: number(0),
      format: string(255),
      url: URL_TEXT,
      fallback: string(CUT),
      style: STYLE,
    },
    ['type', 'timestamp', 'format'],
  ),
  team: map('team', { type: oneOf('team'), team_id: string(255), style: STYLE }, ['type', 'team_id']),
})
const BORDER = number(0, 1)
const richSection = map(
  'rich_text_section',
  { type: oneOf('rich_text_section'), elements: items(inline, 1) },
  ['type', 'elements'],
)
const richText = byType('a part of a rich text', {
  rich_text_section: richSection,
  rich_text_quote: map(
    'rich_text_quote',
    { type: oneOf('rich_text_quote'), elements: items(inline, 1), border: BORDER },
    ['type', 'elements'],
  ),
  rich_text_preformatted: map(
    'rich_text_preformatted',
    {
      type: oneOf('rich_text_preformatted'),
      elements: items(byType('an element', { text: inlineText, link: inlineLink }), 1),
      border: BORDER,
      language: string(255),
    },
    ['type', 'elements'],
  ),
  rich_text_list: map(
    'rich_text_list',
    {
      type: oneOf('rich_text_list'),
      style: oneOf('bullet', 'ordered'),
      elements: items(richSection, 1),
      indent: number(0, 8),
      offset: number(0),
      border: BORDER,
    },
    ['type', 'style', 'elements'],
  ),
})

/** @see https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export const RICH_BLOCK = map(
  'rich_text',
  { type: oneOf('rich_text'), block_id: ID, elements: items(richText, 1) },
  ['type', 'elements'],
)
