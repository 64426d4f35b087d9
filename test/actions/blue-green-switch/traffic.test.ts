import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { frontDoor } from '../../../actions/blue-green-switch/observe/front-door.ts'
import { type Answer, type Ask, watch } from '../../../actions/blue-green-switch/traffic/front-door.ts'
import type { Sample } from '../../../actions/blue-green-switch/traffic/verdict.ts'
import { systemClock } from '../../../shared/action/clock.ts'
import type { Check } from '../../../shared/probe/check.ts'
import { parseChecks } from '../../../shared/probe/parse.ts'
import { defaultSettings } from '../../../shared/probe/settings.ts'
import { startRelease } from '../../support/releases.ts'

const answer = (side: string | undefined, good = true): Answer => ({
  ms: 1,
  side,
  good,
  reason: good ? '' : 'HTTP 500',
})

/** Watches a front door that gives these answers in order, until there are `count` samples. */
async function samplesOf(ask: Ask, share: number, count: number): Promise<Sample[]> {
  const found = await watch<Sample[]>({
    ...{
      ask,
      newSide: 'green',
      share,
      signal: new AbortController().signal,
      rate: () => 20,
      due: 0,
      onSample: () => {},
    },
    judge: (samples) => (samples.length >= count ? [...samples] : undefined),
    clock: {
      now: () => 0,
      date: () => 0,
      // All that is under way is answered before the next request.
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
    },
  })
  return found ?? []
}

const inOrder = (answers: Answer[]): Ask => {
  let turn = 0
  return async () => answers[Math.min(turn++, answers.length - 1)] as Answer
}

describe('a bad answer', () => {
  test.each<[string, Answer[], number, Sample['outcome']]>([
    ['counts when the second is bad too', [answer('green', false), answer('green', false)], 100, 'error'],
    ['does not count when the second is good', [answer('green', false), answer('green')], 100, 'blip'],
    [
      'of no side counts against the new one',
      [answer(undefined, false), answer(undefined, false)],
      100,
      'error',
    ],
    [
      'of no side is confirmed by one of the new side',
      [answer(undefined, false), answer('green', false)],
      100,
      'error',
    ],
    [
      'is confirmed by the same side only, however many others answer',
      [answer('green', false), ...Array<Answer>(30).fill(answer('blue', false)), answer('green')],
      10,
      'blip',
    ],
    [
      'is confirmed by the same side even if it is rare',
      [answer('green', false), ...Array<Answer>(30).fill(answer('blue')), answer('green', false)],
      10,
      'error',
    ],
    ['that nobody can confirm is not confirmed', [answer('green', false), answer('blue')], 10, 'blip'],
  ])('%s', async (_, answers, share, outcome) => {
    const [first] = await samplesOf(inOrder(answers), share, 1)
    expect(first?.outcome).toBe(outcome)
  })
})

test('a front door that hangs does not pile up requests, and none is left when it is over', async () => {
  let open = 0
  let most = 0
  const stop = new AbortController()
  let turns = 0
  const hang: Ask = (signal) =>
    new Promise((resolve) => {
      open += 1
      most = Math.max(most, open)
      signal.addEventListener('abort', () => {
        open -= 1
        resolve(answer(undefined, false))
      })
    })
  const found = await watch({
    ...{
      ask: hang,
      newSide: 'green',
      share: 100,
      signal: stop.signal,
      rate: () => 50,
      due: 0,
      onSample: () => {},
    },
    judge: () => undefined,
    clock: {
      now: () => 0,
      date: () => 0,
      async sleep() {
        turns += 1
        if (turns === 200) stop.abort()
        await new Promise((resolve) => setImmediate(resolve))
      },
    },
  })
  expect([found, most, open]).toEqual([undefined, 64, 0])
})

describe('the front door', () => {
  const checksOf = (yaml: unknown): Check[] => {
    const problems: string[] = []
    const checks = parseChecks(
      yaml,
      { defaults: defaultSettings, origin: 'verify', untrusted: false },
      { list: [], add: (_, message) => problems.push(message) },
    )
    expect(problems).toEqual([])
    return checks
  }
  const identify = {
    from: { header: 'x-color' },
    colors: new Map([
      ['blue', 'blue'],
      ['green', 'green'],
    ]),
  }
  const never = new AbortController().signal

  test('is asked on a new connection each time, each check in turn', async () => {
    const asked: (string | undefined)[] = []
    let connections = 0
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.setHeader('x-color', 'green').end('{}')
    })
    server.on('connection', () => {
      connections += 1
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const ask = frontDoor(checksOf([`${url}/a`, `${url}/b`]), identify, 'green', new Map())
      for (let turn = 0; turn < 3; turn++)
        expect(await ask(never)).toMatchObject({ side: 'green', good: true })
      expect([asked, connections]).toEqual([['/a', '/b', '/a'], 3])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('one of several checks that always fails is confirmed by itself, not by its neighbours', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/checkout' ? 500 : 200
      response.setHeader('x-color', 'green').end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const paths = ['/checkout', '/a', '/b', '/c']
      const ask = frontDoor(checksOf(paths.map((path) => url + path)), identify, 'green', new Map())
      const found = await watch<Sample>({
        ...{ ask, newSide: 'green', share: 100, signal: never, clock: systemClock, due: 10_000 },
        ...{ rate: () => 50, onSample: () => {} },
        judge: (samples) => samples.find(({ outcome }) => outcome !== 'good'),
      })
      expect(found).toMatchObject({ outcome: 'error', reason: expect.stringContaining('500') })
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('the version of the new side is not asked of the old one', async () => {
    const blue = await startRelease('blue', '1.0.0')
    try {
      const checks = checksOf([{ url: blue.url, 'expect-version': '2.0.0' }])
      const old = await frontDoor(checks, identify, 'green', new Map())(never)
      expect(old).toMatchObject({ side: 'blue', good: true })
      const wrong = await frontDoor(checks, identify, 'blue', new Map())(never)
      expect(wrong).toMatchObject({ side: 'blue', good: false, reason: expect.stringContaining('"2.0.0"') })
    } finally {
      await blue.close()
    }
  })

  test('nobody there is an answer too', async () => {
    const release = await startRelease('green')
    await release.close()
    const ask = frontDoor(checksOf([release.url]), identify, 'green', new Map())
    expect(await ask(never)).toMatchObject({
      side: undefined,
      good: false,
      reason: expect.stringContaining('refused'),
    })
  })
})
