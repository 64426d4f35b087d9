import { chmodSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { complaintIn } from '../../../../actions/blue-green-switch/observe/routers/nginx/error-log.ts'
import { connect } from '../../../../actions/blue-green-switch/observe/routers/nginx.ts'
import {
  type Entry,
  entriesFor,
  parseEntries,
  parseUpstream,
  sharesOf,
  type Upstream,
} from '../../../../actions/blue-green-switch/targets/nginx/upstream.ts'
import { percentages } from '../../../../actions/blue-green-switch/targets/weights.ts'
import { describeWith } from '../../../support/real-parts.ts'
import { type NginxRouter, startNginxRouter } from '../../../support/routers/nginx.ts'
import { atEnd } from '../../../support/runner/cleanup.ts'
import { until } from '../../../support/services/service.ts'
import {
  answers,
  connected,
  expectConflict,
  failureOf,
  isShare,
  problemsOf,
  recorded,
  type Scene,
  signal,
  withRouter,
} from './target-tests.ts'

const SERVERS = { blue: '10.0.0.1:80', green: '10.0.0.2:80' }
const CONFIG = { file: '/etc/nginx/conf.d/app.conf', upstream: 'app', servers: SERVERS }
const parsed = (text: string): Upstream => {
  const upstream = parseUpstream(text, 'app', SERVERS)
  if (typeof upstream === 'string') throw new Error(upstream)
  return upstream
}

describe('target-config of nginx', () => {
  test.each([
    ['nothing in it', {}, ['file', 'upstream', 'servers']],
    [
      'a directive in an address',
      { ...CONFIG, servers: { ...SERVERS, green: 'a; include /x' } },
      ['servers.green'],
    ],
    ['a URL as address', { ...CONFIG, servers: { ...SERVERS, green: 'http://a' } }, ['servers.green']],
    ['a line for a shell', { ...CONFIG, reload: 'systemctl reload nginx' }, ['reload']],
    ['an unknown key', { ...CONFIG, error_log: '/x' }, ['error_log']],
  ])('%s is a problem', (_what, config, keys) => {
    expect(problemsOf(connect, config).map(({ input }) => input)).toEqual(
      keys.map((key) => `target-config.${key}`),
    )
  })

  test('a whole one is a target; how it is tested follows from how it is reloaded', () => {
    const target = connected(connect, CONFIG)
    expect(target.describe()).toBe('nginx upstream app in /etc/nginx/conf.d/app.conf')
    expect(target.plan({ blue: 95, green: 5 })).toEqual([
      'Write /etc/nginx/conf.d/app.conf: upstream app with server 10.0.0.1:80 weight=95; server 10.0.0.2:80 weight=5;',
      'Test it: nginx -T',
      'Reload: nginx -s reload',
    ])
    const other = connected(connect, { ...CONFIG, reload: ['systemctl', 'reload', 'nginx'] })
    expect(other.plan({ blue: 0, green: 100 })).toEqual([
      'Write /etc/nginx/conf.d/app.conf: upstream app with server 10.0.0.2:80;',
      'Reload: systemctl reload nginx',
    ])
    const far = connected(connect, CONFIG, { via: ['ssh', 'edge'] })
    expect(far.plan({ blue: 0, green: 100 })[1]).toBe('Test it: ssh edge nginx -T')
  })
})

describe('an upstream in a file', () => {
  test.each<[string, string, { blue: number; green: number }, string]>([
    [
      'all',
      'upstream app {\n  server 10.0.0.1:80;\n}\n',
      { blue: 0, green: 100 },
      'upstream app {\n  server 10.0.0.2:80;\n}\n',
    ],
    [
      'a share',
      'upstream app {\n\tserver 10.0.0.1:80 max_fails=0;\n\tkeepalive 9;\n}\n',
      { blue: 90, green: 10 },
      'upstream app {\n\tserver 10.0.0.1:80 max_fails=0 weight=90;\n\tserver 10.0.0.2:80 max_fails=0 weight=10;\n\tkeepalive 9;\n}\n',
    ],
    [
      'on one line',
      'upstream app { server 10.0.0.1; zone a 64k; }',
      { blue: 0, green: 100 },
      'upstream app { server 10.0.0.2:80; zone a 64k; }',
    ],
    [
      'Windows line ends',
      'upstream app {\r\n  server 10.0.0.1:80;\r\n}\r\n',
      { blue: 50, green: 50 },
      'upstream app {\r\n  server 10.0.0.1:80 weight=50;\r\n  server 10.0.0.2:80 weight=50;\r\n}\r\n',
    ],
    [
      'no server yet',
      'upstream app {\n  zone a 64k;\n}',
      { blue: 100, green: 0 },
      'upstream app {\n  server 10.0.0.1:80;\n  zone a 64k;\n}',
    ],
    [
      'among others',
      '# upstream app { server x; }\nupstream other { server a; }\nupstream "app" {\n  # server 10.0.0.2:80;\n  server 10.0.0.1:80 down;\n  server 10.0.0.2:80; # now\n}\nserver { return 200 "upstream app { }"; }\n',
      { blue: 100, green: 0 },
      '# upstream app { server x; }\nupstream other { server a; }\nupstream "app" {\n  # server 10.0.0.2:80;\n  server 10.0.0.1:80;\n}\nserver { return 200 "upstream app { }"; }\n',
    ],
  ])('%s', (_what, before, weights, after) => {
    const upstream = parsed(before)
    expect(upstream.with(entriesFor(weights, upstream.entries))).toBe(after)
    expect(percentages(sharesOf(parsed(after).entries, ['blue', 'green']))).toEqual(weights)
  })

  test.each([
    ['no upstream', 'upstream other { server a; }', /^has no "upstream app \{"$/],
    ['two of them', 'upstream app { }\nupstream app { }', /^has "upstream app" twice$/],
    ['no end', 'upstream app { server 10.0.0.1:80;', /^has no "\}" for/],
    [
      'a stranger',
      'upstream app { server 10.0.0.3:80; }',
      /^sends traffic to "10\.0\.0\.3:80", which is none of blue and green$/,
    ],
    [
      'a backup',
      'upstream app { server 10.0.0.1; server 10.0.0.2 backup; }',
      /^has "10\.0\.0\.2" as a backup/,
    ],
  ])('%s is refused', (_what, text, words) => {
    expect(parseUpstream(text, 'app', SERVERS)).toMatch(words)
  })

  test('there and back gives the same bytes, whatever stands around', () => {
    const around = fc.constantFrom(
      '',
      '# a { ; "\n',
      'map $a $b { default "}"; }\n',
      'server { listen 80; }\n',
    )
    const inside = fc.constantFrom('', '  keepalive 9;\n', "  # '\n", '  balancer_by_lua_block { x = "}" }\n')
    const server = fc.record({
      color: fc.constantFrom('blue', 'green'),
      params: fc.subarray(['weight=3', 'max_fails=0', 'fail_timeout=5s', 'down']),
    })
    fc.assert(
      fc.property(
        around,
        inside,
        fc.uniqueArray(server, { minLength: 1, maxLength: 2, selector: (s) => s.color }),
        inside,
        around,
        fc.integer({ min: 0, max: 100 }),
        (...parts) => {
          const [begin, head, servers, tail, end, green] = parts
          const lines = servers.map(
            ({ color, params }) => `  server ${[SERVERS[color as 'blue'], ...params].join(' ')};\n`,
          )
          const text = `${begin}upstream app {\n${head}${lines.join('')}${tail}}\n${end}`
          const before = parsed(text)
          const after = before.with(entriesFor({ blue: 100 - green, green }, before.entries))
          expect(percentages(sharesOf(parsed(after).entries, ['blue', 'green']))).toEqual({
            blue: 100 - green,
            green,
          })
          const record = parseEntries(JSON.parse(JSON.stringify({ servers: before.entries })), [
            'blue',
            'green',
          ]) as Entry[]
          expect(parsed(after).with(record)).toBe(text)
        },
      ),
    )
  })

  test('whatever stands in the file is an upstream or a reason, and never a throw', () => {
    const word = fc.constantFrom(
      'upstream',
      'app',
      '{',
      '}',
      ';',
      'server',
      '10.0.0.1',
      '"',
      "'",
      '#',
      '\n',
      '${',
      '\\',
      'backup',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: fc.string() })),
        (words) => {
          const upstream = parseUpstream(words.join(' '), 'app', SERVERS)
          if (typeof upstream === 'string') expect(upstream).toMatch(/^(?:has|sends) /)
          else expect(typeof upstream.with(upstream.entries)).toBe('string')
        },
      ),
    )
  })

  test.each([
    [null],
    [{ servers: [{ color: 'purple', params: [] }] }],
    [{ servers: [{ color: 'blue', params: ['weight=1; include /etc/passwd'] }] }],
    [{ servers: [{ color: 'blue' }] }],
  ])('a record that is about something else is none: %j', (raw) => {
    expect(parseEntries(raw, ['blue', 'green'])).toBeUndefined()
  })
})

test('of an error log, what kept nginx from loading is told', () => {
  const log = `2026/11/21 09:00:00 [notice] 7#7: signal process started
2026/11/21 09:00:00 [emerg] 7#7: bind() to 127.0.0.1:80 failed (98: Address already in use)
2026/11/21 09:00:03 [emerg] 7#7: still could not bind()
`
  expect(complaintIn(log)).toBe('emerg: bind() to 127.0.0.1:80 failed (98: Address already in use)')
  expect(complaintIn('2026/11/21 09:00:00 [error] 8#8: *1 connect() failed\n')).toBeUndefined()
})

describeWith('nginx', 'the target nginx', (program) => {
  const scene = (play: (scene: Scene<NginxRouter>) => Promise<void>) => () =>
    withRouter((pair) => startNginxRouter(program, pair), connect, play)
  const only = (router: NginxRouter, color: string): Promise<void> =>
    until(
      async () => Object.keys(await answers(router, 10)).join() === color,
      () => `not only ${color} answers`,
    )

  test(
    'switches, splits, restores; the file keeps its mode, and its bytes come back',
    scene(async ({ router, target }) => {
      chmodSync(router.upstreamFile, 0o640)
      const bytes = readFileSync(router.upstreamFile, 'utf8')
      const before = await target.read(signal)
      expect(before).toMatchObject({ weights: { blue: 100, green: 0 }, live: 'blue' })
      const split = await target.write({ blue: 90, green: 10 }, before, signal)
      expect(split).toMatchObject({ weights: { blue: 90, green: 10 }, live: undefined })
      // For a while the old worker goes on accepting.
      let counts = {}
      await until(
        async () => {
          counts = await answers(router, 200)
          return isShare(counts, 10)
        },
        () => JSON.stringify(counts),
      )
      expect((await target.write({ blue: 0, green: 100 }, split, signal)).live).toBe('green')
      await only(router, 'green')
      expect(statSync(router.upstreamFile).mode & 0o777).toBe(0o640)
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(readFileSync(router.upstreamFile, 'utf8')).toBe(bytes)
      await only(router, 'blue')
    }),
  )

  test(
    'a symbolic link stays one',
    scene(async ({ router, target }) => {
      const real = join(router.folder, 'real.conf')
      renameSync(router.upstreamFile, real)
      symlinkSync(real, router.upstreamFile)
      await target.write({ blue: 0, green: 100 }, await target.read(signal), signal)
      expect(lstatSync(router.upstreamFile).isSymbolicLink()).toBe(true)
      await only(router, 'green')
    }),
  )

  test(
    'by commands alone, behind via',
    scene(async ({ router, target }) => {
      chmodSync(router.upstreamFile, 0o640)
      const far = connected(connect, router.targetConfig, { via: ['env'] })
      const before = await far.read(signal)
      expect(before).toEqual(await target.read(signal))
      expect((await far.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      await only(router, 'green')
      expect(statSync(router.upstreamFile).mode & 0o777).toBe(0o640)
      writeFileSync(router.errorLog, '')
      expect(await far.explain?.(signal)).toBeUndefined()
      expect(await far.restore(recorded(before), signal)).toEqual(before)
    }),
  )

  test(
    'a file that somebody else changed is a conflict',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const changed = `${readFileSync(router.upstreamFile, 'utf8')}# by hand\n`
      writeFileSync(router.upstreamFile, changed)
      await expectConflict(
        target.write({ blue: 0, green: 100 }, before, signal),
        /app\.conf was changed since it was read/,
      )
      expect(readFileSync(router.upstreamFile, 'utf8')).toBe(changed)
    }),
  )

  test(
    'a configuration that does not pass the test is never loaded: the old bytes come back',
    scene(async ({ router, target }) => {
      const bytes = readFileSync(router.upstreamFile, 'utf8')
      const before = await target.read(signal)
      writeFileSync(join(router.folder, 'conf.d', 'wrong.conf'), 'no_such_directive on;\n')
      const error = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toMatch(
        /ended with exit code 1: .*unknown directive "no_such_directive".* The old content is back in/,
      )
      expect(error.applied).toBe('no')
      expect(readFileSync(router.upstreamFile, 'utf8')).toBe(bytes)
      expect(await answers(router, 5)).toEqual({ blue: 5 })
    }),
  )

  test(
    'a name that does not resolve fails the whole configuration',
    scene(async ({ router }) => {
      const servers = { ...(router.targetConfig['servers'] as object), green: 'nowhere.invalid:80' }
      const target = connected(connect, { ...router.targetConfig, servers })
      const error = await failureOf(target.write({ blue: 50, green: 50 }, await target.read(signal), signal))
      expect(error.message).toContain('host not found in upstream "nowhere.invalid:80"')
      expect(error.applied).toBe('no')
    }),
  )

  test(
    'a file that nginx does not read is found',
    scene(async ({ router }) => {
      const file = join(router.folder, 'elsewhere.conf')
      writeFileSync(file, readFileSync(router.upstreamFile))
      const target = connected(connect, { ...router.targetConfig, file })
      const error = await failureOf(target.write({ blue: 0, green: 100 }, await target.read(signal), signal))
      expect(error.message).toContain('nginx does not see the new content of')
      expect(error.applied).toBe('no')
      expect(readFileSync(file)).toEqual(readFileSync(router.upstreamFile))
    }),
  )

  test(
    'a listen conflict passes the test and the reload, and the old configuration goes on: the error log tells',
    scene(async ({ router, target }) => {
      const taken = createServer()
      atEnd(() => taken.close())
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      const { port } = taken.address() as AddressInfo
      const before = await target.read(signal)
      writeFileSync(join(router.folder, 'conf.d', 'taken.conf'), `server { listen 127.0.0.1:${port}; }\n`)
      // Neither of the exit codes says so, nor does the file.
      expect((await target.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      await until(
        async () => (await target.explain?.(signal)) !== undefined,
        () => 'the error log says nothing',
      )
      expect(await target.explain?.(signal)).toMatch(
        new RegExp(`bind\\(\\) to 127\\.0\\.0\\.1:${port} failed`),
      )
      expect(await answers(router, 10)).toEqual({ blue: 10 })
      expect(await target.restore(recorded(before), signal)).toEqual(before)
    }),
  )

  test(
    'a reload by signal proves nothing either',
    scene(async ({ router }) => {
      const pid = readFileSync(join(router.folder, 'nginx.pid'), 'utf8').trim()
      const target = connected(connect, { ...router.targetConfig, reload: ['kill', '-HUP', pid] })
      const before = await target.read(signal)
      writeFileSync(join(router.folder, 'conf.d', 'wrong.conf'), 'no_such_directive on;\n')
      expect((await target.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      await until(
        async () => (await target.explain?.(signal)) !== undefined,
        () => 'the error log says nothing',
      )
      expect(await target.explain?.(signal)).toContain('unknown directive "no_such_directive"')
      expect(await answers(router, 10)).toEqual({ blue: 10 })
    }),
  )

  test(
    'a reload that fails leaves the old bytes, and says so',
    scene(async ({ router, target }) => {
      const bytes = readFileSync(router.upstreamFile, 'utf8')
      const before = await target.read(signal)
      await router.stop()
      const error = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toMatch(/ended with exit code 1/)
      expect(readFileSync(router.upstreamFile, 'utf8')).toBe(bytes)
    }),
  )

  test(
    'no file and no upstream in it are told',
    scene(async ({ router, target }) => {
      writeFileSync(router.upstreamFile, 'upstream other { server 127.0.0.1:1; }\n')
      expect((await failureOf(target.read(signal))).message).toMatch(/app\.conf has no "upstream app \{"\.$/)
      const missing = connected(connect, { ...router.targetConfig, file: join(router.folder, 'nope.conf') })
      expect((await failureOf(missing.read(signal))).message).toMatch(
        /nope\.conf cannot be read: there is no such file\.$/,
      )
    }),
  )
})
