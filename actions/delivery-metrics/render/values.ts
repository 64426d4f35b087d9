import { FIGURES, type FigureKind } from '../figures/trend.ts'
import type { Figure, FigureName } from '../model.ts'

const KINDS = new Map(FIGURES.map((kind) => [kind.name, kind]))

export function kindOf(name: FigureName): FigureKind {
  const kind = KINDS.get(name)
  if (kind === undefined) throw new TypeError(`${name} is not a figure`)
  return kind
}

/** Hours with one decimal. */
export function showHours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`
}

/** A value of a figure as tables show it; `unknown` where there is none. */
export function showValue(name: FigureName, value: number | undefined): string {
  if (value === undefined) return 'unknown'
  const { unit, per } = kindOf(name)
  if (unit === 'share') return `${Number((value * 100).toFixed(1))} %`
  if (unit === 'per-week') return `${Number(value.toFixed(2))} a week`
  return per === 1_000 ? showDuration(value) : showHours(value)
}

/** A figure with the samples behind it. */
export function showFigure({ name, value, samples }: Figure): string {
  const text = showValue(name, value)
  return value === undefined || kindOf(name).unit === 'per-week' ? text : `${text} (n = ${samples})`
}

/** A value as its output has it: a plain number in the unit of the output's name; empty when unknown. */
export function outputValue(name: FigureName, value: number | undefined): string {
  if (value === undefined) return ''
  const { per, decimals } = kindOf(name)
  return String(Number((value / per).toFixed(decimals)))
}

function showDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${Number((ms / 1_000).toFixed(1))} s`
  const rest = seconds % 60
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`
}
