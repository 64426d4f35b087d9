import { describe, expect, test } from '@jest/globals'
import { mentionsOf, readable } from '../../support/slack/limits.ts'
import { ROUTING_KEY, startPagerDuty } from '../../support/slack/services.ts'
import { notify, said, slack, stage } from './stage.ts'

/** What people and other tools write, and the word of GitHub that it means. */
const SYNONYMS: readonly (readonly [string, string, 'trigger' | 'resolve' | undefined])[] = [
  ['Failure', 'failure', 'trigger'],
  ['failed', 'failure', 'trigger'],
  ['FAILED', 'failure', 'trigger'],
  [' error ', 'failure', 'trigger'],
  ['Timed Out', 'timed_out', 'trigger'],
  ['timed_out', 'timed_out', 'trigger'],
  ['timed-out', 'timed_out', 'trigger'],
  ['startup_failure', 'startup_failure', 'trigger'],
  ['SUCCESS', 'success', 'resolve'],
  ['Succeeded', 'success', 'resolve'],
  ['passed', 'success', 'resolve'],
  ['canceled', 'cancelled', undefined],
  ['Aborted', 'cancelled', undefined],
  ['Skipped', 'skipped', undefined],
  ['Starting', 'started', undefined],
]

describe('a status in any case, and its usual synonyms', () => {
  test.each(SYNONYMS)('%s is %s', async (given, status, action) => {
    const server = await slack()
    const pagerduty = await stage(startPagerDuty())
    const result = await notify(
      {
        'webhook-url': server.webhookUrl,
        status: given,
        'notify-on': 'failure, success, cancelled',
        mention: 'here',
        'pagerduty-routing-key': ROUTING_KEY,
      },
      { env: { PAGERDUTY_EVENTS_URL: `${pagerduty.url}/v2/enqueue` } },
    )
    expect(JSON.parse(result.outputs['result'] ?? '').status).toBe(status)
    expect(result.annotations).toEqual([])
    expect(pagerduty.received.map(({ json }) => json.event_action)).toEqual(
      action === undefined ? [] : [action],
    )
    const isTold = action !== undefined || status === 'cancelled'
    expect(server.messages).toHaveLength(isTold ? 1 : 0)
    if (action === 'trigger') expect(mentionsOf(server.messages[0]?.payload)).toEqual(['!here'])
  })

  test.each(['success', 'Failed', 'CANCELED', 'skipped'])(
    'the result %s of a job that was needed',
    async (result) => {
      const server = await slack()
      const ended = await notify({
        'webhook-url': server.webhookUrl,
        needs: JSON.stringify({ build: { result } }),
      })
      expect(ended.annotations).toEqual([])
      expect(JSON.parse(ended.outputs['result'] ?? '').status).toBe(
        { success: 'success', Failed: 'failure', CANCELED: 'cancelled', skipped: 'skipped' }[result],
      )
    },
  )

  test.each(['Failure', 'CHANGE', 'Cancelled'])('notify-on takes %s', async (word) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, 'notify-on': word, 'dry-run': 'true' })
    expect(said(result, 'error')).toEqual([])
  })
})

describe('a free word', () => {
  test('is grey, and no warning where nobody asks', async () => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, status: 'on hold' })
    expect(result.annotations).toEqual([])
    expect(readable(server.messages[0]?.payload)).toContain('⚪ release ended as on hold')
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['sucess', { 'pagerduty-routing-key': ROUTING_KEY }, /PagerDuty gets nothing.*Did you mean "success"/],
    ['on hold', { 'notify-on': 'failure' }, /notify-on \(failure\) does not hold/],
    ['failuer', { mention: 'here' }, /mention calls nobody.*Did you mean "failure"/],
  ])('%s warns with %j', async (status, inputs, words) => {
    const server = await slack()
    const pagerduty = await stage(startPagerDuty())
    const env = { PAGERDUTY_EVENTS_URL: `${pagerduty.url}/v2/enqueue` }
    const result = await notify({ 'webhook-url': server.webhookUrl, status, ...inputs }, { env })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(words)])
  })
})
