import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { systemClock } from '../../../shared/action/clock.ts'
import { nearestRank, sampleStats } from '../../../shared/probe/latency.ts'
import { limiter } from '../../../shared/probe/limiter.ts'
import { missedThreshold, takeSamples } from '../../../shared/probe/sampling.ts'
import { pauseAfterBad, pauseAfterGood, watchPause } from '../../../shared/probe/schedule.ts'
import { bad, checkOf, FakeClock, good } from './fixtures.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('nearest rank', () => {
  test.each([
    // The example of https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
    [[15, 20, 35, 40, 50], 0.05, 15],
    [[15, 20, 35, 40, 50], 0.3, 20],
    [[15, 20, 35, 40, 50], 0.4, 20],
    [[15, 20, 35, 40, 50], 0.5, 35],
    [[15, 20, 35, 40, 50], 1, 50],
    [upTo(20), 0.95, 19],
    [upTo(21), 0.95, 20],
    [upTo(100), 0.99, 99],
    [upTo(101), 0.99, 100],
    [upTo(40), 0.95, 38],
    [[7], 0.5, 7],
    [[7], 0, 7],
    [[], 0.5, undefined],
  ])('of %j at %d is %j', (values, share, wanted) => {
    expect(nearestRank(values, share)).toBe(wanted)
  })

  test('is the smallest value with at least that share at or below it', () => {
    const percent = fc.constantFrom(50, 95, 99)
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 400 }),
        percent,
        (values, p) => {
          const sorted = values.toSorted((a, b) => a - b)
          const found = nearestRank(sorted, p / 100) ?? Number.NaN
          const atOrBelow = sorted.filter((value) => value <= found).length
          const below = sorted.filter((value) => value < found).length
          expect(atOrBelow * 100).toBeGreaterThanOrEqual(p * sorted.length)
          expect(below * 100).toBeLessThan(p * sorted.length)
        },
      ),
    )
  })

  test('never slips a rank for want of binary fractions', () => {
    for (let count = 1; count <= 20_000; count += 1) {
      for (const p of [50, 95, 99]) expect(Math.ceil((p / 100) * count)).toBe(Math.ceil((p * count) / 100))
    }
  })
})

describe('statistics', () => {
  test.each([
    ['no p95 below 20 samples', upTo(19), 0, { p50: 10, p95: undefined, p99: undefined }],
    ['p95 from 20 on', upTo(20), 0, { p50: 10, p95: 19, p99: undefined }],
    ['no p99 below 100', upTo(99), 0, { p95: 95, p99: undefined }],
    ['p99 from 100 on', upTo(100), 0, { p95: 95, p99: 99, min: 1, max: 100 }],
    ['a failed sample counts towards the 20', upTo(19), 1, { p95: 19, errorRate: 0.05 }],
    ['failed samples rank slowest: two of 20 are at p95', upTo(18), 2, { p50: 10, p95: undefined }],
    ['half failed: even the median may be one', upTo(9), 11, { p50: undefined }],
    ['all failed', [], 20, { p50: undefined, p95: undefined, errorRate: 1, histogram: [] }],
    ['none at all', [], 0, { count: 0, errorRate: 0 }],
    ['unsorted', [30, 10, 20], 0, { p50: 20, min: 10, max: 30 }],
  ])('%s', (_what, times, failed, figures) => {
    const stats = sampleStats(times, failed)
    for (const [name, value] of Object.entries(figures))
      expect(stats[name as keyof typeof stats]).toEqual(value)
    expect(stats.count).toBe(times.length + failed)
  })

  test('the chart holds every good sample once, in adjoining ranges', () => {
    const time = fc.double({ min: 0, max: 100_000, noNaN: true })
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 200 }), fc.nat(5), (times, failed) => {
        const { histogram } = sampleStats(times, failed)
        expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(times.length)
        expect(histogram.length).toBeLessThanOrEqual(10)
        expect(histogram[0]?.from).toBe(0)
        for (const [index, { from, to }] of histogram.entries()) {
          expect(to).toBeGreaterThan(from)
          if (index > 0) expect(from).toBe(histogram[index - 1]?.to)
        }
        expect(histogram.at(-1)?.to).toBeGreaterThanOrEqual(Math.max(...times) * 0.999_999)
      }),
    )
  })
})

describe('thresholds', () => {
  const miss = (settings: Parameters<typeof checkOf>[0], times: number[], failed = 0): string | undefined =>
    missedThreshold(checkOf(settings), {
      ...sampleStats(times, failed),
      ...(failed > 0 ? { failure: 'HTTP 500' } : {}),
    }).problem

  test.each([
    [{ 'max-p95': 20 }, upTo(20), 0, undefined, 'met'],
    [{ 'max-p95': 19 }, upTo(20), 0, undefined, 'met exactly'],
    [{ 'max-p95': 18 }, upTo(20), 0, 'p95 is 19 ms, more than 18 ms (max-p95, 20 samples)', 'too slow'],
    [
      { 'max-p95': 200 },
      Array(20).fill(200.4),
      0,
      'p95 is 200.4 ms, more than 200 ms (max-p95, 20 samples)',
      'never "200 ms, more than 200 ms"',
    ],
    [{ 'max-p99': 98 }, upTo(100), 0, 'p99 is 99 ms, more than 98 ms (max-p99, 100 samples)', 'p99'],
    [
      { 'max-p95': 100 },
      upTo(18),
      2,
      'there is no p95: 2 of 20 samples failed: HTTP 500',
      'a failed sample is at the rank',
    ],
    [{ 'max-error-rate': 0.05 }, upTo(19), 1, undefined, 'as many errors as allowed'],
    [
      { 'max-error-rate': 0.04 },
      upTo(19),
      1,
      '1 of 20 samples failed: HTTP 500; 4 % are allowed (max-error-rate)',
      'too many errors',
    ],
    [
      { 'max-error-rate': 0 },
      upTo(99),
      1,
      '1 of 100 samples failed: HTTP 500; 0 % are allowed (max-error-rate)',
      'none allowed',
    ],
    [{}, upTo(1), 19, undefined, 'without a threshold samples inform'],
    [{}, [], 20, '20 of 20 samples failed: HTTP 500', 'but one of them must be good'],
  ])('%j (%#)', (settings, times, failed, wanted, _why) => {
    expect(miss(settings, times, failed)).toBe(wanted)
  })
})

describe('sampling', () => {
  test('takes as many as asked for, so many at once, the cold one apart', async () => {
    const clock = new FakeClock()
    let running = 0
    let most = 0
    let calls = 0
    const outcome = await clock.run(
      takeSamples(checkOf({ concurrency: 4 }), 20, {
        clock,
        deadline: clock.now() + 10_000,
        signal: new AbortController().signal,
        ca: new Map(),
        tryOnce: async (_check, { connections, timeout }) => {
          expect(connections).toBeDefined()
          expect(timeout).toBeGreaterThan(0)
          calls += 1
          running += 1
          most = Math.max(most, running)
          const ms = calls === 1 ? 500 : calls
          await clock.sleep(ms)
          running -= 1
          return calls % 7 === 0 ? bad({ reason: 'HTTP 500' }) : good({ timings: { total: ms } })
        },
      }),
    )
    expect([calls, most]).toEqual([21, 4])
    expect(outcome.stats).toMatchObject({ count: 20, first: 500 })
    expect(outcome.stats.failed).toBeGreaterThan(0)
    expect(outcome.stats.max).toBeLessThan(100)
  })

  test('samples that do not fit into the timeout are no result', async () => {
    const clock = new FakeClock()
    const outcome = await clock.run(
      takeSamples(checkOf({ 'max-p95': 5_000 }), 50, {
        clock,
        deadline: clock.now() + 1_000,
        signal: new AbortController().signal,
        ca: new Map(),
        tryOnce: async (_check, { timeout }) => {
          await clock.sleep(Math.min(100, timeout))
          return good({ timings: { total: 100 } })
        },
      }),
    )
    expect(outcome).toMatchObject({
      failure: 'timeout',
      problem: 'only 9 of 50 samples fitted into the timeout',
    })
  })
})

describe('the schedule', () => {
  const pauses = (interval: number | undefined, tries: number): number[] => {
    const all: number[] = []
    let waited = 0
    for (let index = 0; index < tries; index += 1) {
      const pause = pauseAfterBad({ settings: { interval }, waited, previous: all.at(-1) ?? 0, refusals: 0 })
      all.push(pause)
      waited += pause
    }
    return all
  }

  test('75 ms for the first 10 s, then 250 ms, growing to 2 s', () => {
    const all = pauses(undefined, 200)
    const eager = Math.ceil(10_000 / 75)
    expect(new Set(all.slice(0, eager))).toEqual(new Set([75]))
    expect(all[eager]).toBe(250)
    expect(all[eager + 1]).toBe(312.5)
    expect(all.at(-1)).toBe(2_000)
    for (let index = eager + 1; index < all.length; index += 1) {
      expect(all[index]).toBeGreaterThanOrEqual(all[index - 1] ?? 0)
    }
  })

  test('an interval that was given is kept', () => {
    expect(new Set(pauses(10, 5_000))).toEqual(new Set([10]))
    expect(new Set(pauses(30_000, 50))).toEqual(new Set([30_000]))
    expect(pauseAfterGood({ interval: 700 }, 0)).toBe(700)
    expect(watchPause({ interval: 700 }, 0)).toBe(700)
  })

  test('nothing is waited for after a good answer', () => {
    expect(pauseAfterGood({ interval: undefined }, 0)).toBe(0)
    expect(watchPause({ interval: undefined }, 0)).toBe(250)
  })

  test('an endpoint that limits is asked half as often after every third refusal', () => {
    const settings = { interval: undefined }
    const bad = [0, 2, 3, 5, 6, 9].map((refusals) =>
      pauseAfterBad({ settings, waited: 0, previous: 0, refusals }),
    )
    expect(bad).toEqual([75, 75, 150, 150, 300, 600])
    expect([2, 3, 6].map((refusals) => pauseAfterGood(settings, refusals))).toEqual([0, 150, 300])
    expect(pauseAfterGood({ interval: 1_000 }, 3)).toBe(2_000)
    expect(pauseAfterGood(settings, 300)).toBe(30_000)
    expect(pauseAfterGood({ interval: 60_000 }, 300)).toBe(60_000)
  })
})

describe('the limiter', () => {
  test('a task that takes long gives its place to the next, and goes on', async () => {
    const clock = new FakeClock()
    const limited = limiter(1, 1_000, clock)
    const begun: number[] = []
    const tasks = [5_000, 10, 10].map((ms) =>
      limited(async () => {
        begun.push(clock.now() - 1_000_000)
        await clock.sleep(ms)
        return ms
      }),
    )
    expect(await clock.run(Promise.all(tasks))).toEqual([5_000, 10, 10])
    expect(begun).toEqual([0, 1_000, 1_010])
  })

  test('lets so many run, in order, and gives the place of one that threw to the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(3), { maxLength: 20 }),
        async (limit, turns) => {
          const limited = limiter(limit, 1_000, systemClock)
          let running = 0
          let most = 0
          const begun: number[] = []
          const results = await Promise.allSettled(
            turns.map((count, index) =>
              limited(async () => {
                begun.push(index)
                running += 1
                most = Math.max(most, running)
                for (let turn = 0; turn < count; turn += 1) await Promise.resolve()
                running -= 1
                if (count === 3) throw new Error('x')
                return index
              }),
            ),
          )
          expect(most).toBeLessThanOrEqual(limit)
          expect(begun).toEqual(turns.map((_, index) => index))
          expect(results.map(({ status }) => status)).toEqual(
            turns.map((count) => (count === 3 ? 'rejected' : 'fulfilled')),
          )
        },
      ),
    )
  })
})
