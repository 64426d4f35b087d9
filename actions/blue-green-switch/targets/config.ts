import { type Problems, type Reading, shown } from '../../../shared/action/inputs.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'

const COLOR = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/

/** What a text has to look like, and how a person is told: the words follow "is not". */
export interface Form {
  pattern: RegExp
  what: string
}

/** Reads the map of `target-config`. Every problem goes to `problems`; what is wrong reads as empty meanwhile. */
export interface ConfigReader {
  /** A text that has to be there. */
  text(key: string, form: Form): string
  optional(key: string, form: Form): string | undefined
  /** An http or https URL. @param example of a right one */
  url(key: string, example: string): URL | undefined
  /** What a rule makes of a value; undefined when it is not there, or after a problem. */
  value<T>(key: string, rule: (given: unknown) => Reading<T>): T | undefined
  /** A list of words to start a program with; undefined when it is not there. */
  argv(key: string): Argv | undefined
  /** What each of the two colors is called by the router, in the order of the map. */
  colors(key: string, form: Form): Readonly<Record<string, string>>
  add(key: string, message: string): void
}

export type Argv = readonly [string, ...string[]]

/**
 * @param config the value of `target-config`, as YAML was read
 * @param keys all that it may have
 */
export function configReader(config: unknown, keys: readonly string[], problems: Problems): ConfigReader {
  const add = (key: string, message: string): void => problems.add(`target-config.${key}`, message)
  const isMap = isRecord(config)
  if (!isMap) problems.add('target-config', `${shown(config)} is not a map with ${keys.join(', ')}.`)
  const given: Readonly<Record<string, unknown>> = isMap ? config : {}
  for (const key of Object.keys(given)) {
    if (!keys.includes(key)) add(key, `there is no such key for this target.${didYouMean(key, keys)}`)
  }
  const check = (key: string, value: unknown, { pattern, what }: Form): string => {
    const text = typeof value === 'number' ? String(value) : value
    if (typeof text === 'string' && pattern.test(text)) return text
    add(key, `${shown(value)} is not ${what}.`)
    return ''
  }
  const optional = (key: string, form: Form): string | undefined =>
    given[key] == null ? undefined : check(key, given[key], form)
  const missing = (key: string, what: string): void => {
    // With no map at all there is one problem, and not one for each key.
    if (isMap) add(key, `it is missing. Give ${what}.`)
  }
  return {
    add,
    optional,
    text(key, form) {
      const value = optional(key, form)
      if (value === undefined) missing(key, form.what)
      return value ?? ''
    },
    url(key, example) {
      const value = given[key]
      if (value == null) return undefined
      // What is no URL may still hold a password, so it is not shown.
      if (typeof value !== 'string' || !/^https?:\/\/[^/]/.test(value) || !URL.canParse(value)) {
        add(key, `it is not the URL of an API, such as ${example}.`)
        return undefined
      }
      return new URL(value)
    },
    value(key, rule) {
      if (given[key] == null) return undefined
      const reading = rule(given[key])
      if ('value' in reading) return reading.value
      add(key, reading.problem)
      return undefined
    },
    argv(key) {
      const value = given[key]
      if (value == null) return undefined
      const words = Array.isArray(value)
        ? value.map((word) => (typeof word === 'number' ? `${word}` : word))
        : []
      if (isArgv(words)) return words
      add(key, `${shown(value)} is not a list of words, such as [nginx, -s, reload]. No shell reads it.`)
      return undefined
    },
    colors(key, form) {
      const value = given[key]
      if (value == null) missing(key, `what each color is, such as {blue: ${form.what}, green: …}`)
      if (value == null) return {}
      const names = isRecord(value) ? Object.keys(value) : []
      if (!isRecord(value) || names.length !== 2) {
        add(key, `${shown(value)} is not a map of two colors, such as {blue: …, green: …}.`)
        return {}
      }
      for (const name of names) {
        if (!COLOR.test(name))
          add(key, `${shown(name)} is not the name of a color: letters, digits, - and _.`)
      }
      const entries = names.map((name) => [name, check(`${key}.${name}`, value[name], form)] as const)
      const [one, other] = entries.map(([, text]) => text)
      if (one === other && one !== '')
        add(key, `both colors are ${shown(one)}, so nothing could be switched.`)
      return Object.fromEntries(entries)
    },
  }
}

/** The passwords of all URLs in a configuration, as they stand there and decoded; pure. */
export function secretsIn(config: unknown): string[] {
  if (typeof config === 'string') {
    if (!/^https?:\/\//.test(config) || !URL.canParse(config)) return []
    const { password } = new URL(config)
    return [...new Set([password, decoded(password)])].filter((form) => form !== '')
  }
  if (config === null || typeof config !== 'object') return []
  return Object.values(config).flatMap(secretsIn)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isArgv(words: readonly unknown[]): words is Argv {
  return (
    words.length > 0 && words.every((word) => typeof word === 'string' && word !== '' && !word.includes('\0'))
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
