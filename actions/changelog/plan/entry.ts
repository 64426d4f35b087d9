import { levelOf, typeOf } from '../../../shared/commits/level.ts'
import { type Header, type Message, parseHeader } from '../../../shared/commits/message.ts'
import { revertOf } from '../../../shared/commits/revert.ts'
import { pullRequestOf, withoutPullRequest } from '../../../shared/commits/subject.ts'
import { isBreakingLabel, typeOfLabels } from '../config/bridge.ts'
import type { Entry, PullFacts, PullRequest, RangeCommit } from '../model.ts'
import { peopleOf } from './people.ts'
import { referencesOf } from './references.ts'

const NO_RULES = new Map<string, never>()
const NO_REFERENCES: Entry['references'] = []

/** Makes the lines of a range. */
export type EntryMaker = (commit: RangeCommit, message: Message, number: number | undefined) => Entry

/** @returns what makes an entry of a commit; `message` is what it is told by: its own, or the title of its pull request */
export function entryMaker(pulls: PullFacts): EntryMaker {
  const people = peopleIn(pulls)
  return (commit, message, number) => {
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
      breaking: breakingOf(message, subject),
      references: isBare(message) ? NO_REFERENCES : referencesBut(number, message),
      authors: people(commit, pull),
      notable: levelOf(isAsWritten ? message : { ...message, header }, NO_RULES) !== 'none',
    }
    // Not spread into it: objects of one shape are smaller, and there are as many as commits.
    if (number !== undefined) entry.pullRequest = pull ?? { number }
    if (revertTarget !== undefined) entry.revertOf = revertTarget
    if (entry.type === undefined && pull !== undefined && pull.labels.length > 0) label(entry, pull.labels)
    return entry
  }
}

/** GitHub's usual labels say what a change is whose words do not. */
function label(entry: Entry, labels: readonly string[]): void {
  const type = typeOfLabels(labels)
  if (type !== undefined) entry.labelled = type
  if (type === 'feat' || type === 'fix' || type === 'perf') entry.notable = true
  if (!labels.some(isBreakingLabel)) return
  entry.breaking ??= [entry.subject]
  entry.notable = true
}

/** What breaks. The description after `!` is the line itself, also where the title has been mended since. */
function breakingOf({ breaking, header }: Message, subject: string): Entry['breaking'] {
  if (breaking.length === 0) return undefined
  const own = header?.bang ? withoutPullRequest(header.description) : undefined
  return breaking.map((text) => (text === own ? subject : text))
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
