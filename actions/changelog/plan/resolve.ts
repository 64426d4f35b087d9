import type { Node } from '../../../shared/commits/graph.ts'
import { levelOf, typeOf } from '../../../shared/commits/level.ts'
import { type Header, type Message, parseHeader } from '../../../shared/commits/message.ts'
import { broughtInBy } from '../../../shared/commits/ownership.ts'
import { isMergeSubject, pullRequestOf, withoutPullRequest } from '../../../shared/commits/references.ts'
import { cancellations, revertOf } from '../../../shared/commits/revert.ts'
import type { Entry, PullFacts, PullRequest, RangeCommit } from '../model.ts'
import { folded } from './dependencies.ts'
import { joins, type Line } from './lines.ts'
import { peopleOf } from './people.ts'
import { referencesOf } from './references.ts'

/** What became of every commit of a range, each in exactly one of these. */
export interface Resolved {
  /** Newest first. */
  lines: readonly Line[]
  /** Commits that undo each other. */
  reverted: number
  /** Merges whose content has lines of its own. */
  merges: number
}

/**
 * Commits to lines: what was undone is left out on both sides, a merge and what it merged are not both told, and commits
 * that say the same are one line.
 *
 * @param commits newest first
 */
export function resolve(commits: readonly RangeCommit[], pulls: PullFacts): Resolved {
  const cancelled = cancellations(
    commits.map((commit) => {
      const pullRequest = pulls.byCommit.get(commit.sha)
      return pullRequest === undefined ? commit : { ...commit, pullRequest }
    }),
  )
  const left = cancelled.size === 0 ? commits : commits.filter(({ sha }) => !cancelled.has(sha))
  const merges = new Map(left.filter(isMerge).map((commit) => [commit.sha, commit]))
  const titled = ({ sha }: Node): boolean => {
    const merge = merges.get(sha)
    return merge !== undefined && pullRequestOf(merge.message.subject) !== undefined
  }
  const owners = broughtInBy(left, titled)
  const speaking = mergesThatSpeak(left, merges, owners, pulls)

  const lines: Line[] = []
  const byWords = new Map<string, number[]>()
  const absorbed = new Map<string, number>()
  const people = peopleIn(pulls)
  let bare = 0
  for (const commit of left) {
    const owner = owners.get(commit.sha)
    const merge = merges.get(commit.sha)
    const title = speaking.get(commit.sha)
    if (merge !== undefined && title === undefined) {
      bare++
      continue
    }
    if (owner !== undefined && speaking.has(owner)) {
      absorbed.set(owner, (absorbed.get(owner) ?? 0) + 1)
      continue
    }
    const entry = entryOf(commit, title ?? commit.message, numberOf(commit, pulls), pulls, people)
    if (!joins(entry, lines, byWords)) lines.push({ entry, commits: 1 })
  }
  if (absorbed.size > 0) {
    for (const line of lines) {
      for (const sha of line.entry.shas) line.commits += absorbed.get(sha) ?? 0
    }
  }
  return { lines: folded(lines), reverted: cancelled.size, merges: bare }
}

/** A merge as git and GitHub write it, without words of its own. */
function isMerge({ message }: RangeCommit): boolean {
  return message.header === undefined && isMergeSubject(message.subject)
}

/**
 * Merges of pull requests that are told instead of what they merged, because nothing of it was written for readers: the
 * title is, and no commit is conventional. A merge that merged nothing of the range speaks as well.
 */
function mergesThatSpeak(
  commits: readonly RangeCommit[],
  merges: ReadonlyMap<string, RangeCommit>,
  owners: ReadonlyMap<string, string>,
  pulls: PullFacts,
): Map<string, Message> {
  const content = new Map<string, { commits: number; conventional: boolean }>()
  for (const { sha, message } of commits) {
    const owner = owners.get(sha)
    if (owner === undefined || merges.has(sha)) continue
    const so = content.get(owner) ?? { commits: 0, conventional: false }
    const conventional = so.conventional || message.header !== undefined || message.breaking.length > 0
    content.set(owner, { commits: so.commits + 1, conventional })
  }
  const speaking = new Map<string, Message>()
  for (const [sha, merge] of merges) {
    const number = pullRequestOf(merge.message.subject)
    if (number === undefined) continue
    const given = pulls.byNumber.get(number)?.title ?? titleOf(merge.message)
    const title = given.trim()
    const header = parseHeader(title)
    const { commits: count, conventional } = content.get(sha) ?? { commits: 0, conventional: false }
    if (title === '' || conventional || (header === undefined && count > 0)) continue
    const breaking =
      merge.message.breaking.length > 0 || !header?.bang ? merge.message.breaking : [header.description]
    const { header: _, ...rest } = merge.message
    speaking.set(sha, { ...rest, subject: title, ...(header === undefined ? {} : { header }), breaking })
  }
  return speaking
}

/** GitHub writes the title below the subject of a merge, where `feat: x` reads like a footer. */
function titleOf({ body, footers }: Message): string {
  const [first] = footers
  const text = body === '' && first !== undefined ? `${first.token}: ${first.value}` : body
  return text.split('\n', 1)[0] ?? ''
}

/** The pull request of a commit: of its own subject, else the one that GitHub knows. */
function numberOf(commit: RangeCommit, pulls: PullFacts): number | undefined {
  return pullRequestOf(commit.message.subject) ?? pulls.byCommit.get(commit.sha)
}

const NO_RULES = new Map<string, never>()

const NO_REFERENCES: Entry['references'] = []

function entryOf(
  commit: RangeCommit,
  message: Message,
  number: number | undefined,
  pulls: PullFacts,
  people: People,
): Entry {
  const pull = number === undefined ? undefined : pulls.byNumber.get(number)
  const { header, subject } = worded(message, number, pull)
  const revert = revertOf(message)
  const revertTarget = revert?.shas[0] ?? revert?.subject
  const isAsWritten = header === undefined || header === message.header
  const entry: Entry = {
    shas: [commit.sha],
    type: header?.type ?? typeOf(message),
    scope: header === undefined || header.scope === '' ? undefined : header.scope,
    subject,
    breaking: message.breaking.length === 0 ? undefined : message.breaking,
    references: isBare(message) ? NO_REFERENCES : referencesBut(number, message),
    authors: people(commit, pull),
    notable: levelOf(isAsWritten ? message : { ...message, header }, NO_RULES) !== 'none',
  }
  // Not spread into it: objects of one shape are smaller, and there are as many as commits.
  if (number !== undefined) entry.pullRequest = pull ?? { number }
  if (revertTarget !== undefined) entry.revertOf = revertTarget
  return entry
}

function isBare({ body, footers }: Message): boolean {
  return body === '' && footers.length === 0
}

/** The pull request itself is told already. */
function referencesBut(number: number | undefined, message: Message): Entry['references'] {
  return referencesOf(message).filter(
    (reference) => reference.owner !== undefined || reference.number !== number,
  )
}

type People = (commit: RangeCommit, pull: PullRequest | undefined) => Entry['authors']

/** Most commits have their author and nobody else, who is looked up once. */
function peopleIn(pulls: PullFacts): People {
  const alone = new Map<RangeCommit['author'], Entry['authors']>()
  return (commit, pull) => {
    if (commit.message.footers.length > 0 || pull?.author !== undefined) return peopleOf(commit, pull, pulls)
    const known = alone.get(commit.author) ?? peopleOf(commit, pull, pulls)
    alone.set(commit.author, known)
    return known
  }
}

/**
 * A squashed commit carries the title of its pull request, which may have been mended since, or cut by GitHub: the title
 * as it is now counts, unless it is no longer conventional.
 */
function worded(
  message: Message,
  number: number | undefined,
  pull: PullRequest | undefined,
): { header: Header | undefined; subject: string } {
  const own = message.header
  const isSquash = number !== undefined && pullRequestOf(message.subject) === number
  const title = isSquash && pull !== undefined && revertOf(message) === undefined ? pull.title.trim() : ''
  const theirs = title === '' ? undefined : parseHeader(title)
  if (theirs !== undefined) {
    // What the version was worked out from stays as it was committed.
    const header = own === undefined ? theirs : { ...theirs, type: own.type, bang: own.bang }
    return { header, subject: withoutPullRequest(header.description) }
  }
  if (own !== undefined) return { header: own, subject: withoutPullRequest(own.description) }
  return { header: undefined, subject: title === '' ? withoutPullRequest(message.subject) : title }
}
