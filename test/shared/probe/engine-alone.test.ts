import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Try } from '../../../shared/probe/check.ts'
import type { Settings } from '../../../shared/probe/settings.ts'
import { bad, good } from './fixtures.ts'
import { always, check, play, type Script, silent, type Told } from './play.ts'

const TIMEOUT = 8_000

type Taking = Try & { takes?: number }
const took = (outcome: Try, ms: number): Taking => ({ ...outcome, takes: ms, timings: { total: ms } })

/** Healthy from some moment on, however long an answer takes. */
const healthyFrom = (moment: number, ms: number): Script => {
  return (_attempt, at) => took(at + ms >= moment ? good() : bad(), ms)
}

const member: fc.Arbitrary<{ what: string; script: Script }> = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 1_500 })).map(([moment, ms]) => ({
    what: `healthy from ${moment} in ${ms} ms`,
    script: healthyFrom(moment, ms),
  })),
  fc
    .integer({ min: 2_000, max: 12_000 })
    .map((ms) => ({ what: `slow, ${ms} ms`, script: always(took(good(), ms)) })),
  fc
    .tuple(fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }), fc.integer({ min: 0, max: 40 }))
    .map(([pattern, ms]) => ({
      what: `flapping ${pattern.map(Number).join('')} in ${ms} ms`,
      script: ((attempt) => took(pattern[(attempt - 1) % pattern.length] ? good() : bad(), ms)) as Script,
    })),
  fc.constantFrom(
    { what: 'refused', script: always(bad()) },
    { what: 'silent', script: always(silent) },
    { what: 'slow to refuse', script: always(took(bad(), 2_500)) },
  ),
)

const settings = fc.record(
  {
    'success-threshold': fc.integer({ min: 1, max: 4 }),
    'attempt-timeout': fc.integer({ min: 500, max: 5_000 }),
    timeout: fc.integer({ min: 100, max: TIMEOUT }),
    interval: fc.integer({ min: 10, max: 300 }),
    hold: fc.integer({ min: 1, max: 3_000 }),
    'stable-for': fc.integer({ min: 1, max: 3_000 }),
    samples: fc.integer({ min: 1, max: 10 }),
  },
  { requiredKeys: [] },
)

describe('each check gets the verdict that it would get alone', () => {
  test('whatever the others are', async () => {
    const cast = fc.array(fc.tuple(member, settings, fc.boolean()), { minLength: 2, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(cast, async (members) => {
        const parts = members.map(([{ what, script }, given, required], index) => {
          const own = { ...given } as Partial<Settings>
          if (what.startsWith('flapping')) {
            // Asked once more, it has other samples, another window, and is known to flap, which takes 30 in a row.
            delete own.samples
            delete own['stable-for']
            own['success-threshold'] ??= 2
          }
          return [check(`c${index}`, own, { required }), script] as const
        })
        const alone = await Promise.all(parts.map((part) => play([part], { timeout: TIMEOUT })))
        const verdict = (told: Told | undefined, at: number): string => {
          const { passed, failure, check: one } = told?.reports[at] ?? { passed: false }
          return `${one?.required} ${passed ? 'passed' : failure}`
        }
        // A required one that fails while it is held or sampled ends the waiting of all, as it should.
        const isFinal = ({ reports: [one] }: Told): boolean =>
          one?.passed === false && one.check.required && /stay so|samples|hold/.test(one.reason)
        fc.pre(!alone.some(isFinal))
        const together = await play(parts, { timeout: TIMEOUT })
        const described = members.map(([{ what }]) => what)
        expect(described.map((what, at) => [what, verdict(together, at)])).toEqual(
          described.map((what, at) => [what, verdict(alone[at], 0)]),
        )
        expect(together.took).toBeLessThanOrEqual(TIMEOUT + 1)
        expect(together.mostOfOne).toBe(1)
      }),
      { numRuns: Number(process.env['NEXUS_RUNS'] ?? 300) },
    )
  })
})
