import { RICH_BLOCK } from './block-rich.ts'
import {
  byType,
  type Check,
  type Checks,
  CUT,
  flag,
  holds,
  ID,
  items,
  map,
  number,
  oneOf,
  string,
  type Tell,
  URL_TEXT,
} from './checks.ts'

const plainText = (max: number): Check =>
  map('plain_text', { type: oneOf('plain_text'), text: string(max), emoji: flag }, ['type', 'text'])
const mrkdwn = (max: number): Check =>
  map('mrkdwn', { type: oneOf('mrkdwn'), text: string(max), verbatim: flag }, ['type', 'text'])
const anyText = (max: number): Check => byType('a text', { plain_text: plainText(max), mrkdwn: mrkdwn(max) })

const SLACK_FILE = map('slack_file', { id: string(255), url: URL_TEXT }, [])
const IMAGE: Checks = {
  type: oneOf('image'),
  block_id: ID,
  image_url: URL_TEXT,
  slack_file: SLACK_FILE,
  alt_text: string(2_000),
}
const image = holds(map('image', IMAGE, ['type', 'alt_text']), needsOne('image_url', 'slack_file'))

const CONFIRM = map(
  'confirm',
  {
    title: plainText(100),
    text: anyText(300),
    confirm: plainText(30),
    deny: plainText(30),
    style: oneOf('primary', 'danger'),
  },
  ['text'],
)

const button = map(
  'button',
  {
    type: oneOf('button'),
    text: plainText(75),
    action_id: ID,
    url: URL_TEXT,
    value: string(2_000),
    style: oneOf('primary', 'danger'),
    confirm: CONFIRM,
    accessibility_label: string(75),
  },
  ['type', 'text'],
)

/** Their answers go to the request URL of a Slack app, which this action is not: only their outline is checked. */
const INTERACTIVE = [
  ...[
    'checkboxes',
    'datepicker',
    'datetimepicker',
    'overflow',
    'radio_buttons',
    'timepicker',
    'workflow_button',
  ],
  ...['users_select', 'multi_users_select', 'static_select', 'multi_static_select', 'conversations_select'],
  ...['multi_conversations_select', 'channels_select', 'multi_channels_select', 'external_select'],
  ...['multi_external_select', 'rich_text_input', 'plain_text_input', 'email_text_input', 'number_input'],
  ...['url_text_input', 'file_input', 'feedback_buttons', 'icon_button'],
]
const outlines = Object.fromEntries(INTERACTIVE.map((type): [string, Check] => [type, outline]))
const interactive = byType('an element', { button, ...outlines })

const cell = byType('a cell', {
  raw_text: map('raw_text', { type: oneOf('raw_text'), text: string(CUT) }, ['type', 'text']),
  raw_number: map('raw_number', { type: oneOf('raw_number'), value: number(), text: string(CUT) }, [
    'type',
    'value',
  ]),
  rich_text: RICH_BLOCK,
})

/** @see https://docs.slack.dev/reference/block-kit/blocks */
export const block = byType('a block', {
  section: holds(
    map(
      'section',
      {
        type: oneOf('section'),
        block_id: ID,
        text: anyText(CUT),
        fields: items(anyText(CUT), 1, 10),
        accessory: byType('an accessory', { image, button, ...outlines }),
        expand: flag,
      },
      ['type'],
    ),
    needsOne('text', 'fields'),
  ),
  header: map('header', { type: oneOf('header'), block_id: ID, text: plainText(CUT), level: number(1, 6) }, [
    'type',
    'text',
  ]),
  divider: map('divider', { type: oneOf('divider'), block_id: ID }, ['type']),
  image: holds(
    map('image', { ...IMAGE, title: plainText(2_000) }, ['type', 'alt_text']),
    needsOne('image_url', 'slack_file'),
  ),
  context: map(
    'context',
    {
      type: oneOf('context'),
      block_id: ID,
      elements: items(
        byType('an element', { image, plain_text: plainText(CUT), mrkdwn: mrkdwn(CUT) }),
        1,
        10,
      ),
    },
    ['type', 'elements'],
  ),
  actions: map('actions', { type: oneOf('actions'), block_id: ID, elements: items(interactive, 1, 25) }, [
    'type',
    'elements',
  ]),
  rich_text: RICH_BLOCK,
  markdown: map('markdown', { type: oneOf('markdown'), block_id: ID, text: string(CUT) }, ['type', 'text']),
  video: map(
    'video',
    {
      type: oneOf('video'),
      block_id: ID,
      alt_text: string(2_000),
      title: plainText(200),
      title_url: URL_TEXT,
      description: plainText(200),
      thumbnail_url: URL_TEXT,
      video_url: URL_TEXT,
      author_name: string(50),
      provider_name: string(255),
      provider_icon_url: URL_TEXT,
    },
    ['type', 'alt_text', 'title', 'thumbnail_url', 'video_url'],
  ),
  table: map(
    'table',
    {
      type: oneOf('table'),
      block_id: ID,
      rows: items(items(cell, 1, 20), 1, 100),
      column_settings: items(
        map('column_settings', { align: oneOf('left', 'center', 'right'), is_wrapped: flag }, []),
        0,
        20,
        true,
      ),
    },
    ['type', 'rows'],
  ),
  // Newer ones, whose rules are not settled, and those that only an app with a server can use.
  ...Object.fromEntries(
    [
      'input',
      'file',
      'alert',
      'card',
      'carousel',
      'container',
      'context_actions',
      'data_table',
      'task_card',
      'plan',
    ].map((type): [string, Check] => [type, outline]),
  ),
})

function outline(value: unknown, path: string, tell: Tell): void {
  const { block_id: blockId, action_id: actionId } = value as Record<string, unknown>
  if (blockId !== undefined) ID(blockId, `${path}.block_id`, tell)
  if (actionId !== undefined) ID(actionId, `${path}.action_id`, tell)
}

function needsOne(...keys: readonly [string, string]): Check {
  return (value, path, tell) => {
    if (keys.every((key) => (value as Record<string, unknown>)[key] === undefined))
      tell(path, `it needs "${keys[0]}" or "${keys[1]}".`)
  }
}
