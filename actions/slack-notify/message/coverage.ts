import { bold, type Line, text } from '../../../shared/text/rich.ts'

/** Percentages. What is not known is undefined. */
export interface Coverage {
  value: number | undefined
  /** `lines`, `statements`, `instructions`, `sequence points`; empty when a figure was given. */
  metric: string
  branches: number | undefined
  threshold: number | undefined
  previous: number | undefined
  /** Points that it may fall below `previous`. */
  maxDrop: number | undefined
}

/** Lowercase names of the fields that say it. */
export const COVERAGE_FIELDS: ReadonlySet<string> = new Set(['coverage', 'threshold', 'previous', 'max-drop'])

const BAR = 20
/** Sums of binary fractions are a little off. */
const TINY = 1e-9

/** A percentage such as `84.2`, `84.2%` or `84.2 %`; undefined when a text is none. */
export function percentOf(given: string): number | undefined {
  const match = /^\s*(\d{1,3}(?:\.\d+)?)\s*%?\s*$/.exec(given)
  const value = match === null ? Number.NaN : Number(match[1])
  return value <= 100 ? value : undefined
}

/** Whether what was asked of the coverage holds; undefined when nothing was asked. What is not known has not passed. */
export function coverageVerdict({
  value,
  threshold,
  previous,
  maxDrop,
}: Coverage): 'met' | 'missed' | undefined {
  const asksDrop = maxDrop !== undefined && previous !== undefined
  if (threshold === undefined && !asksDrop) return undefined
  if (value === undefined) return 'missed'
  return isBelow(value, threshold) || isDrop(value, previous, maxDrop) ? 'missed' : 'met'
}

/** `Coverage 84.2 % of lines (0.8 points down)`, with what it misses. */
export function coverageSentence(coverage: Coverage | undefined): string {
  if (coverage?.value === undefined) return 'Coverage is not known'
  const { value, threshold, previous, maxDrop } = coverage
  const of = coverage.metric === '' ? '' : ` of ${coverage.metric}`
  const change = previous === undefined ? '' : ` (${changed(value, previous)})`
  const missed = isBelow(value, threshold) ? `, below ${percent(threshold ?? 0)}` : ''
  const fell = isDrop(value, previous, maxDrop) ? `, more than the ${points(maxDrop ?? 0)} allowed` : ''
  return `Coverage ${percent(value)}${of}${change}${missed}${fell}`
}

/** A bar, and beside it what was wanted, what was before, and branches. */
export function coverageLines(coverage: Coverage | undefined): Line[] {
  if (coverage?.value === undefined) return []
  const { value, threshold, previous, branches } = coverage
  const filled = Math.floor((Math.min(100, Math.max(0, value)) / 100) * BAR + TINY)
  const bar = text(`${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} `)
  const wanted = threshold === undefined ? [] : [text(` of ${percent(threshold)} wanted`)]
  const before = previous === undefined ? [] : [text(`, ${percent(previous)} before`)]
  const beside = branches === undefined ? [] : [text(`, branches ${percent(branches)}`)]
  return [[bar, bold(percent(value)), ...wanted, ...before, ...beside]]
}

/** Rounded down, so that 79.999 is not shown as the 80 that it misses. */
export function percent(value: number): string {
  return `${Math.floor(value * 100 + TINY) / 100} %`
}

function isBelow(value: number, threshold: number | undefined): boolean {
  return threshold !== undefined && value < threshold - TINY
}

function isDrop(value: number, previous: number | undefined, maxDrop: number | undefined): boolean {
  return previous !== undefined && maxDrop !== undefined && previous - value > maxDrop + TINY
}

function changed(value: number, previous: number): string {
  const difference = value - previous
  if (Number(Math.abs(difference).toFixed(2)) === 0) return 'unchanged'
  return `${points(Math.abs(difference))} ${difference > 0 ? 'up' : 'down'}`
}

function points(value: number): string {
  const size = Number(value.toFixed(2))
  return `${size} ${size === 1 ? 'point' : 'points'}`
}
