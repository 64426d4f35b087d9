import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ROOT } from '../../../scripts/actions.ts'
import { type Chunk, chunksOf, type Stats } from '../../../scripts/bundle-graph.ts'
import { parseSource } from '../../../scripts/source.ts'
import { stage } from './stage.ts'

const run = promisify(execFile)
const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'bundle', 'tsconfig.json'), 'utf8')) as {
  compilerOptions: { paths: Record<string, [string]> }
}

/** Every module of @actions/github and of what it needs from @octokit: all that our bundles take from there. */
const files = ['@actions/github/lib', '@octokit'].flatMap((folder) => {
  const root = join(ROOT, 'node_modules', folder)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js') && !path.includes('node_modules'))
    .map((path) => join(root, path))
})

describe.each(['@actions/http-client', 'undici'])('the stand-in for %s', (module) => {
  const standIn = import(join(ROOT, 'bundle', compilerOptions.paths[module]?.[0] ?? '')) as Promise<
    Record<string, unknown>
  >

  test('exports what @actions/github imports, and nothing else', async () => {
    const used = files.flatMap((file) =>
      parseSource(file, readFileSync(file, 'utf8'))
        .imports.filter(({ from }) => from === module)
        .flatMap(({ names }) => names.filter((name) => name !== '*')),
    )
    expect(used).not.toEqual([])
    expect(Object.keys(await standIn).sort()).toEqual([...new Set(used)].sort())
  })

  test('exports nothing that the real module does not', async () => {
    const real = (await import(module)) as Record<string, unknown>
    expect(Object.keys(real)).toEqual(expect.arrayContaining(Object.keys(await standIn)))
  })
})

test('the stand-in for the client has the methods that are called, and the real one has them too', async () => {
  const called = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bhc\.(\w+)\(/g)].map(([, name]) => name),
  )
  const { HttpClient } = (await import(join(ROOT, 'bundle', 'stand-ins', 'http-client.js'))) as {
    HttpClient: new () => Record<string, () => unknown>
  }
  const real = (await import('@actions/http-client')).HttpClient.prototype as unknown as Record<
    string,
    unknown
  >
  expect(called.length).toBeGreaterThan(0)
  for (const name of new Set(called as string[])) {
    expect([name, new HttpClient()[name]?.(), typeof real[name]]).toEqual([name, undefined, 'function'])
  }
})

test('undici, should anything call it, says that it is not there', async () => {
  const { fetch } = (await import(join(ROOT, 'bundle', 'stand-ins', 'undici.js'))) as {
    fetch: () => Promise<void>
  }
  await expect(fetch()).rejects.toThrow('not bundled')
})

describe('a bundle that asks GitHub', () => {
  let folder = ''
  let chunks: Chunk[] = []

  // The client as it is in an action's bundle: tsc, then ncc in the folder with the stand-ins.
  beforeAll(async () => {
    mkdirSync(join(ROOT, 'build'), { recursive: true })
    folder = mkdtempSync(join(ROOT, 'build', 'stage-'))
    cpSync(join(ROOT, 'bundle'), join(folder, 'bundle'), { recursive: true })
    writeFileSync(
      join(folder, 'entry.ts'),
      `import { connectGitHub } from '../../shared/github/client.ts'
       import { readRefs } from '../../shared/github/refs.ts'
       import { readRepository } from '../../shared/github/repository.ts'
       const [apiUrl = '', graphqlUrl = ''] = process.argv.slice(2)
       if (apiUrl !== '') {
         const options = { token: 'stage-token', repository: 'octo/demo', apiUrl, graphqlUrl }
         const github = connectGitHub({ ...options, deadline: performance.now() + 20_000 })
         const { refs } = await readRefs(github, ['refs/tags/v1'])
         console.log(JSON.stringify([await readRepository(github), refs.size]))
       }`,
    )
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: { noEmit: false, rootDir: '../..', outDir: 'js' },
      include: [],
      files: ['entry.ts'],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    await run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder])
    const ncc = join(ROOT, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
    const emitted = join(folder, 'js')
    const entry = readdirSync(emitted, { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith('entry.js'),
    )
    const options = [
      '-o',
      '../packed',
      '--no-cache',
      '--quiet',
      '--target',
      'es2022',
      '--stats-out',
      '../stats.json',
    ]
    await run(process.execPath, [ncc, 'build', join(emitted, entry ?? ''), ...options], {
      cwd: join(folder, 'bundle'),
    })
    chunks = [
      ...chunksOf(JSON.parse(readFileSync(join(folder, 'stats.json'), 'utf8')) as Stats, emitted).values(),
    ]
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('has undici, tunnel and the real http client nowhere, and Octokit only on use', () => {
    const all = chunks.flatMap(({ packages }) => packages)
    expect(all).toEqual(expect.arrayContaining(['@actions/github', '@octokit/core']))
    expect(all).not.toEqual(expect.arrayContaining(['undici']))
    for (const name of ['undici', 'tunnel', '@actions/http-client', '@actions/core'])
      expect(all).not.toContain(name)
    expect(chunks.filter(({ eager }) => eager).flatMap(({ packages }) => packages)).toEqual([])
  })

  test('starts without asking anybody', async () => {
    expect((await run(process.execPath, [join(folder, 'packed', 'index.js')])).stdout).toBe('')
  })

  test('asks over REST and GraphQL, and ends by itself', async () => {
    const github = await stage({ enterprise: true })
    const program = [join(folder, 'packed', 'index.js'), github.apiUrl, github.graphqlUrl]
    const { stdout } = await run(process.execPath, program, {
      env: { PATH: process.env['PATH'] },
      timeout: 20_000,
    })
    expect(stdout).toContain('[{"defaultBranch":"main","private":false},0]')
  })
})
