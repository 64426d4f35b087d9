import { treeOf } from '../pulls.ts'
import type { Asked } from '../route.ts'
import { addCommit } from '../state.ts'
import { typed } from './graphql-error.ts'
import { brokenRule } from './refs.ts'

export interface CommitInput {
  branch: { id?: string; branchName?: string; repositoryNameWithOwner?: string }
  expectedHeadOid: string
  message: { headline: string; body?: string }
  fileChanges?: { additions?: { path: string; contents: string }[]; deletions?: { path: string }[] }
}

/** RFC 4648, strictly: no line ends, padding where it belongs. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * The mutation of that name: one commit on top of a branch, all or nothing. File modes cannot be given: what is added is
 * a plain file. Gives the commit.
 *
 * @see https://docs.github.com/graphql/reference/mutations#createcommitonbranch
 */
export function createCommitOnBranch(asked: Asked, input: CommitInput): string {
  const { state, token } = asked
  if (token.permissions['contents'] !== 'write')
    throw typed('FORBIDDEN', 'Resource not accessible by integration')
  const { branchName = '', repositoryNameWithOwner } = input.branch
  if (repositoryNameWithOwner !== `${state.owner}/${state.name}`)
    throw typed('NOT_FOUND', `Could not resolve to a Repository with the name '${repositoryNameWithOwner}'.`)
  const branch = branchName.replace(/^refs\/heads\//, '')
  const ref = `refs/heads/${branch}`
  const head = state.refs.get(ref)
  if (head === undefined) throw typed('NOT_FOUND', `Could not resolve to a Ref with the name '${branch}'.`)
  if (head !== input.expectedHeadOid) {
    const message = `Expected branch to point to "${input.expectedHeadOid}" but it did not.  Pull and try again.`
    throw typed('STALE_DATA', message)
  }
  if (input.message.headline.trim() === '') throw typed('UNPROCESSABLE', 'A commit message is required.')
  const broken = brokenRule(state, ref, 'update')
  if (broken !== undefined) throw typed('UNPROCESSABLE', (broken.data as { message: string }).message)
  const content: Record<string, Buffer | null> = {}
  const { additions = [], deletions = [] } = input.fileChanges ?? {}
  const before = treeOf(state, head)
  for (const { path, contents } of additions) {
    if (path in content) throw typed('UNPROCESSABLE', `A path was requested twice: ${path}`)
    if (!BASE64.test(contents)) throw typed('UNPROCESSABLE', 'The contents are not valid base64.')
    content[path] = Buffer.from(contents, 'base64')
  }
  for (const { path } of deletions) {
    if (path in content) throw typed('UNPROCESSABLE', `A path was requested twice: ${path}`)
    if (!before.has(path))
      throw typed('UNPROCESSABLE', `A path was requested for deletion which does not exist: ${path}`)
    content[path] = null
  }
  if (
    token.permissions['workflows'] !== 'write' &&
    Object.keys(content).some((path) => path.startsWith('.github/workflows/'))
  ) {
    throw typed(
      'FORBIDDEN',
      'refusing to allow a GitHub App to create or update workflow without `workflows` permission',
    )
  }
  const { headline, body } = input.message
  const message = body === undefined || body === '' ? headline : `${headline}\n\n${body}`
  const files = new Map(before)
  for (const [path, bytes] of Object.entries(content)) {
    if (bytes === null) files.delete(path)
    else files.set(path, { mode: '100644', blob: state.objects.writeBlob(bytes) })
  }
  return addCommit(state, {
    message,
    branch,
    parents: [head],
    tree: state.objects.writeTree(files),
    paths: Object.keys(content),
  })
}
