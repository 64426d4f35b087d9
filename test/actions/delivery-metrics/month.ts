import type { Attempt, Commit, Facts, Incident, Inputs } from '../../../actions/delivery-metrics/model.ts'

/**
 * A month worked out by hand: November 2026, one environment. D0 succeeded on 31 October at 12:00 with c0. Deployment n
 * succeeded on November n at 12:00 with commit cn, whose parent is c(n−1) and which was authored n hours before; what
 * differs is said beside each row.
 */
export const NOVEMBER = { since: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 11, 1) }
const HOUR = 3_600_000

export const at = (day: number, hour = 12, minute = 0): number => Date.UTC(2026, 10, day, hour, minute)
export const sha = (name: string): string => Buffer.from(name.padEnd(20, '.')).toString('hex')

export const attempt = (day: number, more: Partial<Attempt> = {}): Attempt => ({
  id: String(1_000 + day),
  name: `D${day}`,
  environment: 'production',
  sha: sha(`c${day}`),
  hasCommit: true,
  createdAt: at(day, 11, 58),
  outcome: 'success',
  at: at(day),
  failedAt: undefined,
  run: `run${day}`,
  url: '',
  record: undefined,
  ...more,
})

export const commit = (
  name: string,
  authoredAt: number,
  parents: string[],
  more: Partial<Commit> = {},
): Commit => ({
  sha: sha(name),
  parents: parents.map(sha),
  authoredAt,
  committedAt: authoredAt,
  headline: `change ${name}`,
  reverts: [],
  login: 'ann',
  pull: undefined,
  byGitHub: false,
  ...more,
})

/** Days whose deployment brings no commit of its own. */
const NO_COMMIT = new Set([10, 14, 18, 25])
/** Commits with another parent than the one before: the days between have none. */
const PARENT: Record<number, string> = { 11: 'c9', 15: 'c13', 19: 'c17', 26: 'c24' }

function commits(): Map<string, Commit> {
  const all = [commit('c0', at(0) - HOUR, [])]
  for (let day = 1; day <= 30; day++) {
    if (NO_COMMIT.has(day)) continue
    all.push(commit(`c${day}`, at(day) - day * HOUR, [PARENT[day] ?? `c${day - 1}`]))
  }
  const set = (name: string, more: Partial<Commit>): void => {
    const index = all.findIndex((each) => each.sha === sha(name))
    all[index] = { ...(all[index] as Commit), ...more }
  }
  // D4 fails, so c4 comes with D5: 30 h.
  set('c4', { authoredAt: at(4, 6) })
  // D8 was cancelled, so c8 comes with D9: 33 h.
  set('c8', { authoredAt: at(8, 3) })
  // D16 deploys a merge commit whose second parent is c16.
  all.push(commit('m16', at(16) - HOUR, ['c15', 'c16']))
  set('c17', { parents: [sha('m16')] })
  // An author's clock three hours ahead: dropped, and said.
  set('c22', { authoredAt: at(22, 15) })
  // D21 comes at 9:00, and its pull request is labelled hotfix.
  set('c21', {
    authoredAt: at(21, 9) - 21 * HOUR,
    pull: {
      number: 21,
      title: 'Mend it',
      createdAt: at(20, 16),
      mergedAt: at(21, 8),
      branch: 'mend',
      labels: ['hotfix'],
    },
  })
  return new Map(all.map((each) => [each.sha, each]))
}

export const incident: Incident = {
  number: 7,
  title: 'Checkout is down',
  openedAt: at(20, 15),
  closedAt: at(20, 19, 30),
  deployment: 'c20',
  url: '',
}

export function november(more: Partial<Facts> = {}): Facts {
  const plain = Array.from({ length: 30 }, (_, index) => index + 1)
  const changed: Record<number, Partial<Attempt>> = {
    4: { outcome: 'failure', at: at(4, 12, 10) },
    8: { outcome: 'cancelled' },
    // A second job of D9's matrix.
    10: { sha: sha('c9'), run: 'run9', at: at(9, 12, 1), createdAt: at(9, 11, 59) },
    // D12's run again, a day and a half later: c12 is brought back, D13 undone.
    14: { sha: sha('c12'), run: 'run12', at: at(14, 10), createdAt: at(14, 9, 58) },
    16: { sha: sha('m16') },
    // The same commit again after a success.
    18: { sha: sha('c17') },
    21: { at: at(21, 9), createdAt: at(21, 8, 58) },
    // Its commit was force-pushed away; D26 comes from a base that nobody has any more.
    25: { hasCommit: false },
    28: { outcome: 'failure' },
    29: { outcome: 'pending' },
    30: { outcome: 'pending' },
  }
  const attempts = [
    attempt(0, { at: at(0), createdAt: at(0, 11) }),
    ...plain.map((day) => attempt(day, changed[day])),
  ]
  return {
    repository: 'octo/demo',
    source: 'deployments',
    sourceReason: 'given',
    attempts,
    attemptsSince: Date.UTC(2026, 9, 2),
    commits: commits(),
    commitsComplete: true,
    runs: [],
    runsSince: undefined,
    incidents: [],
    partial: [],
    notes: [],
    calls: 0,
    ...more,
  }
}

export function rules(more: Partial<Inputs> = {}): Inputs {
  return {
    token: undefined,
    repositories: ['octo/demo'],
    deployments: 'deployments',
    environments: ['production'],
    workflow: undefined,
    branch: undefined,
    period: NOVEMBER,
    comparison: { since: NOVEMBER.since - 30 * 24 * HOUR, until: NOVEMBER.since },
    failures: ['status', 'rollback'],
    incidents: undefined,
    incidentWindow: 24 * HOUR,
    hotfixWindow: 24 * HOUR,
    leadTimeFrom: 'commit',
    exclude: { logins: [], titles: [] },
    targets: [],
    failOn: [],
    tolerance: 0.1,
    minSamples: 5,
    files: [],
    maxCalls: 500,
    timeout: 120_000,
    dryRun: false,
    ...more,
  }
}
