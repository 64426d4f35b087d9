import { describe, expect, test } from '@jest/globals'
import type { FigureName, Row } from '../../../actions/delivery-metrics/model.ts'
import { decide } from '../../../actions/delivery-metrics/plan.ts'
import { incident, november, rules } from './month.ts'

const HOUR = 3_600_000
const value = (row: Row, name: FigureName): number | undefined =>
  row.figures.find((figure) => figure.name === name)?.value
const leadTimes = (row: Row): number[] =>
  row.deployments
    .flatMap(({ changes }) => changes ?? [])
    .map(({ leadTimeMs }) => leadTimeMs / HOUR)
    .sort((a, b) => a - b)

describe('November, worked out by hand', () => {
  const { whole } = decide(rules(), [november()])

  test('30 records are 25 counted deployments, a redeployment, a twin, a cancelled one and two that are not done', () => {
    expect(whole).toMatchObject({
      counted: 25,
      successes: 23,
      redeployments: 1,
      leftOut: { cancelled: 1, pending: 2, unknown: 0, duplicates: 1 },
    })
  })

  test('23 came to production in 30 days: 5.37 a week', () => {
    expect(value(whole, 'deployments-per-week')).toBeCloseTo((23 / 30) * 7, 10)
  })

  test('21 changes, c13 once, c4 and c8 with the deployment that brought them', () => {
    expect(leadTimes(whole)).toEqual([
      1, 2, 3, 5, 6, 7, 9, 11, 12, 13, 15, 16, 17, 19, 20, 21, 23, 24, 27, 30, 33,
    ])
    expect(value(whole, 'change-lead-time-p50')).toBe(15 * HOUR)
    expect(value(whole, 'change-lead-time-p90')).toBe(27 * HOUR)
  })

  test('D4, D13 and D28 failed: 3 of 25; D28 is open', () => {
    expect(whole.deployments.filter(({ failures }) => failures.length > 0).map(({ name }) => name)).toEqual([
      'D4',
      'D13',
      'D28',
    ])
    expect(value(whole, 'change-fail-rate')).toBe(0.12)
    expect(whole.openFailures).toBe(1)
  })

  test('D4 was recovered from after 85,800 s, D13 after 79,200 s', () => {
    const of = (wanted: string) => whole.deployments.find(({ name }) => name === wanted)
    expect(of('D4')).toMatchObject({ recoveryMs: 85_800_000, recoveredBy: 'D5' })
    expect(of('D13')).toMatchObject({ recoveryMs: 79_200_000, recoveredBy: 'D14' })
    expect(of('D28')).toMatchObject({ recoveryMs: undefined })
    expect(value(whole, 'recovery-time-p50')).toBe(79_200_000)
  })

  test('D14 is the only rework: 1 of 25', () => {
    expect(whole.deployments.filter(({ isRework }) => isRework).map(({ name }) => name)).toEqual(['D14'])
    expect(value(whole, 'rework-rate')).toBe(0.04)
  })

  test('with incidents D20 failed too, and came back when its incident ended', () => {
    const { whole: row } = decide(rules({ failures: ['status', 'rollback', 'incident'] }), [
      november({ incidents: [{ ...incident, deployment: 'D20' }] }),
    ])
    expect(value(row, 'change-fail-rate')).toBe(0.16)
    expect(row.deployments.find(({ name }) => name === 'D20')?.recoveryMs).toBe(4.5 * HOUR)
    expect(value(row, 'recovery-time-p50')).toBe(22 * HOUR)
  })

  test('with hotfixes D20 failed too, and D21 is rework', () => {
    const { whole: row } = decide(rules({ failures: ['status', 'rollback', 'hotfix'] }), [november()])
    expect(value(row, 'change-fail-rate')).toBe(0.16)
    expect(value(row, 'rework-rate')).toBe(0.08)
  })

  test('weeks are ISO weeks, and the first and the last are not whole', () => {
    expect(whole.weeks).toEqual([
      { week: '2026-W44', whole: false, deployments: 1 },
      { week: '2026-W45', whole: true, deployments: 6 },
      { week: '2026-W46', whole: true, deployments: 6 },
      { week: '2026-W47', whole: true, deployments: 6 },
      { week: '2026-W48', whole: true, deployments: 6 },
      { week: '2026-W49', whole: false, deployments: 0 },
    ])
  })

  test('what was dropped and what nobody can tell is said', () => {
    expect(whole.notes.join('\n')).toContain('1 change carries a date after its deployment')
    expect(whole.notes.join('\n')).toContain('2 deployments have no lead times')
  })

  test('without D0 the first deployment is the first one known, and has no lead times', () => {
    const facts = november()
    const { whole: row } = decide(rules(), [
      { ...facts, attempts: facts.attempts.filter(({ name }) => name !== 'D0') },
    ])
    expect(leadTimes(row)).toHaveLength(20)
  })
})
