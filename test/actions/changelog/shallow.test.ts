import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { repositoryUrl } from '../../../actions/changelog/observe/checkout.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { type Change, closeGitHubs, githubOf, type Repository, repositoryOf } from '../semver-tag/scene.ts'
import { groupsOf, notes } from './scene.ts'

const HISTORY: Change[] = [
  { message: 'feat: root', tags: ['v1.0.0'] },
  { message: 'feat: a', paths: ['api/a'] },
  { message: 'fix: b', paths: ['web/b'] },
  { message: 'feat: c', paths: ['api/c'], tags: ['v1.1.0'] },
]
const TOKEN = 'stage-token'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  await closeGitHubs()
})

interface GitServer {
  apiUrl: string
  /** Of each request: method, path, and the credentials that came with it. */
  requests: { path: string; credentials: string }[]
}

/** Serves a repository as GitHub does: /octo/demo.git, to whoever has the token. */
async function serve(repository: Repository): Promise<GitServer> {
  for (const [name, value] of [
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
  ])
    execFileSync('git', ['-C', repository.path, 'config', name as string, value as string])
  const requests: GitServer['requests'] = []
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://x')
    const basic = /^basic (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const credentials = Buffer.from(basic, 'base64').toString()
    requests.push({ path: pathname, credentials })
    if (credentials !== `x-access-token:${TOKEN}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="stage"' }).end()
      return
    }
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        ...{ GIT_PROJECT_ROOT: repository.path, GIT_HTTP_EXPORT_ALL: '1' },
        ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
        PATH_INFO: pathname.replace('/octo/demo.git', '/.git'),
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
    })
    request.pipe(child.stdin)
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('close', () => {
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      const headers = all
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(': ', 2))
      const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200)
      for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value)
      response.writeHead(status).end(all.subarray(end + 4))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`, requests }
}

/** What actions/checkout makes without `fetch-depth: 0`. */
function shallow(repository: Repository): Repository {
  const path = join(tempFolder('nexus-shallow-'), 'clone')
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository.path}`, path])
  // Whatever it says about its remote, nobody asks it.
  execFileSync('git', ['-C', path, 'config', 'remote.origin.url', 'https://evil.invalid/x.git'])
  execFileSync('git', ['-C', path, 'config', 'core.sshCommand', 'false'])
  return { path, sha: repository.sha }
}

describe('a shallow checkout', () => {
  test.each([
    ['is completed', {}, { Features: ['c', 'a'], Fixes: ['b'] }],
    ['is completed for a path', { path: 'api' }, { Features: ['c', 'a'] }],
    ['is completed for HEAD', { to: 'HEAD' }, { Features: ['c', 'a'], Fixes: ['b'] }],
    ['is completed for names', { to: 'main', from: 'v1.0.0' }, { Features: ['c', 'a'], Fixes: ['b'] }],
  ])('%s by one fetch, and stays as it was', async (_, inputs, expected) => {
    const origin = repositoryOf(HISTORY)
    const { apiUrl, requests } = await serve(origin)
    const clone = shallow(origin)
    const step = await notes(clone, { token: TOKEN, ...inputs }, { context: { apiUrl } })
    expectConclusion(step, 'success')
    expect(groupsOf(step)).toEqual(expected)
    expect(step.outputs).toMatchObject({ from: 'v1.0.0', commits: 'path' in inputs ? '2' : '3' })
    expect(new Set(requests.map(({ credentials }) => credentials))).toEqual(
      new Set([`x-access-token:${TOKEN}`]),
    )
    expect(step.log).not.toContain(Buffer.from(`x-access-token:${TOKEN}`).toString('base64'))
    expect(existsSync(join(clone.path, '.git', 'shallow'))).toBe(true)
    expect(readFileSync(join(clone.path, '.git', 'config'), 'utf8')).not.toMatch(/promisor|partialclone/i)
  })

  test('that cannot be completed is read through the API', async () => {
    const origin = repositoryOf(HISTORY)
    const stage = await githubOf(origin)
    const { apiUrl, graphqlUrl } = stage
    const step = await notes(
      shallow(origin),
      { token: TOKEN, from: 'v1.0.0' },
      { context: { apiUrl, graphqlUrl } },
    )
    expectConclusion(step, 'success')
    expect(step.log).toContain('History is read through the API')
    expect(groupsOf(step)).toEqual({ Features: ['c', 'a'], Fixes: ['b'] })
  })

  test('has a HEAD of its own, which is not that of the default branch', async () => {
    const origin = repositoryOf(HISTORY)
    const clone = shallow(origin)
    execFileSync('git', ['-C', origin.path, 'branch', 'older', 'main~1'])
    execFileSync('git', ['-C', clone.path, 'fetch', '--quiet', '--depth=1', origin.path, 'older'])
    execFileSync('git', ['-C', clone.path, 'checkout', '--quiet', '--detach', 'FETCH_HEAD'])
    const { apiUrl, graphqlUrl } = await githubOf(origin)
    const step = await notes(clone, { token: TOKEN, to: 'HEAD' }, { context: { apiUrl, graphqlUrl } })
    expectConclusion(step, 'success')
    expect(groupsOf(step)).toEqual({ Features: ['a'], Fixes: ['b'] })
  })

  test('is an error when there is no token either, never an empty changelog', async () => {
    const origin = repositoryOf(HISTORY)
    const { apiUrl } = await serve(origin)
    const step = await notes(shallow(origin), {}, { context: { apiUrl } })
    expectConclusion(step, 'failure')
    expect(step.annotations[0]).toMatchObject({ title: 'Shallow checkout' })
    expect(step.annotations[0]?.message).toContain('Check out with `fetch-depth: 0`.')
  })
})

test.each([
  ['https://api.github.com', 'https://github.com/octo/demo.git'],
  ['https://api.octo.ghe.com', 'https://octo.ghe.com/octo/demo.git'],
  ['https://git.octo.test/api/v3', 'https://git.octo.test/octo/demo.git'],
  ['https://git.octo.test:8443/api/v3', 'https://git.octo.test:8443/octo/demo.git'],
  ['nonsense', undefined],
])('the repository of %s', (apiUrl, expected) => {
  expect(repositoryUrl({ apiUrl, repository: 'octo/demo' })).toBe(expected)
  expect(repositoryUrl({ apiUrl, repository: 'octo/demo/../x' })).toBeUndefined()
})
