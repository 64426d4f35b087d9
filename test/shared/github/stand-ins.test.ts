import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ROOT } from '../../../scripts/actions.ts'
import { type Chunk, chunksOf, type Stats } from '../../../scripts/bundle-graph.ts'
import { stage } from './stage.ts'

const run = promisify(execFile)
const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'bundle', 'tsconfig.json'), 'utf8')) as {
  compilerOptions: { paths: Record<string, [string]> }
}

type GetOctokit = (
  token: string,
  options: { baseUrl: string; userAgent: string; log: unknown; request: unknown },
) => { request: (route: string, parameters?: Record<string, unknown>) => Promise<unknown> }

const standIn = import(join(ROOT, 'bundle', compilerOptions.paths['@actions/github']?.[0] ?? '')) as Promise<{
  getOctokit: GetOctokit
}>
const real = import('@actions/github') as unknown as Promise<{ getOctokit: GetOctokit }>

describe('the stand-in for @actions/github', () => {
  test('exports what our sources take, and nothing that the real one does not have', async () => {
    expect(Object.keys(await standIn)).toEqual(['getOctokit'])
    expect(Object.keys(await real)).toEqual(expect.arrayContaining(['getOctokit']))
  })

  const CALLS: readonly [string, Record<string, unknown>?][] = [
    ['GET /repos/{owner}/{repo}', { owner: 'octo', repo: 'demo' }],
    ['GET /repos/{owner}/{repo}/commits', { owner: 'octo', repo: 'demo', sha: 'a/b c', per_page: 100 }],
    ['GET /repos/{owner}/{repo}/compare/{basehead}', { owner: 'o', repo: 'r', basehead: 'v1...ä#?' }],
    ['POST /repos/{owner}/{repo}/git/refs', { owner: 'o', repo: 'r', ref: 'refs/tags/v1', sha: 'x' }],
    [
      'PATCH /repos/{owner}/{repo}/releases/{release_id}',
      { owner: 'o', repo: 'r', release_id: 7, body: '<>&' },
    ],
    ['DELETE /repos/{owner}/{repo}/git/refs/tags/v1', { owner: 'o', repo: 'r' }],
    ['POST https://ghe.example/api/graphql', { query: '{a}', variables: { b: [1, null] } }],
    ['GET /a', { headers: { 'x-github-api-version': '2022-11-28', accept: 'application/sarif+json' } }],
    ['POST /a', { headers: { 'x-github-api-version': '2022-11-28' } }],
  ]
  const ANSWERS: readonly { status: number; type: string | null; body: string }[] = [
    { status: 200, type: 'application/json; charset=utf-8', body: '{"a": [1, null, 12345678901234567890]}' },
    { status: 201, type: 'application/json', body: '[[[]]]' },
    { status: 204, type: null, body: '' },
    { status: 200, type: 'application/json', body: '{"cut": ' },
    { status: 200, type: 'application/sarif+json', body: '{"runs": []}' },
    { status: 200, type: 'text/html', body: '<html></html>' },
    { status: 304, type: null, body: '' },
    { status: 403, type: 'application/json', body: '{"message": "no", "errors": ["x"]}' },
    { status: 404, type: 'text/html', body: '<!DOCTYPE html>' },
    { status: 502, type: null, body: '' },
  ]

  /** What is sent, and what comes of it, of each call with each answer. */
  async function behaviour(getOctokit: GetOctokit, token: string): Promise<unknown[]> {
    const seen: unknown[] = []
    for (const [route, parameters] of CALLS) {
      for (const { status, type, body } of ANSWERS) {
        const fetch = async (url: string, { method, headers, body: sent }: RequestInit) => {
          // Which part of Octokit it is, and which Node.
          const shown = { ...headers } as Record<string, string>
          shown['user-agent'] = (shown['user-agent'] ?? '').replace(/ octokit-core\.js.*$/, '')
          seen.push([method, url, sent ?? null, Object.entries(shown).sort()])
          const given = new Headers({
            'x-ratelimit-remaining': '7',
            ...(type === null ? {} : { 'content-type': type }),
          })
          return {
            ...{ status, statusText: '', url, headers: given },
            text: async () => body,
            arrayBuffer: async () => Uint8Array.from(Buffer.from(body)).buffer,
          }
        }
        const log = { debug() {}, info() {}, warn() {}, error() {} }
        const options = {
          baseUrl: 'https://api.example',
          userAgent: 'nexus-actions',
          log,
          request: { fetch, log },
        }
        const outcome = await getOctokit(token, options)
          .request(route, parameters)
          .then(
            (reply) => ({ reply }),
            ({ status: code, message, response }) => ({ code, message, response }),
          )
        seen.push(outcome)
      }
    }
    return seen
  }

  test.each(['ghs_abcdef', 'eyJh.eyJi.c2ln', 'github_pat_x'])(
    'sends and reads with %s as the real one does',
    async (token) => {
      const theirs = await behaviour((await real).getOctokit, token)
      expect(await behaviour((await standIn).getOctokit, token)).toEqual(theirs)
      expect(theirs).toHaveLength(CALLS.length * ANSWERS.length * 2)
    },
  )

  test('says as the real one which orchestration a request belongs to', async () => {
    process.env['ACTIONS_ORCHESTRATION_ID'] = ' a b/c '
    try {
      const theirs = await behaviour((await real).getOctokit, 'ghs_x')
      expect(inspect(theirs, { depth: 6, maxArrayLength: 20 })).toContain('actions_orchestration_id/a_b_c')
      expect(await behaviour((await standIn).getOctokit, 'ghs_x')).toEqual(theirs)
    } finally {
      delete process.env['ACTIONS_ORCHESTRATION_ID']
    }
  })
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
    expect(all).toEqual(expect.arrayContaining(['@octokit/request']))
    expect(all).not.toEqual(expect.arrayContaining(['undici']))
    for (const name of ['undici', 'tunnel', '@actions/http-client', '@actions/core', '@actions/github'])
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
