import { describe, expect, test } from '@jest/globals'
import { createIssue, type Issue, listIssues, updateIssue } from '../../../shared/github/issues.ts'
import type { StageIssue, State } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { asked, client, failure, stage } from './stage.ts'

const CREATE = 'POST /repos/{owner}/{repo}/issues'
const NEW = { title: 'CVE-1', body: 'mark 1', labels: ['security'] }
const isIt = ({ body }: Issue): boolean => body.includes('mark 1')

function add(state: State, more: Partial<StageIssue>): void {
  state.issues.push({
    ...{ number: state.issues.length + 1, title: 'a', body: '', labels: [], state: 'open', reason: null },
    ...{ author: 'ada', association: 'NONE', isPull: false, createdAt: '2026-01-01T00:00:00Z' },
    ...more,
  })
}

async function all(list: AsyncIterable<Issue>): Promise<Issue[]> {
  const items: Issue[] = []
  for await (const item of list) items.push(item)
  return items
}

describe('a list', () => {
  test('leaves out pull requests; by state and label; in pages', async () => {
    const github = await stage()
    for (let count = 0; count < 150; count++) add(github.state, { labels: ['bug'] })
    add(github.state, { isPull: true, title: 'a pull request' })
    add(github.state, { state: 'closed', labels: ['Security', 'bug'], title: 'closed' })
    const one = client(github)
    expect(await all(listIssues(one, { state: 'open' }))).toHaveLength(150)
    expect(asked(github)).toHaveLength(2)
    const closed = await all(listIssues(one, { state: 'closed', label: 'security' }))
    expect(closed.map(({ title }) => title)).toEqual(['closed'])
    expect((await all(listIssues(one, { state: 'all' })))[0]?.open).toBe(false)
  })

  test.each([
    ['github-actions[bot]', 'NONE', true],
    ['ada', 'OWNER', true],
    ['ada', 'COLLABORATOR', true],
    ['mallory', 'NONE', false],
    ['mallory', 'CONTRIBUTOR', false],
  ] as const)('says who is to be trusted: %s, %s', async (author, association, trusted) => {
    const github = await stage()
    add(github.state, { author, association, body: 'a\r\nb' })
    expect(await all(listIssues(client(github), { state: 'open' }))).toMatchObject([
      { trusted, body: 'a\nb' },
    ])
  })
})

describe('a new issue', () => {
  test('has its title, body and labels', async () => {
    const github = await stage()
    expect(await createIssue(client(github), NEW, isIt)).toMatchObject({
      number: 1,
      open: true,
      trusted: true,
    })
    expect(github.state.issues).toMatchObject([{ title: 'CVE-1', body: 'mark 1', labels: ['security'] }])
  })

  test.each(['after', 'body'] as const)('is there once although the reply is cut %s', async (cut) => {
    const github = await stage()
    github.fault({ on: CREATE, cut })
    expect(await createIssue(client(github), NEW, isIt)).toMatchObject({ number: 1 })
    expect(asked(github)).toEqual(['POST /issues', 'GET /issues'])
    expect(github.state.issues).toHaveLength(1)
  })

  test('is sent again when it is not there', async () => {
    const github = await stage()
    github.fault({ on: CREATE, answer: { status: 502 } })
    expect(await createIssue(client(github), NEW, isIt)).toMatchObject({ number: 1 })
    expect(asked(github)).toEqual(['POST /issues', 'GET /issues', 'POST /issues'])
  })

  test('is given up after three times', async () => {
    const github = await stage()
    github.fault({ on: CREATE, times: 9, answer: { status: 502 } })
    expect((await failure(createIssue(client(github), NEW, isIt))).kind).toBe('server')
    expect(asked(github).filter((call) => call === 'POST /issues')).toHaveLength(3)
  })

  test.each([
    ['a title of 257 characters', { ...NEW, title: 'x'.repeat(257) }, 'title is too long'],
    ['a body of 65,537 characters', { ...NEW, body: 'x'.repeat(65_537) }, 'body is too long'],
  ])('with %s is refused', async (_, issue, words) => {
    const error = await failure(createIssue(client(await stage()), issue, isIt))
    expect([error.status, error.message]).toEqual([422, expect.stringContaining(words)])
  })

  test('needs issues: write', async () => {
    const github = await stage({ tokens: { 'stage-token': jobToken({ issues: 'read' }) } })
    expect(await failure(createIssue(client(github), NEW, isIt))).toMatchObject({
      permission: 'issues: write',
    })
  })
})

test('an issue is changed, closed and opened again', async () => {
  const github = await stage()
  add(github.state, { body: 'old' })
  const one = client(github)
  await updateIssue(one, 1, { body: 'new', state: 'closed', reason: 'not_planned' })
  expect(github.state.issues[0]).toMatchObject({ body: 'new', state: 'closed', reason: 'not_planned' })
  expect(await updateIssue(one, 1, { state: 'open' })).toMatchObject({ open: true, body: 'new' })
  expect(github.state.issues[0]?.reason).toBe('reopened')
  expect((await failure(updateIssue(one, 9, { body: 'a' }))).kind).toBe('not-found')
})
