import type { Attempt, Change, Commit, Deployment, Exclusion, Inputs, LeadTimeFrom } from '../model.ts'
import { freshCommits, isAncestor } from './graph.ts'

export interface Timeline {
  /** Counted deployments and redeployments, in order of time. */
  deployments: Deployment[]
  cancelled: Attempt[]
  pending: Attempt[]
  unknown: Attempt[]
}

type Rules = Pick<Inputs, 'leadTimeFrom' | 'exclude'>

/** What one environment has seen so far. */
interface Place {
  live: Attempt | undefined
  /** What was live before each deployment, by its id. */
  before: Map<string, Attempt | undefined>
  /** Commits that reached production, whether or not they are live. */
  shipped: Set<string>
  /** The deployment before was of a commit that nobody has: what comes next cannot be told from it. */
  lost: boolean
}

/**
 * What each attempt was and what it brought, environment by environment; pure.
 *
 * @param attempts folded, in order of time
 */
export function timelineOf(
  attempts: readonly Attempt[],
  commits: ReadonlyMap<string, Commit>,
  rules: Rules,
): Timeline {
  const places = new Map<string, Place>()
  const line: Timeline = { deployments: [], cancelled: [], pending: [], unknown: [] }
  for (const attempt of attempts) {
    if (attempt.outcome === 'cancelled' || attempt.outcome === 'pending' || attempt.outcome === 'unknown') {
      line[attempt.outcome].push(attempt)
      continue
    }
    const name = attempt.environment.toLowerCase()
    const place = places.get(name) ?? { live: undefined, before: new Map(), shipped: new Set(), lost: false }
    places.set(name, place)
    line.deployments.push(
      attempt.outcome === 'failure' ? failedAttempt(attempt) : success(attempt, place, commits, rules),
    )
  }
  return line
}

function failedAttempt(attempt: Attempt): Deployment {
  return deployment(attempt, 'failed-attempt', [])
}

function success(
  attempt: Attempt,
  place: Place,
  commits: ReadonlyMap<string, Commit>,
  rules: Rules,
): Deployment {
  const { live, shipped, lost } = place
  const isKnown = attempt.hasCommit && commits.has(attempt.sha)
  const { record } = attempt
  if (record?.mode === 'rollback') {
    // It is recorded at the commit of the workflow that ran it: what is live now is what was before the undone one.
    place.live = place.before.get(record.undoes ?? '') ?? live
    return deployment(attempt, 'rollback', [])
  }
  place.before.set(attempt.id, live)
  place.live = attempt
  if (live !== undefined && live.sha === attempt.sha) return deployment(attempt, 'redeployment', [])
  if (!isKnown) {
    place.lost = true
    shipped.add(attempt.sha)
    return deployment(attempt, 'deployment', undefined)
  }
  if (live !== undefined && shipped.has(attempt.sha) && !isAncestor(live.sha, attempt.sha, commits)) {
    return deployment(attempt, 'rollback', [])
  }
  const { fresh, complete } = freshCommits(attempt.sha, commits, shipped)
  for (const { sha } of fresh) shipped.add(sha)
  place.lost = false
  // The first known deployment would be blamed for everything before it; one after a lost commit for what that had.
  if (live === undefined || lost || !complete) return deployment(attempt, 'deployment', undefined)
  const { changes, misdated } = changesOf(attempt, fresh, rules)
  return { ...deployment(attempt, 'deployment', changes), misdated }
}

function deployment(attempt: Attempt, kind: Deployment['kind'], changes: Change[] | undefined): Deployment {
  return {
    ...attempt,
    kind,
    changes,
    misdated: 0,
    failures: [],
    recoveryMs: undefined,
    recoveredBy: undefined,
    isRework: false,
  }
}

function changesOf(
  { at }: Attempt,
  fresh: readonly Commit[],
  { leadTimeFrom, exclude }: Rules,
): { changes: Change[]; misdated: number } {
  const all = fresh
    .filter((commit) => isChange(commit, exclude))
    .map(({ sha, headline, ...commit }) => ({
      sha,
      headline,
      leadTimeMs: at - startOf(commit, leadTimeFrom),
    }))
  // An author's date is free text of the client.
  const changes = all.filter(({ leadTimeMs }) => leadTimeMs >= 0)
  changes.sort((a, b) => b.leadTimeMs - a.leadTimeMs || (a.sha < b.sha ? -1 : 1))
  return { changes, misdated: all.length - changes.length }
}

function isChange({ parents, login, headline, pull }: Commit, { logins, titles }: Exclusion): boolean {
  if (parents.length > 1 || logins.includes(login)) return false
  return !titles.some((pattern) => pattern.test(headline) || (pull !== undefined && pattern.test(pull.title)))
}

function startOf({ authoredAt, pull }: Pick<Commit, 'authoredAt' | 'pull'>, from: LeadTimeFrom): number {
  if (from === 'pull-request') return pull?.createdAt ?? authoredAt
  if (from === 'merge') return pull?.mergedAt ?? authoredAt
  return authoredAt
}
