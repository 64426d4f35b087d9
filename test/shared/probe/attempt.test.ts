import { describe, expect, jest, test } from '@jest/globals'
import { maskSecret } from '../../../shared/action/secrets.ts'
import { tryOnce as tryReally } from '../../../shared/probe/attempt.ts'
import type { Check, Observation, Try } from '../../../shared/probe/check.ts'
import { type FailureClass, ProbeFailure } from '../../../shared/probe/failure.ts'
import type { Attempt } from '../../../shared/probe/probe.ts'
import { checkOf, seen } from './fixtures.ts'

const attempt: Attempt = { timeout: 5_000, signal: new AbortController().signal, ca: [] }
/** How HTTP targets are seen. */
let observe: () => Observation

/** From now on HTTP targets are seen like this. */
function answer(how: () => Observation): void {
  observe = how
}

const tryOnce = (check: Check, how: Attempt): Promise<Try> =>
  tryReally(check, how, async () => async () => observe())

function failWith(failure: FailureClass, permanent = false): void {
  answer(() => {
    throw new ProbeFailure(failure, `a ${failure} failure`, {
      permanent,
      address: '127.0.0.1:1',
      timings: { total: 7 },
    })
  })
}

describe('one try', () => {
  test('an answer, with what was seen of it', async () => {
    answer(() => seen({ status: 'ok', version: '1' }, { address: '127.0.0.1:80' }))
    expect(await tryOnce(checkOf(), attempt)).toEqual({
      good: true,
      reason: 'HTTP 200 OK, version 1',
      permanent: false,
      degraded: [],
      status: 200,
      version: '1',
      address: '127.0.0.1:80',
      timings: { total: 5 },
      excerpt: '{"status":"ok","version":"1"}',
    })
  })

  test('no answer, in the words of the scheme', async () => {
    failWith('connect', true)
    expect(await tryOnce(checkOf(), attempt)).toEqual({
      good: false,
      failure: 'connect',
      reason: 'a connect failure',
      permanent: true,
      degraded: [],
      address: '127.0.0.1:1',
      timings: { total: 7 },
    })
  })

  test('a defect of ours is a bad try, not a crash', async () => {
    answer(() => {
      throw new TypeError('undefined is not a function')
    })
    expect(await tryOnce(checkOf(), attempt)).toMatchObject({
      good: false,
      failure: 'config',
      reason: 'the answer could not be judged: undefined is not a function',
    })
  })

  test('the excerpt is 500 characters, and never holds half a secret', async () => {
    const secret = 'correct-horse-battery-staple'
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    maskSecret(secret)
    write.mockRestore()
    answer(() => seen(`${'x'.repeat(490)}${secret}${'🐎'.repeat(2_000)}`))
    const { excerpt = '' } = await tryOnce(checkOf(), attempt)
    expect(excerpt).toMatch(/^x{490}\*\*\*🐎+…$/u)
    expect(excerpt.length).toBeLessThanOrEqual(500)
  })
})

describe('invert: a target that is to be down', () => {
  const inverted = checkOf({ invert: true })

  test('is not, as long as it answers well', async () => {
    answer(() => seen('ok'))
    expect(await tryOnce(inverted, attempt)).toMatchObject({
      good: false,
      failure: 'up',
      reason: 'still up: HTTP 200 OK',
    })
  })

  test.each<FailureClass>(['connect', 'dns', 'timeout', 'protocol'])('is, on %s', async (failure) => {
    failWith(failure, true)
    const outcome = await tryOnce(inverted, attempt)
    expect(outcome).toMatchObject({ good: true, permanent: false, reason: `down: a ${failure} failure` })
    expect(outcome.failure).toBeUndefined()
  })

  test.each<FailureClass>(['tls', 'certificate', 'authentication', 'redirect', 'config', 'cancelled'])(
    'is not proved to be by a %s failure: somebody answered, or nobody asked',
    async (failure) => {
      failWith(failure)
      expect(await tryOnce(inverted, attempt)).toMatchObject({ good: false, failure })
    },
  )

  test('is not proved to be by a try that the end of the step cut short', async () => {
    failWith('timeout')
    expect(await tryOnce(inverted, { ...attempt, timeout: 20 })).toMatchObject({
      good: false,
      failure: 'timeout',
    })
  })

  test('is not proved to be by an answer too long to be read, a failing expression, or a defect of ours', async () => {
    answer(() => seen('x', { truncated: true }))
    expect(await tryOnce(inverted, attempt)).toMatchObject({ good: false, failure: 'config' })
    answer(() => seen(`${'a'.repeat(50_000)}!`))
    const slow = checkOf({ invert: true, 'expect-body': { kind: 'regex', source: '^(a|a)*$', flags: '' } })
    expect(await tryOnce(slow, attempt)).toMatchObject({ good: false, failure: 'config', status: 200 })
    answer(() => {
      throw new TypeError('x')
    })
    expect(await tryOnce(inverted, attempt)).toMatchObject({ good: false })
  })
})
