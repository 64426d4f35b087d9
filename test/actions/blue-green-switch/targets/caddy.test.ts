import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { connect } from '../../../../actions/blue-green-switch/observe/routers/caddy.ts'
import {
  parsePool,
  poolFor,
  poolOf,
  sharesOf,
  withPool,
} from '../../../../actions/blue-green-switch/targets/caddy/handler.ts'
import { redact } from '../../../../shared/action/secrets.ts'
import { describeWith } from '../../../support/real-parts.ts'
import { type CaddyRouter, startCaddy } from '../../../support/routers/caddy.ts'
import { atEnd } from '../../../support/runner/cleanup.ts'
import {
  answers,
  connected,
  expectConflict,
  expectShare,
  failureOf,
  problemsOf,
  recorded,
  type Scene,
  signal,
  withRouter,
} from './target-tests.ts'

const DIALS = { blue: '10.0.0.1:80', green: '10.0.0.2:80' }
const CONFIG = { admin: 'http://127.0.0.1:2019', id: 'app', upstreams: DIALS }
const upstream = (dial: string, more = {}) => ({ dial, ...more })
const handler = (...upstreams: unknown[]) => ({ '@id': 'app', handler: 'reverse_proxy', upstreams })

describe('target-config of caddy', () => {
  test.each([
    ['nothing in it', {}, ['admin', 'id', 'upstreams']],
    [
      'a port that is a word',
      { ...CONFIG, upstreams: { ...DIALS, green: '10.0.0.2:notaport' } },
      ['upstreams.green'],
    ],
    [
      'a port that is none',
      { ...CONFIG, upstreams: { ...DIALS, green: '10.0.0.2:70000' } },
      ['upstreams.green'],
    ],
    [
      'a URL as upstream',
      { ...CONFIG, upstreams: { ...DIALS, green: 'http://10.0.0.2:80' } },
      ['upstreams.green'],
    ],
    ['a path as id', { ...CONFIG, id: '../config' }, ['id']],
    ['no URL', { ...CONFIG, admin: '127.0.0.1:2019' }, ['admin']],
  ])('%s is a problem', (_what, config, keys) => {
    expect(problemsOf(connect, config).map(({ input }) => input)).toEqual(
      keys.map((key) => `target-config.${key}`),
    )
  })

  test('a password in the URL is in no message, right or wrong', () => {
    const right = connected(connect, { ...CONFIG, admin: 'http://me:planted%21secret@127.0.0.1:2019' })
    expect([right.describe(), right.lock, ...right.plan({ blue: 0, green: 100 })].join()).not.toContain(
      'planted',
    )
    expect(redact('planted%21secret planted!secret')).toBe('*** ***')
    const wrong = problemsOf(connect, { ...CONFIG, admin: 'htp://me:planted@127.0.0.1:2019' })
    expect(wrong.map(({ input }) => input)).toEqual(['target-config.admin'])
    expect(JSON.stringify(wrong)).not.toContain('planted')
  })

  test('via has nothing to stand before', () => {
    expect(problemsOf(connect, CONFIG, { via: ['ssh', 'host'] }).map(({ input }) => input)).toEqual(['via'])
  })

  test('a whole one is a target', () => {
    const target = connected(connect, CONFIG)
    expect(target.describe()).toBe('Caddy handler app at http://127.0.0.1:2019')
    expect(target.plan({ blue: 95, green: 5 })).toEqual([
      'Caddy: PATCH /id/app with upstreams 10.0.0.1:80 for 95 %, 10.0.0.2:80 for 5 %, If-Match its ETag',
    ])
  })
})

describe('the pool of a handler', () => {
  test.each([
    [{ blue: 100, green: 0 }, ['blue']],
    [{ blue: 0, green: 100 }, ['green']],
    [{ blue: 50, green: 50 }, ['blue', 'green']],
    [{ blue: 75, green: 25 }, ['blue', 'blue', 'blue', 'green']],
  ])('for %j', (weights, upstreams) => {
    expect(poolFor(weights, false)).toEqual({ upstreams })
  })

  test('every split can be written and read again, with and without weights', () => {
    for (let green = 0; green <= 100; green++) {
      for (const isWeighted of [false, true]) {
        const policy = isWeighted ? 'weighted_round_robin' : 'round_robin'
        const before = { ...handler(upstream(DIALS.blue)), load_balancing: { selection_policy: { policy } } }
        const pool = poolFor({ blue: 100 - green, green }, isWeighted)
        const after = withPool(before, pool, DIALS)
        expect(poolOf(after, DIALS)).toEqual(pool)
        const shares = sharesOf(pool, ['blue', 'green'])
        expect((100 * (shares['green'] ?? 0)) / ((shares['blue'] ?? 0) + (shares['green'] ?? 0))).toBeCloseTo(
          green,
        )
        expect(parsePool(JSON.parse(JSON.stringify(pool)), ['blue', 'green'])).toEqual(pool)
      }
    }
  })

  test('what else is set stays: of the handler, of its policy, of each upstream', () => {
    const before = {
      ...handler(upstream('tcp/10.0.0.1:80', { max_requests: 9 })),
      load_balancing: { retries: 2, selection_policy: { policy: 'weighted_round_robin', weights: [1] } },
      headers: { request: {} },
    }
    expect(withPool(before, poolFor({ blue: 90, green: 10 }, true), DIALS)).toEqual({
      ...before,
      upstreams: [
        { dial: 'tcp/10.0.0.1:80', max_requests: 9 },
        { dial: '10.0.0.2:80', max_requests: 9 },
      ],
      load_balancing: { retries: 2, selection_policy: { policy: 'weighted_round_robin', weights: [90, 10] } },
    })
  })

  test.each([
    [
      'a stranger',
      handler(upstream('10.0.0.3:80')),
      /has an upstream "10\.0\.0\.3:80" that is none of blue and green/,
    ],
    ['another handler', { handler: 'file_server' }, /is not a reverse_proxy handler/],
    ['dynamic upstreams', { ...handler(), dynamic_upstreams: { source: 'a' } }, /has dynamic upstreams/],
  ])('%s is refused', (_what, wrong, words) => {
    expect(poolOf(wrong, DIALS)).toMatch(words)
  })

  test.each([
    [null],
    [{}],
    [{ upstreams: ['purple'] }],
    [{ upstreams: ['blue'], weights: [] }],
    [{ upstreams: 'blue' }],
  ])('a record that is about something else is none: %j', (raw) => {
    expect(parsePool(raw, ['blue', 'green'])).toBeUndefined()
  })
})

describeWith('caddy', 'the target caddy', (program) => {
  const scene = (play: (scene: Scene<CaddyRouter>) => Promise<void>) => () =>
    withRouter((pair) => startCaddy(program, pair), connect, play)

  test(
    'switches, splits, restores',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      expect(before).toMatchObject({
        weights: { blue: 100, green: 0 },
        live: 'blue',
        raw: { upstreams: ['blue'] },
      })
      const split = await target.write({ blue: 90, green: 10 }, before, signal)
      expect(split).toMatchObject({ weights: { blue: 90, green: 10 }, live: undefined })
      expectShare(await answers(router, 200), 10)
      const after = await target.write({ blue: 0, green: 100 }, split, signal)
      expect(after.live).toBe('green')
      expect(await answers(router, 20)).toEqual({ green: 20 })
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(await answers(router, 20)).toEqual({ blue: 20 })
    }),
  )

  test(
    'a stale ETag is a conflict, before and after our own look',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const other = connected(connect, router.targetConfig)
      await other.write({ blue: 50, green: 50 }, await other.read(signal), signal)
      await expectConflict(
        target.write({ blue: 0, green: 100 }, before, signal),
        /it had blue 100, green 0, it has blue 50/,
      )
      // Of two with the same ETag exactly one wins, whoever that is.
      const now = await target.read(signal)
      const ends = await Promise.allSettled([
        target.write({ blue: 0, green: 100 }, now, signal),
        other.write({ blue: 25, green: 75 }, now, signal),
      ])
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const lost = ends.find((end) => end.status === 'rejected')
      expect(String(lost?.reason)).toMatch(/was changed/)
    }),
  )

  test(
    'an If-Match that comes too late is answered 412',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      // Between our look and our write somebody else writes.
      const meddler = await between(router.admin, {
        before: async (method) => {
          if (method === 'PATCH') await put(router, 'POST', upstream('127.0.0.1:9'))
        },
      })
      const slow = connected(connect, { ...router.targetConfig, admin: meddler.url })
      await expectConflict(slow.write({ blue: 0, green: 100 }, before, signal), /HTTP 412/)
      await meddler.close()
    }),
  )

  test(
    '200 to an upstream where nobody is: only requests tell',
    scene(async ({ router, target, pair }) => {
      pair.green.die()
      const after = await target.write({ blue: 0, green: 100 }, await target.read(signal), signal)
      expect(after.live).toBe('green')
      expect(await answers(router, 5)).toEqual({ 502: 5 })
      await target.restore(
        { weights: { blue: 100, green: 0 }, live: 'blue', raw: { upstreams: ['blue'] } },
        signal,
      )
      expect(await answers(router, 5)).toEqual({ blue: 5 })
    }),
  )

  test(
    'a third upstream, an unknown id, another kind of handler: nothing is written',
    scene(async ({ router, target }) => {
      await put(router, 'POST', upstream('127.0.0.1:9'))
      expect((await failureOf(target.read(signal))).message).toMatch(
        /has an upstream "127\.0\.0\.1:9" that is none of/,
      )
      const lost = connected(connect, { ...router.targetConfig, id: 'nope' })
      expect((await failureOf(lost.read(signal))).message).toContain('Caddy has nothing with "@id": "nope"')
    }),
  )

  test(
    'a policy that does not split is refused before the write, and can switch',
    scene(async ({ router, target }) => {
      await api(router, 'PATCH', '/id/app_proxy/load_balancing/selection_policy', { policy: 'first' })
      const before = await target.read(signal)
      const error = await failureOf(target.write({ blue: 90, green: 10 }, before, signal))
      expect(error.message).toContain('chooses by "first", which does not split by weight')
      expect(await target.read(signal)).toEqual(before)
      expect((await target.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
    }),
  )

  test(
    'HTTP 500 leaves the old configuration in force, and the reason is told',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const raw = { upstreams: ['green'], weights: [1] }
      // weighted_round_robin is unknown before Caddy 2.7: what the answer looks like when a module is missing.
      const broken = await between(router.admin, {
        alter: (body) => body.replace('"round_robin"', '"no_such_policy"'),
      })
      const other = connected(connect, { ...router.targetConfig, admin: broken.url })
      const error = await failureOf(other.restore({ ...before, raw }, signal))
      expect(error.message).toMatch(
        /HTTP 500: ".*unknown module.*no_such_policy"\. The old configuration stays in force/,
      )
      expect(error.applied).toBe('no')
      expect(await target.read(signal)).toEqual(before)
      await broken.close()
    }),
  )

  test(
    'an admin API that is away for a moment after a change is asked again',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      let [hasWritten, gaps] = [false, 0]
      const proxy = await between(router.admin, {
        instead: (method) => {
          hasWritten ||= method === 'PATCH'
          if (method !== 'GET' || !hasWritten || gaps === 3) return undefined
          gaps += 1
          return 502
        },
      })
      const other = connected(connect, { ...router.targetConfig, admin: proxy.url })
      expect((await other.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      expect(gaps).toBe(3)
      await proxy.close()
    }),
  )

  test(
    'an answer that was lost is read back',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const lossy = await between(router.admin, { losesAnswers: true })
      const other = connected(connect, { ...router.targetConfig, admin: lossy.url })
      expect((await other.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      await lossy.close()
    }),
  )

  test(
    'a router that is gone is told',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      await router.stop()
      const error = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toMatch(/^The admin API of Caddy at 127\.0\.0\.1:\d+: connection refused/)
      expect(error.applied).toBe('no')
    }),
  )
})

async function api({ admin }: CaddyRouter, method: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${admin}${path}`, { method, headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(200)
}

const put = (router: CaddyRouter, method: string, entry: unknown): Promise<void> =>
  api(router, method, '/id/app_proxy/upstreams', entry)

interface Meddling {
  before?: (method: string) => Promise<void>
  alter?: (body: string) => string
  /** This status in the place of an answer. */
  instead?: (method: string) => number | undefined
  losesAnswers?: boolean
}

/** Stands before the admin API: does something before certain requests, alters bodies, or loses answers to writes. */
async function between(
  admin: string,
  { before, alter = (body) => body, instead, losesAnswers = false }: Meddling,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(async (incoming, response) => {
    const { method = '' } = incoming
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    await before?.(method)
    const status = instead?.(method)
    if (status !== undefined) {
      response.writeHead(status).end()
      return
    }
    const body = alter(Buffer.concat(chunks).toString('utf8'))
    const { host: _, 'content-length': __, ...headers } = incoming.headers
    const onward = request(
      new URL(incoming.url ?? '/', admin),
      { method, headers, agent: false },
      async (answer) => {
        const parts: Buffer[] = []
        for await (const part of answer) parts.push(part)
        if (losesAnswers && method === 'PATCH') {
          response.destroy()
          return
        }
        const etag = answer.trailers['etag']
        response.writeHead(answer.statusCode ?? 0, etag === undefined ? {} : { trailer: 'ETag' })
        response.write(Buffer.concat(parts))
        if (etag !== undefined) response.addTrailers({ ETag: etag })
        response.end()
      },
    )
    onward.end(body)
  })
  atEnd(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
