import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { markdownBlocks } from '../../../actions/slack-notify/message/markdown.ts'
import type { Mention } from '../../../actions/slack-notify/message/model.ts'
import { lookOf } from '../../../actions/slack-notify/message/status.ts'
import { messageOf, type Subject, TEMPLATES } from '../../../actions/slack-notify/message/templates.ts'
import { commentBody, commentMark } from '../../../actions/slack-notify/sinks/comment.ts'
import { discordPayload } from '../../../actions/slack-notify/sinks/discord.ts'
import { emailOf } from '../../../actions/slack-notify/sinks/email.ts'
import { pagerDutyEvent } from '../../../actions/slack-notify/sinks/pagerduty.ts'
import { slackPayload } from '../../../actions/slack-notify/sinks/slack-payload.ts'
import { hostileText } from '../../support/hostile-text.ts'
import { discordProblems, pagerDutyProblems } from '../../support/slack/further-limits.ts'
import { mentionsOf, slackProblems, textsOf } from '../../support/slack/limits.ts'

const hostile = hostileText(25)
const job = fc.record({
  name: hostile,
  status: fc.oneof(fc.constantFrom('success', 'failure', 'cancelled', 'skipped', 'in_progress'), hostile),
  url: fc.constantFrom('', 'https://github.com/o/r/actions/runs/1/job/2'),
  failedSteps: fc.array(hostile, { maxLength: 4 }),
})
const subject: fc.Arbitrary<Subject> = fc.record({
  look: fc.oneof(fc.constantFrom('success', 'failure', 'started'), hostile).map(lookOf),
  wasBroken: fc.boolean(),
  ...{
    title: hostile,
    text: hostile,
    reason: hostile,
    environment: hostile,
    version: hostile,
    changelog: hostile,
  },
  url: fc.constantFrom('', 'https://example.com/a'),
  fields: fc.array(fc.record({ name: hostile, value: hostile }), { maxLength: 14 }),
  jobs: fc.array(job, { maxLength: 8 }),
  durationMs: fc.constantFrom(undefined, 61_000),
  run: fc.record({
    repository: fc.constantFrom('', 'octo/repo'),
    serverUrl: fc.constant('https://github.com'),
    workflow: hostile,
    runUrl: fc.constantFrom('', 'https://github.com/octo/repo/actions/runs/1'),
    branch: hostile,
    sha: fc.constantFrom('', '4f1e2d3c5b6a79880716253443526170f1e2d3c4'),
    commitTitle: hostile,
    actor: hostile,
    pull: fc.option(
      fc.record({ number: fc.nat(), title: hostile, url: fc.constant('https://github.com/o/r/pull/1') }),
      {
        nil: undefined,
      },
    ),
  }),
})
const mentions: fc.Arbitrary<Mention[]> = fc.array(
  fc.oneof(
    fc.constant<Mention>({ kind: 'here' }),
    fc.constant<Mention>({ kind: 'user', id: 'U0123456' }),
    hostile.map((name): Mention => ({ kind: 'name', name })),
  ),
  { maxLength: 30 },
)
const template = fc.constantFrom(...TEMPLATES)

describe('10,000 hostile subjects', () => {
  test('make a message that Slack takes, and that calls nobody but those of mention', () => {
    fc.assert(
      fc.property(template, subject, mentions, (name, given, called) => {
        const payload = slackPayload(messageOf(name, given), called)
        expect(slackProblems(JSON.parse(JSON.stringify(payload)))).toEqual([])
        const wanted = called
          .slice(0, 20)
          .flatMap(({ kind }) => (kind === 'here' ? ['!here'] : kind === 'user' ? ['@U0123456'] : []))
        expect(mentionsOf(payload)).toEqual(wanted)
        const links = textsOf(payload).flatMap(({ text }) =>
          [...text.matchAll(/<(https?:[^|>]*)/g)].map(([, url]) => url),
        )
        // Only a changelog, which is Markdown, may have links of its own.
        if (given.changelog === '') expect(links.filter((url) => url?.includes('evil'))).toEqual([])
      }),
      { numRuns: 10_000 },
    )
  }, 120_000)

  test('make a message that every other sink takes', () => {
    fc.assert(
      fc.property(template, subject, (name, given) => {
        const message = messageOf(name, given)
        expect(discordProblems(JSON.parse(JSON.stringify(discordPayload(message))))).toEqual([])
        const event = pagerDutyEvent(
          message,
          'k'.repeat(32),
          given.title || 'key',
          'trigger',
          given.run.repository,
        )
        expect(pagerDutyProblems(JSON.parse(JSON.stringify(event)))).toEqual([])
        const { subject: head, html } = emailOf(message)
        expect(head).not.toMatch(/[\r\n]/)
        expect(head.length).toBeLessThanOrEqual(200)
        expect(html.replace(/<\/?(?:div|h2|p|br|table|tr|td|b|code|a)\b[^<>]*>/g, '')).not.toMatch(/[<>]/)
        const comment = commentBody(message, commentMark(given.run.workflow, given.title, given.environment))
        expect(comment.length).toBeLessThanOrEqual(65_536)
        expect(comment.split('\n', 1)[0]).toMatch(
          /^<!-- nexus slack notify [^\s<>-]* [^\s<>-]* [^\s<>-]* -->$/,
        )
        expect(
          markdownBlocks(message)
            .join('\n')
            // As CommonMark reads: an escaped backtick opens no code span.
            .replace(/\\[!-/:-@[-`{-~]|<\/?sub>|\(<https?:[^\s<>]*>\)|(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, ''),
        ).not.toMatch(/<|(?<!&#64;|\w)@\w/)
      }),
      { numRuns: 2_000 },
    )
  }, 120_000)

  test('make no blocks that Slack refuses', () => {
    const object = fc.oneof(
      hostile.map((text) => ({ type: 'mrkdwn', text: text || '-' })),
      hostile.map((text) => ({ type: 'plain_text', text: text || '-' })),
    )
    const block = fc.oneof(
      object.map((text) => ({ type: 'section', text })),
      hostile.map((text) => ({ type: 'header', text: { type: 'plain_text', text: text || '-' } })),
      fc.array(object, { minLength: 1, maxLength: 14 }).map((fields) => ({ type: 'section', fields })),
      fc.array(object, { minLength: 1, maxLength: 14 }).map((elements) => ({ type: 'context', elements })),
      fc.constant({ type: 'divider' }),
    )
    fc.assert(
      fc.property(
        subject,
        fc.array(block, { minLength: 1, maxLength: 60 }),
        mentions,
        (given, blocks, called) => {
          const payload = slackPayload(messageOf('plain', given), called, blocks)
          const broken = slackProblems(JSON.parse(JSON.stringify(payload))).filter(
            // What the user wrote as markup is theirs; what we cut is ours.
            (problem) => !/loose bracket|broken entity|open code span/.test(problem),
          )
          expect(broken).toEqual([])
          const wanted = called.slice(0, 20).filter(({ kind }) => kind !== 'name').length
          expect(mentionsOf({ blocks: payload.blocks })).toHaveLength(wanted)
        },
      ),
      { numRuns: 2_000 },
    )
  }, 120_000)
})

describe('the cut is said', () => {
  const base: Subject = {
    ...{
      look: lookOf('success'),
      wasBroken: false,
      title: '',
      text: '',
      reason: '',
      environment: '',
      version: '',
    },
    ...{ url: '', fields: [], changelog: '', jobs: [], durationMs: undefined },
    run: {
      ...{
        repository: 'octo/repo',
        serverUrl: 'https://github.com',
        workflow: 'ci',
        branch: 'main',
        sha: '',
      },
      ...{
        runUrl: 'https://github.com/octo/repo/actions/runs/1',
        commitTitle: '',
        actor: '',
        pull: undefined,
      },
    },
  }
  const toRun = '<https://github.com/octo/repo/actions/runs/1|the run>'

  test.each<[string, Partial<Subject>, RegExp]>([
    ['a long text', { text: `${'line of text\n'.repeat(600)}` }, /… \d+ more lines, see /],
    ['one long line', { text: 'x'.repeat(9_000) }, /… cut, see /],
    ['a long changelog', { changelog: '- change that matters\n'.repeat(2_000) }, /… \d+ more lines, see /],
    [
      'many fields',
      { fields: Array.from({ length: 13 }, (_, index) => ({ name: `f${index}`, value: 'v' })) },
      /… 3 more fields, see /,
    ],
  ])('of %s, with a link to the run', (_, change, words) => {
    const payload = slackPayload(messageOf('ci-summary', { ...base, ...change }), [])
    const texts = textsOf(payload).map(({ text }) => text)
    const found = texts.find((text) => words.test(text))
    expect(found).toContain(toRun)
    expect(slackProblems(payload)).toEqual([])
  })

  test('a text of 3,000 characters is whole', () => {
    const whole = 'x'.repeat(3_000)
    const texts = textsOf(slackPayload(messageOf('plain', { ...base, text: whole }), [])).map(
      ({ text }) => text,
    )
    expect(texts).toContain(whole)
  })
})
