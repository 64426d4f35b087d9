import { describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { mentionsOf, readable } from '../../support/slack/limits.ts'
import { notify, said, slack } from './stage.ts'

describe('one webhook and nothing else', () => {
  test('says how this job went', async () => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl })
    expectConclusion(result, 'success')
    expect(server.received).toHaveLength(1)
    expect(server.messages).toHaveLength(1)
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain('✅ release succeeded on main')
    expect(text).toContain('octo-org/octo-repo')
    expect(text).toContain('4f1e2d3')
    expect(result.outputs).toMatchObject({
      delivered: 'true',
      notified: 'true',
      error: '',
      ts: '',
      sinks: '{"slack":{"ok":true,"status":200,"error":""}}',
    })
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({
      dryRun: false,
      status: 'success',
      delivered: true,
    })
    expect(result.annotations).toEqual([])
    expect(result.summary).toContain('### ✅ release succeeded on main')
    expect(mentionsOf(server.messages[0]?.payload)).toEqual([])
  })

  test.each(['SLACK_WEBHOOK', 'SLACK_WEBHOOK_URL'])('the webhook can be the variable %s', async (name) => {
    const server = await slack()
    const result = await notify({}, { env: { [name]: server.webhookUrl }, jobStatus: 'failure' })
    expect(result.outputs['delivered']).toBe('true')
    expect(readable(server.messages[0]?.payload)).toContain('❌ release failed on main')
  })

  test('masks the webhook and the tail of its path before anything else', async () => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl })
    const first = result.commands.findIndex(({ name }) => name !== 'add-mask')
    const masked = result.commands.slice(0, first < 0 ? undefined : first).map(({ data }) => data)
    expect(masked).toEqual(expect.arrayContaining([server.webhookUrl, 'pLaNtEdWebhookSecret0123']))
    const [line] = result.stdout.split('\n')
    expect(line).toMatch(/^::add-mask::/)
  })
})

test('masks the end of a short path too', async () => {
  const { commands } = await notify({ 'webhook-url': 'http://127.0.0.1:1/h/secret01', 'dry-run': 'true' })
  expect(commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data)).toContain('secret01')
})

describe('dry run', () => {
  test('prints own blocks as they would go out, and who is called', async () => {
    const result = await notify({
      'webhook-url': 'http://127.0.0.1:1/services/T0/B0/x',
      'dry-run': 'true',
      blocks: '[{type: section, text: {type: mrkdwn, text: "*Done* <!here>"}}]',
      mention: 'here, U0123456, hubot',
      'mention-on': 'always',
    })
    expect(result.log).toContain('"text": "*Done* &lt;!here&gt;"')
    expect(result.log).toContain('Slack names or calls: @here, U0123456, @hubot.')
  })

  test('prints the message, sends nothing, and states no fact', async () => {
    const server = await slack()
    const result = await notify({
      'webhook-url': server.webhookUrl,
      'dry-run': 'true',
      template: 'deploy',
      environment: 'production',
      version: '2.0.0',
    })
    expectConclusion(result, 'success')
    expect(server.received).toEqual([])
    expect(result.log).toContain('✅ Deployed 2.0.0 to production')
    expect(result.log).toContain('Environment: production')
    expect(result.summary).toContain('Dry run')
    expect(result.outputs).toMatchObject({
      delivered: 'false',
      notified: 'false',
      ts: '',
      error: '',
      sinks: '{}',
    })
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({ dryRun: true, delivered: false })
  })
})

describe('no sink', () => {
  const foreign = {
    name: 'pull_request',
    payload: { pull_request: { number: 1, head: { repo: { full_name: 'someone/fork' } } } },
  }

  test('is a warning', async () => {
    const result = await notify({})
    expectConclusion(result, 'success')
    expect(said(result, 'warning')).toEqual([expect.stringContaining('no_sink')])
    expect(result.outputs).toMatchObject({ error: 'no_sink', delivered: 'false', notified: 'false' })
  })

  test.each([
    ['a fork', { event: foreign }],
    [
      'a fork that is gone',
      { event: { name: 'pull_request', payload: { pull_request: { head: { repo: null } } } } },
    ],
    ['Dependabot', { context: { actor: 'dependabot[bot]' } }],
  ])('is a notice for %s', async (_, options) => {
    const result = await notify({}, options)
    expectConclusion(result, 'success')
    expect(said(result, 'notice')).toEqual([expect.stringContaining('no_sink')])
    expect(said(result, 'warning')).toEqual([])
    expect(result.outputs['error']).toBe('no_sink')
  })

  test('is red with fail-on-error', async () => {
    const result = await notify({ 'fail-on-error': 'true' }, { event: foreign })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toEqual([expect.stringContaining('no_sink')])
  })
})
