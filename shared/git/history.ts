import { GitError } from './errors.ts'
import { Fields } from './fields.ts'
import type { Repository } from './model.ts'
import { runGit } from './process.ts'
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
  /** … or from one of these … */
  and?: readonly string[]
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
  const { to, and = [], without = [], paths = [], signal } = options
  for (const revision of [to, ...and, ...without]) {
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
    ...and,
    ...without.map((revision) => `^${revision}`),
    '--',
    ...paths,
  ] as const
  // A commit object cannot give any of these fields a NUL: a message ends at its first one.
  const fields = new Fields(MAX_FIELD)
  const authors = new Authors()
  for await (const chunk of runGit(repository, args, { signal, maxOutput: MAX_OUTPUT })) {
    fields.add(chunk)
    const texts = fields.take(FIELDS)
    for (let at = 0; at < texts.length; at += FIELDS) {
      const [head = '', name = '', email = '', message = ''] = texts.slice(at, at + FIELDS)
      const [sha = '', time, ...parents] = head.trimEnd().split(' ')
      const author = authors.get(name, email)
      yield { sha, parents, author, committedAt: Number(time), message: withoutEnd(message) }
    }
  }
}

/** Everybody once: a history has many commits of few people. */
class Authors {
  readonly #known = new Map<string, Map<string, Commit['author']>>()

  get(name: string, email: string): Commit['author'] {
    const known = this.#known.get(name)?.get(email)
    if (known !== undefined) return known
    const author = { name, email }
    const namesakes = this.#known.get(name) ?? new Map<string, Commit['author']>()
    this.#known.set(name, namesakes.set(email, author))
    return author
  }
}

/** Without the line ends at its end. */
function withoutEnd(text: string): string {
  let end = text.length
  while (text.charCodeAt(end - 1) === 10) end--
  return text.slice(0, end)
}
