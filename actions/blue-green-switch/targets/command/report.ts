import { shown } from '../../../../shared/action/inputs.ts'
import { didYouMean } from '../../../../shared/text/nearest.ts'
import { oneLine } from '../../../../shared/text/untrusted.ts'
import { isRecord } from '../config.ts'
import type { Weights } from '../target.ts'
import { percentages } from '../weights.ts'

/** What the reading program says. */
export interface Report {
  weights: Weights
  /** Anything that the writing program is to get back on a restore. */
  state?: unknown
  /** Open sessions per color. */
  sessions?: Readonly<Record<string, number>>
  /** What binds users to a side. */
  sticky?: string
  /** The platform has taken the last change back by itself; why. */
  rolledBack?: string
}

/** As JSON, in characters: it is kept in the lock and in the state of the step. */
const MAX_STATE = 32_768

/** What was printed, or what is wrong with it, in words that follow the name of the program; pure. */
export function parseReport(text: string, colors: readonly string[]): Report | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'did not print JSON'
  }
  const map = isRecord(value) ? value : {}
  const weights = parseWeights(map['weights'], colors)
  if (typeof weights === 'string') return weights
  const { state, sessions } = map
  if (state !== undefined && JSON.stringify(state).length > MAX_STATE)
    return `printed a "state" of more than ${MAX_STATE / 1_024} KiB`
  const report: Report = { weights }
  if (state !== undefined) report.state = state
  if (sessions !== undefined) {
    const counts = isRecord(sessions) ? sessions : {}
    if (!colors.every((color) => Number.isInteger(counts[color]) && Number(counts[color]) >= 0))
      return 'printed "sessions" that are not a map from each color to a whole number'
    report.sessions = Object.fromEntries(colors.map((color) => [color, Number(counts[color])]))
  }
  for (const [key, name] of [
    ['sticky', 'sticky'],
    ['rolled-back', 'rolledBack'],
  ] as const) {
    const words = map[key]
    if (words === undefined || words === null || words === false || words === '') continue
    if (typeof words !== 'string') return `printed "${key}" that is not a text`
    report[name] = oneLine(words, 200)
  }
  return report
}

/** Weights of any unit as percent, or what is wrong with them; pure. */
export function parseWeights(given: unknown, colors: readonly string[]): Weights | string {
  if (!isRecord(given)) return 'did not print a map "weights"'
  const names = Object.keys(given)
  const stranger = names.find((name) => !colors.includes(name))
  if (stranger !== undefined) {
    return `named a color that is neither ${colors.join(' nor ')}, ${shown(stranger)}${didYouMean(stranger, colors)}`
  }
  const missing = colors.find((color) => !names.includes(color))
  if (missing !== undefined) return `said nothing about ${missing}`
  const isShare = (weight: unknown): boolean =>
    typeof weight === 'number' && weight >= 0 && weight <= 1_000_000
  const wrong = names.find((name) => !isShare(given[name]))
  if (wrong !== undefined) return `gave ${wrong} a weight that is not a number from 0 on`
  return percentages(given as Record<string, number>)
}
