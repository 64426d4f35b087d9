import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { connect } from '../../../../actions/blue-green-switch/observe/routers/traefik.ts'
import {
  parseWeighted,
  type Weighted,
} from '../../../../actions/blue-green-switch/targets/traefik/weighted.ts'
import { startHttp } from '../../../support/lying-servers.ts'
import { startTraefik, type Traefik } from '../../../support/routers/traefik.ts'
import { until } from '../../../support/services/service.ts'
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

interface Told {
  weighted: { services: { name: string; weight: number }[] }
}

const NAMES = { blue: 'b', green: 'g' }
const CONFIG = { file: '/etc/traefik/dynamic/app.yml', service: 'app', services: NAMES }
const weightedOf = async (text: string): Promise<Weighted> => {
  const weighted = await parseWeighted(text, 'app', NAMES)
  if (typeof weighted === 'string') throw new Error(weighted)
  return weighted
}

describe('target-config of traefik', () => {
  test.each([
    ['nothing in it', {}, ['file', 'service', 'services']],
    ['TOML', { ...CONFIG, file: '/etc/traefik/app.toml' }, ['file']],
    ['a path as service', { ...CONFIG, service: 'a/b' }, ['service']],
    ['no URL', { ...CONFIG, api: 'localhost:8080' }, ['api']],
  ])('%s is a problem', (_what, config, keys) => {
    expect(problemsOf(connect, config).map(({ input }) => input)).toEqual(
      keys.map((key) => `target-config.${key}`),
    )
  })

  test('a whole one is a target, and says what it cannot prove', () => {
    const target = connected(connect, CONFIG)
    expect(target.describe()).toBe('Traefik service app in /etc/traefik/dynamic/app.yml')
    expect(target.caution).toContain('Without "api"')
    expect(target.plan({ blue: 95, green: 5 })).toEqual([
      'Write /etc/traefik/dynamic/app.yml: the weights of app are b 95, g 5',
    ])
    const asked = connected(connect, { ...CONFIG, api: 'http://user:secret@127.0.0.1:8080' })
    expect(asked.caution).toBeUndefined()
    expect(asked.plan({ blue: 0, green: 100 })[1]).toBe(
      'Wait until the API of Traefik at 127.0.0.1:8080 shows them',
    )
  })
})

describe('a weighted service in a file', () => {
  const file = (list: string): string =>
    `# by hand\nhttp:\n  services:\n    app:\n      weighted:\n        services:${list}\n    b: {loadBalancer: {servers: [{url: 'http://a'}]}} # end\n`

  test.each([
    [
      'a list',
      '\n          - name: b\n            weight: 100 # all\n          - name: g\n            weight: 0',
      '\n          - name: b\n            weight: 90 # all\n          - name: g\n            weight: 10',
    ],
    [
      'on one line',
      ' [{name: b, weight: 1}, {weight: 0, name: "g@file"}]',
      ' [{name: b, weight: 90}, {weight: 10, name: "g@file"}]',
    ],
    [
      'no weights yet',
      '\n          - name: b\n          - name: g\n            weight: 0',
      '\n          - name: b\n            weight: 90\n          - name: g\n            weight: 10',
    ],
    ['no weights, on one line', ' [{name: b}, {name: g}]', ' [{name: b, weight: 90}, {name: g, weight: 10}]'],
    [
      'one that has none',
      ' [{name: b, weight: 3}, {name: g, weight: 0}, {name: old, weight: 0}]',
      ' [{name: b, weight: 90}, {name: g, weight: 10}, {name: old, weight: 0}]',
    ],
  ])('%s', async (_what, before, after) => {
    const weighted = await weightedOf(file(before))
    expect(weighted.with({ blue: 90, green: 10 })).toBe(file(after))
    expect((await weightedOf(file(after))).weights).toEqual({ blue: 90, green: 10 })
  })

  test.each([
    [
      'no such service',
      'http: {services: {other: {}}}',
      /^has no list http\.services\.app\.weighted\.services$/,
    ],
    [
      'a stranger',
      file(' [{name: b}, {name: x, weight: 2}]'),
      /^sends traffic of app to "x", which is none of blue and green$/,
    ],
    ['one color', file(' [{name: b}]'), /^has no "g" in app: add "- name: g"/],
    [
      'a weight that is a word',
      file(' [{name: b, weight: all}, {name: g}]'),
      /^gives "b" of app a weight that is not a whole number$/,
    ],
    ['the same twice', file(' [{name: b}, {name: b@file}]'), /^has "b@file" twice in app$/],
    ['a template', 'http:\n  services: {{ range }} x\n', /^is not valid YAML: .*templates of Go/],
  ])('%s is refused', async (_what, text, words) => {
    expect(await parseWeighted(text, 'app', NAMES)).toMatch(words)
  })

  test('whatever stands in the file is a service or a reason, and never a throw', async () => {
    const part = fc.constantFrom(
      'http:',
      '{',
      '}',
      '[',
      ']',
      'services',
      'app',
      ': ',
      '\n',
      '  ',
      '- ',
      'weighted',
      '&a',
      '*a',
      '!!x',
      '|',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(part, fc.string())), async (parts) => {
        expect(['string', 'object']).toContain(typeof (await parseWeighted(parts.join(''), 'app', NAMES)))
      }),
    )
    expect(await parseWeighted('['.repeat(20_000), 'app', NAMES)).toMatch(/^is not valid YAML/)
  })

  test('only the two weights change, and there and back gives the same bytes', async () => {
    const comment = fc.constantFrom('', ' # 100', ' # weight: 1')
    const percent = fc.integer({ min: 0, max: 100 })
    await fc.assert(
      fc.asyncProperty(comment, comment, percent, percent, async (one, two, now, then) => {
        const text = file(
          `\n        - name: b\n          weight: ${100 - now}${one}\n        - weight: ${now}${two}\n          name: g`,
        )
        const weighted = await weightedOf(text)
        const after = weighted.with({ blue: 100 - then, green: then })
        const expected = parse(text)
        expected.http.services.app.weighted.services = [
          { name: 'b', weight: 100 - then },
          { name: 'g', weight: then },
        ]
        expect(parse(after)).toEqual(expected)
        expect((await weightedOf(after)).with(weighted.weights)).toBe(text)
      }),
    )
  })
})

describe('the target traefik, on a stand-in of its file provider and API', () => {
  const scene = (play: (scene: Scene<Traefik>) => Promise<void>) => () =>
    withRouter(startTraefik, connect, play)

  test(
    'switches, splits, restores; the rest of the file stays',
    scene(async ({ router, target }) => {
      const bytes = readFileSync(router.file, 'utf8')
      const before = await target.read(signal)
      expect(before).toMatchObject({ weights: { blue: 100, green: 0 }, live: 'blue' })
      const split = await target.write({ blue: 90, green: 10 }, before, signal)
      expect(split).toMatchObject({ weights: { blue: 90, green: 10 }, live: undefined })
      // The API said so: no waiting here.
      expectShare(await answers(router, 200), 10)
      expect((await target.write({ blue: 0, green: 100 }, split, signal)).live).toBe('green')
      expect(await answers(router, 20)).toEqual({ green: 20 })
      expect(readFileSync(router.file, 'utf8')).toContain('# Written by hand; the switch keeps this line.')
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(readFileSync(router.file, 'utf8')).toBe(bytes)
      expect(await answers(router, 20)).toEqual({ blue: 20 })
    }),
  )

  test(
    'without an API the file is all there is',
    scene(async ({ router }) => {
      const { api: _, ...config } = router.targetConfig
      const target = connected(connect, config)
      expect((await target.write({ blue: 0, green: 100 }, await target.read(signal), signal)).live).toBe(
        'green',
      )
      await until(
        async () => Object.keys(await answers(router, 10)).join() === 'green',
        () => 'not only green answers',
      )
    }),
  )

  test(
    'a file that somebody else changed is a conflict',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const changed = `${readFileSync(router.file, 'utf8')}# by hand\n`
      writeFileSync(router.file, changed)
      await expectConflict(
        target.write({ blue: 0, green: 100 }, before, signal),
        /app\.yml was changed since it was read/,
      )
      expect(readFileSync(router.file, 'utf8')).toBe(changed)
    }),
  )

  test(
    'an invalid file beside it keeps the old configuration in force: the old content comes back',
    scene(async ({ router, target }) => {
      const bytes = readFileSync(router.file, 'utf8')
      const before = await target.read(signal)
      writeFileSync(join(router.folder, 'dynamic', 'wrong.yml'), 'http: {services: {x: {}}}')
      const stop = new AbortController()
      const writing = failureOf(target.write({ blue: 0, green: 100 }, before, stop.signal))
      await until(
        () => router.log().includes('the service "x@file" does not have any type'),
        () => 'the stand-in did not refuse the folder',
      )
      stop.abort()
      const error = await writing
      expect(error.message).toContain('Traefik has blue 100, green 0 in force and not blue 0, green 100')
      expect(error.applied).toBe('yes')
      expect(await target.restore(recorded(before), signal)).toEqual(before)
      expect(readFileSync(router.file, 'utf8')).toBe(bytes)
    }),
  )

  test(
    'a file in a folder that nobody watches is never in force',
    scene(async ({ router, target }) => {
      const before = await target.read(signal)
      const file = join(router.folder, 'elsewhere.yml')
      renameSync(router.file, file)
      const other = connected(connect, { ...router.targetConfig, file })
      const error = await failureOf(other.write({ blue: 0, green: 100 }, before, AbortSignal.timeout(1_000)))
      expect(error.message).toMatch(/Traefik (?:knows no service app@file|has blue 100, green 0 in force)/)
      expect(error.applied).not.toBe('no')
    }),
  )

  test(
    'a configuration that Traefik has and complains about is taken back',
    scene(async ({ router, target }) => {
      const bytes = readFileSync(router.file, 'utf8')
      const before = await target.read(signal)
      // The API as it is, and an error for whatever is not blue alone.
      const complaining = await startHttp(async (request, response) => {
        const told = (await (await fetch(`${router.api}${request.url}`)).json()) as Told
        const isBlue = told.weighted.services.every(
          ({ name, weight }) => (name === 'blue') === (weight === 100),
        )
        response.end(JSON.stringify({ ...told, error: isBlue ? undefined : ['no usable servers'] }))
      })
      const other = connected(connect, { ...router.targetConfig, api: complaining.url })
      const error = await failureOf(other.write({ blue: 0, green: 100 }, before, signal))
      expect(error.message).toMatch(
        /^Traefik has blue 0, green 100 in force, and says "no usable servers"\. The old content is back in/,
      )
      expect(error.applied).toBe('no')
      expect(readFileSync(router.file, 'utf8')).toBe(bytes)
      expect(await answers(router, 10)).toEqual({ blue: 10 })
      await complaining.close()
    }),
  )

  test(
    'by commands, behind via',
    scene(async ({ router, target }) => {
      const far = connected(connect, router.targetConfig, { via: ['env'] })
      const before = await far.read(signal)
      expect(before).toEqual(await target.read(signal))
      expect((await far.write({ blue: 0, green: 100 }, before, signal)).live).toBe('green')
      expect(await answers(router, 10)).toEqual({ green: 10 })
    }),
  )

  test(
    'a router that is gone or silent is told',
    scene(async ({ router, target }) => {
      router.freeze()
      const silent = await failureOf(target.read(AbortSignal.timeout(300)))
      expect(silent.message).toMatch(/^The API of Traefik at 127\.0\.0\.1:\d+: /)
      router.thaw()
      await router.stop()
      expect((await failureOf(target.read(signal))).message).toContain('connection refused')
    }),
  )
})
