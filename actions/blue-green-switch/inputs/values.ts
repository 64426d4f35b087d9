import { type InputReader, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { joinWords, parseList } from '../../../shared/text/list.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { parseShare } from '../../../shared/text/units.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'

export type Argv = readonly [string, ...string[]]
export type HookName = 'before-switch' | 'before-restore'

/** The value of a YAML input; undefined when it is not given, or after a problem. */
export async function readYaml(inputs: InputReader, name: string): Promise<unknown> {
  const text = inputs.raw(name)
  if (text === undefined) return undefined
  const parsed = await parseYaml(text)
  if (!parsed.ok) inputs.add(name, `it is not valid YAML: ${parsed.problem}.`)
  else if (parsed.value === null) inputs.add(name, 'it holds nothing.')
  else return parsed.value
  return undefined
}

/** Weights of the new side: whole percent, rising, the last one 100. */
export function readSteps(text: string): Reading<readonly number[]> {
  const shares: number[] = []
  for (const item of parseList(text.replace(/[[\]]/g, ''))) {
    const reading = rules.integer(item.replace(/\s*%$/, ''), { min: 1, max: 100 })
    if ('problem' in reading) return reading
    if (reading.value <= (shares.at(-1) ?? 0))
      return { problem: `${shown(text)}: each step has to be more than the one before, such as 5, 25, 100.` }
    shares.push(reading.value)
  }
  if (shares.at(-1) !== 100)
    return { problem: `${shown(text)}: the last step has to be 100, such as 5, 25, 100.` }
  return { value: shares }
}

/** Requests per second. */
export function readRate(text: string): Reading<number> {
  const rate = Number(/^(\d+(?:\.\d+)?)\s*(?:\/\s*s)?$/.exec(text)?.[1])
  return rate >= 0.1 && rate <= 50
    ? { value: rate }
    : { problem: `${shown(text)} is not a rate from 0.1/s to 50/s. Write for example 5/s.` }
}

export function readShare(text: string): Reading<number> {
  const share = parseShare(text)
  return share === undefined
    ? { problem: `${shown(text)} is not a share. Write 1%, 0.5% or a fraction such as 0.01.` }
    : { value: share }
}

export async function readHooks(inputs: InputReader): Promise<Partial<Record<HookName, Argv>>> {
  const known = ['before-switch', 'before-restore']
  const value = await readYaml(inputs, 'hooks')
  if (value === undefined) return {}
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    inputs.add('hooks', `${shown(value)} is not a map with ${joinWords(known, 'or')}.`)
    return {}
  }
  const hooks: Partial<Record<HookName, Argv>> = {}
  for (const [name, given] of Object.entries(value)) {
    if (!known.includes(name)) {
      inputs.add(`hooks.${oneWord(name)}`, `it is not known.${didYouMean(name, known)}`)
      continue
    }
    const argv = readArgv(given)
    if ('problem' in argv) inputs.add(`hooks.${name}`, argv.problem)
    else hooks[name as HookName] = argv.value
  }
  return hooks
}

/** `[ssh, deploy@host]`, or the same words one a line or with commas. */
export async function readVia(inputs: InputReader): Promise<readonly string[]> {
  const text = inputs.text('via')
  if (text === undefined) return []
  const value = /^[[-]/.test(text) ? await readYaml(inputs, 'via') : parseList(text)
  if (value === undefined) return []
  const argv = readArgv(value)
  if ('value' in argv) return argv.value
  inputs.add('via', argv.problem)
  return []
}

function readArgv(given: unknown): Reading<Argv> {
  const isList = Array.isArray(given) && given.every((word) => typeof word !== 'object')
  const words = isList ? given.map(String) : []
  const [program, ...rest] = words
  if (program === undefined || program === '' || words.some((word) => word.includes('\0'))) {
    return {
      problem: `${shown(given)} is not an argument list such as [./backup.sh, --now]. There is no shell.`,
    }
  }
  return { value: [program, ...rest] }
}

function oneWord(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 60)
}
