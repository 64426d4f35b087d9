import type { Message } from '../../../shared/commits/message.ts'
import { cancellations } from '../../../shared/commits/revert.ts'
import { pullRequestOf } from '../../../shared/commits/subject.ts'
import type { Entry, Observation, PullFacts, RangeCommit, Release, Unit } from '../model.ts'
import { folded } from './dependencies.ts'
import { type EntryMaker, entryMaker } from './entry.ts'
import { joined, joins, type Line } from './lines.ts'
import { subtract } from './subtract.ts'
import { isConventional, isMerge, type Pull, pullsIn, rankOf, titleOf, voiceOf } from './units.ts'

/** What became of every commit of a range, each in exactly one of these. */
export interface Resolved {
  /** Commits that count: all, or those that have to do with `path`. */
  range: number
  /** Newest first. */
  lines: readonly Line[]
  /** Commits that undo each other. */
  reverted: number
  /** Merges whose content has lines of its own, and what another line has released already. */
  merged: number
  elsewhere: NonNullable<Release['elsewhere']>
}

/**
 * Commits to lines: what was undone is left out on both sides, of a pull request either its title is told or its commits,
 * commits that say the same are one line, and what another line has released already is counted.
 *
 * @param commits a whole range, newest first
 */
export function resolve(
  commits: readonly RangeCommit[],
  { observation, unit }: { observation: Facts; unit: Unit },
): Resolved {
  const { pulls, touched, elsewhere = [] } = observation
  const cancelled = cancellations(commits, pulls.byCommit)
  const counting = touched === undefined ? commits : withPulls(commits, touched, pulls)
  const left = cancelled.size === 0 ? counting : counting.filter(({ sha }) => !cancelled.has(sha))
  const make = entryMaker(pulls)
  const told = tellPulls(left, pulls, { unit, make })
  const lines: Line[] = []
  const byWords = new Map<string, number[]>()
  const add = (line: Line): void => {
    if (!joins(line, lines, byWords)) lines.push(line)
  }
  let merges = 0
  for (const commit of left) {
    const given = told.get(commit.sha)
    if (given !== undefined) {
      for (const line of given) add(line)
    } else if (isMerge(commit) && commit.message.breaking.length === 0) merges++
    else {
      const number = pulls.byCommit.get(commit.sha) ?? pullRequestOf(commit.message.subject)
      add({ entry: make(commit, commit.message, number), commits: 1 })
      for (const part of commit.parts ?? []) add({ entry: make(commit, part, number), commits: 0 })
    }
  }
  const { kept, released, commits: subtracted } = subtract(folded(lines), elsewhere)
  return {
    range: counting.length,
    lines: kept,
    reverted: counting.length - left.length,
    merged: merges + subtracted,
    elsewhere: released,
  }
}

/** What of an observation says how commits become lines. */
export type Facts = Pick<Observation, 'pulls'> & Partial<Pick<Observation, 'touched' | 'elsewhere'>>

/** The commits that touch the paths, and the merges that brought one of them in. */
function withPulls(
  commits: readonly RangeCommit[],
  touched: ReadonlySet<string>,
  { byCommit }: PullFacts,
): RangeCommit[] {
  const numbers = new Set([...touched].flatMap((sha) => byCommit.get(sha) ?? []))
  return commits.filter((commit) => {
    const number = isMerge(commit) ? pullRequestOf(commit.message.subject) : undefined
    return touched.has(commit.sha) || (number !== undefined && numbers.has(number))
  })
}

interface How {
  unit: Unit
  make: EntryMaker
}

/** SHA → the lines that stand at its place: none when another place tells of it. What is missing tells of itself. */
function tellPulls(left: readonly RangeCommit[], pulls: PullFacts, how: How): Map<string, Line[]> {
  const told = new Map<string, Line[]>()
  for (const pull of pullsIn(left, pulls).values()) {
    const title = titleOf(pull, pulls)
    const voice = voiceOf(pull, title, how.unit)
    if (voice === 'commits') tellCommits(pull, title !== undefined || pull.head !== undefined, how, told)
    else if (title !== undefined && voice === 'title') tellTitle(pull, title, how, told)
  }
  return told
}

/** One line, at the place of the merge or of the newest commit. */
function tellTitle(pull: Pull, title: Message, { unit, make }: How, told: Map<string, Line[]>): void {
  const { head, members, number } = pull
  const [newest] = members
  const place = head ?? newest
  if (place === undefined) return
  // A single squash tells of itself.
  if (head === undefined && members.length === 1 && pullRequestOf(place.message.subject) === number) return
  const own = make(place, title, number)
  const others = members.filter((commit) => commit !== place)
  const all = others.map((commit) => make(commit, commit.message, number))
  // Who merges a pull request has not made it.
  const isMergers = head !== undefined && head.parents.length > 1 && !hasAuthor(own) && all.length > 0
  let entry: Entry = isMergers ? { ...own, authors: own.authors.slice(1) } : own
  for (const member of all) entry = joined(entry, member)
  if (unit === 'pull-request' && entry.type === undefined) raise(entry, members)
  told.set(place.sha, [{ entry, commits: 1 + others.length }, ...partsOf(place, number, make)])
  for (const commit of others) told.set(commit.sha, partsOf(commit, number, make))
}

function hasAuthor({ pullRequest }: Entry): boolean {
  return pullRequest !== undefined && 'author' in pullRequest && pullRequest.author !== undefined
}

/** A line per commit; what was not written for readers is folded into a line that was. */
function tellCommits(pull: Pull, isKnown: boolean, { unit, make }: How, told: Map<string, Line[]>): void {
  const { members, number } = pull
  const [first] =
    unit === 'commit' ? [] : members.filter((commit) => isConventional(commit) || rankOf(commit.message) > 0)
  const isFolded = (commit: RangeCommit): boolean =>
    first !== undefined && !isConventional(commit) && rankOf(commit.message) === 0
  const mute = members.filter(isFolded)
  if (unit === 'pull-request' && members.length > 1) {
    tellOnce(pull, make, told)
    return
  }
  // A number alone may be that of an issue, which nobody's commits belong to.
  if (first === undefined || mute.length === 0 || !isKnown) return
  let entry = make(first, first.message, number)
  for (const commit of mute) {
    entry = joined(entry, make(commit, commit.message, number))
    told.set(commit.sha, [])
  }
  told.set(first.sha, [{ entry, commits: 1 + mute.length }, ...partsOf(first, number, make)])
}

/** One line for a pull request without a title: the words of its newest commit that moves the version farthest. */
function tellOnce({ members, number }: Pull, make: EntryMaker, told: Map<string, Line[]>): void {
  const highest = Math.max(...members.map(({ message }) => rankOf(message)))
  const first = members.find(({ message }) => rankOf(message) === highest) as RangeCommit
  let entry = make(first, first.message, number)
  for (const commit of members) {
    if (commit === first) continue
    entry = joined(entry, make(commit, commit.message, number))
    told.set(commit.sha, partsOf(commit, number, make))
  }
  told.set(first.sha, [{ entry, commits: members.length }, ...partsOf(first, number, make)])
}

/** What a squash lists in its body, with `squash-bodies: split`. */
function partsOf(
  { parts = [], ...commit }: RangeCommit,
  number: number | undefined,
  make: EntryMaker,
): Line[] {
  return parts.map((part) => ({ entry: make(commit, part, number), commits: 0 }))
}

/** A title without a type has that of what it brought in. */
function raise(entry: Entry, members: readonly RangeCommit[]): void {
  const highest = Math.max(0, ...members.map(({ message }) => rankOf(message)))
  const found = members.find(({ message }) => message.header !== undefined && rankOf(message) === highest)
  if (highest > 0 && found?.message.header !== undefined) entry.type = found.message.header.type
}
