import { ancestors, compareCommits } from './history.ts'
import type { StageTree, TreeFile } from './objects.ts'
import { addCommit, type StageCommit, type StagePull, type State } from './state.ts'

/** The files of a commit; none of a commit that was made without content. */
export function treeOf(state: State, sha: string): StageTree {
  return state.objects.tree(state.commits.get(sha)?.tree ?? '') ?? new Map()
}

/** Paths that differ between two trees, with what the second has there. */
export function changesOf(before: StageTree, after: StageTree): Map<string, TreeFile | undefined> {
  const changed = new Map<string, TreeFile | undefined>()
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)]
    if (was?.blob !== is?.blob || was?.mode !== is?.mode) changed.set(path, is)
  }
  return changed
}

export function isOpen(pull: StagePull): boolean {
  return pull.open === true && !pull.merged
}

/** Where the branch of a pull request stands; where it stood last, when it is gone. */
export function headOf(state: State, pull: StagePull): string {
  return (isOpen(pull) ? state.refs.get(`refs/heads/${pull.head}`) : undefined) ?? pull.headOid ?? ''
}

/**
 * What a change of refs does to open pull requests: one whose branch is gone, or has nothing more than its base, is
 * closed at once.
 *
 * @see https://github.com/changesets/action/issues/645
 */
export function settlePulls(state: State): void {
  for (const pull of state.pulls) {
    if (!isOpen(pull) || pull.fork === true) continue
    const head = state.refs.get(`refs/heads/${pull.head}`)
    const base = state.refs.get(`refs/heads/${pull.base}`)
    if (head !== undefined) pull.headOid = head
    if (head === undefined || base === undefined || ancestors(state, base).has(head)) pull.open = false
  }
}

export type MergeMethod = 'merge' | 'squash' | 'rebase'

export interface MergeOptions {
  method?: MergeMethod
  /** Of the repository: what a squash takes as its message. */
  squashMessage?: 'PR_BODY' | 'COMMIT_MESSAGES' | 'BLANK'
  /** Of the repository. */
  mergeTitle?: 'MERGE_MESSAGE' | 'PR_TITLE'
  deleteBranch?: boolean
}

/**
 * Somebody merges a pull request, with the messages that GitHub's settings give. Gives the commit of the base.
 *
 * @throws when both sides changed a file
 * @see https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
 */
export function mergePull(state: State, number: number, options: MergeOptions = {}): string {
  const { method = 'merge', squashMessage = 'COMMIT_MESSAGES', mergeTitle = 'MERGE_MESSAGE' } = options
  const pull = state.pulls.find((one) => one.number === number)
  if (pull === undefined || !isOpen(pull)) throw new Error(`#${number} is not open`)
  const head = headOf(state, pull)
  const base = state.refs.get(`refs/heads/${pull.base}`) ?? ''
  const compared = compareCommits(state, base, head)
  if (compared === undefined) throw new Error('no common history')
  const content = contentOf(state, compared.mergeBase.sha, { base, head })
  const commits = compared.commits.filter(({ parents }) => parents.length < 2)
  if (method === 'merge') {
    const merged = {
      MERGE_MESSAGE: `Merge pull request #${number} from ${state.owner}/${pull.head}\n\n${pull.title}`,
      PR_TITLE: pull.title,
    }
    addCommit(state, { message: merged[mergeTitle], branch: pull.base, parents: [base, head], content })
  } else if (method === 'squash') {
    const message = { PR_BODY: pull.body, COMMIT_MESSAGES: squashed(commits), BLANK: '' }[squashMessage]
    // The default title of one commit is its own.
    const [only, second] = commits
    const title =
      second === undefined && squashMessage === 'COMMIT_MESSAGES'
        ? (only?.message.split('\n')[0] ?? '')
        : pull.title
    const text = `${title} (#${number})${message === '' ? '' : `\n\n${message}`}`
    addCommit(state, { message: text, branch: pull.base, content })
  } else {
    for (const { sha, parents, message } of commits) {
      const own = contentOf(state, parents[0] ?? '', {
        base: state.refs.get(`refs/heads/${pull.base}`) ?? '',
        head: sha,
      })
      addCommit(state, { message, branch: pull.base, content: own })
    }
  }
  const result = state.refs.get(`refs/heads/${pull.base}`) ?? ''
  Object.assign(pull, { merged: true, open: false, headOid: head, mergedAt: state.now() })
  pull.commits = [...commits.map(({ sha }) => sha), result]
  if (options.deleteBranch === true) state.refs.delete(`refs/heads/${pull.head}`)
  return result
}

/** GitHub puts co-authors of bots into a paragraph of their own, which ends the trailers of git. */
function squashed(commits: readonly StageCommit[]): string {
  const author = `Co-authored-by: github-actions[bot] <github-actions[bot]@users.noreply.github.com>`
  const [only, second] = commits
  if (second === undefined) return `${only?.message.split('\n').slice(2).join('\n') ?? ''}\n\n${author}`
  return `${commits.map(({ message }) => `* ${message}`).join('\n\n')}\n\n---------\n\n${author}`
}

/** What the base gets: path → content, null for what is deleted. */
function contentOf(
  state: State,
  mergeBase: string,
  { base, head }: { base: string; head: string },
): Record<string, Buffer | null> {
  const from = treeOf(state, mergeBase)
  const onBase = changesOf(from, treeOf(state, base))
  const content: Record<string, Buffer | null> = {}
  for (const [path, file] of changesOf(from, treeOf(state, head))) {
    if (onBase.has(path) && onBase.get(path)?.blob !== file?.blob) throw new Error(`${path} is in conflict`)
    content[path] = file === undefined ? null : (state.objects.blob(file.blob) ?? null)
  }
  return content
}
