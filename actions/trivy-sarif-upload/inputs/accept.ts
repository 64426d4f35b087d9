import { type Problems, shown } from '../../../shared/action/inputs.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { AcceptRule, Inputs } from '../model.ts'
import { SEVERITIES, type Severity } from '../sarif/model.ts'

const KEYS = ['rule', 'path', 'reason', 'until']
const COUNTED = [...SEVERITIES, 'total'] as const

/** YAML list of accepted findings. A reason is not optional: somebody will ask. */
export async function readAccept(text: string | undefined, problems: Problems): Promise<AcceptRule[]> {
  const list = await yaml('accept', text, problems)
  if (list === undefined) return []
  if (!Array.isArray(list)) {
    problems.add(
      'accept',
      `${shown(list)} is not a list. Write "- rule: CVE-2026-1234", and reason and until below it.`,
    )
    return []
  }
  return list.flatMap((item, index) => readRule(item, `accept[${index}]`, problems) ?? [])
}

function readRule(item: unknown, where: string, problems: Problems): AcceptRule | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    problems.add(where, `${shown(item)} is not a map with rule, path, reason and until.`)
    return undefined
  }
  const before = problems.list.length
  const given = item as Record<string, unknown>
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key))
      problems.add(
        `${where}.${key}`,
        `there is no such key: rule, path, reason, until.${didYouMean(key, KEYS)}`,
      )
  }
  const text = (key: string, wanted: string): string | undefined => {
    const value = Object.hasOwn(given, key) ? given[key] : undefined
    if ((typeof value === 'string' && value.trim() !== '') || typeof value === 'number')
      return String(value).trim()
    if (value !== undefined && value !== null) problems.add(`${where}.${key}`, `${shown(value)} is no text.`)
    else if (wanted !== '') problems.add(`${where}.${key}`, wanted)
    return undefined
  }
  const rule = text('rule', 'missing: the id of the rule, such as CVE-2026-1234; "*" is every rule.')
  const path = text('path', '')
  const reason = text('reason', 'missing: why is it accepted? It is shown in summaries and alerts.')
  const until = text('until', '')
  if (until !== undefined && !isDay(until))
    problems.add(`${where}.until`, `${shown(until)} is no day such as 2026-12-31.`)
  if (rule === '*' && path === undefined)
    problems.add(where, 'every rule in every path would be accepted. Name a rule or a path.')
  if (problems.list.length > before || rule === undefined || reason === undefined) return undefined
  return { rule, path: path?.replaceAll('\\', '/').replace(/^(\.?\/)+/, ''), reason, until }
}

/** YAML map severity (or `total`) → the most findings that pass. */
export async function readMaxFindings(
  text: string | undefined,
  problems: Problems,
): Promise<Inputs['maxFindings']> {
  const map = await yaml('max-findings', text, problems)
  if (map === undefined) return {}
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    problems.add('max-findings', `${shown(map)} is not a map. Write {critical: 0, high: 5}.`)
    return {}
  }
  const found: Partial<Record<Severity | 'total', number>> = {}
  for (const [key, value] of Object.entries(map)) {
    const severity = COUNTED.find((each) => each === key)
    if (severity === undefined)
      problems.add(
        `max-findings.${key}`,
        `there is no such severity: ${COUNTED.join(', ')}.${didYouMean(key, COUNTED)}`,
      )
    else if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      problems.add(`max-findings.${key}`, `${shown(value)} is not a whole number from 0.`)
    else found[severity] = value
  }
  return found
}

async function yaml(input: string, text: string | undefined, problems: Problems): Promise<unknown> {
  if (text === undefined) return undefined
  const parsed = await parseYaml(text)
  if (parsed.ok) return parsed.value ?? undefined
  problems.add(input, `it is not valid YAML: ${parsed.problem}.`)
  return undefined
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  )
}
