import { InputError, type Problem } from '../../../shared/action/errors.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { Place } from '../model.ts'
import { checker, isMap } from './check.ts'
import { readGitHubConfig } from './github.ts'
import { readTypes } from './types.ts'

export interface Config {
  place: Place
  /** GitHub's own form, which is about pull requests; not the `types` of commits. */
  isGitHubs: boolean
}

const KINDS = ['changelog', 'types']

/**
 * What a config file says about where an entry belongs: GitHub's `changelog`, or a conventionalcommits `types` list
 * (YAML, so JSON too).
 *
 * @param file its path, for messages
 * @throws InputError with every problem and its line
 */
export async function readConfig(text: string, file: string): Promise<Config> {
  const found: { line: number; problem: Problem }[] = []
  const add = (line: number | undefined, message: string): void => {
    const where = line === undefined ? file : `${file}, line ${line}`
    found.push({ line: line ?? 0, problem: { input: 'config-file', message: `${where}: ${message}` } })
  }
  const refusal = (): InputError =>
    new InputError(found.sort((a, b) => a.line - b.line).map(({ problem }) => problem))
  const parsed = await parseYaml(text)
  if (!parsed.ok) {
    add(undefined, `it is not valid YAML: ${parsed.problem}.`)
    throw refusal()
  }
  const { value, lineOf } = parsed
  const check = checker(lineOf, add)
  let place: Place | undefined
  const isGitHubs = !Array.isArray(value) && !(isMap(value) && 'types' in value)
  if (value === null) place = readGitHubConfig(undefined, check)
  else if (Array.isArray(value)) place = readTypes(value, [], check)
  else if (isMap(value)) {
    for (const key of Object.keys(value).filter((name) => !KINDS.includes(name) && name !== '$schema')) {
      add(
        lineOf([key]),
        `the key "${key}" is not supported: this action reads ${KINDS.join(' or ')} alone.${didYouMean(key, KINDS)}${OTHERWISE}`,
      )
    }
    if ('changelog' in value && 'types' in value)
      add(lineOf(['types']), 'there are changelog and types: keep one of them.')
    if ('changelog' in value) place = readGitHubConfig(value['changelog'], check)
    else if ('types' in value) place = readTypes(value['types'], ['types'], check)
  }
  if (place === undefined && found.length === 0)
    add(undefined, `it has no changelog, as GitHub writes it, and no list of types.${OTHERWISE}`)
  if (place === undefined || found.length > 0) throw refusal()
  return { place, isGitHubs }
}

const OTHERWISE = ' If the file is for another tool, name another one, or write the input groups.'
