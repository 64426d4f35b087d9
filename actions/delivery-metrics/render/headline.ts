import type { Period, Row } from '../model.ts'
import { showHours } from './values.ts'

const DAY_MS = 86_400_000

/** All in one sentence: "12 deployments in 30 days, half of the changes live within 5.2 h, 1 of 12 failed, back in 0.4 h". */
export function headlineOf(row: Row, { since, until }: Period): string {
  const { counted, failed, openFailures, figures } = row
  const days = Number(((until - since) / DAY_MS).toFixed(1))
  const of = (name: string): number | undefined => figures.find((figure) => figure.name === name)?.value
  const [leadTime, recovery, frequency] = [
    of('change-lead-time-p50'),
    of('recovery-time-p50'),
    of('deployments-per-week'),
  ]
  if (frequency === undefined) return `The deployments of these ${days} days are unknown.`
  const parts = [`${counted} ${counted === 1 ? 'deployment' : 'deployments'} in ${days} days`]
  if (leadTime !== undefined) parts.push(`half of the changes live within ${showHours(leadTime)}`)
  if (counted > 0) parts.push(failed === 0 ? 'none failed' : `${failed} of ${counted} failed`)
  if (recovery !== undefined) parts.push(`back in ${showHours(recovery)}`)
  if (openFailures > 0) parts.push(`${openFailures} still open`)
  return `${parts.join(', ')}.`
}
