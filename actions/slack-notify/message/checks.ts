import { didYouMean } from '../../../shared/text/nearest.ts'

/** Checks a value at a path, and tells each thing that is wrong with it. */
export type Check = (value: unknown, path: string, tell: Tell) => void

/** Tells what is wrong: a path such as `[0].text.type`, and a sentence. */
export type Tell = (path: string, message: string) => void

export type Checks = Readonly<Record<string, Check>>

/** A text of 1 to `max` characters. */
export function string(max: number): Check {
  return (value, path, tell) => {
    if (typeof value !== 'string') tell(path, `${kindOf(value)} stands where a text belongs.`)
    else if (value.trim() === '') tell(path, 'the text is empty.')
    else if (value.length > max) tell(path, `the text has ${value.length} of at most ${max} characters.`)
  }
}

export const flag: Check = (value, path, tell) => {
  if (typeof value !== 'boolean') tell(path, `${kindOf(value)} stands where true or false belongs.`)
}

/** A whole number in a range. */
export function number(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Check {
  return (value, path, tell) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      tell(path, `${kindOf(value)} stands where a number belongs.`)
    } else if (value < min || value > max) tell(path, `${value} is not a number from ${min} to ${max}.`)
  }
}

export function oneOf(...words: readonly string[]): Check {
  return (value, path, tell) => {
    if (typeof value === 'string' && words.includes(value)) return
    const given = typeof value === 'string' ? `"${value.slice(0, 60)}"` : kindOf(value)
    const list = words.map((word) => `"${word}"`).join(' or ')
    tell(path, `${given} is not ${list}.${typeof value === 'string' ? didYouMean(value, words) : ''}`)
  }
}

/** A list of `min` to `max` items. */
export function items(check: Check, min: number, max = Number.POSITIVE_INFINITY, mayBeNull = false): Check {
  return (value, path, tell) => {
    if (!Array.isArray(value)) {
      tell(path, `${kindOf(value)} stands where a list belongs.`)
      return
    }
    if (value.length < min) tell(path, 'the list is empty.')
    if (value.length > max) tell(path, `it has ${value.length} of at most ${max} items.`)
    for (const [index, item] of value.entries())
      if (!(mayBeNull && item === null)) check(item, `${path}[${index}]`, tell)
  }
}

/** A map with these keys and no others, of which some are needed. */
export function map(what: string, checks: Checks, needed: readonly string[]): Check {
  const keys = Object.keys(checks)
  return (value, path, tell) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      tell(path, `${kindOf(value)} stands where a map belongs (${what}).`)
      return
    }
    const given = value as Record<string, unknown>
    for (const key of needed) if (given[key] === undefined) tell(path, `"${key}" is missing (${what}).`)
    for (const [key, each] of Object.entries(given)) {
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined
      if (check === undefined) tell(`${path}.${key}`, `${what} has no such key.${didYouMean(key, keys)}`)
      else check(each, `${path}.${key}`, tell)
    }
  }
}

/** All of several checks, the later ones only on maps. */
export function holds(first: Check, ...others: readonly Check[]): Check {
  return (value, path, tell) => {
    first(value, path, tell)
    if (value === null || typeof value !== 'object') return
    for (const check of others) check(value, path, tell)
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${JSON.stringify(value).slice(0, 60)}`
}

/** The check that the `type` of a value chooses. */
export function byType(what: string, checks: Checks): Check {
  const types = Object.keys(checks)
  return (value, path, tell) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      tell(path, `${what} is a map with a "type", such as ${types.slice(0, 3).join(' or ')}.`)
      return
    }
    const { type } = value as { type?: unknown }
    const check = typeof type === 'string' && Object.hasOwn(checks, type) ? checks[type] : undefined
    if (check !== undefined) check(value, path, tell)
    else if (type === undefined)
      tell(path, `${what} is a map with a "type", such as ${types.slice(0, 3).join(' or ')}.`)
    else
      tell(
        `${path}.type`,
        `"${String(type).slice(0, 60)}" is not a type of ${what}.${didYouMean(String(type), types)}`,
      )
  }
}

/** Of an id, and of an address. */
export const ID = string(255)
export const URL_TEXT = string(3_000)
/** Text of the blocks that this action cuts to Slack's limits by itself has no upper bound here. */
export const CUT = Number.POSITIVE_INFINITY
