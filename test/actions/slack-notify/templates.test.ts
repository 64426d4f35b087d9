import { describe, expect, test } from '@jest/globals'
import { TEMPLATES } from '../../../actions/slack-notify/message/templates.ts'
import { expectConclusion } from '../../support/runner.ts'
import { readable, slackProblems } from '../../support/slack/limits.ts'
import { notify, slack } from './stage.ts'

const COMMON = { environment: 'production', version: '2.0.0', reason: 'errors rose to 4 %' }

describe('the headline of', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['ci-summary', 'success', {}, '✅ release succeeded on main'],
    ['ci-summary', 'failure', {}, '❌ release failed on main'],
    ['ci-summary', 'skipped', {}, '⏭️ release was skipped on main'],
    ['ci-summary', 'queued up', {}, '⚪ release ended as queued up on main'],
    ['ci-summary', 'timed_out', {}, '⏰ release timed out on main'],
    ['deploy', 'started', COMMON, '🚀 Deploying 2.0.0 to production'],
    ['deploy', 'success', COMMON, '✅ Deployed 2.0.0 to production'],
    ['deploy', 'failure', COMMON, '❌ Deployment of 2.0.0 to production failed'],
    ['deploy', 'success', {}, '✅ Deployed octo-repo to its environment'],
    ['rollback', 'success', COMMON, '✅ Rolled production back to 2.0.0'],
    ['rollback', 'failure', COMMON, '❌ Rollback of production to 2.0.0 failed'],
    ['release', 'success', COMMON, '✅ Released octo-repo 2.0.0'],
    ['release', 'cancelled', COMMON, '🚫 Release of octo-repo 2.0.0 was cancelled'],
    ['security', 'success', {}, '✅ Security scan of octo-repo passed'],
    ['security', 'failure', {}, '❌ Security scan of octo-repo found what must not stay'],
    [
      'coverage',
      'success',
      { fields: '{coverage: 84.25%, previous: 85}' },
      '✅ Coverage 84.25 % (0.75 points down)',
    ],
    [
      'coverage',
      'failure',
      { fields: '{coverage: 70, threshold: 80, previous: 70}' },
      '❌ Coverage 70 % (unchanged), below 80 %',
    ],
    ['coverage', 'success', { fields: '{coverage: none}' }, '✅ Coverage is not known'],
    ['main-broken', 'failure', {}, '❌ main is broken'],
    ['main-broken', 'success', {}, '✅ main is green'],
    ['metrics', 'success', { fields: '{lead time: 3 h}' }, '✅ Metrics of octo-repo'],
    ['plain', 'failure', {}, '❌ release failed'],
    ['plain', 'success', { title: 'Lunch!' }, '✅ Lunch!'],
  ])('%s with %s %j', async (template, status, inputs, headline) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, template, status, ...inputs })
    expectConclusion(result, 'success')
    const [message] = server.messages
    expect(readable(message?.payload).split('\n')[0]).toBe(headline)
    expect(message?.payload.text).toBe(headline)
  })
})

describe('the fields of coverage', () => {
  test.each<[string, string[]]>([
    ['{coverage: 84.2, threshold: 80, previous: 85.0}', ['84.2 %* of 80 % wanted, 85 % before']],
    ['{coverage: 84.2, previous: not known}', ['84.2 %', '*previous*\nnot known']],
    ['{coverage: "1,234", threshold: 80}', ['*coverage*\n1,234', '*threshold*\n80']],
  ])('%s are all shown', async (fields, parts) => {
    const server = await slack()
    await notify({ 'webhook-url': server.webhookUrl, template: 'coverage', fields })
    for (const part of parts) expect(readable(server.messages[0]?.payload)).toContain(part)
  })
})

describe.each(TEMPLATES)('the template %s', (template) => {
  test('shows title, text, fields, changelog, reason and url', async () => {
    const server = await slack()
    const result = await notify({
      ...{ 'webhook-url': server.webhookUrl, template, ...COMMON, url: 'https://example.com/page' },
      title: 'A title <of> mine',
      text: 'First line\nsecond & last',
      fields: 'Queue: 12\nOwner: "@team"\n',
      changelog: '## Fixes\n- **api**: no more *stars* ([#1](https://example.com/1))',
    })
    expectConclusion(result, 'success')
    const payload = server.messages[0]?.payload
    expect(slackProblems(payload)).toEqual([])
    const text = readable(payload)
    for (const part of [
      'A title <of> mine',
      'First line\nsecond & last',
      '*Queue*\n12',
      '*Owner*\n@team',
      '*Fixes*',
      '*api*',
      '#1',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).toContain(COMMON.reason)
    expect(JSON.stringify(payload)).toContain('<https://example.com/page|')
    expect(JSON.stringify(payload)).toContain(
      '<https://github.com/octo-org/octo-repo/actions/runs/1658821493|View run>',
    )
    expect(result.summary).toContain('A title &lt;of&gt; mine')
  })

  test('says that there are more fields than ten', async () => {
    const server = await slack()
    const fields = Array.from({ length: 13 }, (_, index) => `field-${index}: value ${index}`).join('\n')
    await notify({ 'webhook-url': server.webhookUrl, template, fields, reason: 'x' })
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain('*field-9*')
    expect(text).not.toContain('field-10')
    expect(text).toContain('… 3 more fields, see the run')
  })
})

test('a pull request is named with its title', async () => {
  const server = await slack()
  const pull = {
    number: 7,
    title: 'Add *stars* & <more>',
    html_url: 'https://github.com/octo-org/octo-repo/pull/7',
  }
  await notify(
    { 'webhook-url': server.webhookUrl },
    {
      event: {
        name: 'pull_request',
        payload: {
          pull_request: { ...pull, head: { sha: 'abcdef0123', repo: { full_name: 'octo-org/octo-repo' } } },
        },
      },
      context: { ref: 'refs/pull/7/merge', headRef: 'feature/stars', baseRef: 'main' },
    },
  )
  const text = readable(server.messages[0]?.payload)
  expect(text).toContain('#7 Add *stars* & <more>')
  expect(text).toContain('`feature/stars`')
  expect(text).toContain('abcdef0')
})

test('a tag is the version', async () => {
  const server = await slack()
  await notify(
    { 'webhook-url': server.webhookUrl, template: 'release' },
    { context: { ref: 'refs/tags/v1.2.3' } },
  )
  expect(readable(server.messages[0]?.payload)).toContain('✅ Released octo-repo v1.2.3')
})

test('own blocks take the place of the template', async () => {
  const server = await slack()
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(400) } },
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: `<https://example.com|link> \${{ not.evaluated }} \${HOME} ${'y'.repeat(5_000)}`,
      },
    },
  ]
  const result = await notify({ 'webhook-url': server.webhookUrl, blocks: JSON.stringify({ blocks }) })
  expect(result.outputs['delivered']).toBe('true')
  const payload = server.messages[0]?.payload
  expect(payload.blocks).toHaveLength(2)
  expect(payload.blocks[1].text.text).toMatch(
    /^<https:\/\/example.com\|link> \$\{\{ not.evaluated \}\} \$\{HOME\} y+…$/,
  )
  expect(payload.text).toBe('✅ release succeeded on main')
})

test('100 blocks become 50, and it is said', async () => {
  const server = await slack()
  const blocks = Array.from({ length: 100 }, () => ({ type: 'divider' }))
  await notify({
    'webhook-url': server.webhookUrl,
    blocks: JSON.stringify(blocks),
    mention: 'here',
    'mention-on': 'always',
  })
  expect(server.messages[0]?.payload.blocks).toHaveLength(50)
  expect(readable(server.messages[0]?.payload)).toContain('… 52 more blocks')
})
