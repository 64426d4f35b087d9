import { describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import {
  googleChatProblems,
  mattermostMentions,
  mattermostProblems,
  teamsProblems,
  triggerProblems,
} from '../../support/slack/channel-limits.ts'
import {
  GOOGLE_PATH,
  MATTERMOST_PATH,
  startGoogleChat,
  startMattermost,
  startReceiver,
  startTeams,
  startTrigger,
  TEAMS_PATH,
  TRIGGER_PATH,
} from '../../support/slack/channels.ts'
import { discordProblems, pagerDutyProblems } from '../../support/slack/further-limits.ts'
import { mentionsOf, slackProblems } from '../../support/slack/limits.ts'
import { DISCORD_PATH, ROUTING_KEY, startDiscord, startPagerDuty } from '../../support/slack/services.ts'
import { startSlack, WEBHOOK_PATH } from '../../support/slack/slack.ts'
import { describeSink } from './sink-contract.ts'
import { expectNoLeak, notify, said, slack, stage } from './stage.ts'

const SECRET = 'whsec_cGxhbnRlZC1wbGFudGVkLXBsYW50ZWQtc2VjcmV0'
const webhooks = (url: string, more: object): Record<string, string> => ({
  webhooks: JSON.stringify([{ url, ...more }]),
})

describeSink({
  name: 'slack',
  start: startSlack,
  inputs: ({ url }) => ({ 'webhook-url': url + WEBHOOK_PATH }),
  secrets: ['pLaNtEdWebhookSecret0123'],
  problems: slackProblems,
  mentions: mentionsOf,
  refusals: [
    [404, 'no_service', 'no_service', /new incoming webhook/],
    [500, 'rollup_error', 'rollup_error', /slack-status/],
  ],
})

describeSink({
  name: 'slack',
  start: startTrigger,
  inputs: ({ url }) => ({ 'webhook-url': url + TRIGGER_PATH }),
  secrets: ['pLaNtEdTrigger0123456789'],
  problems: triggerProblems,
  refusals: [
    [200, { ok: false, error: 'workflow_not_published' }, 'workflow_not_published', /Publish the workflow/],
    [
      400,
      { ok: false, error: 'parameter_validation_failed' },
      'parameter_validation_failed',
      /Declare the variables/,
    ],
    [404, '', 'http_404', /web request URL/],
  ],
  isQueue: true,
  isShort: true,
})

describeSink({
  name: 'discord',
  start: startDiscord,
  inputs: ({ url }) => ({ 'discord-webhook-url': url + DISCORD_PATH }),
  secrets: ['pLaNtEdDiscordSecret0123'],
  problems: discordProblems,
  refusals: [
    [404, { message: 'Unknown Webhook', code: 10015 }, 'http_404', /Unknown Webhook.*new webhook/],
    [400, { code: 50035 }, 'http_400', /defect/],
  ],
})

describeSink({
  name: 'teams',
  start: startTeams,
  inputs: ({ url }) => ({ 'teams-webhook-url': url + TEAMS_PATH }),
  secrets: ['pLaNtEdTeamsSig_0123-456'],
  problems: teamsProblems,
  refusals: [
    [
      401,
      { error: { code: 'DirectApiAuthorizationRequired' } },
      'DirectApiAuthorizationRequired',
      /Who can trigger the flow/,
    ],
    [404, '', 'http_404', /Copy the URL of the workflow again/],
    [413, '', 'http_413', /defect/],
    [
      200,
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413',
      'http_413',
      /larger than Teams takes/,
    ],
    [502, '', 'http_502', /try again later/],
  ],
  isQueue: true,
})

describeSink({
  name: 'google-chat',
  start: startGoogleChat,
  inputs: ({ url }) => webhooks(url + GOOGLE_PATH, { format: 'google-chat' }),
  secrets: ['pLaNtEdGoogleKey0123', 'pLaNtEdGoogleToken'],
  problems: googleChatProblems,
  refusals: [
    [403, { error: { status: 'PERMISSION_DENIED' } }, 'PERMISSION_DENIED', /new webhook/],
    [404, { error: { status: 'NOT_FOUND' } }, 'NOT_FOUND', /is gone/],
    [500, '', 'http_500', /500/],
  ],
  isHarmless: true,
})

describeSink({
  name: 'mattermost',
  start: startMattermost,
  inputs: ({ url }) => webhooks(url + MATTERMOST_PATH, { format: 'mattermost' }),
  secrets: ['planted1mattermost2hook3id'],
  problems: mattermostProblems,
  mentions: mattermostMentions,
  refusals: [
    [
      400,
      { id: 'web.incoming_webhook.channel.app_error', message: "Couldn't find the channel" },
      'web.incoming_webhook.channel.app_error',
      /still exist/,
    ],
    [501, '', 'http_501', /turned off/],
  ],
})

describeSink({
  name: 'json',
  start: startReceiver,
  inputs: ({ url }) =>
    webhooks(`${url}/in/planted-json-path-0123`, {
      secret: SECRET,
      headers: { 'X-Access-Key': 'pLaNtEdHeader' },
    }),
  secrets: [SECRET, SECRET.slice(6), 'pLaNtEdHeader', 'planted-json-path-0123'],
  problems: (json) => ((json as { version?: unknown } | null)?.version === 1 ? [] : ['version']),
  refusals: [
    [401, '', 'http_401', /"headers" or "secret"/],
    [500, '', 'http_500', /500/],
  ],
})

describeSink({
  name: 'pagerduty',
  start: startPagerDuty,
  inputs: () => ({ 'pagerduty-routing-key': ROUTING_KEY }),
  env: ({ url }) => ({ PAGERDUTY_EVENTS_URL: `${url}/v2/enqueue` }),
  secrets: [ROUTING_KEY],
  problems: pagerDutyProblems,
  refusals: [[400, { message: 'Event object is invalid' }, 'http_400', /integration key/]],
  isHarmless: true,
  isShort: true,
  jobStatus: 'failure',
})

describe('a signed document', () => {
  test('is one for those who verify Standard Webhooks', async () => {
    const server = await stage(startReceiver())
    await notify(webhooks(`${server.url}/x`, { secret: SECRET, headers: { 'X-Team': 'shop' } }), {
      jobStatus: 'failure',
    })
    const { text = '', headers = {} } = server.received[0] ?? {}
    const document = new Webhook(SECRET).verify(text, headers as Record<string, string>) as Record<
      string,
      unknown
    >
    expect(document).toMatchObject({
      version: 1,
      status: 'failure',
      class: 'failure',
      repository: 'octo-org/octo-repo',
    })
    expect(headers['x-team']).toBe('shop')
    expect(() =>
      new Webhook(SECRET).verify(text.replace('failure', 'success'), headers as Record<string, string>),
    ).toThrow()
  })

  test('has the same id when the same is told again, and another for something else', async () => {
    const server = await stage(startReceiver())
    const send = (title: string) => notify({ ...webhooks(`${server.url}/x`, {}), title })
    await send('a')
    await send('a')
    await send('b')
    const [first, second, third] = server.received.map(({ headers }) => headers['webhook-id'])
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
})

describe('several webhooks in one step', () => {
  test('each has its own outcome', async () => {
    const server = await slack()
    const trigger = await stage(startTrigger())
    const teams = await stage(startTeams())
    const mattermost = await stage(startMattermost(() => ({ status: 500 })))
    const result = await notify({
      'webhook-url': `${server.webhookUrl}\n${trigger.url}${TRIGGER_PATH}`,
      'teams-webhook-url': `${teams.url}${TEAMS_PATH}, ${teams.url}/invoke?sig=wrong0123456789`,
      ...webhooks(mattermost.url + MATTERMOST_PATH, { format: 'mattermost' }),
    })
    expect(JSON.parse(result.outputs['sinks'] ?? '')).toEqual({
      'slack 1': { ok: true, status: 200, error: '' },
      'slack 2': { ok: true, status: 200, error: '', accepted: true },
      'teams 1': { ok: true, status: 202, error: '', accepted: true },
      'teams 2': { ok: false, status: 401, error: 'DirectApiAuthorizationRequired' },
      mattermost: { ok: false, status: 500, error: 'http_500' },
    })
    expect(result.outputs['delivered']).toBe('false')
    expectNoLeak(result, 'pLaNtEdTeamsSig', 'wrong0123456789')
  })

  test('the variables of a workflow are all there, as texts', async () => {
    const trigger = await stage(startTrigger())
    const needs = JSON.stringify({ a: { result: 'failure' }, b: { result: 'success' } })
    await notify({ 'webhook-url': trigger.url + TRIGGER_PATH, environment: 'production', needs })
    expect(trigger.received[0]?.json).toEqual({
      title: '❌ release failed on main',
      text: '',
      status: 'failure',
      environment: 'production',
      version: '',
      url: 'https://github.com/octo-org/octo-repo/actions/runs/1658821493',
      repository: 'octo-org/octo-repo',
      branch: 'main',
      sha: '4f1e2d3c5b6a79880716253443526170f1e2d3c4',
      actor: 'octocat',
      reason: '',
      failed_jobs: 'a',
    })
  })

  test('Teams calls people by their address', async () => {
    const teams = await stage(startTeams())
    const result = await notify(
      { 'teams-webhook-url': teams.url + TEAMS_PATH, mention: 'octo@example.com' },
      { jobStatus: 'failure' },
    )
    expect(result.annotations).toEqual([])
    const card = teams.received[0]?.json.attachments[0].content
    expect(card.msteams.entities).toEqual([
      {
        type: 'mention',
        text: '<at>octo@example.com</at>',
        mentioned: { id: 'octo@example.com', name: 'octo@example.com' },
      },
    ])
  })
})

describe('a URL in the wrong place is an input error with the right one', () => {
  test.each<[Record<string, string>, RegExp]>([
    [
      {
        'webhook-url':
          'https://prod-1.westus.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=x',
      },
      /webhook-url: .*"teams-webhook-url"/,
    ],
    [
      { 'webhook-url': 'https://contoso.webhook.office.com/webhookb2/x' },
      /webhook-url: .*"teams-webhook-url"/,
    ],
    [
      { 'webhook-url': 'https://default.01.environment.api.powerplatform.com/powerautomate/x?sig=y' },
      /"teams-webhook-url"/,
    ],
    [{ 'webhook-url': 'https://discord.com/api/webhooks/1/x' }, /webhook-url: .*"discord-webhook-url"/],
    [
      { 'webhook-url': 'https://chat.googleapis.com/v1/spaces/A/messages?key=k' },
      /webhook-url: .*google-chat/,
    ],
    [
      { 'webhook-url': 'https://hooks.slack.com/services/T/B/x, http://other.example/x' },
      /webhook-url\[1\]: .*https/,
    ],
    [
      { 'teams-webhook-url': 'https://default.01.environment.api.powerplatform.com/powerautomate/x/invoke' },
      /teams-webhook-url: .*"sig".*Anyone/,
    ],
    [{ 'teams-webhook-url': 'https://hooks.slack.com/services/T/B/x' }, /teams-webhook-url: .*slack/],
    [
      webhooks('https://chat.googleapis.com/v1/spaces/A/messages?key=k', {}),
      /webhooks\[0\]\.format: .*"google-chat"/,
    ],
    [webhooks('https://x.example/hook', { format: 'slak' }), /webhooks\[0\]\.format: "slak" is not one of/],
    [
      webhooks('https://x.example/hook', { secret: 'short' }),
      /webhooks\[0\]\.secret: .*whsec_.*openssl rand/,
    ],
    [
      webhooks('https://x.example/hook', { format: 'mattermost', secret: SECRET }),
      /webhooks\[0\]\.secret: .*format: json/,
    ],
    [
      webhooks('https://x.example/hook', { headers: { 'Content-Type': 'x' } }),
      /headers\.Content-Type: .*cannot be set/,
    ],
    [
      webhooks('https://x.example/hook', { headers: { 'X-A': 'a\nb' } }),
      /headers\.X-A: .*no header may have/,
    ],
    [webhooks('https://x.example/hook', { headr: {} }), /webhooks\[0\]\.headr: .*Did you mean "headers"/],
    [webhooks('http://x.example/hook', {}), /webhooks\[0\]\.url: .*https/],
    [{ webhooks: '- format: json' }, /webhooks\[0\]\.url: it is missing/],
    [{ webhooks: '- x' }, /webhooks\[0\]: it is not a map/],
  ])('%j', async (inputs, words) => {
    const result = await notify(inputs)
    expect(result.conclusion).toBe('failure')
    expect(said(result, 'error')).toEqual([expect.stringMatching(words)])
    expect(said(result, 'error').join()).not.toContain(SECRET)
  })

  test('a retired connector of Teams is told', async () => {
    const result = await notify({
      'teams-webhook-url': 'https://contoso.webhook.office.com/webhookb2/x',
      'dry-run': 'true',
    })
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/retired.*workflow/)])
  })
})
