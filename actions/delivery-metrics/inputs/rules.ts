import { type InputReader, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { globTest } from '../../../shared/text/glob.ts'
import { parseList } from '../../../shared/text/list.ts'
import { FIGURES } from '../figures/trend.ts'
import type { Exclusion, IncidentRule, Target } from '../model.ts'
import { DAY_MS, share } from './values.ts'

const INCIDENTS = 'Write {label: incident} or {labels: [incident, production], title: "^Outage"}.'
const TARGETS =
  'Write, for example, {change-lead-time-p50: 1d, change-fail-rate: 15%, deployments-per-week: 5}.'

/** Logins, `/patterns/` of titles, and titles with stars. */
export function readExclusion(inputs: InputReader): Exclusion {
  const exclusion: Exclusion = { logins: [], titles: [] }
  for (const item of parseList(inputs.text('exclude') ?? '')) {
    const [, pattern, flags] = /^\/(.+)\/([imsu]*)$/s.exec(item) ?? []
    if (pattern !== undefined) {
      const reading = regex(pattern, flags)
      if ('problem' in reading) inputs.add('exclude', reading.problem)
      else exclusion.titles.push(reading.value)
    } else if (/^[a-z0-9-]+(\[bot\])?$/i.test(item)) exclusion.logins.push(item.toLowerCase())
    else exclusion.titles.push({ test: globTest(item) })
  }
  return exclusion
}

export function readIncidents(inputs: InputReader, given: unknown): IncidentRule | undefined {
  const map = inputs.map('incidents', given, { keys: ['label', 'labels', 'title'], example: INCIDENTS })
  if (map === undefined) return undefined
  const { label, labels = label === undefined ? [] : [label], title } = map
  const list = Array.isArray(labels) ? labels : [labels]
  const texts = list.filter((item): item is string => typeof item === 'string' && item !== '')
  if (texts.length !== list.length || (texts.length === 0 && title === undefined)) {
    inputs.add('incidents', `${shown(given)} names no label. ${INCIDENTS}`)
    return undefined
  }
  if (title === undefined) return { labels: texts, title: undefined }
  const reading =
    typeof title === 'string' ? regex(title, 'i') : { problem: `${shown(title)} is not a text.` }
  if ('value' in reading) return { labels: texts, title: reading.value }
  inputs.add('incidents.title', reading.problem)
  return undefined
}

export function readTargets(inputs: InputReader, given: unknown): Target[] {
  const map = inputs.map('targets', given, { keys: FIGURES.map(({ name }) => name), example: TARGETS })
  if (map === undefined) return []
  return FIGURES.flatMap(({ name, unit }) => {
    const value = map[name]
    if (value === undefined) return []
    const reading =
      unit === 'ms'
        ? rules.duration(value, { max: 366 * DAY_MS })
        : unit === 'share'
          ? wholeShare(value)
          : number(value)
    if ('value' in reading) return [{ figure: name, limit: reading.value, text: String(value) }]
    inputs.add(`targets.${name}`, reading.problem)
    return []
  })
}

/** As a share, and 1 for all. */
function wholeShare(given: unknown): Reading<number> {
  return String(given).trim() === '1' ? { value: 1 } : share(given)
}

function number(given: unknown): Reading<number> {
  const value = typeof given === 'string' || typeof given === 'number' ? Number(given) : Number.NaN
  return Number.isFinite(value) && value >= 0 && String(given).trim() !== ''
    ? { value }
    : { problem: `${shown(given)} is not a number of deployments a week.` }
}

function regex(pattern: string, flags = ''): Reading<RegExp> {
  try {
    return { value: new RegExp(pattern, flags) }
  } catch (error) {
    return { problem: `${shown(pattern)} is not a regular expression: ${(error as Error).message}.` }
  }
}
