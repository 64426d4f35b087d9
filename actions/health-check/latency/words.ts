import { formatDuration } from '../../../shared/text/duration.ts'
import type { Baseline, Comparison } from '../model.ts'

/** `median 131 ms, was 82 ms at 1.4.1 (+60 %, more than the noise of ±9 %); p95 231 ms, was 142 ms` */
export function describeComparison(comparison: Comparison, { version, date }: Baseline): string {
  const { median, was, p95, p95Was, change, noise } = comparison
  const when = version === undefined ? (date === '' ? '' : ` on ${date}`) : ` at ${version}`
  const than = Math.abs(change) > noise ? 'more than' : 'within'
  const told = `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}, ${than} the noise of ±${percent(noise)}`
  return `median ${ms(median)}, was ${ms(was)}${when} (${told}); p95 ${ms(p95)}, was ${ms(p95Was)}`
}

function percent(share: number): string {
  const value = share * 100
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`
}

function ms(value: number): string {
  return formatDuration(value < 10 ? Number(value.toFixed(1)) : Math.round(value))
}
