import { describe, expect, test } from '@jest/globals'
import {
  createRelease,
  findDraft,
  getReleaseByTag,
  type NewRelease,
  readReleasesOf,
  updateRelease,
} from '../../../shared/github/releases.ts'
import { addCommit, addTag } from '../../support/github/state.ts'
import { asked, client, failure, stage } from './stage.ts'

const CREATE = 'POST /repos/{owner}/{repo}/releases'
const NEW: NewRelease = {
  tag: 'v1.0.0',
  name: 'v1.0.0',
  body: 'notes',
  draft: false,
  prerelease: false,
  makeLatest: true,
}

async function tagged() {
  const github = await stage()
  const sha = addCommit(github.state, { message: 'feat: a' })
  addTag(github.state, 'v1.0.0', sha, 'annotated')
  return { github, one: client(github), sha, state: github.state }
}

describe('a release', () => {
  test('is made with one call, without a target', async () => {
    const { github, one, state } = await tagged()
    const { created, release } = await createRelease(one, NEW)
    expect(created).toBe(true)
    expect(release).toMatchObject({ id: 1, tag: 'v1.0.0', body: 'notes', draft: false, immutable: false })
    expect(release.url).toContain('/octo/demo/releases/tag/v1.0.0')
    expect(github.log).toHaveLength(1)
    expect(github.log[0]?.body).not.toHaveProperty('target_commitish')
    expect(state.latestRelease).toBe(1)
    expect(await getReleaseByTag(one, 'v1.0.0')).toEqual(release)
    expect(await getReleaseByTag(one, 'v2.0.0')).toBeUndefined()
  })

  test.each([
    [{ prerelease: true }, undefined],
    [{ draft: true }, undefined],
    [{ makeLatest: false }, undefined],
    [{}, 1],
  ])('%j makes %s the latest', async (more, latest) => {
    const { one, state } = await tagged()
    await createRelease(one, { ...NEW, ...more })
    expect(state.latestRelease).toBe(latest)
  })

  test('that is there already is given', async () => {
    const { one } = await tagged()
    const first = await createRelease(one, NEW)
    expect(await createRelease(one, { ...NEW, body: 'other' })).toEqual({
      created: false,
      release: first.release,
    })
  })

  test.each([false, true])('whose reply is lost is read back (draft: %s)', async (draft) => {
    const { github, one, state } = await tagged()
    github.fault({ on: CREATE, cut: 'after' })
    const { created, release } = await createRelease(one, { ...NEW, draft })
    expect([created, release.draft, state.releases.length]).toEqual([false, draft, 1])
    expect(await findDraft(one, 'v1.0.0')).toEqual(draft ? release : undefined)
  })

  test('that never arrived is sent again', async () => {
    const { github, one, state } = await tagged()
    github.fault({ on: CREATE, cut: 'before' })
    expect((await createRelease(one, NEW)).created).toBe(true)
    expect(state.releases).toHaveLength(1)
    expect(asked(github)).toEqual(['POST /releases', 'GET /releases/tags/{tag}', 'POST /releases'])
  })

  test('with notes that are too long is refused before anything is sent', async () => {
    const { github, one } = await tagged()
    const error = await failure(createRelease(one, { ...NEW, body: 'x'.repeat(125_001) }))
    expect(error.message).toContain('125000')
    expect(github.log).toEqual([])
    expect((await createRelease(one, { ...NEW, body: 'x'.repeat(125_000) })).created).toBe(true)
  })

  test('that is immutable says so', async () => {
    const { one, state } = await tagged()
    state.immutableReleases = true
    expect((await createRelease(one, NEW)).release.immutable).toBe(true)
  })
})

describe('what has been released of a tag', () => {
  test('is asked in one call', async () => {
    const { one, sha, state } = await tagged()
    expect(await readReleasesOf(one, 'v1.0.0')).toEqual({ commit: sha })
    expect(await readReleasesOf(one, 'v9.0.0')).toEqual({ commit: undefined })
    const made = await createRelease(one, NEW)
    const { release: draft } = await createRelease(one, { ...NEW, draft: true, body: 'first' })
    // Another job may have made one since.
    state.releases.push({
      ...(state.releases.at(-1) as (typeof state.releases)[0]),
      id: 99,
      body: 'later',
    })
    await createRelease(one, { ...NEW, tag: 'v1.0.0-rc.1', draft: true })
    const before = one.calls
    expect(await readReleasesOf(one, 'v1.0.0')).toEqual({
      commit: sha,
      published: made.release,
      draft,
    })
    expect(one.calls).toBe(before + 1)
    expect(state.refs.has('refs/tags/v1.0.0-rc.1')).toBe(false)
  })

  test('over REST, where GraphQL does not answer', async () => {
    const { github, one } = await tagged()
    await createRelease(one, NEW)
    await createRelease(one, { ...NEW, draft: true })
    const byGraphql = await readReleasesOf(one, 'v1.0.0')
    github.fault({ on: 'POST /graphql', times: 99, answer: { status: 404, data: { message: 'Not Found' } } })
    expect(await readReleasesOf(one, 'v1.0.0')).toEqual(byGraphql)
    expect(await readReleasesOf(one, 'v9.0.0')).toEqual({ commit: undefined })
  })
})

describe('drafts that are made at once', () => {
  test('come to the first one, and a draft of another tag stays', async () => {
    const { github, one, state } = await tagged()
    const NEXT = { ...NEW, draft: true }
    await createRelease(one, { ...NEXT, tag: 'v0.9.0' })
    github.fault({
      on: 'POST /repos/{owner}/{repo}/releases',
      race: () => {
        const [other] = state.releases
        if (other !== undefined)
          state.releases.push({ ...other, id: state.nextId++, tag: NEXT.tag, body: 'first' })
      },
    })
    const { created, release } = await createRelease(one, { ...NEXT, body: 'second' })
    expect({ created, body: release.body }).toEqual({ created: false, body: 'first' })
    expect(state.releases.map(({ tag, body }) => [tag, body])).toEqual([
      ['v0.9.0', NEW.body],
      [NEXT.tag, 'first'],
    ])
  })
})

describe('a change of a release', () => {
  test('leaves the rest', async () => {
    const { github, one, state } = await tagged()
    const { release } = await createRelease(one, { ...NEW, draft: true })
    expect(await updateRelease(one, release, { body: 'new' })).toEqual({ ...release, body: 'new' })
    expect(github.log.at(-1)?.body).toEqual({ body: 'new' })
    const published = await updateRelease(one, release, { draft: false, makeLatest: true })
    expect(published).toMatchObject({ body: 'new', draft: false })
    expect(state.latestRelease).toBe(release.id)
  })

  test('is sent again when its reply is lost', async () => {
    const { github, one, state } = await tagged()
    const { release } = await createRelease(one, NEW)
    github.fault({ on: 'PATCH /repos/{owner}/{repo}/releases/{release_id}', cut: 'after' })
    expect((await updateRelease(one, release, { body: 'new' })).body).toBe('new')
    expect(state.releases.map(({ body }) => body)).toEqual(['new'])
  })

  test('that is too long is refused before anything is sent', async () => {
    const { one } = await tagged()
    const error = await failure(updateRelease(one, { id: 1, tag: 'v1' }, { body: 'x'.repeat(125_001) }))
    expect([error.kind, one.calls]).toEqual(['validation', 0])
  })
})
