import { messageOf } from '../../../shared/action/errors.ts'
import { redact } from '../../../shared/action/secrets.ts'
import type { Connect } from '../../../shared/action/step.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import {
  firstPullRequests,
  type Logins,
  type PullRequest as PullData,
  pullRequestsByNumber,
  pullRequestsOfCommits,
} from '../../../shared/github/pulls.ts'
import type { Inputs, PullFacts, PullRequest, RangeCommit } from '../model.ts'
import { broughtByMerges, numberOf } from '../range/bridge.ts'

/** Newest commits without a number that are asked about: 20 calls. More would outlast the patience of a job. */
const MAX_COMMITS = 2_000
/** People who may be new: one call. */
const MAX_NEWCOMERS = 100

export interface PullsWanted extends Pick<Inputs, 'pullRequests' | 'contributors'> {
  /** Before the first release there was nothing, so that nobody is new in it. */
  isFirst: boolean
}

/**
 * What GitHub knows of the pull requests of a range, in ⌈P/100⌉ calls for P numbers in messages, ⌈C/100⌉ for C commits
 * without one, and one for people who may be new. What GitHub did not tell is missing, with a warning.
 *
 * @param commits newest first
 * @param connect undefined: there is no token
 * @throws Error instead of the warning, with `pullRequests` true; always when the step is cancelled
 */
export async function observePulls(
  commits: readonly RangeCommit[],
  wanted: PullsWanted,
  connect: Connect | undefined,
): Promise<PullFacts> {
  const { byCommit, mergedBy, carriers } = broughtByMerges(commits)
  const facts = {
    byNumber: new Map<number, PullRequest>(),
    byCommit,
    carriers,
    logins: new Map<string, string>(),
    newcomers: new Map<string, number | undefined>(),
  }
  if (wanted.pullRequests === 'false' || commits.length === 0) return facts
  if (connect === undefined) {
    return {
      ...facts,
      warning:
        'there is no token: the notes are made from commits alone. Leave the input token at its default for pull requests, labels and logins, or write pull-requests: false.',
    }
  }
  try {
    const github = await connect()
    const left = await ask(github, commits, facts, mergedBy)
    if (wanted.contributors && !wanted.isFirst) await askNewcomers(github, facts)
    if (left === 0) return facts
    return {
      ...facts,
      warning: `${left} commits name no pull request, and GitHub was asked about the newest ${MAX_COMMITS} such commits alone.`,
    }
  } catch (error) {
    if (wanted.pullRequests === 'true' || isFailure(error, 'cancelled')) throw error
    const what =
      facts.byNumber.size === 0
        ? 'the notes are made from commits alone'
        : 'pull requests, labels, logins or new contributors may be missing'
    return { ...facts, warning: `${what}. ${redact(messageOf(error))}` }
  }
}

interface Facts {
  byNumber: Map<number, PullRequest>
  byCommit: Map<string, number>
  logins: Logins
  newcomers: Map<string, number | undefined>
}

/** @returns how many commits were not asked about */
async function ask(
  github: GitHub,
  commits: readonly RangeCommit[],
  facts: Facts,
  mergedBy: ReadonlyMap<string, number>,
): Promise<number> {
  const { byNumber, byCommit, logins } = facts
  const numbersBySha = new Map(commits.map((commit) => [commit.sha, numberOf(commit)]))
  const numbers = commits.flatMap((commit) => numberOf(commit) ?? byCommit.get(commit.sha) ?? [])
  const told = await pullRequestsByNumber(github, numbers, { logins })
  for (const pull of told.values()) if (pull.merged) byNumber.set(pull.number, kept(pull))
  learnSquashes(commits, told, logins)
  // `Mend it (#12)` within a pull request, and #12 is an issue.
  for (const [sha, number] of mergedBy) {
    const own = byNumber.size === 0 ? undefined : numbersBySha.get(sha)
    if (own !== undefined && !byNumber.has(own)) byCommit.set(sha, number)
  }
  const open = commits.filter((commit) => numberOf(commit) === undefined && !byCommit.has(commit.sha))
  const asked = open.slice(0, MAX_COMMITS).map(({ sha }) => sha)
  for (const [sha, pulls] of await pullRequestsOfCommits(github, asked, { logins })) {
    // The first that was opened: one that later merged a whole branch is about more than this commit.
    const pull = pulls.find(({ merged }) => merged)
    if (pull === undefined) continue
    byCommit.set(sha, pull.number)
    byNumber.set(pull.number, kept(pull))
  }
  return open.length - asked.length
}

function kept({ number, title, author, labels }: PullData): PullRequest {
  return { number, title, labels, ...(author === '' ? {} : { author }) }
}

/** Who opened a pull request is the author of its squash, also with an address that GitHub does not know. */
function learnSquashes(
  commits: readonly RangeCommit[],
  told: ReadonlyMap<number, PullData>,
  logins: Logins,
): void {
  for (const commit of commits) {
    const pull = told.get(numberOf(commit) ?? 0)
    const email = commit.author.email.toLowerCase()
    if (pull?.mergeCommit !== commit.sha || commit.parents.length > 1 || pull.author === '') continue
    if (email !== '' && !logins.has(email)) logins.set(email, pull.author)
  }
}

/** New is whose first merged pull request is one of these. */
async function askNewcomers(github: GitHub, { byNumber, newcomers }: Facts): Promise<void> {
  const people = new Map<string, string>()
  for (const { author } of byNumber.values()) {
    if (author !== undefined && !author.endsWith('[bot]')) people.set(author.toLowerCase(), author)
  }
  if (people.size === 0) return
  const some = [...people.values()].slice(0, MAX_NEWCOMERS)
  for (const [login, number] of await firstPullRequests(github, some)) {
    if (byNumber.has(number)) newcomers.set(login.toLowerCase(), number)
  }
}
