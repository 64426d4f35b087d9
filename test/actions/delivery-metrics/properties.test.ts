import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { payloadOf } from '../../../actions/blue-green-switch/protocol/payload.ts'
import { freshCommits } from '../../../actions/delivery-metrics/figures/graph.ts'
import { percentile } from '../../../actions/delivery-metrics/figures/percentile.ts'
import { isoWeek } from '../../../actions/delivery-metrics/figures/weeks.ts'
import type { Attempt, Commit, Facts } from '../../../actions/delivery-metrics/model.ts'
import { outcomeOf, recordOf } from '../../../actions/delivery-metrics/observe/deployments.ts'
import { busyTime } from '../../../actions/delivery-metrics/observe/runs.ts'
import { decide } from '../../../actions/delivery-metrics/plan.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { attempt, november, rules, sha } from './month.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 1)

/** A line of commits with merges: each has the one before as its parent, and some an older one too. */
const history = fc
  .array(
    fc.record({ merge: fc.option(fc.nat(), { nil: undefined }), age: fc.integer({ min: -50, max: 500 }) }),
    {
      minLength: 3,
      maxLength: 25,
    },
  )
  .map((steps) =>
    steps.map(({ merge, age }, index): Commit => {
      const parents = index === 0 ? [] : [sha(`c${index - 1}`)]
      if (merge !== undefined && index > 1) parents.push(sha(`c${merge % (index - 1)}`))
      const authoredAt = START + index * 10 * HOUR - age * HOUR
      return {
        sha: sha(`c${index}`),
        parents,
        authoredAt,
        committedAt: authoredAt,
        headline: `c${index}`,
        reverts: [],
        login: '',
        pull: undefined,
        byGitHub: false,
      }
    }),
  )

const attemptsOver = (count: number): fc.Arbitrary<Attempt[]> =>
  fc
    .array(
      fc.record({
        commit: fc.nat(count - 1),
        outcome: fc.constantFrom<Attempt['outcome']>(
          'success',
          'success',
          'success',
          'failure',
          'cancelled',
          'pending',
          'unknown',
        ),
        place: fc.constantFrom('production', 'Production', 'staging'),
        run: fc.option(fc.nat(5), { nil: undefined }),
      }),
      { maxLength: 25 },
    )
    .map((steps) =>
      steps.map(({ commit, outcome, place, run }, index) => ({
        ...attempt(1),
        id: String(index),
        name: `D${index}`,
        sha: sha(`c${commit}`),
        environment: place,
        outcome,
        createdAt: START + index * 20 * HOUR,
        at: START + index * 20 * HOUR + HOUR,
        run: run === undefined ? undefined : `run${run}`,
      })),
    )

const world = history.chain((commits) => fc.tuple(fc.constant(commits), attemptsOver(commits.length)))
const factsOf = (commits: Commit[], attempts: Attempt[]): Facts =>
  november({
    commits: new Map(commits.map((commit) => [commit.sha, commit])),
    attempts,
    attemptsSince: undefined,
  })

describe('whatever happened', () => {
  test('the order of a list, duplicates in it and its pages change nothing', () => {
    fc.assert(
      fc.property(
        world,
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        ([commits, attempts], order) => {
          const shuffled = [...attempts, ...attempts.slice(0, 3)]
            .map((each, index) => ({ each, key: order[index % order.length] ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ each }) => each)
          expect(decide(rules(), [factsOf([...commits].reverse(), shuffled)])).toEqual(
            decide(rules(), [factsOf(commits, attempts)]),
          )
        },
      ),
    )
  })

  test('a commit reaches an environment once, by a deployment that succeeded and can reach it, and rollbacks ship nothing', () => {
    fc.assert(
      fc.property(world, ([commits, attempts]) => {
        const { whole } = decide(rules({ period: { since: 0, until: 4e12 } }), [factsOf(commits, attempts)])
        const shipped = new Set<string>()
        const all = new Map(commits.map((commit) => [commit.sha, commit]))
        for (const { environment, changes, kind, outcome, sha: head } of whole.deployments) {
          if (kind === 'rollback' || kind === 'redeployment' || kind === 'failed-attempt')
            expect(changes).toEqual([])
          for (const change of changes ?? []) {
            const key = `${environment.toLowerCase()} ${change.sha}`
            expect(shipped.has(key)).toBe(false)
            shipped.add(key)
            expect(outcome).toBe('success')
            expect(freshCommits(head, all, new Set()).fresh.map((commit) => commit.sha)).toContain(change.sha)
            expect(all.get(change.sha)?.parents.length).toBeLessThan(2)
          }
        }
      }),
    )
  })

  test('every attempt is one of: counted, a redeployment, a twin, cancelled, pending, unknown', () => {
    fc.assert(
      fc.property(world, ([commits, attempts]) => {
        const { whole } = decide(rules({ period: { since: 0, until: 4e12 } }), [factsOf(commits, attempts)])
        const { counted, redeployments, leftOut } = whole
        const sum =
          counted + redeployments + leftOut.duplicates + leftOut.cancelled + leftOut.pending + leftOut.unknown
        expect(sum).toBe(attempts.length)
      }),
    )
  })

  test('a failure without a later success there is open, and no recovery is negative', () => {
    fc.assert(
      fc.property(world, ([commits, attempts]) => {
        const { whole } = decide(rules({ period: { since: 0, until: 4e12 } }), [factsOf(commits, attempts)])
        for (const [index, each] of whole.deployments.entries()) {
          if (each.failures.length === 0) continue
          const later = whole.deployments
            .slice(index + 1)
            .some(
              ({ kind, environment }) =>
                kind !== 'failed-attempt' && environment.toLowerCase() === each.environment.toLowerCase(),
            )
          expect(each.recoveryMs !== undefined).toBe(later)
          expect(each.recoveryMs ?? 0).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

test('changes are those of `git rev-list base..head --no-merges`', () => {
  const folder = tempFolder('nexus-metrics-')
  const git = (...argv: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@a', ...argv], {
      encoding: 'utf8',
    }).trim()
  git('init', '-q', '-b', 'main')
  const tree = git('hash-object', '-w', '-t', 'tree', '/dev/null')
  fc.assert(
    fc.property(history, fc.nat(), (commits, cut) => {
      const real = new Map<string, string>()
      for (const commit of commits) {
        const parents = [...new Set(commit.parents)].flatMap((parent) => ['-p', real.get(parent) ?? ''])
        real.set(commit.sha, git('commit-tree', tree, ...parents, '-m', commit.headline))
      }
      const base = commits[cut % (commits.length - 1)]?.sha ?? ''
      const head = commits.at(-1)?.sha ?? ''
      const attempts = [base, head].map((each, index) => ({
        ...attempt(index + 1),
        sha: each,
        id: String(index),
      }))
      const { whole } = decide(rules({ leadTimeFrom: 'merge' }), [
        factsOf(
          commits.map((commit) => ({ ...commit, authoredAt: 0 })),
          attempts,
        ),
      ])
      const ours = (whole.deployments.at(-1)?.changes ?? []).map((change) => real.get(change.sha)).sort()
      const theirs = git('rev-list', '--no-merges', `${real.get(base)}..${real.get(head)}`)
        .split('\n')
        .filter(Boolean)
        .sort()
      expect(ours).toEqual(theirs)
    }),
    { numRuns: 12 },
  )
})

describe('percentiles', () => {
  test('are the smallest value that so many of all do not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const found = percentile(values, percent) ?? Number.NaN
          const upTo = (limit: number): number => values.filter((value) => value <= limit).length * 100
          expect(upTo(found)).toBeGreaterThanOrEqual(percent * values.length)
          const smaller = values.filter((value) => value < found)
          if (smaller.length > 0) expect(upTo(Math.max(...smaller))).toBeLessThan(percent * values.length)
        },
      ),
    )
  })

  test.each([
    [[1, 2], 50, 1],
    [[1, 2, 3], 50, 2],
    [[5, 1, 4, 2, 3], 90, 5],
    [Array.from({ length: 100 }, (_, index) => index + 1), 7, 7],
  ])('%j, p%d', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected)
  })

  test('of nothing is unknown', () => {
    expect(percentile([], 50)).toBeUndefined()
  })
})

test.each([
  ['2025-12-29', '2026-W01'],
  ['2027-01-03', '2026-W53'],
  ['2024-12-30', '2025-W01'],
  ['2026-11-01', '2026-W44'],
  ['2026-11-02', '2026-W45'],
])('%s is in ISO week %s', (date, week) => {
  expect(isoWeek(Date.parse(date))).toBe(week)
})

describe('the outcome of a deployment', () => {
  const states = (...names: string[]) => names.map((state, index) => ({ state, at: (index + 1) * 1_000 }))
  test.each([
    [states('IN_PROGRESS', 'SUCCESS'), 'success', 2_000],
    [states('IN_PROGRESS', 'SUCCESS', 'INACTIVE'), 'success', 2_000],
    [states('SUCCESS', 'SUCCESS', 'INACTIVE'), 'success', 1_000],
    [states('IN_PROGRESS', 'FAILURE', 'INACTIVE'), 'failure', 2_000],
    [states('ERROR'), 'failure', 1_000],
    [states('FAILURE', 'SUCCESS'), 'success', 2_000],
    [states('INACTIVE'), 'unknown', 1_000],
    [states('QUEUED', 'WAITING'), 'pending', 2_000],
    [states(), 'pending', 7],
  ])('%j is %s', (given, outcome, at) => {
    expect(outcomeOf(given, 7)).toEqual({ outcome, at, failedAt: undefined })
  })
})

test('what was called bad after it had succeeded was live from its success on', () => {
  const given = ['SUCCESS', 'FAILURE', 'INACTIVE'].map((state, index) => ({ state, at: index }))
  expect(outcomeOf(given, 7)).toEqual({ outcome: 'success', at: 0, failedAt: 1 })
  const bad = { ...attempt(1), failedAt: START + 20 * HOUR }
  const { whole } = decide(rules(), [november({ attempts: [bad, attempt(2)] })])
  expect(whole.deployments[0]).toMatchObject({
    kind: 'deployment',
    failures: [{ rule: 'status' }],
    recoveryMs: 16 * HOUR,
  })
  const housekeeping = { ...attempt(1), failedAt: START + 200 * HOUR }
  expect(decide(rules(), [november({ attempts: [housekeeping, attempt(2)] })]).whole.failed).toBe(0)
})

describe('what blue-green-switch recorded', () => {
  const moves = { from: 'blue', to: 'green', steps: [{ share: 100, weights: { blue: 0, green: 100 } }] }
  const recorded = { weights: { blue: 100, green: 0 }, live: 'blue', raw: {} }
  const payload = (undoes: { id: number; reason: string } | null) =>
    JSON.stringify(payloadOf(moves, recorded, { target: 'haproxy', version: '1.2.3', undoes }))

  test('is understood, as a map and as text in text', () => {
    expect(recordOf(payload(null))).toEqual({ mode: 'switch', undoes: undefined })
    expect(recordOf(payload({ id: 7, reason: 'errors' }))).toEqual({ mode: 'rollback', undoes: '7' })
    expect(recordOf(JSON.stringify(payload({ id: 7, reason: 'x' })))).toEqual({
      mode: 'rollback',
      undoes: '7',
    })
  })

  test.each([null, '', 'null', '[]', '7', '{"nexus":2}', '{', '"x"'])('%j is not a record', (text) => {
    expect(recordOf(text)).toBeUndefined()
  })

  test('a rollback by hand undoes what it names, although it is recorded at the commit of its workflow', () => {
    const undoing = { ...attempt(3), sha: sha('c2'), record: { mode: 'rollback' as const, undoes: '1002' } }
    const again = { ...attempt(4), sha: sha('c2') }
    const { whole } = decide(rules(), [
      november({ attempts: [attempt(0), attempt(1), attempt(2), undoing, again] }),
    ])
    expect(whole.deployments.map(({ kind }) => kind)).toEqual(
      ['deployment', 'deployment', 'deployment', 'rollback', 'deployment'].slice(1),
    )
    expect(whole.deployments[1]?.failures).toEqual([
      { rule: 'rollback', reason: expect.stringContaining('D3') },
    ])
    // What comes again after a rollback counts once.
    expect(whole.deployments.map(({ changes }) => changes?.length)).toEqual([1, 1, 0, 0])
  })
})

describe('build time', () => {
  const iso = (second: number): string => new Date(START + second * 1_000).toISOString()
  const job = (from: number, to: number, conclusion = 'SUCCESS') => ({
    startedAt: iso(from),
    completedAt: iso(to),
    conclusion,
  })
  test.each([
    ['jobs side by side count once', [job(0, 10), job(5, 15)], 15_000],
    ['a gap is waiting', [job(0, 10), job(100, 110)], 20_000],
    ['jobs of an earlier attempt do not count', [job(-100, -50), job(0, 10)], 10_000],
    ['a skipped one does not count', [job(0, 10), job(20, 30, 'SKIPPED')], 10_000],
    ['one that ends before it starts does not count', [job(0, 10), job(30, 20)], 10_000],
    [
      'one that has not ended does not count',
      [{ startedAt: iso(0), completedAt: null, conclusion: null }],
      undefined,
    ],
    ['nothing', [], undefined],
  ])('%s', (_, jobs, expected) => {
    expect(busyTime(jobs, START)).toBe(expected)
  })
})
