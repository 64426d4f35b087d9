import { describe, expect, test } from '@jest/globals'
import { moveRef, readRefs, updateRefs } from '../../../shared/github/refs.ts'
import { createTagObject } from '../../../shared/github/tags.ts'
import { addCommit, addTag } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { asked, client, failure, twoCommits } from './stage.ts'

const UPDATE = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}'
const FULL = 'refs/tags/v1.0.0'
const V1 = 'refs/tags/v1'
const V10 = 'refs/tags/v1.0'

describe('moving one ref', () => {
  test('forward is not forced', async () => {
    const { github, one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    expect(await moveRef(one, { ref: V1, before: first, after: second })).toEqual({ kind: 'moved' })
    expect(github.log.at(-1)?.body).toEqual({ sha: second, force: false })
    expect(state.refs.get(V1)).toBe(second)
  })

  test('to another line of history is forced', async () => {
    const { github, one, first, second, state } = await twoCommits()
    addTag(state, 'v1', second)
    expect(await moveRef(one, { ref: V1, before: second, after: first })).toEqual({ kind: 'moved' })
    expect(github.log.at(-1)?.body).toEqual({ sha: first, force: true })
  })

  test('that does not exist creates it', async () => {
    const { one, first, state } = await twoCommits()
    expect(await moveRef(one, { ref: V1, before: undefined, after: first })).toEqual({ kind: 'moved' })
    expect(state.refs.get(V1)).toBe(first)
  })

  test('never takes it back behind where another run has brought it meanwhile', async () => {
    const { github, one, first, second, state } = await twoCommits()
    const third = addCommit(state, { message: 'feat: c' })
    addTag(state, 'v1', first)
    github.fault({ on: UPDATE, race: ({ refs }) => refs.set(V1, third) })
    const moved = await moveRef(one, { ref: V1, before: first, after: second })
    expect(moved).toMatchObject({ kind: 'raced', now: { object: third } })
    expect(state.refs.get(V1)).toBe(third)
  })

  test('that stands elsewhere already is a race', async () => {
    const { one, first, second, state } = await twoCommits()
    addTag(state, 'v1', second)
    expect(await moveRef(one, { ref: V1, before: 'a'.repeat(40), after: first })).toMatchObject({
      kind: 'raced',
    })
    expect(await moveRef(one, { ref: V1, before: undefined, after: first })).toMatchObject({ kind: 'raced' })
    expect(await moveRef(one, { ref: V1, before: first, after: second })).toEqual({ kind: 'moved' })
  })

  test.each(['before', 'after'] as const)('whose reply is cut %s', async (cut) => {
    const { github, one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    github.fault({ on: UPDATE, cut })
    expect(await moveRef(one, { ref: V1, before: first, after: second })).toEqual({ kind: 'moved' })
    expect(state.refs.get(V1)).toBe(second)
    expect(asked(github).filter((call) => call.startsWith('PATCH'))).toHaveLength(cut === 'before' ? 2 : 1)
  })

  test('against a ruleset is refused, with what to do', async () => {
    const { one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    state.rules.push({ refs: /^refs\/tags\/v\d+$/, refuses: ['update'] })
    const moved = await moveRef(one, { ref: V1, before: first, after: second })
    expect(moved).toMatchObject({ kind: 'refused', reason: expect.stringContaining('ruleset') })
  })
})

describe('moving several refs at once', () => {
  const updates = (first: string, second: string) => [
    { ref: FULL, before: undefined, after: second },
    { ref: V1, before: first, after: second },
    { ref: V10, before: undefined, after: second },
  ]

  test('publishes a tag and two floating ones with three calls', async () => {
    const { github, one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    const object = await createTagObject(one, {
      tag: 'v1.0.0',
      message: 'v1.0.0\n\nNexus-Run: 1',
      commit: second,
    })
    const now = await readRefs(one, [FULL, V1, V10])
    const updated = await updateRefs(one, now.repositoryId, [
      { ref: FULL, before: undefined, after: object },
      ...updates(first, second).slice(1),
    ])
    expect(updated).toEqual({ kind: 'updated' })
    expect(state.refs.get(FULL)).toBe(object)
    expect([state.refs.get(V1), state.refs.get(V10)]).toEqual([second, second])
    expect(github.log).toHaveLength(3)
  })

  test('all or nothing, when another run was faster with one of them', async () => {
    const { github, one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    const { repositoryId } = await readRefs(one, [FULL])
    github.fault({ on: 'POST /graphql', body: 'updateRefs', race: ({ refs }) => refs.set(V10, first) })
    const updated = await updateRefs(one, repositoryId, updates(first, second))
    expect(updated).toMatchObject({ kind: 'raced' })
    expect([state.refs.has(FULL), state.refs.get(V1)]).toEqual([false, first])
  })

  test.each(['before', 'after', 'body'] as const)('with a reply that is cut %s', async (cut) => {
    const { github, one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    const { repositoryId } = await readRefs(one, [FULL])
    github.fault({ on: 'POST /graphql', body: 'updateRefs', cut })
    expect(await updateRefs(one, repositoryId, updates(first, second))).toEqual({ kind: 'updated' })
    expect(state.refs.get(FULL)).toBe(second)
  })

  test('refused by a ruleset for one of them: nothing moved', async () => {
    const { one, first, second, state } = await twoCommits()
    addTag(state, 'v1', first)
    state.rules.push({ refs: /^refs\/tags\/v1$/, refuses: ['update'] })
    const { repositoryId } = await readRefs(one, [FULL])
    const updated = await updateRefs(one, repositoryId, updates(first, second))
    expect(updated).toMatchObject({ kind: 'refused', reason: expect.stringContaining('ruleset') })
    expect(state.refs.has(FULL)).toBe(false)
  })

  test('refused because of a permission', async () => {
    const { one, first, second, state } = await twoCommits({
      tokens: { 'stage-token': jobToken({ contents: 'read' }) },
    })
    addTag(state, 'v1', first)
    const { repositoryId } = await readRefs(one, [FULL])
    expect(await updateRefs(one, repositoryId, updates(first, second))).toMatchObject({ kind: 'refused' })
  })

  test('on a server that has no updateRefs', async () => {
    const { github, one, first, second } = await twoCommits({ without: ['updateRefs'], enterprise: true })
    const { repositoryId } = await readRefs(one, [FULL])
    expect(await updateRefs(one, repositoryId, updates(first, second))).toEqual({ kind: 'unsupported' })
    expect(github.log).toHaveLength(2)
  })

  test('on a server without the repository', async () => {
    const { github } = await twoCommits()
    const error = await failure(readRefs(client(github, { repository: 'octo/other' }), [FULL]))
    expect(error.kind).toBe('not-found')
  })
})
