import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decide } from '../../../actions/blue-green-switch/plan.ts'
import { recoveryOf } from '../../../actions/blue-green-switch/protocol/journal.ts'
import { chart } from '../../../actions/blue-green-switch/report/chart.ts'
import { liveColor, type Weights } from '../../../actions/blue-green-switch/targets/target.ts'
import { describeWeights } from '../../../actions/blue-green-switch/targets/weights.ts'
import { readIdentify, sideOf } from '../../../actions/blue-green-switch/traffic/identify.ts'
import {
  failureOf,
  type Limits,
  neededRate,
  type Sample,
  samplesOf,
  statsOf,
  verdictOf,
} from '../../../actions/blue-green-switch/traffic/verdict.ts'

const LIMITS: Limits = {
  minSamples: 20,
  maxErrorRate: 0,
  maxP95: undefined,
  maxP95Ratio: undefined,
  maxErrorDifference: undefined,
}
const many = (count: number, sample: Partial<Sample> = {}): Sample[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ at: index * 100, ms: 10, side: 'green', outcome: 'good' as const },
    ...sample,
  }))
const error = { outcome: 'error', reason: 'HTTP 500' } as const
const blip = { outcome: 'blip', reason: 'HTTP 502' } as const

describe('a verdict', () => {
  test.each<[string, Sample[], Partial<Limits>, number, string | undefined]>([
    ['is open while there is time', many(50), {}, 999, undefined],
    ['passes with enough answers', many(20), {}, 1_000, 'pass'],
    ['is open while answers are missing', many(19), {}, 3_999, undefined],
    ['is inconclusive after four times the length', many(19), {}, 4_000, 'inconclusive'],
    ['is inconclusive without any answer', [], {}, 4_000, 'inconclusive'],
    ['fails with one error at 0 %, at once', [...many(3), ...many(1, error)], {}, 10, 'fail'],
    ['does not fail for an error that was not confirmed', [...many(25), ...many(1, blip)], {}, 1_000, 'pass'],
    ['fails when every tenth answer is one of those', [...many(25), ...many(3, blip)], {}, 1_000, 'fail'],
    [
      'waits where one error of 20 is allowed',
      [...many(2), ...many(1, error)],
      { maxErrorRate: 0.05 },
      10,
      undefined,
    ],
    ['fails with the second one', [...many(2), ...many(2, error)], { maxErrorRate: 0.05 }, 10, 'fail'],
    ['passes at exactly the rate', [...many(19), ...many(1, error)], { maxErrorRate: 0.05 }, 1_000, 'pass'],
    ['fails above it', [...many(19), ...many(2, error)], { maxErrorRate: 0.05 }, 1_000, 'fail'],
    [
      'passes with one of 20 too slow',
      [...many(19), ...many(1, { ms: 900 })],
      { maxP95: 500 },
      1_000,
      'pass',
    ],
    ['fails with two of 20 too slow', [...many(18), ...many(2, { ms: 900 })], { maxP95: 500 }, 1_000, 'fail'],
    ['fails with two too slow before there are 20', many(2, { ms: 900 }), { maxP95: 500 }, 10, 'fail'],
    ['does not mind slowness without max-p95', many(20, { ms: 60_000 }), {}, 1_000, 'pass'],
  ])('%s', (_, samples, limits, elapsed, expected) => {
    expect(verdictOf(samples, { ...LIMITS, ...limits }, elapsed, 1_000)?.verdict).toBe(expected)
  })

  test('says what was seen', () => {
    expect(failureOf([...many(3), ...many(1, error)], LIMITS)).toBe(
      '1 of 4 answers failed, allowed are 0 %: HTTP 500',
    )
    expect(failureOf(many(2, { ms: 900 }), { ...LIMITS, maxP95: 500 })).toBe(
      '2 of 2 answers took longer than 500 ms (max-p95), p95 is 900 ms',
    )
    expect(verdictOf(many(19), LIMITS, 40_000, 10_000)?.reason).toBe(
      'only 19 answers within 40 s, 20 are needed (min-samples)',
    )
  })

  test('errors that are allowed and rank as the slowest are told with the slow ones', () => {
    const limits = { ...LIMITS, maxErrorRate: 0.1, maxP95: 500 }
    expect(failureOf([...many(18), ...many(2, error)], limits)).toBe(
      '0 of 20 answers took longer than 500 ms (max-p95) and 2 failed',
    )
  })

  test('a failure is certain: no good answer that comes later would have saved the step', () => {
    const sample = fc.record({ ms: fc.integer({ min: 1, max: 1_000 }), bad: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 60 }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (raw, rate) => {
          const limits = { ...LIMITS, maxErrorRate: rate, maxP95: 500 }
          const samples = raw.map(
            ({ ms, bad }, at): Sample => ({
              ...{ at, ms, side: 'green', outcome: bad ? 'error' : 'good' },
            }),
          )
          if (failureOf(samples, limits) === undefined) return
          const filled = [...samples, ...many(Math.max(0, 20 - samples.length))]
          const { errorRate, p95 } = statsOf(filled)
          expect(errorRate > rate || p95 === undefined || p95 > 500).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('what no side can be told of counts against the new one', () => {
    const samples = [...many(2), ...many(1, { ...error, side: undefined }), ...many(3, { side: 'blue' })]
    expect(samplesOf(samples, 'green', 'green')).toHaveLength(3)
    expect(samplesOf(samples, 'blue', 'green')).toHaveLength(3)
  })

  test('an error ranks as the slowest', () => {
    expect(statsOf([...many(18), ...many(2, error)])).toMatchObject({
      p50: 10,
      p95: undefined,
      errorRate: 0.1,
    })
  })

  test.each([
    ['none are missing', 5, 0, 5, 1_000, 5],
    ['there is time', 5, 20, 100, 30_000, 5],
    ['5 % of the traffic, 30 s', 5, 20, 5, 30_000, 500 / 30],
    ['never more than 50', 5, 20, 5, 1_000, 50],
  ])('requests per second: %s', (_, rate, missing, share, left, expected) => {
    expect(neededRate(rate, missing, share, left)).toBeCloseTo(expected, 5)
  })
})

describe('which side answers', () => {
  const identify = (given: unknown, version = '2.0.0') => {
    const reading = readIdentify(given, ['blue', 'green'], version)
    if ('problem' in reading) throw new Error(reading.problem)
    return reading.value
  }
  const seen = (headers: Record<string, string>, body = '') => ({
    ...{ status: 200, headers, body: Buffer.from(body), timings: { total: 1 } },
  })

  test.each([
    ['a header', { header: 'X-Color' }, seen({ 'x-color': ' green ' }), { side: 'green' }],
    ['no such header', { header: 'X-Color' }, seen({}), { unknown: 'the answer has no header x-color' }],
    [
      'a header that is no side',
      { header: 'X-Color' },
      seen({ 'x-color': 'GREEN, blue' }),
      { unknown: 'header x-color is "GREEN, blue", which is no side' },
    ],
    [
      'a version',
      { json: 'app.version', values: { blue: 1, green: '{version}' } },
      seen({}, '{"app":{"version":"2.0.0"}}'),
      { side: 'green' },
    ],
    ['a number', { json: 'v', values: { blue: 1, green: 2 } }, seen({}, '{"v":1}'), { side: 'blue' }],
    ['no JSON', { json: 'v' }, seen({}, '<html>'), { unknown: 'the answer has no "v"' }],
    [
      'a prototype',
      { json: 'constructor.name' },
      seen({}, '{}'),
      { unknown: 'the answer has no "constructor.name"' },
    ],
  ])('%s', (_, given, answer, expected) => {
    expect(sideOf(identify(given), answer)).toEqual(expected)
  })

  test.each([
    ['X-Color', 'is not a map'],
    [{}, 'give either "header" or "json"'],
    [{ header: 'a', json: 'b' }, 'give either'],
    [{ header: 'not a name' }, 'not a header name'],
    [{ haeder: 'a' }, 'Did you mean "header"?'],
    [{ header: 'a', values: { blue: 'x' } }, '"green" is missing'],
    [{ header: 'a', values: { blue: 'x', green: 'x' } }, 'stands for two colors'],
    [{ header: 'a', values: { blue: 'x', gren: 'y' } }, 'Did you mean "green"?'],
    [{ header: 'a', values: { blue: 'x', green: '{version}' } }, 'is not a text'],
  ])('%j is refused', (given, problem) => {
    const version = ''
    expect(readIdentify(given, ['blue', 'green'], version)).toEqual({
      problem: expect.stringContaining(problem),
    })
  })
})

describe('the plan', () => {
  const state = (weights: Weights) => ({ weights, live: liveColor(weights), raw: null })
  const asked = {
    mode: 'switch',
    colors: ['blue', 'green'],
    to: 'idle',
    expectLive: '',
    steps: [100],
    sticky: 'keep',
  } as const
  const blue = state({ blue: 100, green: 0 })
  const split = state({ blue: 75, green: 25 })

  test('goes to the idle side, step by step', () => {
    expect(decide({ ...asked, steps: [5, 100] }, { state: blue })).toMatchObject({
      event: 'read',
      moves: {
        ...{ from: 'blue', to: 'green' },
        steps: [
          { share: 5, weights: { blue: 95, green: 5 } },
          { share: 100, weights: { blue: 0, green: 100 } },
        ],
      },
    })
  })

  test.each([
    ['another color is live', { ...asked, expectLive: 'green' }, blue, 'state drift'],
    ['nobody knows who is idle', asked, split, 'state drift'],
    ['nobody has traffic', asked, state({ blue: 0, green: 0 }), 'state drift'],
    ['it is there already', { ...asked, to: 'blue' }, blue, 'already live'],
    ['nobody wants to move it', { ...asked, mode: 'status' as const }, split, 'told'],
  ])('%s', (_, inputs, seen, event) => {
    expect(decide(inputs, { state: seen })).toMatchObject({ event })
  })

  test('a split is finished without a step back', () => {
    const plan = decide({ ...asked, to: 'green', steps: [5, 25, 50, 100] }, { state: split })
    expect(plan.moves).toMatchObject({ from: 'blue', steps: [{ share: 50 }, { share: 100 }] })
  })

  test('weights in words', () => {
    expect(describeWeights({ blue: 100, green: 0 })).toBe('blue has all the traffic')
    expect(describeWeights({ blue: 75, green: 25 })).toBe('blue has 75 % and green 25 %')
    expect(describeWeights({ blue: 0, green: 0 })).toBe('no side has traffic')
  })

  test.each([
    ['as it was', { blue: 100, green: 0 }, 'none'],
    ['a step of ours', { blue: 90, green: 10 }, 'restore'],
    ['the end of ours', { blue: 0, green: 100 }, 'restore'],
    ['what nobody of ours writes', { blue: 40, green: 60 }, 'foreign'],
    ['half of a write', { blue: 50, green: 50 }, 'restore'],
    ['too long ago', { blue: 0, green: 100 }, 'old'],
  ])('what a dead run left: %s', (what, weights, expected) => {
    const journal = {
      ...{
        version: 2 as const,
        id: 'a',
        oldHealthy: null,
        gradual: false,
        at: 0,
        who: 'a run',
        from: 'blue',
        to: 'green',
        recorded: blue,
      },
      steps: [
        { blue: 90, green: 10 },
        { blue: 0, green: 100 },
      ],
    }
    expect(recoveryOf(journal, state(weights), what === 'too long ago' ? 90_000_000 : 1)).toBe(expected)
  })
})

test('the chart has few lines, however many samples there are', () => {
  const samples = many(20_000).map(
    (sample, index): Sample => ({
      ...sample,
      ...{ at: index * 45, side: index % 10 === 0 ? 'green' : 'blue' },
    }),
  )
  const lines = chart(
    samples,
    [{ at: 0, state: 'WRITE', event: 'written', reason: '', share: 10 }],
    'green',
    'blue',
  )
  expect(lines.length).toBeLessThanOrEqual(26)
  expect(lines[0]).toContain('█ green  ░ blue')
  expect(lines[1]).toMatch(/10 % {2}███░{27} +1334 +0 +10 ms +10 ms$/)
  expect(chart([], [], 'green', 'blue')).toEqual([])
  // More than a call can have arguments.
  expect(chart(many(200_000), [], 'green', 'blue').length).toBeLessThanOrEqual(26)
})
