import { GitError } from './errors.ts'
import { Fields } from './fields.ts'
import type { Commit } from './history.ts'
import { gitOutput, runGit } from './process.ts'
import type { Repository } from './repository.ts'
import { isObjectName } from './revision.ts'

/** What is sure to have no space stands in one field; an empty field before it says that a commit begins. */
const FORMAT = ['', '%H %ct %P', '%an', '%ae', '%B', ''].join('%x00')
const HEAD_FIELDS = 4
/** Of one field; nobody reads a longer message. */
const MAX_FIELD = 1_048_576
const MAX_OUTPUT = 4_294_967_296

/**
 * Every commit that one reaches and others do not, newest first, each with the paths that it changes (a merge with none):
 * one process, streamed.
 *
 * @param each called for each commit; `paths` may be kept
 * @throws GitError
 */
export async function readTouched(
  repository: Repository,
  { to, without = [], signal }: { to: string; without?: readonly string[]; signal?: AbortSignal | undefined },
  each: (commit: Commit, paths: readonly string[]) => void,
): Promise<void> {
  for (const revision of [to, ...without]) {
    if (!isObjectName(revision))
      throw new GitError('unknown-revision', 'Unknown revision', 'History is read between full object names.')
  }
  const args = [
    'log',
    '-z',
    `--format=tformat:${FORMAT}`,
    '--name-only',
    '--no-renames',
    '--encoding=UTF-8',
    '--no-show-signature',
    '--no-ext-diff',
    '--no-textconv',
    '--no-notes',
    '--no-color',
    '--no-mailmap',
    '--end-of-options',
    to,
    ...without.map((revision) => `^${revision}`),
    '--',
  ] as const
  const fields = new Fields(MAX_FIELD)
  // As they come: '', head, name, address, message, '', and then "\nfirst path" and further paths.
  let open: string[] = []
  let left = -1
  const end = (): void => {
    const [head = '', name = '', email = '', message = '', first, ...paths] = open
    if (head === '') return
    const [sha = '', time, ...parents] = head.trimEnd().split(' ')
    const text = message.replace(/\n+$/, '')
    const commit = { sha, parents, author: { name, email }, committedAt: Number(time), message: text }
    each(commit, first === undefined ? [] : [first.replace(/^\n/, ''), ...paths])
  }
  for await (const chunk of runGit(repository, args, { signal, maxOutput: MAX_OUTPUT })) {
    fields.add(chunk)
    for (const field of fields.take(1)) {
      if (left > 0) {
        open.push(field)
        left--
      } else if (left === 0) left = -1
      else if (field !== '') open.push(field)
      else {
        end()
        open = []
        left = HEAD_FIELDS
      }
    }
  }
  end()
}

/**
 * Every folder of a commit; one process.
 *
 * @throws GitError
 */
export async function listFolders(
  repository: Repository,
  commit: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const args = [
    'ls-tree',
    '-r',
    '-d',
    '-z',
    '--name-only',
    '--full-tree',
    '--end-of-options',
    commit,
  ] as const
  return (await gitOutput(repository, args, options)).split('\0').filter((path) => path !== '')
}
