import { type Problems, shown } from '../../../shared/action/inputs.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { Exclude } from '../model.ts'
import { isMap, words } from './groups.ts'

const KEYS = ['authors', 'types', 'scopes', 'labels', 'regex']

/** What is to be left out. */
export async function readExclude(text: string | undefined, problems: Problems): Promise<Exclude> {
  const nothing: Exclude = { authors: [], types: [], scopes: [], labels: [], patterns: [] }
  if (text === undefined) return nothing
  const parsed = await parseYaml(text)
  if (!parsed.ok) {
    problems.add('exclude', `it is not valid YAML: ${parsed.problem}.`)
    return nothing
  }
  const { value } = parsed
  if (!isMap(value)) {
    problems.add('exclude', `${shown(text)} is not a map. Write lines such as "types: [chore, ci]".`)
    return nothing
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key))
      problems.add(`exclude.${key}`, `no such key; there are ${KEYS.join(', ')}.${didYouMean(key, KEYS)}`)
  }
  const list = (key: string): string[] =>
    value[key] === undefined ? [] : words(`exclude.${key}`, value[key], problems)
  return {
    authors: list('authors'),
    types: list('types'),
    scopes: list('scopes'),
    labels: list('labels'),
    patterns: readPatterns(value['regex'], problems),
  }
}

/** Not a list of words: a comma belongs to the expression, and so does case. */
function readPatterns(given: unknown, problems: Problems): RegExp[] {
  if (given === undefined) return []
  return (Array.isArray(given) ? given : [given]).flatMap((item, index) => {
    const at = `exclude.regex[${index}]`
    if (typeof item !== 'string' || item === '') {
      problems.add(at, `${shown(item ?? null)} is no regular expression.`)
      return []
    }
    try {
      return [new RegExp(item, 'u')]
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : ''
      problems.add(at, `${shown(item)} is no regular expression of JavaScript: ${why}.`)
      return []
    }
  })
}
