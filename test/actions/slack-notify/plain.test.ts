import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { borderBefore } from '../../../shared/text/graphemes.ts'
import { mentionsOf, readable } from '../../support/slack/limits.ts'
import { notify, slack } from './stage.ts'

/** All texts that stand in a message, as they were sent, with entities of mrkdwn read. */
const stands = (payload: unknown): string => readable(payload)

describe('plain text stays plain', () => {
  const COMMAND = 'rm -rf  ./*.log && echo `date` | grep _x_ > "~/out" # <!here> :tada: & done'

  test.each(['title', 'text', 'reason', 'environment', 'version'])('a command in %s', async (name) => {
    const server = await slack()
    await notify({ 'webhook-url': server.webhookUrl, template: 'deploy', [name]: COMMAND })
    const { payload } = server.messages[0] ?? {}
    expect(stands(payload)).toContain(COMMAND)
    expect(mentionsOf(payload)).toEqual([])
    // No mrkdwn holds a mark of it, and nothing turns :tada: into a picture.
    for (const text of mrkdwnOf(payload)) expect(text).not.toMatch(/\*\.log|_x_|:tada:/)
  })

  test('in fields, the commit, the pull request and job names', async () => {
    const server = await slack()
    await notify(
      {
        'webhook-url': server.webhookUrl,
        fields: JSON.stringify({ '*Run*': COMMAND }),
        needs: JSON.stringify({ 'build *.ts': { result: 'failure' } }),
      },
      { event: { name: 'push', payload: { head_commit: { message: COMMAND } } } },
    )
    const text = stands(server.messages[0]?.payload)
    expect(text).toContain(`*Run*\n${COMMAND}`)
    expect(text).toContain(`4f1e2d3 ${COMMAND}`)
    expect(text).toContain('❌ build *.ts')
  })

  test('no character is replaced by one that looks like it', async () => {
    const server = await slack()
    await notify({ 'webhook-url': server.webhookUrl, title: '`a` *b* _c_ ~d~', text: '> `a` *b* _c_ ~d~' })
    expect(JSON.stringify(server.messages[0]?.payload)).not.toMatch(/[∗ˍ∼ˋ\u00ad]/)
  })
})

describe('a cut goes between graphemes', () => {
  const FAMILY = '👩‍👩‍👧‍👦'
  test.each<[string, string]>([
    ['families', FAMILY],
    ['flags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['country flags', '🇩🇪'],
    ['accents', 'e\u0301'],
    ['Thai', 'กำ'],
    ['keycaps', '1️⃣'],
    ['skins', '👍🏽'],
  ])('%s in a title that is too long', async (_, grapheme) => {
    for (const shift of [0, 1, 2, 3]) {
      const server = await slack()
      await notify({ 'webhook-url': server.webhookUrl, title: 'x'.repeat(shift) + grapheme.repeat(200) })
      const title = String(server.messages[0]?.payload.blocks[0].text.text)
      expect(title.endsWith('…')).toBe(true)
      const rest = title.replace(/^✅ x*/, '').replace(/…$/, '')
      expect(rest.length).toBeGreaterThan(0)
      expect(rest.replaceAll(grapheme, '')).toBe('')
    }
  })

  test('one grapheme that alone is too long is cut between code points', async () => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, title: `Z${'\u0301'.repeat(5_000)}` })
    expect(result.outputs['delivered']).toBe('true')
    const title = String(server.messages[0]?.payload.blocks[0].text.text)
    expect(title.length).toBeGreaterThan(100)
    expect(title.length).toBeLessThanOrEqual(150)
  })

  test('a border is one of Unicode’s, and never in a pair of surrogates', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    const pieces = fc.constantFrom(FAMILY, '🇩🇪', 'e\u0301', 'a', '\r\n', ' ', '😀', 'กำ', '\ud83d')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.nat(300), (parts, end) => {
        const text = parts.join('')
        const border = borderBefore(text, end)
        const borders = [...graphemes.segment(text)].map(({ index }) => index)
        expect([...borders, text.length]).toContain(border)
        expect(border).toBeLessThanOrEqual(end)
        expect(borders.filter((each) => each <= end && each > border)).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a run of a tag', () => {
  test.each(['ci-summary', 'deploy', 'security', 'coverage'])('%s says Tag', async (template) => {
    const server = await slack()
    await notify(
      { 'webhook-url': server.webhookUrl, template, fields: 'coverage: 80' },
      { context: { ref: 'refs/tags/v1.1.0' } },
    )
    const text = stands(server.messages[0]?.payload)
    expect(text).toContain('*Tag*\n`v1.1.0`')
    expect(text).not.toContain('Branch')
  })
})

test('a re-run by somebody else says who, and which attempt', async () => {
  const server = await slack()
  await notify(
    { 'webhook-url': server.webhookUrl },
    { context: { runAttempt: '3' }, env: { GITHUB_TRIGGERING_ACTOR: 'helper' } },
  )
  const text = stands(server.messages[0]?.payload)
  expect(text).toContain('*By*\nhelper again, after octocat')
  expect(text).toContain('*Attempt*\n3')
})

function mrkdwnOf(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  const { type, text } = value as { type?: unknown; text?: unknown }
  const own = type === 'mrkdwn' && typeof text === 'string' ? [text.replace(/`[^`]*`/g, '')] : []
  return [...own, ...Object.values(value).flatMap(mrkdwnOf)]
}
