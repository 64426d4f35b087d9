import { levelOf } from '../../../shared/commits/level.ts'
import { type Message, parseHeader } from '../../../shared/commits/message.ts'
import { isMergeSubject, pullRequestOf, withoutPullRequest } from '../../../shared/commits/subject.ts'
import { LEVELS } from '../../../shared/version/bump.ts'
import type { PullFacts, RangeCommit, Unit } from '../model.ts'

/** A pull request as a range has it. */
export interface Pull {
  number: number
  /** The commit that merged it; of several the newest. */
  head: RangeCommit | undefined
  /** What it brought in, without merges; newest first. */
  members: RangeCommit[]
  /** It brought in what has a pull request of its own, too. */
  isCarrier: boolean
}

/** Whose words tell of a pull request: those of its title, of its commits, or nobody's, when it only carried others. */
export type Voice = 'title' | 'commits' | 'nobody'

/**
 * A merge as git and GitHub write it, without words of its own above its body; or one of a pull request, with its title
 * in the subject.
 */
export function isMerge({ message, parents }: RangeCommit): boolean {
  if (isMergeSubject(message.subject)) return true
  return parents.length > 1 && pullRequestOf(message.subject) !== undefined
}

/** The pull requests of a range, by number. */
export function pullsIn(commits: readonly RangeCommit[], pulls: PullFacts): Map<number, Pull> {
  const found = new Map<number, Pull>()
  for (const commit of commits) {
    const own = pullRequestOf(commit.message.subject)
    const number = pulls.byCommit.get(commit.sha) ?? own
    if (number === undefined) continue
    const known = found.get(number) ?? { number, head: undefined, members: [], isCarrier: false }
    found.set(number, known)
    if (!isMerge(commit)) known.members.push(commit)
    else if (own !== undefined) {
      known.head ??= commit
      known.isCarrier ||= pulls.carriers.has(commit.sha)
    }
  }
  return found
}

/**
 * The title of a pull request as a message: as GitHub has it, else as its merge or its only squash says it. What breaks
 * is what was committed.
 */
export function titleOf({ number, head, members }: Pull, pulls: PullFacts): Message | undefined {
  const given = pulls.byNumber.get(number)?.title.trim()
  const isSquash = ({ message }: RangeCommit): boolean => pullRequestOf(message.subject) === number
  const own = head ?? (members.length === 1 ? members.find(isSquash) : undefined)
  const committed = own === undefined ? undefined : titleIn(own)
  const title = given || committed
  if (title === undefined || title === '') return undefined
  const header = parseHeader(title)
  const source = own?.message ?? { body: '', footers: [], breaking: [] }
  const { body, footers, breaking } = source
  const message: Message = { subject: title, body, footers, breaking }
  // The type that the version was worked out from stays as it was committed.
  const merged = own?.message.header
  if (header !== undefined)
    message.header =
      merged === undefined ? { ...header, bang: false } : { ...header, type: merged.type, bang: merged.bang }
  else if (merged !== undefined)
    return own?.message.title === undefined ? own?.message : { ...own.message, subject: own.message.title }
  return message
}

function titleIn({ message }: RangeCommit): string | undefined {
  if (message.title !== undefined) return message.title
  return isMergeSubject(message.subject) ? undefined : withoutPullRequest(message.subject)
}

/** Whose words tell of a pull request, by the input `unit`. */
export function voiceOf(pull: Pull, title: Message | undefined, unit: Unit): Voice {
  const { head, members, isCarrier } = pull
  if (title === undefined) return members.length > 0 ? 'commits' : isCarrier ? 'nobody' : 'commits'
  if (title.breaking.length > 0 && head !== undefined) return 'title'
  if (unit === 'commit')
    return members.length > 0 ? 'commits' : isCarrier && title.header === undefined ? 'nobody' : 'title'
  if (unit === 'pull-request')
    return members.length === 0 && isCarrier && isBranchName(title.subject, head) ? 'nobody' : 'title'
  const highest = Math.max(0, ...members.map(({ message }) => rankOf(message)))
  if (title.header !== undefined) return rankOf(title) >= highest ? 'title' : 'commits'
  if (members.length === 0) return isCarrier ? 'nobody' : 'title'
  return highest > 0 || members.every(isConventional) ? 'commits' : 'title'
}

/** Whether a commit was written for readers of a changelog. */
export function isConventional({ message }: RangeCommit): boolean {
  return message.header !== undefined || message.breaking.length > 0
}

/** `Develop` from `x/develop`: GitHub makes a title of the name of a branch. */
function isBranchName(title: string, head: RangeCommit | undefined): boolean {
  const branch = /^Merge pull request #\d+ from [^/\s]+\/(\S+)/.exec(head?.message.subject ?? '')?.[1]
  const plain = (text: string): string => text.toLowerCase().replace(/[\s/_-]+/g, ' ')
  return branch !== undefined && plain(branch) === plain(title)
}

const NO_RULES = new Map<string, never>()

/** How far a message moves the version, as a number. */
export function rankOf(message: Message): number {
  return LEVELS.indexOf(levelOf(message, NO_RULES))
}
