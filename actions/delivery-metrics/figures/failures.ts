import type { Commit, Deployment, FailureRule, Incident, Inputs } from '../model.ts'

type Rules = Pick<Inputs, 'failures' | 'incidentWindow' | 'hotfixWindow'>

/** What the rules look at besides the deployments. */
export interface Evidence {
  incidents: readonly Incident[]
  commits: ReadonlyMap<string, Commit>
}

/**
 * Says which deployments failed and why, which repaired another one, and how long recovery took; pure. A deployment fails
 * once however many rules say so.
 *
 * @param deployments in order of time
 */
export function judgeFailures(
  deployments: readonly Deployment[],
  evidence: Evidence,
  rules: Rules,
): Deployment[] {
  const judged = deployments.map((deployment) => ({ ...deployment, failures: [...deployment.failures] }))
  const on = (rule: FailureRule): boolean => rules.failures.includes(rule)
  const incidentOf = new Map<string, Incident>()
  for (const [index, deployment] of judged.entries()) {
    const before = earlier(judged, index)
    if (on('status') && deployment.kind === 'failed-attempt')
      blame(deployment, 'status', 'it ended with a failure')
    if (on('status') && wasCalledBad(deployment, judged, index))
      blame(deployment, 'status', 'it was set to failed later')
    if (on('rollback') && deployment.kind === 'rollback') undo(deployment, before, judged)
    if (on('hotfix') && isHotfix(deployment, evidence.commits))
      repair(deployment, before, 'hotfix', rules.hotfixWindow)
  }
  if (on('revert')) for (const deployment of judged) blameReverted(deployment, judged, evidence.commits)
  if (on('incident')) {
    for (const incident of evidence.incidents) {
      for (const deployment of deploymentsOf(incident, judged, rules.incidentWindow)) {
        blame(deployment, 'incident', `incident #${incident.number}`)
        const known = incidentOf.get(deployment.id)
        if (known === undefined || incident.openedAt < known.openedAt) incidentOf.set(deployment.id, incident)
      }
    }
  }
  for (const [index, deployment] of judged.entries()) {
    if (deployment.failures.length > 0) recover(deployment, judged, index, incidentOf.get(deployment.id))
  }
  return judged
}

/** A success that was set to failed while it was live; once another is live that is housekeeping. */
function wasCalledBad(
  { failedAt, environment }: Deployment,
  all: readonly Deployment[],
  index: number,
): boolean {
  if (failedAt === undefined) return false
  const next = nextReached(all, index, environment)
  return next === undefined || failedAt < next.at
}

/** The next deployment of the environment that reached production. */
function nextReached(all: readonly Deployment[], index: number, environment: string): Deployment | undefined {
  const place = environment.toLowerCase()
  return all
    .slice(index + 1)
    .find((each) => each.kind !== 'failed-attempt' && each.environment.toLowerCase() === place)
}

/** Deployments of the same environment that reached production before this one, the latest first. */
function earlier(all: readonly Deployment[], index: number): Deployment[] {
  const place = all[index]?.environment.toLowerCase()
  return all
    .slice(0, index)
    .filter(({ environment, kind }) => kind !== 'failed-attempt' && environment.toLowerCase() === place)
    .reverse()
}

function blame(deployment: Deployment, rule: FailureRule, reason: string): void {
  if (!deployment.failures.some((failure) => failure.rule === rule))
    deployment.failures.push({ rule, reason })
}

/** A rollback undoes what its record names, else what was live before it. */
function undo(rollback: Deployment, before: readonly Deployment[], all: readonly Deployment[]): void {
  rollback.isRework = true
  const named = all.find(({ id }) => id === rollback.record?.undoes)
  const undone = named ?? before.find(({ kind, sha }) => kind !== 'redeployment' && sha !== rollback.sha)
  if (undone !== undefined) blame(undone, 'rollback', `${rollback.name} brought back an older commit`)
}

function repair(
  deployment: Deployment,
  [before]: readonly Deployment[],
  rule: 'hotfix',
  window: number,
): void {
  if (before === undefined || deployment.at - before.at > window) return
  deployment.isRework = true
  blame(before, rule, `${deployment.name} repaired it`)
}

/** A deployment whose changes come from pull requests or branches that are called a hotfix. */
function isHotfix({ kind, changes, sha }: Deployment, commits: ReadonlyMap<string, Commit>): boolean {
  if (kind !== 'deployment') return false
  const shas = new Set([sha, ...(changes ?? []).map((change) => change.sha)])
  return [...shas].some((each) => {
    const commit = commits.get(each)
    if (commit === undefined) return false
    const { pull, headline } = commit
    const labels = pull?.labels ?? []
    return [...labels, pull?.branch ?? '', pull?.title ?? '', headline].some((text) =>
      /(^|[^a-z])hot-?fix/i.test(text),
    )
  })
}

/** A later deployment brings a commit that reverts one of an earlier deployment. */
function blameReverted(
  deployment: Deployment,
  all: readonly Deployment[],
  commits: ReadonlyMap<string, Commit>,
): void {
  for (const { sha } of deployment.changes ?? []) {
    for (const reverted of commits.get(sha)?.reverts ?? []) {
      const from = all.find(
        ({ id, changes }) =>
          id !== deployment.id && (changes ?? []).some((change) => change.sha === reverted),
      )
      // Its revert may have been reverted in turn in the same deployment: then nothing was taken back.
      const isTakenBack = (deployment.changes ?? []).some((change) =>
        commits.get(change.sha)?.reverts.includes(sha),
      )
      if (from === undefined || isTakenBack || from.at >= deployment.at) continue
      deployment.isRework = true
      blame(from, 'revert', `${deployment.name} reverted ${reverted.slice(0, 7)} of it`)
    }
  }
}

/** The deployments that an incident belongs to: those that it names, else the last one before it, within the window. */
function deploymentsOf(incident: Incident, all: readonly Deployment[], window: number): Deployment[] {
  const reached = all.filter(({ kind }) => kind !== 'failed-attempt')
  const { deployment: named } = incident
  if (named !== undefined) {
    const text = named.toLowerCase()
    const found = reached.filter(
      ({ id, name, sha }) =>
        id === named ||
        name.toLowerCase() === text ||
        (text.length >= 7 && sha.toLowerCase().startsWith(text)),
    )
    // A prefix that fits several commits is said, not guessed; one commit in several environments is meant as a whole.
    return new Set(found.map(({ sha }) => sha)).size === 1 ? found : []
  }
  const last = reached.filter(({ at }) => at <= incident.openedAt).at(-1)
  return last !== undefined && incident.openedAt - last.at <= window ? [last] : []
}

/** From the bad status (or the incident, if that was earlier) to the next success there, or the incident's end. */
function recover(
  deployment: Deployment,
  all: readonly Deployment[],
  index: number,
  incident: Incident | undefined,
): void {
  const next = nextReached(all, index, deployment.environment)
  const bad = deployment.failedAt ?? deployment.at
  const byIncidentAlone = deployment.failures.every(({ rule }) => rule === 'incident')
  const start = byIncidentAlone ? (incident?.openedAt ?? bad) : Math.min(bad, incident?.openedAt ?? bad)
  const ends = [
    { at: next?.at, by: next?.name ?? '' },
    { at: incident?.closedAt, by: `incident #${incident?.number}` },
  ].flatMap(({ at, by }) => (at === undefined || at < start ? [] : [{ at, by }]))
  const first = ends.sort((a, b) => a.at - b.at)[0]
  deployment.recoveryMs = first === undefined ? undefined : first.at - start
  deployment.recoveredBy = first?.by
}
