import { describe, expect, test } from '@jest/globals'
import { applyRelease } from '../../../actions/changelog/apply/release.ts'
import type { ReleaseMode } from '../../../actions/changelog/model.ts'
import { observeRelease } from '../../../actions/changelog/observe/release.ts'
import { planRelease } from '../../../actions/changelog/plan/release.ts'
import { createRelease, type NewRelease } from '../../../shared/github/releases.ts'
import { asked, client, failure, stage } from '../../shared/github/stage.ts'
import { addCommit, addTag } from '../../support/github/state.ts'

type Mode = Exclude<ReleaseMode, 'none'>
const OLD: NewRelease = {
  ...{ tag: 'v1.0.0', name: 'By hand', body: 'old', draft: false, prerelease: false, makeLatest: false },
}

/** A stage with tags, and the whole way of a release through it. */
async function releases(...names: string[]) {
  const github = await stage()
  for (const name of names) addTag(github.state, name, addCommit(github.state, { message: name }))
  const one = client(github)
  const run = async (mode: Mode, body: string, tag = 'v1.0.0') => {
    const { release: existing } = await observeRelease(one, tag, mode)
    const tags = names.map((name) => ({ name, commit: '' }))
    const plan = planRelease({ mode, tag, tagPrefixes: ['v'], tags, existing, body })
    if (plan.kind === 'refused') return plan
    return { ...plan, ...(await applyRelease(plan.request, one)) }
  }
  return { github, one, run, state: github.state }
}

describe.each(['draft', 'publish'] as const)('%s', (mode) => {
  // Of a draft it is looked whether another job has made one as well.
  const look = mode === 'draft' ? ['GET /releases'] : []
  test('creates it in two calls, three for a draft; again, it is left alone in one', async () => {
    const { github, run, state } = await releases('v1.0.0')
    expect(await run(mode, 'notes')).toMatchObject({
      changed: true,
      release: { body: 'notes', name: 'v1.0.0' },
    })
    expect(asked(github)).toEqual(['POST /graphql', 'POST /releases', ...look])
    expect(await run(mode, 'notes\r\n')).toMatchObject({
      changed: false,
      release: { id: state.releases[0]?.id },
    })
    expect(github.log).toHaveLength(3 + look.length)
    expect(state.releases).toMatchObject([{ draft: mode === 'draft', body: 'notes' }])
  })

  test('changes the text of one that is there in two calls, and nothing else', async () => {
    const { github, one, run, state } = await releases('v1.0.0')
    await createRelease(one, { ...OLD, draft: mode === 'draft', prerelease: true })
    expect(await run(mode, 'new')).toMatchObject({ changed: true })
    expect(asked(github).slice(1 + look.length)).toEqual(['POST /graphql', 'PATCH /releases/{release_id}'])
    expect(github.log.at(-1)?.body).toEqual({ body: 'new' })
    expect(state.releases).toMatchObject([{ name: 'By hand', prerelease: true, body: 'new' }])
  })

  test('a tag that is not there is an error, and is not made', async () => {
    const { run, state } = await releases('v0.9.0')
    await expect(run(mode, 'notes')).rejects.toThrow('There is no tag v1.0.0 at GitHub')
    expect(state.refs.has('refs/tags/v1.0.0')).toBe(false)
    expect(state.releases).toEqual([])
  })

  test('a lost reply makes no second one', async () => {
    const { github, run, state } = await releases('v1.0.0')
    github.fault({ on: 'POST /repos/{owner}/{repo}/releases', cut: 'after' })
    expect(await run(mode, 'notes')).toMatchObject({ changed: true, release: { body: 'notes' } })
    expect(state.releases).toHaveLength(1)
  })
})

test('publish publishes the draft', async () => {
  const { github, one, run, state } = await releases('v1.0.0')
  await createRelease(one, { ...OLD, draft: true })
  await run('publish', 'notes')
  expect(github.log.at(-1)?.body).toEqual({ body: 'notes', draft: false, make_latest: 'true' })
  expect(state.releases).toMatchObject([{ draft: false, body: 'notes' }])
  expect(state.latestRelease).toBe(state.releases[0]?.id)
})

test('draft leaves alone what is published, and says so', async () => {
  const { github, one, run } = await releases('v1.0.0')
  await createRelease(one, OLD)
  const done = await run('draft', 'new')
  expect(done).toMatchObject({ changed: false, release: { body: 'old' } })
  expect(done).toMatchObject({ notices: [expect.stringContaining('release: update')] })
  expect(asked(github)).not.toContain('PATCH /releases/{release_id}')
})

describe('update', () => {
  test.each([true, false])('changes the text alone (a draft: %s)', async (draft) => {
    const { github, one, run, state } = await releases('v1.0.0')
    await createRelease(one, { ...OLD, draft })
    await run('update', 'new')
    expect(github.log.at(-1)?.body).toEqual({ body: 'new' })
    expect(state.releases).toMatchObject([{ draft, body: 'new' }])
  })

  test('without a release is refused', async () => {
    const { run, github } = await releases('v1.0.0')
    expect(await run('update', 'new')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('no release of v1.0.0'),
    })
    expect(github.log).toHaveLength(1)
  })
})

test.each([
  [['v1.0.0'], 'v1.0.0', 'true', false],
  [['v1.0.0', 'v0.9.9', 'v1.1.0-rc.1'], 'v1.0.0', 'true', false],
  [['v1.0.0', 'v2.0.0'], 'v1.0.0', 'false', false],
  [['v1.0.0', 'v1.1.0-rc.1'], 'v1.1.0-rc.1', 'false', true],
])('with the tags %j, %s is the latest: %s, a pre-release: %s', async (tags, tag, latest, prerelease) => {
  const { github, run } = await releases(...tags)
  await run('publish', 'notes', tag)
  expect(github.log.at(-1)?.body).toMatchObject({ make_latest: latest, prerelease, draft: false })
})

test('another run that was faster has its text replaced, not doubled', async () => {
  const { github, run, state } = await releases('v1.0.0')
  github.fault({
    on: 'POST /repos/{owner}/{repo}/releases',
    race: () => {
      const release = { ...OLD, id: 77, target: 'main', immutable: false, createdAt: '2026-01-01T00:00:00Z' }
      state.releases.push({ ...release, publishedAt: '2026-01-01T00:00:00Z' })
    },
  })
  expect(await run('publish', 'notes')).toMatchObject({ changed: true, release: { id: 77, body: 'notes' } })
  expect(state.releases).toHaveLength(1)
})

test('a token that may not write says what it lacks', async () => {
  const { github, run } = await releases('v1.0.0')
  const headers = { 'x-accepted-github-permissions': 'contents=write' }
  github.fault({
    on: 'POST /repos/{owner}/{repo}/releases',
    answer: { status: 403, headers, data: { message: 'Resource not accessible by integration' } },
  })
  expect((await failure(run('publish', 'notes'))).message).toContain('contents: write')
})
