import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { commentBody, commentMark } from '../../../actions/slack-notify/message/comment-body.ts'
import { discordPayload } from '../../../actions/slack-notify/message/discord-embed.ts'
import { emailOf } from '../../../actions/slack-notify/message/email-content.ts'
import { googleChatPayload } from '../../../actions/slack-notify/message/google-chat.ts'
import { jsonDocument } from '../../../actions/slack-notify/message/json-document.ts'
import { markdownBlocks } from '../../../actions/slack-notify/message/markdown.ts'
import { mattermostPayload } from '../../../actions/slack-notify/message/mattermost.ts'
import { pagerDutyChange, pagerDutyEvent } from '../../../actions/slack-notify/message/pagerduty-event.ts'
import { slackPayload } from '../../../actions/slack-notify/message/slack-payload.ts'
import { triggerVariables } from '../../../actions/slack-notify/message/slack-trigger.ts'
import type { Subject } from '../../../actions/slack-notify/message/subject.ts'
import { teamsPayload } from '../../../actions/slack-notify/message/teams-card.ts'
import { messageOf } from '../../../actions/slack-notify/message/templates.ts'
import {
  googleChatProblems,
  mattermostMentions,
  mattermostProblems,
  teamsProblems,
  triggerProblems,
} from '../../support/slack/channel-limits.ts'
import { discordProblems, pagerDutyProblems } from '../../support/slack/further-limits.ts'
import { mentionsOf, readable, slackProblems, textsOf } from '../../support/slack/limits.ts'
import { hostile, mentions, PLAIN, subject, template } from './subjects.ts'

/** As it goes over the wire. */
const sent = (payload: object): unknown => JSON.parse(JSON.stringify(payload))

describe('10,000 hostile subjects', () => {
  test('make a message that Slack takes, and that calls nobody but those of mention', () => {
    fc.assert(
      fc.property(template, subject, mentions, (name, given, called) => {
        const payload = slackPayload(messageOf(name, given), called)
        expect(slackProblems(sent(payload))).toEqual([])
        const wanted = called
          .slice(0, 20)
          .flatMap(({ kind }) => (kind === 'here' ? ['!here'] : kind === 'user' ? ['@U0123456'] : []))
        expect(mentionsOf(payload)).toEqual(wanted)
        const links = [
          ...textsOf(payload).flatMap(({ text, type }) =>
            type === 'mrkdwn' ? [...text.matchAll(/<(https?:[^|>]*)/g)].map(([, url]) => url) : [],
          ),
          ...(JSON.stringify(payload).match(/"url":"[^"]*"/g) ?? []),
        ]
        // Only a changelog, which is Markdown, may have links of its own.
        if (given.changelog === '') expect(links.filter((url) => url?.includes('evil'))).toEqual([])
      }),
      { numRuns: 10_000 },
    )
  }, 120_000)

  test('make a message that Discord, PagerDuty, a mailbox and a pull request take', () => {
    fc.assert(
      fc.property(template, subject, (name, given) => {
        const message = messageOf(name, given)
        expect(discordProblems(sent(discordPayload(message)))).toEqual([])
        const source = given.run.repository
        const routingKey = 'k'.repeat(32)
        const dedupKey = given.title || 'key'
        const event = pagerDutyEvent(message, { routingKey, dedupKey, action: 'trigger', source })
        expect(pagerDutyProblems(sent(event))).toEqual([])
        const change = pagerDutyChange(message, { routingKey, source, timestamp: '2026-01-01T00:00:00Z' })
        expect(JSON.stringify(change).isWellFormed()).toBe(true)
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
      { numRuns: 10_000 },
    )
  }, 120_000)

  test('make a message that Teams, Google Chat, Mattermost, a workflow and a program take', () => {
    fc.assert(
      fc.property(template, subject, mentions, (name, given, called) => {
        const message = messageOf(name, given)
        expect(teamsProblems(sent(teamsPayload(message, called)))).toEqual([])
        expect(googleChatProblems(sent(googleChatPayload(message)))).toEqual([])
        const post = sent(mattermostPayload(message))
        expect(mattermostProblems(post)).toEqual([])
        expect(mattermostMentions(post)).toEqual([])
        expect(triggerProblems(sent(triggerVariables(message, given)))).toEqual([])
        expect(JSON.stringify(jsonDocument(message, given, 'run/job/step'))).toContain('"version":1')
      }),
      { numRuns: 10_000 },
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
      fc.array(object, { minLength: 1, maxLength: 10 }).map((fields) => ({ type: 'section', fields })),
      fc.array(object, { minLength: 1, maxLength: 10 }).map((elements) => ({ type: 'context', elements })),
      fc.constant({ type: 'divider' }),
    )
    fc.assert(
      fc.property(
        subject,
        fc.array(block, { minLength: 1, maxLength: 60 }),
        mentions,
        (given, blocks, called) => {
          const payload = slackPayload(messageOf('plain', given), called, blocks)
          const broken = slackProblems(sent(payload)).filter(
            // What the user wrote as markup is theirs; what we cut is ours.
            (problem) => !/loose bracket|broken entity|open code span/.test(problem),
          )
          expect(broken).toEqual([])
          const wanted = called.slice(0, 20).filter(({ kind }) => kind === 'here' || kind === 'user').length
          expect(mentionsOf({ blocks: payload.blocks })).toHaveLength(wanted)
        },
      ),
      { numRuns: 2_000 },
    )
  }, 120_000)
})

describe('the cut is said', () => {
  test.each<[string, Partial<Subject>, RegExp]>([
    ['a long text', { text: `${'line of text\n'.repeat(600)}` }, /… \d+ more lines, see the run/],
    ['one long line', { text: 'x'.repeat(9_000) }, /… cut, see the run/],
    [
      'a long changelog',
      { changelog: '- change that matters\n'.repeat(2_000) },
      /… \d+ more lines, see the run/,
    ],
    [
      'many fields',
      { fields: Array.from({ length: 13 }, (_, index) => ({ name: `f${index}`, value: 'v' })) },
      /… 3 more fields, see the run/,
    ],
  ])('of %s, with a link to the run', (_, change, words) => {
    const payload = slackPayload(messageOf('ci-summary', { ...PLAIN, ...change }), [])
    expect(readable(payload)).toMatch(words)
    expect(JSON.stringify(payload)).toMatch(/"text":"the run"|\|the run>/)
    expect(slackProblems(payload)).toEqual([])
  })

  test('a text of 3,000 characters is whole', () => {
    const whole = 'x'.repeat(3_000)
    const texts = textsOf(slackPayload(messageOf('plain', { ...PLAIN, text: whole }), [])).map(
      ({ text }) => text,
    )
    expect(texts).toContain(whole)
  })
})
