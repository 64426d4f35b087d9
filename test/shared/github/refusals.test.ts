import { describe, expect, test } from '@jest/globals'
import { judgeAnswer } from '../../../shared/github/judge.ts'
import { createRef } from '../../../shared/github/refs.ts'
import { readRepository } from '../../../shared/github/repository.ts'
import { createTagObject } from '../../../shared/github/tags.ts'
import { addCommit } from '../../support/github/state.ts'
import { jobToken, userToken } from '../../support/github/tokens.ts'
import { asked, client, failure, stage } from './stage.ts'

const CREATE = 'POST /repos/{owner}/{repo}/git/refs'

describe('a refusal', () => {
  test('of the token', async () => {
    const github = await stage()
    const error = await failure(readRepository(client(github, { token: 'wrong-token' })))
    expect(error).toMatchObject({ kind: 'credentials', status: 401 })
    expect(error.message).toContain('Bad credentials')
    expect(error.message).not.toContain('wrong-token')
    expect(github.log).toHaveLength(1)
  })

  test('of a permission names it', async () => {
    const github = await stage({ tokens: { 'stage-token': jobToken({ contents: 'read' }) } })
    const sha = addCommit(github.state, { message: 'feat: a' })
    const error = await failure(createRef(client(github), 'refs/tags/v1.0.0', sha))
    expect(error).toMatchObject({ kind: 'permission', permission: 'contents: write', status: 403 })
    expect(error.message).toMatch(/permissions: \{ contents: write \}.*\.github\/workflows.*fork/)
  })

  test('of workflow files is told apart, once a write of contents was granted', async () => {
    const github = await stage()
    addCommit(github.state, { message: 'ci: a', workflows: 'one' })
    const sha = addCommit(github.state, { message: 'ci: b', workflows: 'two', branch: 'side' })
    const one = client(github)
    const object = await createTagObject(one, { tag: 'v1.0.0', message: 'v1.0.0', commit: sha })
    const error = await failure(createRef(one, 'refs/tags/v1.0.0', object))
    expect(error.kind).toBe('workflow-files')
    expect(error.message).toMatch(/\.github\/workflows.*`token`.*workflows permission/)
  })

  test('a personal token may publish workflow files', async () => {
    const github = await stage({ tokens: { 'stage-token': userToken() } })
    addCommit(github.state, { message: 'ci: a', workflows: 'one' })
    const sha = addCommit(github.state, { message: 'ci: b', workflows: 'two', branch: 'side' })
    expect(await createRef(client(github), 'refs/tags/v1.0.0', sha)).toMatchObject({ created: true })
  })

  test('because the repository is archived', async () => {
    const github = await stage()
    const sha = addCommit(github.state, { message: 'feat: a' })
    github.state.archived = true
    expect((await failure(createRef(client(github), 'refs/tags/v1', sha))).message).toContain('archived')
  })

  test('because a private repository cannot be seen', async () => {
    const github = await stage({ tokens: { 'stage-token': jobToken({}) } })
    github.state.private = true
    const error = await failure(
      createRef(client(github, { repository: 'octo/other' }), 'refs/tags/v1', 'a'.repeat(40)),
    )
    expect(error).toMatchObject({ kind: 'not-found', status: 404 })
  })

  test('in words that a log line can take', () => {
    const failed = judgeAnswer(422, {}, 'Validation Failed')
    expect(failed).toMatchObject({ kind: 'validation', transient: false, notApplied: true })
  })

  test.each([
    [
      403,
      'refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml`',
      'workflow-files',
    ],
    [422, 'Repository rule violations found', 'refused-by-rule'],
    [422, 'Cannot update this protected ref.', 'refused-by-rule'],
    [403, 'You have triggered an abuse detection mechanism', 'rate-limit'],
    [410, 'Gone', 'not-found'],
    [408, '', 'server'],
    [599, '', 'server'],
    [409, 'Git Repository is empty.', 'validation'],
  ])('%d %s is %s', (status, words, kind) => {
    expect(judgeAnswer(status, {}, words).kind).toBe(kind)
  })

  test('is a redirect of a write', async () => {
    const github = await stage()
    const location = `${github.serverUrl}/elsewhere`
    github.fault({ on: CREATE, answer: { status: 307, headers: { location } } })
    const error = await failure(createRef(client(github), 'refs/tags/v1', 'a'.repeat(40)))
    expect(error.message).toContain('renamed')
    expect(asked(github)).toEqual(['POST /git/refs'])
  })
})
