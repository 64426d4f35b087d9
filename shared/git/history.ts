import { isUtf8 } from 'node:buffer'
import { GitError } from './errors.ts'
import { Fields } from './fields.ts'
import { runGit } from './process.ts'
import type { Repository } from './repository.ts'
import { isObjectName } from './revision.ts'

/** A commit, as local git and as the API of GitHub tell it (shared/github/commits.ts gives the same). */
export interface Commit {
  sha: string
  /** More than one: a merge. */
  parents: string[]
  author: { name: string; email: string }
  /** Committer date, seconds since 1970. */
  committedAt: number
  /** Subject, body and trailers, decoded, without the line ends at its end; its first MiB. */
  message: string
}

export interface HistoryOptions {
  /** Full object name; everything reachable from it … */
  to: string
  /** … and from none of these. */
  without?: readonly string[]
  /** Only commits that touch one of these, relative to the top; taken literally. */
  paths?: readonly string[]
  signal?: AbortSignal | undefined
}

/** What is sure to have no space stands in one field: each costs time, and a history has many. */
const FORMAT = ['%H %ct %P', '%an', '%ae', '%B'].join('%x00')
const FIELDS = 4
/** Of one field; nobody reads a longer message. */
const MAX_FIELD = 1_048_576
/** Of the whole history: a guard, not a limit that a real repository meets. */
const MAX_OUTPUT = 4_294_967_296

/**
 * Newest first, as `git log` orders them; one process, streamed. Leaving the loop early ends it. The caller has made
 * sure that the clone is not shallow.
 *
 * @throws GitError
 */
export async function* readHistory(
  repository: Repository,
  options: HistoryOptions,
): AsyncGenerator<Commit, void> {
  const { to, without = [], paths = [], signal } = options
  for (const revision of [to, ...without]) {
    if (isObjectName(revision)) continue
    throw new GitError('unknown-revision', 'Unknown revision', 'History is read between full object names.')
  }
  const args = [
    'log',
    '-z',
    `--format=tformat:${FORMAT}`,
    '--encoding=UTF-8',
    '--no-show-signature',
    '--no-ext-diff',
    '--no-textconv',
    '--no-notes',
    '--no-color',
    '--no-mailmap',
    '--no-patch',
    '--end-of-options',
    to,
    ...without.map((revision) => `^${revision}`),
    '--',
    ...paths,
  ] as const
  // A commit object cannot give any of these fields a NUL: a message ends at its first one.
  const fields = new Fields(MAX_FIELD)
  for await (const chunk of runGit(repository, args, { signal, maxOutput: MAX_OUTPUT })) {
    fields.add(chunk)
    while (fields.length >= FIELDS) yield commitOf(fields.take(FIELDS))
  }
}

function commitOf([head, name, email, message]: readonly Buffer[]): Commit {
  const [sha = '', time, ...parents] = latin1(head).trimEnd().split(' ')
  return {
    sha,
    parents,
    author: { name: decoded(name), email: decoded(email) },
    committedAt: Number(time),
    message: decoded(message).replace(/\n+$/, ''),
  }
}

function latin1(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1') ?? ''
}

/**
 * Git has turned what its `encoding` header names into UTF-8. What is no UTF-8 even so was written without that
 * header by a tool of its time, and windows-1252 is the best guess (every byte means something in it).
 */
function decoded(bytes: Buffer = Buffer.alloc(0)): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  // A long field that was cut in the middle of a character is UTF-8 but for its end.
  const cut = bytes.length === MAX_FIELD
  return new TextDecoder(cut ? 'utf-8' : 'windows-1252').decode(bytes)
}
