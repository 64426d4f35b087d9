import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { discordPayload } from '../../../actions/slack-notify/message/discord-embed.ts'
import type { Mention } from '../../../actions/slack-notify/message/message.ts'
import { pagerDutyChange, pagerDutyEvent } from '../../../actions/slack-notify/message/pagerduty-event.ts'
import { slackPayload } from '../../../actions/slack-notify/message/slack-payload.ts'
import { lookOf } from '../../../actions/slack-notify/message/status.ts'
import type { Subject } from '../../../actions/slack-notify/message/subject.ts'
import { teamsPayload } from '../../../actions/slack-notify/message/teams-card.ts'
import { messageOf, TEMPLATES } from '../../../actions/slack-notify/message/templates.ts'
import { ROOT } from '../../../scripts/actions.ts'
import { PLAIN } from './subjects.ts'

/** Everything that a message can hold, and nothing; each is compiled and parsed by what the vendors publish. */
const FULL: Subject = {
  ...PLAIN,
  title: 'A *title* with `marks`',
  text: 'first line\n`code` & <more>',
  reason: 'errors rose',
  environment: 'production',
  version: '2.1.0',
  url: 'https://example.com/page',
  fields: Array.from({ length: 13 }, (_, index) => ({ name: `field ${index}`, value: `*value* ${index}` })),
  changelog: '### Features\n- **a**: b ([#1](https://example.com/1))\n\n```\nlet a = 1\n```',
  jobs: [
    {
      name: 'test (1)',
      status: 'failure',
      url: 'https://example.com/1',
      failedSteps: ['Run'],
      reason: 'expected 1',
    },
    { name: 'test (2)', status: 'success', url: '', failedSteps: [] },
  ],
  story: ['health-check: api is unhealthy'],
  coverage: { value: 84.2, metric: 'lines', branches: 50, threshold: 90, previous: 85, maxDrop: 0.5 },
  durationMs: 61_000,
  run: {
    ...PLAIN.run,
    sha: '4f1e2d3c5b6a79880716253443526170f1e2d3c4',
    commitTitle: 'fix: *.log',
    actor: 'octocat',
    triggeringActor: 'helper',
    attempt: 2,
    pull: { number: 7, title: 'Add', url: 'https://github.com/octo/repo/pull/7' },
  },
}
const MENTIONS: readonly Mention[] = [
  { kind: 'here' },
  { kind: 'user', id: 'U0123456' },
  { kind: 'email', address: 'a@example.com' },
]

const messages = TEMPLATES.flatMap((name) =>
  ['success', 'failure', 'cancelled', 'started', 'on hold'].flatMap((status) =>
    [PLAIN, FULL].map((subject) => messageOf(name, { ...subject, look: lookOf(status) })),
  ),
)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** What the compiler says about a program, within this repository so that it finds the packages. */
function compile(program: string): string {
  mkdirSync(join(ROOT, 'build'), { recursive: true })
  const folder = mkdtempSync(join(ROOT, 'build', 'payloads-'))
  folders.push(folder)
  writeFileSync(join(folder, 'payloads.ts'), program)
  const settings = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'nodenext',
    target: 'es2024',
    types: ['node'],
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: settings, files: ['payloads.ts'] }),
  )
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], {
      encoding: 'utf8',
    })
    return ''
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout)
  }
}

describe('payloads are what the vendors’ own types say', () => {
  const slack = (payload: object): string =>
    `export const s${count++}: SlackMessage = ${JSON.stringify(payload)}`
  const discord = (payload: object): string =>
    `export const d${count++}: RESTPostAPIWebhookWithTokenJSONBody = ${JSON.stringify(payload)}`
  // Its types leave out \`client\`, which its documentation has: assigned by way of a name, more keys are no error.
  const pager = (type: string, payload: object): string =>
    `const p${count} = ${JSON.stringify(payload)} as const satisfies object\nexport const q${count++}: DeepReadonly<${type}> = p${count - 1}`
  let count = 0
  const HEAD = `
import type { KnownBlock, MessageAttachment } from '@slack/types'
import type { RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10'
import type { ChangePayload, EventPayloadV2 } from '@pagerduty/pdjs/build/src/events.js'
interface SlackMessage { text: string; blocks: KnownBlock[]; attachments: MessageAttachment[]; unfurl_links: boolean; unfurl_media: boolean }
type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> }
`

  test('Slack, Discord and PagerDuty', () => {
    const key = { routingKey: 'k'.repeat(32), source: 'octo/repo' }
    const program = messages.flatMap((message) => [
      slack(slackPayload(message, MENTIONS)),
      discord(discordPayload(message)),
      pager('EventPayloadV2', pagerDutyEvent(message, { ...key, dedupKey: 'x', action: 'trigger' })),
      pager('ChangePayload', pagerDutyChange(message, { ...key, timestamp: '2026-01-01T00:00:00Z' })),
    ])
    expect(program.length).toBe(TEMPLATES.length * 5 * 2 * 4)
    expect(compile(HEAD + program.join('\n'))).toBe('')
  })

  test.each<[string, () => string, RegExp]>([
    [
      'a block that is none',
      () =>
        slack({
          text: 'x',
          blocks: [{ type: 'sektion' }],
          attachments: [],
          unfurl_links: false,
          unfurl_media: false,
        }),
      /sektion/,
    ],
    ['a key that is none', () => discord({ embeds: [{ titel: 'x' }] }), /titel/],
    [
      'a severity that is none',
      () =>
        pager('EventPayloadV2', {
          routing_key: 'k',
          event_action: 'trigger',
          payload: { summary: 's', source: 's', severity: 'bad' },
        }),
      /severity/,
    ],
  ])('%s is seen', (_, program, words) => {
    expect(compile(HEAD + program())).toMatch(words)
  })
})

describe('cards are what Microsoft’s own renderer takes', () => {
  const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
    'adaptivecards/dist/adaptivecards.js',
  ) as {
    AdaptiveCard: new () => {
      parse(json: object, context: object): void
      validateProperties(): { validationEvents: { message: string }[] }
    }
    SerializationContext: new () => { eventCount: number; getEventAt(index: number): { message: string } }
  }
  const problems = (content: object): string[] => {
    const context = new SerializationContext()
    const card = new AdaptiveCard()
    card.parse(content, context)
    const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message)
    return [...events, ...card.validateProperties().validationEvents.map(({ message }) => message)]
  }

  test('of every template and status', () => {
    for (const message of messages) {
      const { attachments } = teamsPayload(message, MENTIONS) as { attachments: { content: object }[] }
      expect(problems(attachments[0]?.content ?? {})).toEqual([])
    }
  })

  test.each<[string, object]>([
    ['an unknown element', { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'CodeBlock' }] }],
    [
      'an action without an address',
      { type: 'AdaptiveCard', version: '1.5', actions: [{ type: 'Action.OpenUrl', title: 'x' }] },
    ],
    ['a version that is none', { type: 'AdaptiveCard', version: '9.9', body: [] }],
  ])('%s is seen', (_, card) => {
    expect(problems(card)).not.toEqual([])
  })
})
