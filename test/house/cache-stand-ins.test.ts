import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { parseSource, readSources } from '../../scripts/source.ts'

/** The bundle of an action that uses @actions/cache has stand-ins of its own: they have more to do. */
const FOLDER = join(ROOT, 'bundle', 'with-cache')

/** Every module of these packages: what reaches the cache's bundle. */
const filesOf = (...packages: string[]): string[] =>
  packages.flatMap((name) => {
    const root = join(ROOT, 'node_modules', name, 'lib')
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.js'))
      .map((path) => join(root, path))
  })

const theirs = filesOf('@actions/cache', '@actions/exec', '@actions/glob', '@actions/io')

/** The names that these files take from a module, `core.debug` of `import * as core` as well. */
function taken(files: readonly string[], module: string): string[] {
  const names = files.flatMap((file) =>
    parseSource(file, readFileSync(file, 'utf8'))
      .imports.filter(({ from }) => from === module)
      .flatMap((item) => item.names)
      .filter((name) => name !== '*'),
  )
  return [...new Set(names)]
}

const load = (file: string): Promise<Record<string, unknown>> =>
  import(file) as Promise<Record<string, unknown>>

describe('@actions/core', () => {
  const standIn = load(join(FOLDER, 'core.js'))

  test('has what the cache and our sources take, and nothing that the real one does not have', async () => {
    const ours = readSources('actions', 'shared').flatMap(({ imports }) =>
      imports
        .filter(({ from }) => from === '@actions/core')
        .flatMap(({ names }) => names.filter((name) => name !== '*')),
    )
    const needed = taken(theirs, '@actions/core')
    expect(needed).toEqual(expect.arrayContaining(['debug', 'info', 'isDebug', 'setSecret', 'warning']))
    expect(Object.keys(await standIn)).toEqual(expect.arrayContaining([...needed, ...ours]))
    expect(Object.keys(await load('@actions/core'))).toEqual(
      expect.arrayContaining(Object.keys(await standIn)),
    )
  })

  test('writes annotations as the real one does, with and without a place', () => {
    const calls = [
      "core.warning('a\\r\\nb % c', { title: 't: u, v', file: 'a,b:c%.ts', startLine: 12 })",
      "core.notice('n', { file: 'a.ts' })",
      "core.notice('n', { title: 'only a title' })",
      "core.warning('w')",
      'console.log(core.isDebug())',
    ]
    const written = (module: string): string =>
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '--eval',
          [`import * as core from ${JSON.stringify(module)}`, ...calls].join('\n'),
        ],
        { env: { RUNNER_DEBUG: '1' }, encoding: 'utf8' },
      )
    expect(written(pathToFileURL(join(FOLDER, 'core.js')).href)).toBe(
      written(import.meta.resolve('@actions/core')),
    )
  })
})

describe('@actions/http-client', () => {
  const standIn = load(join(FOLDER, 'http-client.js'))

  test('has what the cache takes', async () => {
    const needed = taken(theirs, '@actions/http-client')
    expect(needed).toEqual(expect.arrayContaining(['HttpClient', 'HttpClientError', 'HttpCodes']))
    expect(Object.keys(await standIn)).toEqual(
      expect.arrayContaining(
        needed.filter((name) => name !== 'HttpClientResponse' && name !== 'TypedResponse'),
      ),
    )
  })

  test('has every method and status that is called, and the real one has them too', async () => {
    const code = theirs.map((file) => readFileSync(file, 'utf8')).join('\n')
    const called = [...code.matchAll(/\bhttpClient\.(\w+)\(/g)].map(([, name]) => name as string)
    expect(called).toEqual(
      expect.arrayContaining(['get', 'post', 'getJson', 'postJson', 'sendStream', 'request']),
    )
    const real = await load('@actions/http-client')
    const methods = (module: Record<string, unknown>): object =>
      (module['HttpClient'] as { prototype: object }).prototype
    for (const name of new Set(called)) {
      expect([name, name in methods(await standIn), name in methods(real)]).toEqual([name, true, true])
    }
    const statuses = [...code.matchAll(/\bHttpCodes\.(\w+)/g)].map(([, name]) => name as string)
    for (const name of new Set(statuses)) {
      const value = (module: Record<string, unknown>): unknown =>
        (module['HttpCodes'] as Record<string, number>)[name]
      expect([name, value(await standIn)]).toEqual([name, value(real)])
    }
  })
})

test('undici: what the http client takes', async () => {
  const needed = taken(filesOf('@actions/http-client'), 'undici')
  const standIn = await load(join(FOLDER, 'undici.cjs'))
  expect(Object.keys(standIn)).toEqual(expect.arrayContaining(needed))
  const { ProxyAgent } = standIn as { ProxyAgent: new () => object }
  expect(() => new ProxyAgent()).toThrow('not bundled')
})
