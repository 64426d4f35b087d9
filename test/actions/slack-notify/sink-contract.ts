import { describe, expect, test } from '@jest/globals'
import type { StepResult } from '../../support/runner.ts'
import type { Faults } from '../../support/slack/channels.ts'
import { type StandIn, startStandIn } from '../../support/slack/stand-in.ts'
import { expectNoLeak, notify, said, stage } from './stage.ts'

/** One sink, as a test needs it. */
export interface SinkSpec {
  /** Its key in the output `sinks`. */
  name: string
  start: (faults?: Faults) => Promise<StandIn>
  /** The inputs that send to a server. */
  inputs: (server: StandIn) => Record<string, string>
  env?: (server: StandIn) => Record<string, string>
  /** What nobody may see anywhere. */
  secrets: readonly string[]
  /** What is wrong with what was sent, by the service's documented rules. */
  problems: (json: unknown) => string[]
  /** Whom it calls. */
  mentions?: (json: unknown) => string[]
  /** The status and words of a refusal, our word for it, and the remedy. */
  refusals: readonly (readonly [status: number, body: string | object, word: string, remedy: RegExp])[]
  /** A repetition is known by a key: what may have arrived is sent again. */
  isHarmless?: boolean
  /** It only queues. */
  isQueue?: boolean
  /** Says the message is about a failure, so that there is something to say. */
  jobStatus?: 'success' | 'failure'
  /** It has nothing of texts, only of the headline. */
  isShort?: boolean
}

const HOSTILE =
  '<!channel> @all @here @channel <@U0123456> *b* [l](https://evil.example) <https://evil.example|x> `c` {{DATE(2026)}} <at>x</at> &amp; \u202e'

/** What holds for every sink: limits, escaping, refusals with a remedy, rate limits, silence, redirects, secrets. */
export function describeSink(spec: SinkSpec): void {
  const send = async (
    inputs: Record<string, string> = {},
    faults?: Faults,
  ): Promise<{
    result: StepResult
    server: StandIn
    sink: { ok: boolean; error: string; accepted?: boolean }
  }> => {
    const server = await stage(spec.start(faults))
    const result = await notify(
      { ...spec.inputs(server), ...inputs },
      { jobStatus: spec.jobStatus ?? 'success', env: spec.env?.(server) ?? {} },
    )
    expectNoLeak(result, ...spec.secrets)
    return { result, server, sink: JSON.parse(result.outputs['sinks'] || '{}')[spec.name] }
  }
  const expectTold = (result: StepResult, word: string | RegExp, remedy: RegExp): void => {
    expect(result.conclusion).toBe('success')
    expect(said(result, 'error')).toEqual([])
    const warnings = said(result, 'warning')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(word)
    expect(warnings[0]).toMatch(remedy)
    expect(result.outputs['delivered']).toBe('false')
    expect(result.summary).toContain('⚠️')
  }

  describe(`the sink ${spec.name}`, () => {
    test('takes the message', async () => {
      const { result, server, sink } = await send()
      expect(result.annotations).toEqual([])
      expect(result.outputs['delivered']).toBe('true')
      expect(sink.ok).toBe(true)
      expect(sink.accepted ?? false).toBe(spec.isQueue ?? false)
      expect(server.received).toHaveLength(1)
      expect(server.received[0]?.headers['content-type']).toMatch(/^application\/json/)
      expect(spec.problems(server.received[0]?.json)).toEqual([])
      expect(server.received[0]?.text).toMatch(/release (?:succeeded|failed) on main/)
    })

    test('calls nobody, and no text becomes a link', async () => {
      const { server } = await send({
        title: HOSTILE,
        text: HOSTILE,
        reason: HOSTILE,
        fields: JSON.stringify({ [HOSTILE]: HOSTILE }),
      })
      const { json, text = '' } = server.received[0] ?? {}
      expect(spec.problems(json)).toEqual([])
      expect(spec.mentions?.(json) ?? []).toEqual([])
      expect(text).not.toMatch(/"url":"https:\/\/evil/)
    })

    test('gets no more than it takes, and the cut is said', async () => {
      const needs = JSON.stringify(
        Object.fromEntries(
          Array.from({ length: 200 }, (_, index) => [
            `job-${index} ${'名'.repeat(60)}`,
            { result: 'failure' },
          ]),
        ),
      )
      const { result, server } = await send({
        needs,
        text: '😀"\\<'.repeat(3_000),
        changelog: `- **fix**: ${'é'.repeat(300)}\n`.repeat(100),
        fields: JSON.stringify(
          Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`field ${index}`, '"'.repeat(900)])),
        ),
      })
      expect(result.outputs['delivered']).toBe('true')
      expect(spec.problems(server.received[0]?.json)).toEqual([])
      if (!spec.isShort) expect(server.received[0]?.text).toMatch(/… (?:cut|\d+ more)/)
    })

    test.each(spec.refusals)('HTTP %d %j is %s', async (status, body, word, remedy) => {
      const { result, server, sink } = await send({ timeout: '3s' }, () => ({ status, body }))
      expectTold(result, word, remedy)
      expect(sink).toMatchObject({ ok: false, error: word })
      if (!spec.isHarmless || status < 500) expect(server.received).toHaveLength(1)
    })

    test('a refusal is red with fail-on-error, with one error', async () => {
      const { result } = await send({ 'fail-on-error': 'true' }, () => ({ status: 403, body: 'no' }))
      expect(result.conclusion).toBe('failure')
      expect(said(result, 'error')).toHaveLength(1)
      expect(said(result, 'warning')).toEqual([])
    })

    test('429 is obeyed', async () => {
      const { result, server } = await send({}, (_, nth) =>
        nth === 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined,
      )
      expect(result.outputs['delivered']).toBe('true')
      expect(server.received).toHaveLength(2)
    })

    test('429 that lasts longer than the step is told at once', async () => {
      const { result, server } = await send({}, () => ({ status: 429, headers: { 'retry-after': '600' } }))
      expectTold(result, 'http_429', /429/)
      expect(server.received).toHaveLength(1)
    })

    test.each<['silence' | 'reset' | 'drip', RegExp]>([
      ['silence', /timeout/],
      ['reset', /no_answer/],
      ['drip', /timeout/],
    ])('%s: it may have arrived', async (behaviour, word) => {
      const { result, server } = await send({ timeout: '1s' }, () => behaviour)
      expectTold(
        result,
        word,
        spec.isHarmless ? /may have arrived|one key/ : /may have arrived, so it was not sent again/,
      )
      if (!spec.isHarmless) expect(server.received).toHaveLength(1)
    })

    test('a redirect is refused, and nothing goes there', async () => {
      const elsewhere = await stage(startStandIn(() => ({ status: 200, body: 'ok' })))
      const { result } = await send({}, () => ({ status: 302, headers: { location: elsewhere.url } }))
      expectTold(result, 'redirect_refused', /Is the URL right/)
      expect(elsewhere.received).toEqual([])
    })

    test('a login page with HTTP 200 is not a delivery', async () => {
      const { result } = await send({}, () => ({ status: 200, body: '<!doctype html><html>log in</html>' }))
      expectTold(result, 'http_200', /something else answers/)
    })

    test('a dry run sends nothing', async () => {
      const { result, server } = await send({ 'dry-run': 'true' })
      expect(server.received).toEqual([])
      expect(result.outputs).toMatchObject({ delivered: 'false', sinks: '{}' })
    })
  })
}
