import { describe, expect, test } from '@jest/globals'
import { createRef, getRef, listRefs, readRefs } from '../../../shared/github/refs.ts'
import { getTagObject, listTags } from '../../../shared/github/tags.ts'
import { addTag } from '../../support/github/state.ts'
import { asked, client, failure, stage, twoCommits } from './stage.ts'

const CREATE = 'POST /repos/{owner}/{repo}/git/refs'
const FULL = 'refs/tags/v1.0.0'
const V1 = 'refs/tags/v1'
const V10 = 'refs/tags/v1.0'

describe('reading', () => {
  test('a ref, and one that is not there', async () => {
    const { github, one, first, state } = await twoCommits()
    addTag(state, 'v1.0.0', first)
    expect(await getRef(one, FULL)).toEqual({ ref: FULL, object: first, type: 'commit' })
    expect(await getRef(one, V1)).toBeUndefined()
    expect(asked(github)).toEqual(['GET /git/ref/{ref}', 'GET /git/ref/{ref}'])
  })

  test('of an empty repository', async () => {
    const one = client(await stage())
    expect(await getRef(one, FULL)).toBeUndefined()
    expect(await listRefs(one, 'refs/tags/')).toEqual([])
    expect(await listTags(one)).toEqual([])
  })

  test('lists of refs, page by page', async () => {
    const { github, one, first, state } = await twoCommits()
    for (let number = 0; number < 250; number++) addTag(state, `v1.0.${number}`, first)
    addTag(state, 'w1', first)
    const refs = await listRefs(one, 'refs/tags/v')
    expect(refs).toHaveLength(250)
    expect(new Set(refs.map(({ ref }) => ref)).size).toBe(250)
    expect(github.log).toHaveLength(3)
  })

  test('all tags with what they peel to', async () => {
    const { github, one, first, state } = await twoCommits()
    const object = addTag(state, 'v1.0.0', first, 'words\n\nNexus-Run: 7')
    addTag(state, '-x', first)
    state.otherObjects.set('e'.repeat(40), 'tree')
    state.refs.set('refs/tags/tree', 'e'.repeat(40))
    for (let number = 0; number < 150; number++) addTag(state, `a${number}`, first)
    const tags = await listTags(one)
    expect(tags).toHaveLength(153)
    expect(tags.find(({ name }) => name === 'v1.0.0')).toEqual({
      name: 'v1.0.0',
      object,
      type: 'tag',
      commit: first,
    })
    expect(tags.find(({ name }) => name === '-x')).toMatchObject({ type: 'commit', commit: first })
    expect(github.log).toHaveLength(2)
    expect(await getTagObject(one, object)).toMatchObject({ message: 'words\n\nNexus-Run: 7', object: first })
    expect(await getTagObject(one, first)).toBeUndefined()
  })

  test('several refs in one call', async () => {
    const { github, one, first, second, state } = await twoCommits()
    const object = addTag(state, 'v1.0.0', first, 'words')
    addTag(state, 'v1', second)
    const { repositoryId, refs } = await readRefs(one, [FULL, V1, V10])
    expect(repositoryId).not.toBe('')
    expect([...refs.values()]).toEqual([
      { ref: FULL, object, type: 'tag', commit: first, message: 'words' },
      { ref: V1, object: second, type: 'commit', commit: second },
    ])
    expect(github.log).toHaveLength(1)
  })
})

describe('creating a ref', () => {
  test('is one call', async () => {
    const { github, one, first, state } = await twoCommits()
    expect(await createRef(one, FULL, first)).toEqual({
      created: true,
      ref: { ref: FULL, object: first, type: 'commit' },
    })
    expect(state.refs.get(FULL)).toBe(first)
    expect(github.log).toHaveLength(1)
  })

  test.each(['first', 'second'] as const)('that stands on the %s commit tells so', async (where) => {
    const { one, state, ...commits } = await twoCommits()
    addTag(state, 'v1.0.0', commits[where])
    expect(await createRef(one, FULL, commits.first)).toEqual({
      created: false,
      ref: { ref: FULL, object: commits[where], type: 'commit' },
    })
    expect(state.refs.get(FULL)).toBe(commits[where])
  })

  test('that another run creates in between', async () => {
    const { github, one, first, second } = await twoCommits()
    github.fault({ on: CREATE, race: (state) => addTag(state, 'v1.0.0', second) })
    expect(await createRef(one, FULL, first)).toMatchObject({ created: false, ref: { object: second } })
  })

  test.each(['after', 'body'] as const)('whose reply is cut %s is read back', async (cut) => {
    const { github, one, first } = await twoCommits()
    github.fault({ on: CREATE, cut })
    expect(await createRef(one, FULL, first)).toMatchObject({ created: true, ref: { object: first } })
    expect(asked(github)).toEqual(['POST /git/refs', 'GET /git/ref/{ref}'])
  })

  test.each([{ cut: 'before' as const }, { answer: { status: 502 } }])(
    'that never arrived (%j) is read back and sent again',
    async (fault) => {
      const { github, one, first } = await twoCommits()
      github.fault({ on: CREATE, ...fault })
      expect(await createRef(one, FULL, first)).toMatchObject({ created: true })
      expect(asked(github)).toEqual(['POST /git/refs', 'GET /git/ref/{ref}', 'POST /git/refs'])
    },
  )

  test('whose reply was lost while another run came first', async () => {
    const { github, one, first, second } = await twoCommits()
    github.fault({
      on: CREATE,
      answer: { status: 504 },
      afterwards: (state) => addTag(state, 'v1.0.0', second),
    })
    expect(await createRef(one, FULL, first)).toMatchObject({ created: false, ref: { object: second } })
  })

  test('that always fails is tried three times', async () => {
    const { github, one, first } = await twoCommits()
    github.fault({ on: CREATE, answer: { status: 502 }, times: 9 })
    expect(await failure(createRef(one, FULL, first))).toMatchObject({ kind: 'server', uncertain: true })
    expect(asked(github).filter((call) => call === 'POST /git/refs')).toHaveLength(3)
  })

  test.each([
    ['refs/tags/v1..0', 'is not a valid ref name'],
    ['v1.0.0', 'start with'],
  ])('%s is refused', async (ref, words) => {
    const { one, first } = await twoCommits()
    const error = await failure(createRef(one, ref, first))
    expect(error.kind).toBe('validation')
    expect(error.message).toContain(words)
  })

  test('on what does not exist is refused', async () => {
    const { one } = await twoCommits()
    expect((await failure(createRef(one, FULL, 'a'.repeat(40)))).message).toContain('Object does not exist')
  })

  test('against a ruleset is a refusal by a rule', async () => {
    const { one, first, state } = await twoCommits()
    state.rules.push({ refs: /^refs\/tags\//, refuses: ['creation'] })
    const error = await failure(createRef(one, FULL, first))
    expect(error.kind).toBe('refused-by-rule')
    expect(error.message).toContain('Rules')
  })
})

test('a hundred races for one version: one winner each, and never a moved tag', async () => {
  const { github, first, second, state } = await twoCommits()
  const [left, right] = [client(github), client(github)]
  for (let race = 0; race < 100; race++) {
    const ref = `refs/tags/v1.${race}.0`
    const outcomes = await Promise.all([createRef(left, ref, first), createRef(right, ref, second)])
    expect(outcomes.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(outcomes.map(({ ref: { object } }) => object))).toEqual(new Set([state.refs.get(ref)]))
  }
})
