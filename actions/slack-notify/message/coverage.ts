import { bold, type Line, text } from '../../../shared/text/rich.ts'
import type { Subject } from './templates.ts'

const BAR = 20

/** `Coverage 84.2 % (0.8 points down)`, with the threshold when it is missed. */
export function coverageSentence(subject: Subject): string {
  const { coverage, threshold, previous } = figures(subject)
  if (coverage === undefined) return 'Coverage is not known'
  const change = previous === undefined ? '' : ` (${changed(coverage - previous)})`
  const missed = threshold !== undefined && coverage < threshold ? `, below ${percent(threshold)}` : ''
  return `Coverage ${percent(coverage)}${change}${missed}`
}

/** A bar, and the threshold beside it. */
export function coverageLines(subject: Subject): Line[] {
  const { coverage, threshold, previous } = figures(subject)
  if (coverage === undefined) return []
  const filled = Math.round((Math.min(100, Math.max(0, coverage)) / 100) * BAR)
  const bar = text(`${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} `)
  const wanted = threshold === undefined ? [] : [text(` of ${percent(threshold)} wanted`)]
  const before = previous === undefined ? [] : [text(`, ${percent(previous)} before`)]
  return [[bar, bold(percent(coverage)), ...wanted, ...before]]
}

/** Fields that the sentence and the bar show already: the figures, when there is coverage to compare them with. */
export function coverageFields(subject: Subject): string[] {
  const found = figures(subject)
  return found.coverage === undefined ? [] : Object.keys(found)
}

/** Percentages; a value that is no number is none. */
function figures({ fields }: Subject): Partial<Record<'coverage' | 'threshold' | 'previous', number>> {
  const found: Partial<Record<'coverage' | 'threshold' | 'previous', number>> = {}
  for (const { name, value } of fields) {
    const key = name.toLowerCase()
    if (key !== 'coverage' && key !== 'threshold' && key !== 'previous') continue
    const match = /^\s*(\d{1,3}(?:\.\d+)?)\s*%?\s*$/.exec(value)
    if (match !== null) found[key] = Number(match[1])
  }
  return found
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))} %`
}

function changed(points: number): string {
  const size = Number(Math.abs(points).toFixed(2))
  if (size === 0) return 'unchanged'
  return `${size} ${size === 1 ? 'point' : 'points'} ${points > 0 ? 'up' : 'down'}`
}
