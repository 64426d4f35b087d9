import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { makeRepository } from '../support/git.ts'
import { isDescribed, source, wrongAnswer, wrongBody } from '../support/github/description.ts'
import { type Stage, type StageOptions, startGitHub } from '../support/github/server.ts'
import { addCommit, addTag } from '../support/github/state.ts'
import { jobToken } from '../support/github/tokens.ts'

const open: Stage[] = []

afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close()
})

async function start(options?: StageOptions): Promise<Stage> {
  const stage = await startGitHub(options)
  open.push(stage)
  return stage
}

/** What these tests look at in an answer. */
interface Data {
  id: number
  message: string
  errors: unknown
  draft: boolean
  immutable: boolean
  published_at: string | null
  tag_name: string
  target_commitish: string
  length: number
}

async function ask(stage: Stage, method: string, path: string, body?: unknown, token = 'stage-token') {
  const answer = await fetch(`${stage.apiUrl}/repos/octo/demo${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      'user-agent': 'test',
      connection: 'close',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    data: (text === '' ? {} : JSON.parse(text)) as Data,
  }
}

describe('the description', () => {
  test('is a subset of the official one, with its version', () => {
    expect(source).toMatch(/^@octokit\/openapi \d+\.\d+\.\d+, api\.github\.com$/)
    expect(isDescribed('POST /repos/{owner}/{repo}/git/refs')).toBe(true)
  })

  test('sees a wrong body and a wrong answer', () => {
    expect(wrongBody('POST /repos/{owner}/{repo}/git/refs', { ref: 'refs/tags/v1' })).toHaveLength(1)
    expect(wrongBody('POST /repos/{owner}/{repo}/releases', { tag_name: 'v1', draft: 'no' })).toHaveLength(1)
    expect(wrongAnswer('GET /repos/{owner}/{repo}', 200, { id: 1 }).length).toBeGreaterThan(50)
    expect(wrongAnswer('GET /repos/{owner}/{repo}', 299, {})).toHaveLength(1)
  })

  test('makes a stage that was asked wrongly fail at its end', async () => {
    const stage = await startGitHub()
    expect((await ask(stage, 'POST', '/git/refs', { ref: 1 })).status).toBe(422)
    await expect(stage.close()).rejects.toThrow('git/refs body: /ref must be string')
  })
})

describe('the rules that no description holds', () => {
  test.each([
    ['v1', 'a', 422, 'start with'],
    ['refs/tags/v1.lock', 'a', 422, 'valid ref name'],
    ['refs/tags/v1', 'abc', 422, 'exactly 40 characters'],
    ['refs/tags/v1', 'f'.repeat(40), 422, 'Object does not exist'],
    ['refs/tags/there', 'a', 422, 'Reference already exists'],
    ['refs/tags/there/below', 'a', 422, 'Reference update failed'],
  ])('creating %s on %s: %d %s', async (ref, sha, status, words) => {
    const stage = await start()
    const commit = addCommit(stage.state, { message: 'a' })
    addTag(stage.state, 'there', commit)
    const answer = await ask(stage, 'POST', '/git/refs', { ref, sha: sha === 'a' ? commit : sha })
    expect([answer.status, answer.data.message]).toEqual([status, expect.stringContaining(words)])
  })

  test('refs move forward, or by force; rulesets and immutable releases stand above that', async () => {
    const stage = await start()
    const { state } = stage
    const [first, second] = [addCommit(state, { message: 'a' }), addCommit(state, { message: 'b' })]
    addTag(state, 'v1', first)
    const move = async (sha: string, force = false) =>
      (await ask(stage, 'PATCH', '/git/refs/tags/v1', { sha, force })).status
    expect([await move(second), await move(first), await move(first, true)]).toEqual([200, 422, 200])
    state.immutableReleases = true
    expect((await ask(stage, 'POST', '/releases', { tag_name: 'v1' })).data.immutable).toBe(true)
    expect([await move(second), (await ask(stage, 'DELETE', '/git/refs/tags/v1')).status]).toEqual([422, 422])
    state.releases = []
    state.rules.push({ refs: /v1$/, refuses: ['deletion'] })
    expect((await ask(stage, 'DELETE', '/git/refs/tags/v1')).data.message).toContain(
      'Repository rule violations',
    )
    expect((await ask(stage, 'DELETE', '/git/refs/tags/v2')).status).toBe(422)
  })

  test('releases: a missing tag is made on the default branch; one release per tag; the latest', async () => {
    const stage = await start()
    const { state } = stage
    const sha = addCommit(state, { message: 'a' })
    const made = await ask(stage, 'POST', '/releases', { tag_name: 'v1.0.0' })
    expect([made.status, made.data.target_commitish, state.refs.get('refs/tags/v1.0.0')]).toEqual([
      201,
      'main',
      sha,
    ])
    const twice = await ask(stage, 'POST', '/releases', { tag_name: 'v1.0.0' })
    expect(twice.data.errors).toEqual([{ resource: 'Release', code: 'already_exists', field: 'tag_name' }])
    const draft = await ask(stage, 'POST', '/releases', { tag_name: 'v2.0.0', draft: true })
    expect([draft.status, state.refs.has('refs/tags/v2.0.0'), draft.data.published_at]).toEqual([
      201,
      false,
      null,
    ])
    expect(
      (await ask(stage, 'POST', '/releases', { tag_name: 'v3', draft: true, make_latest: 'true' })).status,
    ).toBe(422)
    expect(
      (await ask(stage, 'POST', '/releases', { tag_name: 'v3', body: 'x'.repeat(125_001) })).status,
    ).toBe(422)
    expect((await ask(stage, 'GET', '/releases/latest')).data.tag_name).toBe('v1.0.0')
    const patched = await ask(stage, 'PATCH', `/releases/${draft.data.id}`, { draft: false })
    expect([patched.data.draft, state.refs.has('refs/tags/v2.0.0')]).toEqual([false, true])
    expect((await ask(stage, 'GET', '/releases/latest')).data.tag_name).toBe('v2.0.0')
    expect((await ask(stage, 'GET', '/releases')).data).toHaveLength(2)
    expect((await ask(stage, 'GET', '/tags')).data).toHaveLength(2)
  })

  test('a token: none, an unknown one, one that only reads, one of a job', async () => {
    const stage = await start({
      tokens: { reader: jobToken({ contents: 'read' }), job: jobToken(), none: jobToken({}) },
    })
    addCommit(stage.state, { message: 'ci: a', workflows: 'one' })
    const sha = addCommit(stage.state, { message: 'ci: b', workflows: 'two', branch: 'side' })
    const create = (token: string) => ask(stage, 'POST', '/git/refs', { ref: 'refs/tags/v1', sha }, token)
    expect((await create('')).status).toBe(401)
    expect((await create('unknown')).data.message).toBe('Bad credentials')
    const read = await create('reader')
    expect([read.status, read.headers.get('x-accepted-github-permissions')]).toEqual([
      403,
      'contents=write; contents=write,workflows=write',
    ])
    expect((await create('job')).status).toBe(403)
    stage.state.private = true
    expect((await ask(stage, 'GET', '/commits', undefined, 'none')).status).toBe(404)
  })

  test('the hour has an end', async () => {
    const stage = await start({ limit: 1 })
    expect((await ask(stage, 'GET', '')).headers.get('x-ratelimit-remaining')).toBe('0')
    const over = await ask(stage, 'GET', '')
    expect([over.status, over.data.message]).toEqual([403, expect.stringContaining('rate limit exceeded')])
  })

  test('a repository that is another one, or a way that it does not know', async () => {
    const stage = await start()
    expect((await ask(stage, 'GET', '/nothing')).status).toBe(404)
    expect(
      (await fetch(`${stage.apiUrl}/repos/octo/other`, { headers: { authorization: 'token stage-token' } }))
        .status,
    ).toBe(404)
    expect(stage.log.map(({ status }) => status)).toEqual([404, 404])
  })
})

test('starts from the command line, and ends with its standard input', async () => {
  const repository = makeRepository()
  try {
    repository.commit('feat: a')
    repository.tag('v1.0.0')
    const cli = join(import.meta.dirname, '..', 'support', 'github', 'cli.ts')
    const program = spawn(process.execPath, [
      cli,
      '--repo',
      repository.directory,
      '--owner-name',
      'a/b',
      '--enterprise',
    ])
    const [line] = (await once(program.stdout, 'data')) as [Buffer]
    const { apiUrl, token, repository: name } = JSON.parse(line.toString()) as Record<string, string>
    expect(name).toBe('a/b')
    const headers = { authorization: `Bearer ${token}`, connection: 'close' }
    const answer = await fetch(`${apiUrl}/repos/a/b/git/ref/tags/v1.0.0`, { headers })
    expect(answer.status).toBe(200)
    await answer.text()
    program.stdin.end()
    expect(await once(program, 'exit')).toEqual([0, null])
  } finally {
    repository.remove()
  }
})
