import { execFileSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { delivered } from '../../../actions/slack-notify/apply/delivery.ts'
import { isolate } from '../../../actions/slack-notify/apply/isolate.ts'
import type { Delivered } from '../../../actions/slack-notify/model.ts'

const wire = (ms = 5_000) => ({ deadline: performance.now() + ms, signal: new AbortController().signal })
const later = (work: () => void): Promise<Delivered> =>
  new Promise(() => {
    setTimeout(work, 1)
  })

/** What a sink may do, and what is said about it. */
const MISDEEDS: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'throws at once',
    () => {
      throw new TypeError('options.timeout must be an integer')
    },
    /options\.timeout must be an integer\. This is a defect/,
  ],
  ['rejects', () => Promise.reject(new Error('no')), /^no\. This is a defect/],
  ['rejects with a text', () => Promise.reject('odd'), /^odd\. /],
  ['rejects with nothing', () => Promise.reject(undefined), /^undefined\. /],
  [
    'throws in a callback',
    () =>
      later(() => {
        throw new Error('in a callback')
      }),
    /in a callback/,
  ],
  [
    'emits an error that nobody hears',
    () => later(() => new EventEmitter().emit('error', new Error('unheard'))),
    /unheard/,
  ],
  ['gives nothing', () => Promise.resolve(undefined), /it gave no result/],
  ['gives something else', () => Promise.resolve('ok'), /it gave no result/],
]

describe('what becomes of one sink stays with it', () => {
  // Jest has listeners of its own, which would see what the sinks of these tests leave behind.
  let before: NodeJS.UnhandledRejectionListener[] = []
  beforeEach(() => {
    before = process.listeners('unhandledRejection')
  })
  afterEach(() => {
    expect(process.listeners('unhandledRejection')).toEqual(before)
    expect(process.hasUncaughtExceptionCaptureCallback()).toBe(false)
  })

  test.each(MISDEEDS)('that %s', async (_, work, words) => {
    const bad = isolate(work as () => Promise<Delivered>, wire())
    const good = isolate(
      () => new Promise((resolve) => setTimeout(() => resolve(delivered(200)), 30)),
      wire(),
    )
    const [first, second] = await Promise.all([bad, good])
    expect(first).toMatchObject({ ok: false, error: 'internal_error' })
    expect(first.message).toMatch(words)
    expect(second).toMatchObject({ ok: true, status: 200 })
  })

  test('that never ends', async () => {
    const ended = await isolate(() => new Promise(() => undefined), wire(20))
    expect(ended).toMatchObject({ ok: false, error: 'timeout' })
  })

  test('what has lost where it came from goes to a sink with a package, and to no other', async () => {
    const foreign = isolate(() => new Promise(() => undefined), wire(), true)
    const own = isolate(() => new Promise((resolve) => setTimeout(() => resolve(delivered(200)), 30)), wire())
    // Outside of both: as a resolver in C that knows nothing of where it was called.
    setTimeout(() => {
      throw new Error('from nowhere')
    }, 1)
    expect(await foreign).toMatchObject({
      ok: false,
      error: 'internal_error',
      message: expect.stringMatching(/from nowhere/),
    })
    expect(await own).toMatchObject({ ok: true })
  })

  // Jest takes unhandled rejections for itself: this one has a process of its own.
  test('that leaves a rejection to nobody', () => {
    const module = join(
      import.meta.dirname,
      '..',
      '..',
      '..',
      'actions',
      'slack-notify',
      'apply',
      'isolate.ts',
    )
    const program = `
      import { isolate } from ${JSON.stringify(module)}
      process.on('unhandledRejection', () => console.log('somebody else was told'))
      const wire = { deadline: performance.now() + 5_000, signal: new AbortController().signal }
      const bad = isolate(() => new Promise(() => setTimeout(() => void Promise.reject(new Error('unhandled')), 1)), wire)
      const good = isolate(() => new Promise((resolve) => setTimeout(() => resolve({ ok: true }), 30)), wire)
      console.log(JSON.stringify(await Promise.all([bad, good])))`
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    expect(JSON.parse(told)).toEqual([
      expect.objectContaining({
        ok: false,
        error: 'internal_error',
        message: expect.stringMatching(/^unhandled\. /),
      }),
      { ok: true },
    ])
  })
})
