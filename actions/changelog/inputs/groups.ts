import { type Problems, rules, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { GroupRule } from '../model.ts'

const KEYS = ['types', 'scopes', 'labels', 'breaking']
const EXAMPLE = 'Write lines such as "Features: feat", or "Fixes: {types: [fix], scopes: [api]}".'

/** Title → what belongs under it, in the order of the text. */
export async function readGroups(
  text: string | undefined,
  problems: Problems,
): Promise<GroupRule[] | undefined> {
  if (text === undefined) return undefined
  const parsed = await parseYaml(text)
  if (!parsed.ok) {
    problems.add('groups', `it is not valid YAML: ${parsed.problem}.`)
    return undefined
  }
  const { value } = parsed
  if (!isMap(value) || Object.keys(value).length === 0) {
    problems.add('groups', `${shown(text)} is not a map. ${EXAMPLE}`)
    return undefined
  }
  return Object.entries(value).map(([title, rule]) => readRule(title, rule, problems))
}

function readRule(title: string, given: unknown, problems: Problems): GroupRule {
  const at = `groups.${title}`
  const rule: GroupRule = { title, types: undefined, scopes: undefined, labels: undefined, breaking: false }
  if (!isMap(given)) return { ...rule, types: words(at, given, problems) }
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key))
      problems.add(`${at}.${key}`, `no such key; there are ${KEYS.join(', ')}.${didYouMean(key, KEYS)}`)
  }
  const list = (key: string): string[] | undefined =>
    given[key] === undefined ? undefined : words(`${at}.${key}`, given[key], problems)
  const breaking = rules.boolean(given['breaking'] ?? false)
  if ('problem' in breaking) problems.add(`${at}.breaking`, breaking.problem)
  const found = {
    ...rule,
    types: list('types'),
    scopes: list('scopes'),
    labels: list('labels'),
    breaking: 'value' in breaking && breaking.value,
  }
  const isEmpty = (found.types ?? found.scopes ?? found.labels) === undefined && !found.breaking
  if (isEmpty) problems.add(at, `it says nothing about what belongs to it. ${EXAMPLE}`)
  return found
}

/** One or several words, lower case. */
export function words(at: string, given: unknown, problems: Problems): string[] {
  const list = typeof given === 'string' ? parseList(given) : Array.isArray(given) ? given : [given]
  const found = list.flatMap((item) => {
    if (typeof item === 'string' && item.trim() !== '') return [item.trim().toLowerCase()]
    if (typeof item === 'number') return [String(item)]
    problems.add(at, `${shown(item ?? null)} is no word, and no list of words.`)
    return []
  })
  if (list.length === 0) problems.add(at, 'an empty list matches nothing: leave it out.')
  return found
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
