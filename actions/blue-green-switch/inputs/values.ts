import { type InputReader, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { joinWords, parseList } from '../../../shared/text/list.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { parseShare } from '../../../shared/text/units.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { Argv, HookName, Hooks } from '../model.ts'

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

const HOOKS: readonly string[] = ['before-switch', 'before-restore']
const HOOK_KEYS = [...HOOKS, 'restore-anyway', 'timeout']

/** `{before-switch, before-restore, restore-anyway, timeout}` */
export async function readHooks(inputs: InputReader): Promise<Hooks> {
  const hooks: Hooks = { argv: {}, restoreAnyway: true, timeout: 600_000 }
  const value = await readYaml(inputs, 'hooks')
  if (value === undefined) return hooks
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    inputs.add('hooks', `${shown(value)} is not a map with ${joinWords(HOOK_KEYS, 'or')}.`)
    return hooks
  }
  const read = <T>(key: string, reading: Reading<T>): T | undefined => {
    if ('value' in reading) return reading.value
    inputs.add(`hooks.${key}`, reading.problem)
    return undefined
  }
  for (const [key, given] of Object.entries(value)) {
    if (HOOKS.includes(key)) {
      const argv = read(key, readArgv(given))
      if (argv !== undefined) hooks.argv[key as HookName] = argv
    } else if (key === 'restore-anyway') hooks.restoreAnyway = read(key, rules.boolean(given)) ?? true
    else if (key === 'timeout')
      hooks.timeout = read(key, rules.duration(given, { min: 1_000, max: 86_400_000 })) ?? 600_000
    else inputs.add(`hooks.${oneWord(key)}`, `it is not known.${didYouMean(key, HOOK_KEYS)}`)
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
