import { parseDuration } from '../text/duration.ts'
import { joinWords } from '../text/list.ts'
import { didYouMean } from '../text/nearest.ts'
import { cut, oneLine, visible } from '../text/untrusted.ts'
import { InputError, type Problem } from './errors.ts'

/** Collects what is wrong with the inputs, so that a person reads all of it at once. */
export interface Problems {
  add(input: string, message: string): void
  readonly list: readonly Problem[]
}

/** What a rule makes of a given text: a value, or what is wrong with it and what would be right. */
export type Reading<T> = { value: T } | { problem: string }

export interface InputReader extends Problems {
  /** The input as given, trimmed; undefined when it is empty or not given. */
  text(name: string): string | undefined
  /** The input without trimming, for bodies and texts where white space counts. */
  raw(name: string): string | undefined
  /** Whether it was given as an empty text; where the runner gives every input, that is how a default is taken away. */
  isBlank(name: string): boolean
  /** The input read by a rule; `fallback` when it is empty, and when the rule found a problem (which is kept). */
  read<T>(name: string, rule: (text: string) => Reading<T>, fallback: T): T
  /** The YAML (so JSON too) of an input, or of a text that it names; undefined when it is empty, or after a problem. */
  yaml(name: string, text?: string): Promise<unknown>
  /** See {@link readMap}; the problems are kept here. */
  map(at: string, given: unknown, expected: ExpectedMap): YamlMap | undefined
  /** A list of mappings, those without the ones that have a problem; at `checks[0]`, `checks[1]` … */
  maps(at: string, given: unknown, expected: ExpectedMap): YamlMap[]
  /** @throws InputError with every problem, when there is one */
  finish(): void
}

/** A mapping without a prototype: what is not given is undefined, whatever its name. */
export type YamlMap = Record<string, unknown>

export interface ExpectedMap {
  /** Those that are known; any may be there when not given. */
  keys?: readonly string[]
  /** What to write, a sentence. */
  example: string
}

/** @param env where the runner puts inputs: `INPUT_…` */
export function inputReader(env: NodeJS.ProcessEnv): InputReader {
  const list: Problem[] = []
  const given = (name: string): string | undefined => env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`]
  const raw = (name: string): string | undefined => {
    const value = given(name)
    return value === undefined || value.trim() === '' ? undefined : value
  }
  const add = (input: string, message: string): void => {
    list.push({ input, message })
  }
  return {
    list,
    add,
    raw,
    text: (name) => raw(name)?.trim(),
    isBlank: (name) => given(name) === '',
    read(name, rule, fallback) {
      const text = raw(name)?.trim()
      if (text === undefined) return fallback
      const reading = rule(text)
      if ('value' in reading) return reading.value
      add(name, reading.problem)
      return fallback
    },
    async yaml(name, text = raw(name)) {
      if (text === undefined) return undefined
      // Loaded on use: most steps are given no YAML.
      const { parseYaml } = await import('../text/yaml.ts')
      const parsed = await parseYaml(text)
      if (parsed.ok) return parsed.value ?? undefined
      add(name, `it is not valid YAML: ${parsed.problem}.`)
      return undefined
    },
    map: (at, given, expected) => readMap({ add, list }, at, given, expected),
    maps(at, given, expected) {
      if (given === undefined) return []
      if (!Array.isArray(given)) {
        add(at, `${shown(given)} is not a list. ${expected.example}`)
        return []
      }
      return given.flatMap((item: unknown, index) => {
        const map = readMap({ add, list }, `${at}[${index}]`, item ?? null, expected)
        return map === undefined ? [] : [map]
      })
    },
    finish() {
      if (list.length > 0) throw new InputError(list)
    },
  }
}

/**
 * A mapping out of YAML: what is not one is a problem, and so is each key beside the known ones, with the nearest word.
 *
 * @param at the input, or a path into it such as `checks[2]`
 * @returns undefined when it is not given or not a mapping
 */
export function readMap(
  problems: Problems,
  at: string,
  given: unknown,
  { keys, example }: ExpectedMap,
): YamlMap | undefined {
  if (given === undefined) return undefined
  if (!isMap(given)) {
    problems.add(at, `${shown(given)} is not a map. ${example}`)
    return undefined
  }
  for (const key of keys === undefined ? [] : Object.keys(given)) {
    if (keys?.includes(key)) continue
    const known = joinWords(keys ?? [])
    problems.add(
      `${at}.${oneLine(key, 60)}`,
      `there is no such key; known are ${known}.${didYouMean(key, keys ?? [])}`,
    )
  }
  return Object.assign(Object.create(null), given) as YamlMap
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** What was given, for a message: on one line, controls shown, at most 60 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return `"${cut(visible(text.replace(/\s+/g, ' ')), 60)}"`
}

/** Rules for single values. They are pure, and serve inputs (text) as well as values inside YAML (unknown). */
export const rules = {
  boolean(given: unknown): Reading<boolean> {
    if (typeof given === 'boolean') return { value: given }
    if (typeof given === 'string' && /^(true|True|TRUE)$/.test(given)) return { value: true }
    if (typeof given === 'string' && /^(false|False|FALSE)$/.test(given)) return { value: false }
    return { problem: `${shown(given)} is neither true nor false.` }
  },

  /** Milliseconds, at most seven days unless `max` says otherwise. */
  duration(given: unknown, { min = 0, max = 604_800_000 } = {}): Reading<number> {
    const ms =
      typeof given === 'string' || typeof given === 'number' ? parseDuration(String(given)) : undefined
    if (ms === undefined) {
      return {
        problem: `${shown(given)} is not a duration. Write 250ms, 30s, 5m or 1h30m (a bare number is seconds).`,
      }
    }
    if (ms < min) return { problem: `${shown(given)} is too short: at least ${min} ms.` }
    if (ms > max) return { problem: `${shown(given)} is too long: at most ${max / 1_000} s.` }
    return { value: ms }
  },

  integer(given: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): Reading<number> {
    const value = typeof given === 'string' && /^-?\d+$/.test(given.trim()) ? Number(given) : given
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      return { problem: `${shown(given)} is not a whole number.` }
    }
    if (value < min || value > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`
      return { problem: `${shown(given)} is out of range: ${range}.` }
    }
    return { value }
  },

  choice<const T extends string>(given: unknown, choices: readonly T[]): Reading<T> {
    const found = choices.find((choice) => choice === given)
    if (found !== undefined) return { value: found }
    const list = joinWords(
      choices.map((choice) => `"${choice}"`),
      'or',
    )
    return { problem: `${shown(given)} is not one of ${list}.${didYouMean(String(given), choices)}` }
  },
}
