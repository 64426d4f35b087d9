/** What a value out of JSON has to look like. Keys that are not named are not looked at. */
export type Shape =
  | 'any'
  | 'boolean'
  | 'number'
  | 'string'
  | readonly [Shape]
  | { readonly [key: string]: Shape }
  | Special

type Special =
  | { readonly [KIND]: 'maybe' | 'record'; readonly of: Shape }
  | { readonly [KIND]: 'either'; readonly of: readonly [Shape, Shape] }

const KIND = Symbol('kind')

/** `null`, and nothing at all, will do as well. */
export function maybe(of: Shape): Shape {
  return { [KIND]: 'maybe', of }
}

/** An object whose keys are not known before, each with a value of this shape. */
export function record(of: Shape): Shape {
  return { [KIND]: 'record', of }
}

/** One or the other; what is wrong is said about the first. */
export function either(first: Shape, second: Shape): Shape {
  return { [KIND]: 'either', of: [first, second] }
}

/**
 * Where a value has another shape; undefined when it has none such.
 *
 * @returns in words: `[3].object.sha is null and not a text`
 */
export function shapeProblem(value: unknown, shape: Shape, at = ''): string | undefined {
  if (typeof shape === 'string') {
    return shape === 'any' || typeof value === shape ? undefined : isNot(value, at, NAMES[shape])
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return isNot(value, at, 'a list')
    return firstProblem(value.map((item, index) => [item, shape[0], `${at}[${index}]`]))
  }
  if (isSpecial(shape) && shape[KIND] === 'maybe') {
    return value === null || value === undefined ? undefined : shapeProblem(value, shape.of, at)
  }
  if (isSpecial(shape) && shape[KIND] === 'either') {
    const [first, second] = shape.of
    return shapeProblem(value, second, at) === undefined ? undefined : shapeProblem(value, first, at)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return isNot(value, at, 'an object')
  const rows = isSpecial(shape)
    ? Object.entries(value).map(([key, item]) => [key, item, shape.of] as const)
    : Object.entries(shape).map(([key, of]) => [key, (value as Record<string, unknown>)[key], of] as const)
  return firstProblem(rows.map(([key, item, of]) => [item, of, at === '' ? key : `${at}.${key}`]))
}

function firstProblem(rows: readonly (readonly [unknown, Shape, string])[]): string | undefined {
  for (const [item, shape, at] of rows) {
    const problem = shapeProblem(item, shape, at)
    if (problem !== undefined) return problem
  }
  return undefined
}

const NAMES = { boolean: 'true or false', number: 'a number', string: 'a text' } as const

function isNot(value: unknown, at: string, wanted: string): string {
  return `${at === '' ? 'it' : at} is ${kindOf(value)} and not ${wanted}`
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? String(value) : 'a number'
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function isSpecial(shape: Shape): shape is Special {
  return typeof shape === 'object' && KIND in shape
}
