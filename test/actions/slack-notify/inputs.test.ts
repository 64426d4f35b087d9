import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readInputs } from '../../../actions/slack-notify/inputs.ts'
import { InputError } from '../../../shared/action/errors.ts'
import { expectConclusion } from '../../support/runner.ts'
import { BOT_TOKEN } from '../../support/slack/slack.ts'
import { expectNoLeak, notify, said, slack } from './stage.ts'

const HOOK = 'https://hooks.slack.com/services/T0/B0/0123456789abcdef'

// Masks are printed for the runner; nobody needs to see them here.
beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  jest.restoreAllMocks()
})

/** Every problem that the inputs have, as `input: message`. */
async function problems(
  given: Readonly<Record<string, string>>,
  env: Record<string, string> = {},
): Promise<string[]> {
  const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const error = await readInputs({ ...Object.fromEntries(inputs), ...env }).catch((thrown: unknown) => thrown)
  return error instanceof InputError ? error.problems.map(({ input, message }) => `${input}: ${message}`) : []
}

describe('what is refused', () => {
  test.each<[Record<string, string>, RegExp]>([
    [
      { 'webhook-url': 'http://hooks.slack.com/services/T/B/x' },
      /^webhook-url: .*http URL to another machine.*https/,
    ],
    [{ 'webhook-url': 'ftp://hooks.slack.com/x' }, /^webhook-url: .*only https/],
    [{ 'webhook-url': 'hooks.slack.com/services' }, /^webhook-url: it is not a URL/],
    [{ 'bot-token': 'xoxb-1' }, /^channel: .*needs a channel/],
    [{ 'bot-token': HOOK, channel: 'C0123456' }, /^bot-token: it is a URL/],
    [{ 'bot-token': 'xoxb 1', channel: 'C0123456' }, /^bot-token: it has white space/],
    [{ 'bot-token': 'xoxb-1', channel: '#a b' }, /^channel: "#a b" is not a channel/],
    [{ template: 'deploi' }, /^template: "deploi" is not one of.*Did you mean "deploy"/],
    [{ template: 'rollback' }, /^reason: .*say why/],
    [{ lifecycle: 'finale' }, /^lifecycle: .*Did you mean "final"/],
    [{ 'webhook-url': HOOK, lifecycle: 'true' }, /^lifecycle: .*Use "final"/],
    [{ 'webhook-url': HOOK, 'thread-ts': '1405894322.002768' }, /^thread-ts: .*needs "bot-token"/],
    [
      { 'bot-token': 'x', channel: 'C0123456', 'update-ts': 'yesterday' },
      /^update-ts: "yesterday" is no "ts"/,
    ],
    [{ 'bot-token': 'x', channel: 'C1,C2', 'update-ts': '1405894322.002768' }, /^update-ts: .*several/],
    [
      { 'bot-token': 'x', channel: 'C1', 'reply-broadcast': 'true' },
      /^reply-broadcast: it needs "thread-ts"/,
    ],
    [{ fields: '- a' }, /^fields: it is not a map/],
    [{ fields: 'a: {b: c}' }, /^fields.a: .*not a single value/],
    [{ fields: 'a: b: c' }, /^fields: it is not valid YAML/],
    [{ needs: 'success' }, /^needs: it is not the JSON of the needs context/],
    [{ needs: '{"a":{"outputs":{}}}' }, /^needs: /],
    [{ blocks: 'type: section' }, /^blocks: it is not a list/],
    [{ blocks: '[1]' }, /^blocks\[0\]: a block is a map/],
    [
      {
        blocks:
          '[{type: rich_text, elements: [{type: rich_text_section, elements: [{type: broadcast, range: here}]}]}]',
      },
      /^blocks\[0\]: it calls somebody/,
    ],
    [{ users: 'octocat: someone' }, /^users.octocat: "someone" is no Slack id/],
    [{ users: '[a]' }, /^users: it is not a map/],
    [{ 'notify-on': 'failed' }, /^notify-on: "failed" is not one of always, success, failure/],
    [{ 'mention-on': 'sometimes' }, /^mention-on: /],
    [{ url: 'javascript:alert(1)' }, /^url: .*http or https/],
    [{ email: 'smtp: mail.example.com' }, /^email.to: it is missing/],
    [{ email: '{smtp: "https://x", from: a@b.c, to: d@e.f}' }, /^email.smtp: it is not a URL such as smtps/],
    [
      { email: '{smtp: "smtps://x", from: nobody, to: d@e.f}' },
      /^email.from: "nobody" is not an e-mail address/,
    ],
    [
      { email: '{smtp: "smtps://x", from: a@b.c, too: d@e.f}' },
      /^email.too: there is no such key. Did you mean "to"/,
    ],
    [{ 'discord-webhook-url': 'http://discord.com/api/webhooks/1/x' }, /^discord-webhook-url: .*https/],
    [{ timeout: '1ms' }, /^timeout: .*too short/],
    [{ 'fail-on-error': 'yes' }, /^fail-on-error: "yes" is neither/],
  ])('%j', async (given, expected) => {
    expect((await problems(given)).filter((problem) => expected.test(problem))).toHaveLength(1)
  })

  test.each<[Record<string, string>, Record<string, string>, RegExp]>([
    [
      { 'bot-token': BOT_TOKEN, channel: 'C1' },
      { SLACK_API_URL: 'http://slack.example/api/' },
      /^SLACK_API_URL: .*https/,
    ],
    [
      { 'pagerduty-routing-key': 'x' },
      { PAGERDUTY_EVENTS_URL: 'x' },
      /^PAGERDUTY_EVENTS_URL: it is not a URL/,
    ],
    [{}, { SLACK_BOT_TOKEN: 'xoxb-1' }, /^channel: .*needs a channel/],
    [{}, { SLACK_WEBHOOK: 'http://hooks.slack.com/x' }, /^webhook-url: .*https/],
  ])('%j with the variables %j', async (given, env, expected) => {
    expect((await problems(given, env)).filter((problem) => expected.test(problem))).toHaveLength(1)
  })

  test('all of it at once, nothing is sent, and no secret is shown', async () => {
    const server = await slack()
    const result = await notify({
      'webhook-url': server.webhookUrl,
      template: 'x',
      'notify-on': 'y',
      'discord-webhook-url': 'http://discord.com/api/webhooks/1/discordSecret0123456789',
      email: '{smtp: "ftp://u:smtpSecret0123@h", from: a@b.c, to: d@e.f}',
      'dry-run': 'maybe',
    })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toEqual([expect.stringMatching(/^5 wrong inputs: /)])
    expectNoLeak(result, 'discordSecret0123456789', 'smtpSecret0123')
    expect(server.received).toEqual([])
  })
})

describe('what is accepted', () => {
  test.each<[Record<string, string>, Record<string, string>, object]>([
    [{}, {}, { slack: undefined, template: 'ci-summary', timeout: 30_000, notifyOn: ['always'] }],
    [{ 'webhook-url': 'http://127.0.0.1:1/x' }, {}, { slack: { kind: 'webhook' } }],
    [{ 'webhook-url': 'http://localhost:1/x' }, {}, { slack: { kind: 'webhook' } }],
    [{ 'webhook-url': HOOK, 'bot-token': BOT_TOKEN, channel: 'C0123456' }, {}, { slack: { kind: 'api' } }],
    [{ 'webhook-url': HOOK }, { SLACK_BOT_TOKEN: BOT_TOKEN }, { slack: { kind: 'webhook' } }],
    [
      { 'webhook-url': HOOK, channel: 'ops' },
      { SLACK_BOT_TOKEN: BOT_TOKEN },
      { slack: { kind: 'api', channels: ['ops'] } },
    ],
    [{ 'bot-token': BOT_TOKEN, channel: '#a, C2\nops' }, {}, { slack: { channels: ['#a', 'C2', 'ops'] } }],
    // A missing secret is no fault of the workflow.
    [{ channel: 'ops', lifecycle: 'true', 'thread-ts': '1405894322.002768' }, {}, { slack: undefined }],
    // The variables are for other steps of the workflow.
    [{ 'webhook-url': HOOK }, { SLACK_API_URL: 'http://slack.example/api/' }, { slack: { kind: 'webhook' } }],
    [
      { 'discord-webhook-url': 'https://discord.com/api/webhooks/1/x', comment: 'false' },
      { SLACK_BOT_TOKEN: BOT_TOKEN },
      { slack: undefined },
    ],
    [{ comment: 'true' }, { SLACK_BOT_TOKEN: BOT_TOKEN }, { slack: undefined }],
    [{ 'bot-token': BOT_TOKEN, channel: 'C1', 'update-ts': '12.3' }, {}, { slack: { updateTs: '12.3' } }],
    [{ timeout: '500ms' }, {}, { timeout: 500 }],
    [{ needs: '{}' }, {}, { needs: [] }],
    [
      { fields: '{version: 1.10, on: true, empty: }' },
      {},
      {
        fields: [
          { name: 'version', value: '1.10' },
          { name: 'on', value: 'true' },
          { name: 'empty', value: '' },
        ],
      },
    ],
    [{ 'notify-on': 'failure, recovery' }, {}, { notifyOn: ['failure', 'recovery'] }],
    [
      { mention: 'here, @octocat, S0123456, <@U0123456>, U1, SAM, hubot', users: 'OctoCat: U9999999' },
      {},
      {
        mentions: [
          { kind: 'here' },
          { kind: 'user', id: 'U9999999' },
          { kind: 'group', id: 'S0123456' },
          { kind: 'user', id: 'U0123456' },
          { kind: 'user', id: 'U1' },
          { kind: 'name', name: 'SAM' },
          { kind: 'name', name: 'hubot' },
        ],
      },
    ],
    [
      { email: '{smtp: "smtp://u:p%40ss@mail.example.com", from: "CI <ci@b.c>", to: [d@e.f, g@h.i]}' },
      {},
      {
        email: {
          host: 'mail.example.com',
          port: 587,
          secure: false,
          demandsTls: true,
          user: 'u',
          password: 'p@ss',
          to: ['d@e.f', 'g@h.i'],
        },
      },
    ],
    [
      { email: '{smtp: "smtps://u%x:50%@mail.example.com", from: a@b.c, to: d@e.f}' },
      {},
      { email: { user: 'u%x', password: '50%' } },
    ],
  ])('%j with %j', async (given, env, expected) => {
    const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
    expect(await readInputs({ ...Object.fromEntries(inputs), ...env })).toMatchObject(expected)
  })
})
