import { describe, expect, test } from '@jest/globals'
import { checkBlocks } from '../../../actions/slack-notify/message/block-kit.ts'
import { notify, said, slack } from './stage.ts'

const problems = (blocks: unknown[]): string[] => {
  const found: string[] = []
  checkBlocks(blocks, (path, message) => found.push(`blocks${path}: ${message}`))
  return found
}

const text = (value: unknown = 'x', type = 'mrkdwn') => ({ type, text: value })

describe('own blocks with a mistake are an input error with the path', () => {
  test.each<[string, unknown, string, RegExp]>([
    [
      'an unknown type',
      { type: 'sektion', text: text() },
      'blocks[0].type',
      /"sektion" is not a type.*Did you mean "section"/,
    ],
    [
      'a text that is a string',
      { type: 'section', text: 'x' },
      'blocks[0].text',
      /a text is a map with a "type", such as plain_text or mrkdwn/,
    ],
    ['a text without a type', { type: 'section', text: { text: 'x' } }, 'blocks[0].text', /"type"/],
    [
      'a text of another type',
      { type: 'section', text: text('x', 'markdown') },
      'blocks[0].text.type',
      /"markdown" is not a type/,
    ],
    [
      'a text that is a number',
      { type: 'section', text: text(7) },
      'blocks[0].text.text',
      /the number 7 stands where a text belongs/,
    ],
    ['an empty text', { type: 'section', text: text('') }, 'blocks[0].text.text', /empty/],
    ['nothing in a section', { type: 'section' }, 'blocks[0]', /needs "text" or "fields"/],
    [
      'fields that are no list',
      { type: 'section', fields: text() },
      'blocks[0].fields',
      /a map stands where a list belongs/,
    ],
    [
      'eleven fields',
      { type: 'section', fields: Array(11).fill(text()) },
      'blocks[0].fields',
      /11 of at most 10/,
    ],
    ['a wrong field', { type: 'section', fields: [text(), 'x'] }, 'blocks[0].fields[1]', /a text is a map/],
    [
      'mrkdwn in a header',
      { type: 'header', text: text() },
      'blocks[0].text.type',
      /"mrkdwn" is not "plain_text"/,
    ],
    ['an unknown key', { type: 'divider', colour: 'red' }, 'blocks[0].colour', /divider has no such key/],
    [
      'an image without words',
      { type: 'image', image_url: 'https://e.x/a.png' },
      'blocks[0]',
      /"alt_text" is missing/,
    ],
    [
      'an image without an address',
      { type: 'image', alt_text: 'x' },
      'blocks[0]',
      /"image_url" or "slack_file"/,
    ],
    ['an empty context', { type: 'context', elements: [] }, 'blocks[0].elements', /empty/],
    [
      'a button in a context',
      { type: 'context', elements: [{ type: 'button' }] },
      'blocks[0].elements[0].type',
      /"button"/,
    ],
    [
      'a button without a text',
      { type: 'actions', elements: [{ type: 'button', url: 'https://e.x' }] },
      'blocks[0].elements[0]',
      /"text" is missing/,
    ],
    [
      'a button with mrkdwn',
      { type: 'actions', elements: [{ type: 'button', text: text() }] },
      'blocks[0].elements[0].text.type',
      /plain_text/,
    ],
    [
      'a long button',
      { type: 'actions', elements: [{ type: 'button', text: text('x'.repeat(76), 'plain_text') }] },
      'blocks[0].elements[0].text.text',
      /76 of at most 75/,
    ],
    [
      'a style that is none',
      { type: 'actions', elements: [{ type: 'button', text: text('x', 'plain_text'), style: 'green' }] },
      'blocks[0].elements[0].style',
      /"green" is not "primary" or "danger"/,
    ],
    [
      'a long block_id',
      { type: 'divider', block_id: 'x'.repeat(256) },
      'blocks[0].block_id',
      /256 of at most 255/,
    ],
    [
      'a rich text without elements',
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [] }] },
      'blocks[0].elements[0].elements',
      /empty/,
    ],
    [
      'a flag that is a word',
      { type: 'section', text: { ...text(), verbatim: 'yes' } },
      'blocks[0].text.verbatim',
      /true or false/,
    ],
    ['a list', [], 'blocks[0]', /a block is a map/],
    ['null', null, 'blocks[0]', /a block is a map/],
  ])('%s', (_, block, path, words) => {
    const found = problems([block])
    expect(found[0]?.startsWith(`${path}: `)).toBe(true)
    expect(found[0]).toMatch(words)
  })

  test('all of them at once, and nothing is sent', async () => {
    const server = await slack()
    const blocks = JSON.stringify([
      { type: 'section', text: text() },
      { type: 'header', text: text() },
      { type: 'context', elements: [{ type: 'image', image_url: 7, alt_text: 'x' }] },
    ])
    const result = await notify({ 'webhook-url': server.webhookUrl, blocks })
    expect(result.conclusion).toBe('failure')
    const [error = ''] = said(result, 'error')
    expect(error).toContain('blocks[1].text.type: "mrkdwn" is not "plain_text".')
    expect(error).toContain('blocks[2].elements[0].image_url: the number 7 stands where a text belongs.')
    expect(server.received).toEqual([])
  })

  test('two blocks with one id', () => {
    expect(
      problems([
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ]),
    ).toEqual(['blocks[1].block_id: another block has it, too.'])
  })
})

describe('what Slack takes is taken', () => {
  test.each<[string, object]>([
    [
      'a section with all',
      {
        type: 'section',
        block_id: 'a',
        text: text(),
        fields: [text(), text('x', 'plain_text')],
        accessory: { type: 'image', image_url: 'https://e.x/a.png', alt_text: 'x' },
        expand: true,
      },
    ],
    [
      'buttons',
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: { ...text('Go', 'plain_text'), emoji: true },
            url: 'https://e.x',
            action_id: 'go',
            style: 'primary',
            value: 'v',
          },
        ],
      },
    ],
    [
      'an overflow menu',
      { type: 'section', text: text(), accessory: { type: 'overflow', action_id: 'x', options: [] } },
    ],
    [
      'a table',
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'a' },
            {
              type: 'rich_text',
              elements: [
                { type: 'rich_text_section', elements: [{ type: 'text', text: 'b', style: { bold: true } }] },
              ],
            },
          ],
        ],
        column_settings: [null, { align: 'right', is_wrapped: true }],
      },
    ],
    ['Markdown', { type: 'markdown', text: '# Title' }],
    [
      'a video',
      {
        type: 'video',
        alt_text: 'x',
        title: text('x', 'plain_text'),
        thumbnail_url: 'https://e.x/t.png',
        video_url: 'https://e.x/v',
      },
    ],
    [
      'a list',
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'bullet',
            indent: 1,
            border: 0,
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'link', url: 'https://e.x', text: 'x' },
                  { type: 'emoji', name: 'tada' },
                ],
              },
            ],
          },
        ],
      },
    ],
    ['a date', { type: 'context', elements: [text('<!date^1392734382^{date}|then>')] }],
    ['a newer one', { type: 'alert', text: text(), level: 'warning' }],
  ])('%s', (_, block) => {
    expect(problems([block])).toEqual([])
  })

  test('literal text of a rich text stays as it is', async () => {
    const server = await slack()
    const blocks = JSON.stringify([
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_section', elements: [{ type: 'text', text: 'a <@U0123456> & <!here>' }] },
        ],
      },
    ])
    await notify({ 'webhook-url': server.webhookUrl, blocks })
    expect(JSON.stringify(server.messages[0]?.payload.blocks)).toContain('a <@U0123456> & <!here>')
  })
})
