import { codeOf } from '../http/errors.ts'
import { oneLine } from '../text/untrusted.ts'
import { GitError } from './errors.ts'
import type { Repository } from './model.ts'

/** Git's words (they are English: LC_ALL=C), and ours. */
const KNOWN: readonly [RegExp, (directory: string) => GitError][] = [
  [
    /unknown option:? [`']?-*end-of-options|(?:ambiguous argument|unrecognized argument:?) '?--end-of-options/,
    () =>
      new GitError(
        'too-old',
        'Git is too old',
        'This git does not know --end-of-options, which keeps names from being taken for options: it is older than 2.24 (November 2019). Install a newer one, or read through the API, without a checkout.',
      ),
  ],
  [
    /detected dubious ownership|is owned by someone else/,
    (directory) =>
      new GitError(
        'dubious-ownership',
        'Repository of somebody else',
        `Git does not read ${directory}, because it belongs to another user than the one this step runs as. Give it to that user (chown), or check out in the same container.`,
      ),
  ],
  [/not a git repository|invalid gitfile format/, (directory) => notARepository(directory)],
  [
    /bad object|no such commit|must point to a commit|no upstream configured|no such branch|bad revision|unknown revision|not a valid object name|malformed object name|Not a valid commit name/,
    () =>
      new GitError(
        'unknown-revision',
        'Unknown revision',
        'The checkout does not have the commit that was asked for. Check out with `fetch-depth: 0`, and the ref that this run is about.',
      ),
  ],
  [
    /is outside repository|empty string is not a valid pathspec|Invalid path/,
    () =>
      new GitError(
        'bad-path',
        'Path outside the repository',
        'A path must be relative to the top of the repository and stay inside it.',
      ),
  ],
  [
    /missing object|unable to read|could not fetch|transport '.*' not allowed|lazy fetching disabled|promisor|object file .* is empty|bad tree object|failed to (traverse|read)/i,
    () =>
      new GitError(
        'missing-object',
        'Incomplete clone',
        'The checkout does not hold all that is needed (a partial clone, or a damaged one), and nothing is ever fetched by this step. Check out without `filter`.',
      ),
  ],
]

/** The error for a git process that failed. */
export function failureOf(
  repository: Repository,
  command: string,
  { code, stderr, error }: { code: number | null; stderr: string; error: Error | undefined },
): GitError {
  if (error !== undefined) {
    const why = codeOf(error) ?? error.message
    return new GitError('failed', 'Git failed', `git cannot be started in ${repository.directory}: ${why}.`)
  }
  const known = KNOWN.find(([words]) => words.test(stderr))
  const said = oneLine(stderr.trim(), 500)
  if (known === undefined) {
    const how = code === null ? 'was ended by a signal' : `failed with exit code ${code}`
    return new GitError('failed', 'Git failed', `git ${command} ${how}: ${said || 'no words'}`)
  }
  const { kind, title, message } = known[1](repository.directory)
  return new GitError(kind, title, `${message} Git says: ${said}`)
}

export function notARepository(directory: string): GitError {
  return new GitError(
    'not-a-repository',
    'Not a repository',
    `${directory} is not a git repository. Put actions/checkout with \`fetch-depth: 0\` before this step, or read through the API.`,
  )
}
