import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readBaselines } from '../../../actions/health-check/latency/baseline.ts'
import { compareSamples } from '../../../actions/health-check/latency/compare.ts'
import { cacheKeys } from '../../../actions/health-check/latency/key.ts'
import { describeComparison } from '../../../actions/health-check/latency/words.ts'

/** Numbers from 0 to 1 that are the same in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff
    return state / 0x7f_ff_ff_ff
  }
}

/** Latencies as they are: lognormal around 80 ms, and three of a hundred with 60 ms more. */
function latencies(count: number, factor: number, random: () => number): number[] {
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random())
    return (80 * Math.exp(0.3 * normal) + (random() < 0.03 ? 60 : 0)) * factor
  }).toSorted((a, b) => a - b)
}

/** How many of so many comparisons of fifty samples each are called a regression. */
function regressions(factor: number, runs = 60): number {
  const random = generator(42)
  let found = 0
  for (let run = 0; run < runs; run += 1) {
    const [before, now] = [latencies(50, 1, random), latencies(50, factor, random)]
    if (compareSamples({ values: now }, { values: before }, 0.2).isRegression) found += 1
  }
  return found
}

describe('a comparison of two samples', () => {
  test('of the same service finds next to nothing, and half as slow again nearly always', () => {
    expect(regressions(1)).toBeLessThanOrEqual(2)
    expect(regressions(1.5)).toBeGreaterThanOrEqual(56)
    expect(regressions(2, 10)).toBe(10)
    expect(regressions(0.5, 10)).toBe(0)
  })

  test('has one verdict for the same samples, whatever they are', () => {
    const values = fc.array(fc.double({ min: 0.01, max: 10_000, noNaN: true }), {
      minLength: 50,
      maxLength: 80,
    })
    fc.assert(
      fc.property(values, values, fc.double({ min: 0.01, max: 2, noNaN: true }), (a, b, most) => {
        const [now, before] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
        const first = compareSamples({ values: now }, { values: before }, most)
        expect(compareSamples({ values: now }, { values: before }, most)).toEqual(first)
        if (first.isRegression) {
          expect(first.change).toBeGreaterThan(most)
          expect(first.change).toBeGreaterThan(first.noise)
          expect(compareSamples({ values: before }, { values: now }, most).isRegression).toBe(false)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('below two milliseconds is the machine', () => {
    const same = (ms: number): { values: number[] } => ({ values: Array<number>(50).fill(ms) })
    expect(compareSamples(same(2.5), same(1), 0.2).isRegression).toBe(false)
    expect(compareSamples(same(13), same(10), 0.2).isRegression).toBe(true)
    expect(compareSamples(same(11), same(10), 0.2).isRegression).toBe(false)
  })

  test('is told in words', () => {
    const comparison = {
      median: 131.2,
      was: 82,
      p95: 231,
      p95Was: 142,
      change: 0.6,
      noise: 0.09,
      isRegression: true,
    }
    const baseline = { name: 'api', conditions: '', values: [], date: '2026-11-21' }
    expect(describeComparison(comparison, { ...baseline, version: 'v1.4.1' })).toBe(
      'median 131 ms, was 82 ms at v1.4.1 (+60 %, more than the noise of ±9 %); p95 231 ms, was 142 ms',
    )
    expect(describeComparison({ ...comparison, change: -0.021, noise: 0.04 }, baseline)).toBe(
      'median 131 ms, was 82 ms on 2026-11-21 (−2.1 %, within the noise of ±4 %); p95 231 ms, was 142 ms',
    )
  })
})

describe('baselines that are read', () => {
  test('nothing that a document may hold is believed, and nothing throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (samples, rest) => {
        const document = { checks: [{ name: 'a', conditions: 'x', samples: { values: samples } }, rest] }
        for (const { name, values } of readBaselines(document) ?? []) {
          expect(typeof name).toBe('string')
          for (const value of values) expect(value).toBeGreaterThan(0)
        }
      }),
    )
  })

  test.each([[null], [[]], ['x'], [{}], [{ checks: 'x' }], [{ checks: [], dryRun: true }]])(
    '%j holds none',
    (document) => {
      expect(readBaselines(document)).toBeUndefined()
    },
  )
})

test('the keys of the cache: own ref first, then the default branch; a given key stands for both', () => {
  const context = { workflow: 'CI', job: 'smoke', ref: 'refs/heads/x', runId: '7', runAttempt: '2' }
  const own = cacheKeys('api', undefined, context, 'main')
  const onMain = cacheKeys('api', undefined, { ...context, ref: 'refs/heads/main' }, 'main')
  expect(own.prefixes).toEqual([expect.stringMatching(/^nexus-health-1-/), onMain.prefixes[0]])
  expect(onMain.prefixes).toHaveLength(1)
  expect(own.key).toBe(`${own.prefixes[0]}7-2`)
  const given = cacheKeys('api', 'prod, with a comma', context, 'main')
  expect(given.prefixes).toHaveLength(1)
  expect(given.key).not.toContain(',')
  expect(cacheKeys('other', undefined, context, 'main').prefixes[0]).not.toBe(own.prefixes[0])
})
