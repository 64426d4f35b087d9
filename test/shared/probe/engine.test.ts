import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Try } from '../../../shared/probe/check.ts'
import type { Settings } from '../../../shared/probe/settings.ts'
import { bad, good } from './fixtures.ts'
import { always, check, inTurn, play, type Script, silent, verdicts } from './play.ts'

describe('becoming healthy', () => {
  test('a healthy target costs no wait: after a good answer the next try follows at once', async () => {
    const told = await play([
      [check('a', { 'success-threshold': 3 }), always(good({ takes: 10 } as Partial<Try>))],
    ])
    expect(verdicts(told)).toEqual(['passed'])
    expect(told.tries.get('a')).toEqual([0, 10, 20])
    expect(told.reports[0]).toMatchObject({
      attempts: 3,
      reason: 'HTTP 200 OK (attempt 3, 5 ms)',
      durationMs: 30,
    })
  })

  test('good answers must be consecutive', async () => {
    const told = await play([
      [check('a', { 'success-threshold': 2 }), inTurn(bad(), good(), bad(), good(), good())],
    ])
    expect(told.tries.get('a')).toEqual([0, 75, 75, 150, 150])
    expect(verdicts(told)).toEqual(['passed'])
  })

  test('one good answer out of three is not healthy', async () => {
    const script: Script = (attempt) =>
      attempt % 3 === 2 ? good() : bad({ failure: 'status', reason: 'HTTP 503', status: 503 })
    const told = await play([[check('a'), script]], { timeout: 1_000 })
    expect(verdicts(told)).toEqual([
      expect.stringMatching(
        /^status: \d+ of \d+ tries were good, but not 2 in a row; the last failure: HTTP 503 \(attempt \d+, 5 ms\)$/,
      ),
    ])
  })

  test('looks often at first, then less', async () => {
    const told = await play([[check('a'), always(bad())]], { timeout: 30_000 })
    const tries = told.tries.get('a') ?? []
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    expect(new Set(pauses.slice(0, 100))).toEqual(new Set([75]))
    expect(Math.max(...pauses)).toBe(2_000)
    expect(told.took).toBe(30_000)
  })

  test('keeps an interval that was given', async () => {
    const told = await play([[check('a', { interval: 300 }), always(bad())]], { timeout: 1_000 })
    expect(told.tries.get('a')).toEqual([0, 300, 600, 900])
    expect(told.took).toBe(1_000)
  })

  test('waits before the first try', async () => {
    const told = await play([[check('a', { 'initial-delay': 5_000 }), always(good())]])
    expect(told.tries.get('a')).toEqual([5_000, 5_000])
  })

  test('tells what changes, once', async () => {
    const refused = bad()
    const told = await play([
      [
        check('a'),
        inTurn(
          refused,
          refused,
          refused,
          bad({ failure: 'status', reason: 'HTTP 503 Unavailable', status: 503 }),
          good(),
        ),
      ],
    ])
    expect(told.news).toEqual([
      'a: connection refused (attempt 1, 5 ms)',
      'a: HTTP 503 Unavailable (attempt 4, 5 ms)',
      'a: healthy: HTTP 200 OK (attempt 6, 5 ms)',
    ])
  })

  test('the reason has status, attempt and duration', async () => {
    const unhealthy = bad({
      failure: 'health',
      reason: 'checks.redis is "unhealthy: timeout"',
      status: 503,
      permanent: true,
      timings: { total: 171.6 },
    })
    const told = await play([[check('api'), inTurn(...Array(13).fill(bad()), unhealthy)]])
    expect(told.reports[0]?.reason).toBe(
      'checks.redis is "unhealthy: timeout" (HTTP 503, attempt 14, 172 ms)',
    )
  })
})

describe('running out of time', () => {
  test('a try has attempt-timeout at the most, and never more than what is left', async () => {
    const told = await play([[check('a', { 'attempt-timeout': 400 }), always(silent)]], { timeout: 1_000 })
    expect(told.timeouts.get('a')).toEqual([400, 400, 50])
    expect(told.took).toBe(1_000)
  })

  test('a try that was cut short says less than the one before it', async () => {
    const script = inTurn(
      bad({
        failure: 'status',
        reason: 'HTTP 503',
        status: 503,
        timings: { total: 300 },
        takes: 900,
      } as Partial<Try>),
      silent,
    )
    const told = await play([[check('a'), script]], { timeout: 1_000 })
    expect(verdicts(told)).toEqual(['status: HTTP 503 (attempt 2, 300 ms)'])
    expect(told.news).toHaveLength(1)
  })

  test('unless there was none before it', async () => {
    const told = await play([[check('a'), always(silent)]], { timeout: 1_000 })
    expect(verdicts(told)).toEqual(['timeout: no answer within 1000 ms (attempt 1, 1000 ms)'])
  })

  test('when it came after a good one, the good one is not called the last failure', async () => {
    const told = await play([[check('a'), inTurn({ ...good(), takes: 900 }, silent)]], { timeout: 1_000 })
    expect(verdicts(told)).toEqual([
      'timeout: only 1 of 2 good answers in a row fitted into the timeout (HTTP 200, attempt 2, 5 ms)',
    ])
  })

  test('good answers that are too slow for the threshold are not called no try', async () => {
    const told = await play([[check('a', { 'success-threshold': 5 }), always({ ...good(), takes: 250 })]], {
      timeout: 1_000,
    })
    expect(verdicts(told)).toEqual([
      'timeout: only 4 of 5 good answers in a row fitted into the timeout (HTTP 200, attempt 4, 5 ms)',
    ])
  })

  test('a check has its own timeout', async () => {
    const told = await play([
      [check('a', { timeout: 500 }, { required: false }), always(bad())],
      [check('b', { timeout: 2_000 }), always(bad())],
    ])
    expect(told.reports.map(({ durationMs }) => durationMs)).toEqual([500, 2_000])
    expect(told.took).toBe(2_000)
  })

  test('neither a long delay nor a long interval outlives the timeout', async () => {
    const told = await play(
      [
        [check('a', { 'initial-delay': 600_000 }, { required: false }), always(good())],
        [check('b', { interval: 600_000 }), always(bad())],
      ],
      { timeout: 1_000 },
    )
    expect(told.took).toBe(1_000)
    expect(verdicts(told)).toEqual([
      'timeout: no try fitted into the timeout',
      expect.stringMatching(/^connect: /),
    ])
  })

  test('whatever targets do, all ends in time and every check has a verdict', async () => {
    const outcome = fc.constantFrom<Try & { takes?: number }>(
      good(),
      { ...good(), takes: 30 },
      { ...good(), takes: 1_700 },
      good({ version: '1' }),
      good({ version: '2' }),
      bad(),
      { ...bad(), takes: 900 },
      silent,
      bad({ permanent: true, reason: 'permanent' }),
    )
    const settings = fc.record(
      {
        'success-threshold': fc.integer({ min: 1, max: 4 }),
        hold: fc.integer({ min: 0, max: 3_000 }),
        interval: fc.integer({ min: 10, max: 5_000 }),
        'initial-delay': fc.integer({ min: 0, max: 6_000 }),
        'attempt-timeout': fc.integer({ min: 1, max: 3_000 }),
        timeout: fc.integer({ min: 1, max: 8_000 }),
        'same-version': fc.boolean(),
        samples: fc.integer({ min: 0, max: 5 }),
      },
      { requiredKeys: [] },
    )
    const member = fc.tuple(settings, fc.boolean(), fc.array(outcome, { minLength: 1, maxLength: 6 }))
    const cancel = fc.option(fc.integer({ min: 0, max: 6_000 }), { nil: undefined, freq: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 1, maxLength: 4 }),
        cancel,
        async (members, cancelAfter) => {
          const cast = members.map(
            ([given, required, script], index) =>
              [check(`c${index}`, given as Partial<Settings>, { required }), inTurn(...script)] as const,
          )
          const told = await play(cast, {
            timeout: 7_000,
            ...(cancelAfter === undefined ? {} : { cancelAfter }),
          })
          expect(told.took).toBeLessThanOrEqual(7_001)
          expect(told.mostOfOne).toBeLessThanOrEqual(1)
          expect(told.reports).toHaveLength(cast.length)
          for (const [index, { passed, failure, reason, attempts, last }] of told.reports.entries()) {
            const own = members[index]?.[0] ?? {}
            expect(passed).toBe(failure === undefined)
            if (!passed) expect(reason).not.toBe('')
            if (passed) expect(last?.good).toBe(true)
            if (passed) expect(attempts).toBeGreaterThanOrEqual(own['success-threshold'] ?? 2)
          }
          const compared = told.reports.filter(
            ({ check: one, version, passed }) =>
              one.settings['same-version'] && version !== undefined && passed,
          )
          const isGreen = told.reports.every(({ passed, check: one }) => passed || !one.required)
          if (isGreen && cancelAfter === undefined)
            expect(new Set(compared.map(({ version }) => version)).size).toBeLessThan(2)
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('failures that cannot heal', () => {
  const permanent = bad({
    failure: 'status',
    reason: 'HTTP 401, which ends the waiting (stop-on)',
    status: 401,
    permanent: true,
  })

  test('end the step at once', async () => {
    const told = await play([[check('a'), inTurn(bad(), permanent)]])
    expect(verdicts(told)).toEqual(['status: HTTP 401, which ends the waiting (stop-on) (attempt 2, 5 ms)'])
    expect(told.took).toBe(75)
  })

  test('others finish the try they are in, and are reported with what it came to', async () => {
    const told = await play([
      [check('a'), always({ ...permanent, takes: 100 })],
      [check('b'), always({ ...bad({ reason: 'HTTP 502', status: 502, failure: 'status' }), takes: 700 })],
      [check('c'), always({ ...good(), takes: 300 })],
    ])
    expect(verdicts(told)).toEqual([
      expect.stringContaining('401'),
      'status: HTTP 502 (attempt 1, 5 ms)',
      'passed',
    ])
    expect(told.took).toBe(700)
  })

  test('nobody waits out an interval, a delay or a hold then', async () => {
    const told = await play([
      [check('a'), always({ ...permanent, takes: 100 })],
      [check('b', { interval: 30_000 }), always(bad())],
      [check('c', { 'initial-delay': 30_000 }), always(good())],
      [check('d', { hold: 30_000 }), always(good())],
    ])
    expect(told.took).toBe(100)
    expect(verdicts(told)).toEqual([
      expect.stringContaining('401'),
      'connect: connection refused (attempt 1, 5 ms)',
      'cancelled: not tried: another check failed first',
      'passed',
    ])
  })

  test('a check that has not become healthy is not held, nor called once healthy', async () => {
    const told = await play([
      [check('a', {}, { name: 'a' }), always({ ...permanent, takes: 50 })],
      [check('b', { hold: 5_000 }), always({ ...bad(), takes: 60 })],
    ])
    expect(told.took).toBe(60)
    expect(verdicts(told)[1]).toBe('connect: connection refused (attempt 1, 5 ms)')
  })

  test('of an optional check end nothing', async () => {
    const told = await play([
      [check('a', {}, { required: false }), always(permanent)],
      [check('b'), inTurn(bad(), bad(), good())],
    ])
    expect(verdicts(told)).toEqual([expect.stringContaining('401'), 'passed'])
    expect(told.tries.get('a')).toHaveLength(1)
  })
})

describe('healthy at the same time', () => {
  test('an answer that has grown old is asked for again', async () => {
    const told = await play([
      [check('a'), always(good())],
      [check('b', { 'initial-delay': 5_000 }), always(good())],
    ])
    expect(told.tries.get('a')).toEqual([0, 0, 5_000])
    expect(verdicts(told)).toEqual(['passed', 'passed'])
  })

  test('a target that has gone down meanwhile is waited for again', async () => {
    const told = await play([
      [check('a'), (_attempt, at) => (at > 3_000 && at < 6_000 ? bad() : good())],
      [check('b', { 'initial-delay': 5_000 }), always(good())],
    ])
    expect(verdicts(told)).toEqual(['passed', 'passed'])
    expect(told.took).toBeGreaterThanOrEqual(6_000)
  })

  test('and said to have been healthy when it does not come back', async () => {
    const told = await play(
      [
        [check('a'), (_attempt, at) => (at > 3_000 ? bad() : good())],
        [check('b', { 'initial-delay': 5_000 }), always(good())],
      ],
      { timeout: 8_000 },
    )
    expect(verdicts(told)[0]).toMatch(/^connect: it was healthy and did not stay so: connection refused/)
    expect(told.took).toBe(8_000)
  })

  test('a short timeout of its own is for becoming healthy, not for waiting for slower ones', async () => {
    const told = await play([
      [check('a', { timeout: 2_000, hold: 1_000 }), always(good())],
      [check('b', { 'initial-delay': 20_000 }), always(good())],
    ])
    expect(verdicts(told)).toEqual(['passed', 'passed'])
    expect(
      told.timeouts
        .get('a')
        ?.slice(2)
        .every((timeout) => timeout === 5_000),
    ).toBe(true)
  })

  test('not more than fifty tries at once, not even when all are asked again', async () => {
    const cast = Array.from(
      { length: 120 },
      (_, index) => [check(`c${index}`), always({ ...good(), takes: 20 })] as const,
    )
    const told = await play([...cast, [check('late', { 'initial-delay': 10_000 }), always(good())]])
    expect(told.most).toBe(50)
    expect(told.mostOfOne).toBe(1)
    expect(told.reports.every(({ passed }) => passed)).toBe(true)
  })

  test('a thousand silent targets end in time, and those that never got a turn say so', async () => {
    const cast = Array.from({ length: 1_000 }, (_, index) => [check(`c${index}`), always(silent)] as const)
    const told = await play(cast, { timeout: 12_000 })
    expect(told.took).toBeLessThanOrEqual(12_001)
    const reasons = new Set(told.reports.map(({ reason }) => reason.replace(/ \(.*/, '')))
    expect([...reasons]).toEqual(
      expect.arrayContaining(['no answer within 5000 ms', 'no try fitted into the timeout']),
    )
    expect(told.timeouts.get('c0')?.[0]).toBe(5_000)
    expect([...told.timeouts.values()].flat().every((timeout) => timeout > 1)).toBe(true)
  })
})

describe('hold', () => {
  test('keeps asking, and passes when every answer is good', async () => {
    const told = await play([[check('a', { hold: 1_000 }), always(good())]])
    expect(told.tries.get('a')).toEqual([0, 0, 250, 500, 750, 1_000])
    expect(told.took).toBe(1_000)
    expect(verdicts(told)).toEqual(['passed'])
  })

  test('one bad answer fails, at once', async () => {
    const told = await play([
      [check('a', { hold: 30_000, interval: 500 }), (_attempt, at) => (at === 2_000 ? bad() : good())],
    ])
    expect(verdicts(told)).toEqual([
      'connect: it was healthy and did not stay so: connection refused (attempt 5, 5 ms)',
    ])
    expect(told.took).toBe(2_000)
  })

  test('that does not fit into the rest of the timeout is no success', async () => {
    const script: Script = (_attempt, at) => (at < 700 ? bad() : good())
    const told = await play([[check('a', { hold: 800 }), script]], { timeout: 1_000 })
    expect(verdicts(told)).toEqual([
      'timeout: it was healthy, but the hold of 800 ms did not fit into the timeout (HTTP 200, attempt 12, 5 ms)',
    ])
  })

  test('nor is one whose last try was cut short', async () => {
    const script: Script = (attempt, at) => (attempt <= 2 ? good() : at < 700 ? good() : silent)
    const told = await play([[check('a', { hold: 900 }), script]], { timeout: 1_000 })
    expect(verdicts(told)[0]).toMatch(
      /^timeout: it was healthy, but the hold of 900 ms did not fit into the timeout/,
    )
  })

  test('of one ends when another one fails', async () => {
    const told = await play([
      [check('a', { hold: 30_000 }), always(good())],
      [check('b', { hold: 1_000 }), (_attempt, at) => (at > 500 ? bad() : good())],
    ])
    expect(told.took).toBe(750)
  })
})

describe('one version everywhere', () => {
  const same = { 'same-version': true }
  const at = (version: string): Try => good({ version })

  test('is waited for', async () => {
    const told = await play([
      [check('a', same), always(at('2'))],
      [check('b', same), always(at('2'))],
      [check('c', same), (_attempt, when) => at(when < 3_000 ? '1' : '2')],
    ])
    expect(verdicts(told)).toEqual(['passed', 'passed', 'passed'])
    expect(told.reports.map(({ version }) => version)).toEqual(['2', '2', '2'])
    expect(told.took).toBeGreaterThanOrEqual(3_000)
    expect(told.news).toContain('c: reports version 1, but versions must be the same: 2 (a, b), 1 (c)')
  })

  test('a rollout that turns the majority is followed', async () => {
    const told = await play([
      [check('a', same), (_attempt, when) => at(when < 2_000 ? '1' : '2')],
      [check('b', same), (_attempt, when) => at(when < 4_000 ? '1' : '2')],
      [check('c', same), always(at('2'))],
    ])
    expect(told.reports.map(({ version }) => version)).toEqual(['2', '2', '2'])
  })

  test('the odd one fails, with all versions in the reason', async () => {
    const told = await play(
      [
        [check('a', same), always(at('2'))],
        [check('b', same), always(at('2'))],
        [check('c', same), always(at('1'))],
      ],
      { timeout: 2_000 },
    )
    expect(verdicts(told)).toEqual([
      'passed',
      'passed',
      expect.stringMatching(
        /^version: reports version 1, but versions must be the same: 2 \(a, b\), 1 \(c\) \(HTTP 200, attempt \d+, 5 ms\)$/,
      ),
    ])
    expect(told.took).toBe(2_000)
  })

  test('without a majority nobody is right', async () => {
    const told = await play(
      [
        [check('a', same), always(at('2'))],
        [check('b', same), always(at('1'))],
      ],
      { timeout: 2_000 },
    )
    expect(told.reports.map(({ failure }) => failure)).toEqual(['version', 'version'])
  })

  test('those that report none, and those left out, are not compared', async () => {
    const told = await play([
      [check('a', same), always(at('2'))],
      [check('b', same), always(good())],
      [check('c'), always(at('1'))],
    ])
    expect(told.took).toBe(0)
    expect(verdicts(told)).toEqual(['passed', 'passed', 'passed'])
  })

  test('a target that goes down while it is the odd one fails for being down', async () => {
    const told = await play(
      [
        [check('a', same), always(at('2'))],
        [check('b', same), always(at('2'))],
        [check('c', same), (_attempt, when) => (when < 1_000 ? at('1') : bad())],
      ],
      {
        timeout: 3_000,
      },
    )
    expect(verdicts(told)[2]).toMatch(/^connect: it was healthy and did not stay so: connection refused/)
  })

  test('a version that changes while it is held is no success', async () => {
    const told = await play([
      [check('a', { ...same, hold: 1_000 }), always(at('2'))],
      [check('b', { ...same, hold: 1_000 }), always(at('2'))],
      [check('c', { ...same, hold: 1_000 }), (_attempt, when) => at(when < 500 ? '2' : '1')],
    ])
    expect(verdicts(told)[2]).toMatch(/^version: reports version 1, but versions must be the same/)
  })

  test('hundreds of versions are a short reason', async () => {
    const cast = Array.from(
      { length: 300 },
      (_, index) => [check(`c${index}`, same), always(at(`v${index}`))] as const,
    )
    const told = await play(cast, { timeout: 500 })
    expect(told.reports[0]?.reason.length).toBeLessThan(400)
  })
})

describe('samples', () => {
  test('follow once all are healthy, one target after the other', async () => {
    const script = always({ ...good(), takes: 10 })
    const told = await play([
      [check('a', { samples: 20, concurrency: 4 }), script],
      [check('b', { samples: 20 }), script],
      [check('c', { samples: 20 }, { target: { scheme: 'tcp', url: new URL('tcp://c:1') } }), script],
    ])
    expect(told.reports.map(({ samples }) => samples?.count)).toEqual([20, 20, undefined])
    expect(told.reports.map(({ attempts }) => attempts)).toEqual([2, 2, 2])
    expect(told.most).toBeLessThanOrEqual(4)
  })

  test('that miss a threshold fail, with what was measured', async () => {
    const told = await play([[check('a', { 'max-p95': 3 }), always(good())]])
    expect(verdicts(told)).toEqual([
      'latency: p95 is 5 ms, more than 3 ms (max-p95, 50 samples) (HTTP 200, attempt 2, 5 ms)',
    ])
    expect(told.reports[0]?.samples).toMatchObject({ count: 50, p95: 5 })
  })

  test('are not taken of what failed, or when all is lost', async () => {
    const told = await play([
      [check('a', { samples: 5 }, { required: false }), always(bad({ permanent: true }))],
      [check('b', { samples: 5 }), always(good())],
    ])
    expect(told.reports.map(({ samples }) => samples?.count)).toEqual([undefined, 5])
    const lost = await play([
      [check('a'), always(bad({ permanent: true }))],
      [check('b', { samples: 5 }), always(good())],
    ])
    expect(lost.reports[1]?.samples).toBeUndefined()
  })
})

describe('cancelling', () => {
  test('ends every wait at once; nothing that was not seen is called healthy', async () => {
    const told = await play(
      [
        [check('a'), always(bad())],
        [check('b'), always(silent)],
        [check('c', { 'initial-delay': 10_000 }), always(good())],
        [check('d'), always(good())],
      ],
      { cancelAfter: 1_000 },
    )
    expect(told.took).toBe(1_000)
    expect(verdicts(told)).toEqual([
      expect.stringMatching(/^cancelled: stopped while waiting: connection refused \(attempt \d+, 5 ms\)$/),
      'cancelled: stopped while waiting: not tried yet',
      'cancelled: stopped while waiting: not tried yet',
      'passed',
    ])
  })

  test('in the middle of a hold or of samples is no success', async () => {
    const held = await play([[check('a', { hold: 10_000 }), always(good())]], { cancelAfter: 1_000 })
    expect(verdicts(held)).toEqual(['cancelled: stopped while waiting: HTTP 200 OK (attempt 5, 5 ms)'])
    const sampled = await play([[check('a', { samples: 100 }), always({ ...good(), takes: 100 })]], {
      cancelAfter: 1_000,
    })
    expect(sampled.reports[0]).toMatchObject({ passed: false, failure: 'cancelled' })
    expect(sampled.took).toBe(1_000)
  })

  test('before anything began', async () => {
    const told = await play([[check('a'), always(silent)]], { cancelAfter: 0 })
    expect(verdicts(told)).toEqual(['cancelled: stopped while waiting: not tried yet'])
    expect(told.reports[0]).toMatchObject({ attempts: 0 })
  })
})

describe('what is reported', () => {
  test('degraded members of a healthy check, not of a failed one', async () => {
    const degraded = ['checks.cache is "warn"']
    const told = await play([
      [check('a'), always(good({ degraded }))],
      [check('b', {}, { required: false }), always(bad({ degraded, permanent: true }))],
    ])
    expect(told.reports.map((report) => report.degraded)).toEqual([degraded, []])
  })

  test('an inverted check is one whose tries are good when it is down', async () => {
    const up = bad({ failure: 'up', reason: 'still up: HTTP 200 OK', status: 200 })
    const told = await play([
      [check('a', { invert: true }), inTurn(up, up, good({ reason: 'down: connection refused' }))],
    ])
    expect(verdicts(told)).toEqual(['passed'])
    const { reports } = await play([[check('a', { invert: true }), always(up)]], { timeout: 500 })
    expect(reports[0]?.reason).toMatch(/^still up: HTTP 200 OK \(attempt \d+, 5 ms\)$/)
  })

  test('reports stand in the order of the checks', async () => {
    const told = await play(
      ['z', 'a', 'm'].map(
        (name, index) => [check(name), always({ ...good(), takes: 30 - index * 10 })] as const,
      ),
    )
    expect(told.reports.map((report) => report.check.name)).toEqual(['z', 'a', 'm'])
  })
})
