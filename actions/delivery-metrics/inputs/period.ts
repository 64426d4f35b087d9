import { type InputReader, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import type { Period } from '../model.ts'
import { DAY_MS } from './values.ts'

const LONGEST = 366 * DAY_MS

/** The period, and the one of the same length before it. `since` beats `window`. */
export function readPeriods(inputs: InputReader, now: number): { period: Period; comparison: Period } {
  const until = inputs.read('until', moment, now)
  const window = inputs.read(
    'window',
    (text) => rules.duration(text, { min: DAY_MS, max: LONGEST }),
    30 * DAY_MS,
  )
  const since = inputs.read('since', moment, until - window)
  if (since >= until) {
    inputs.add(
      'since',
      `${new Date(since).toISOString()} is not before the end, ${new Date(until).toISOString()}.`,
    )
  } else if (until - since > LONGEST) {
    inputs.add('since', 'the period is longer than 366 days.')
  }
  return { period: { since, until }, comparison: { since: since - (until - since), until: since } }
}

/** An ISO date or time, UTC unless it carries an offset. `Date.parse` alone would take many other things. */
function moment(text: string): Reading<number> {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text)
  const [, date = '', time = '00:00', offset = 'Z'] = match ?? []
  const zone = offset.toUpperCase() === 'Z' ? 'Z' : offset.replace(/^([+-]\d{2}):?/, '$1:')
  const value = match === null ? Number.NaN : Date.parse(`${date}T${time}${zone}`)
  // 30 February is not rolled over into March.
  const isReal = !Number.isNaN(value) && new Date(`${date}T00:00Z`).toISOString().startsWith(date)
  return isReal
    ? { value }
    : { problem: `${shown(text)} is not a date or time such as 2026-11-01 or 2026-11-01T08:00+01:00.` }
}
