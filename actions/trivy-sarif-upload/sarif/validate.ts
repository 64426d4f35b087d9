import { cut, visible } from '../../../shared/text/untrusted.ts'
import { SHAPES } from './shape.ts'

/** What is wrong, and where: `runs[0].results[3].message`. */
export interface Invalid {
  path: string
  expected: string
  seen: string
}

/** A problem on its way up: the path is put together from its end. */
interface Found {
  path: string
  expected: string
  value: unknown
}

type Check = (value: unknown) => Found | undefined

interface Shape {
  checks: Map<string, Check>
  required: string[]
}

/** Tools write a list that is not there as null; what null says about results and suppressions is another matter. */
const MEANT = new Set(['results', 'suppressions'])
const shapes = new Map<string, Shape>()

/**
 * Holds a document against SARIF 2.1.0: names that the standard knows have its types and words, and what it requires is
 * there. Names that it does not know are let through, as GitHub does, and so are formats, patterns and duplicates. A
 * property that is null is taken away, because that is what tools mean by it. Linear in the size of the document; the
 * shapes come compiled from the schema.
 *
 * @param log changed in place: nulls go
 */
export function validate(log: unknown): Invalid | undefined {
  const found = checkOf('@log')(log)
  if (found === undefined) return undefined
  return {
    path: found.path.replace(/^\./, '') || 'the document',
    expected: found.expected,
    seen: seen(found.value),
  }
}

function checkOf(type: string): Check {
  const rest = type.slice(1)
  switch (type.charAt(0)) {
    case 's':
      return (value) => (typeof value === 'string' ? undefined : problem('a text', value))
    case 'i':
      return (value) => (Number.isInteger(value) ? undefined : problem('a whole number', value))
    case 'n':
      return (value) => (typeof value === 'number' ? undefined : problem('a number', value))
    case 'b':
      return (value) => (typeof value === 'boolean' ? undefined : problem('true or false', value))
    case '*':
      return list(checkOf(rest))
    case '%':
      return map(checkOf(rest))
    case '=':
      return word(rest.split('|'))
    case '@':
      return (value) => object(value, shapeOf(rest))
    default:
      return (value) => (isObject(value) ? undefined : problem('an object', value))
  }
}

function list(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return problem('a list', value)
    for (let i = 0; i < value.length; i++) {
      const found = check(value[i])
      if (found !== undefined) return { ...found, path: `[${i}]${found.path}` }
    }
    return undefined
  }
}

function map(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return problem('an object', value)
    for (const [key, each] of Object.entries(value)) {
      const found = check(each)
      if (found !== undefined) return within(key, found)
    }
    return undefined
  }
}

function word(words: readonly string[]): Check {
  const choice = words.map((each) => `"${each}"`).join(', ')
  return (value) =>
    words.includes(value as string)
      ? undefined
      : problem(words.length === 1 ? choice : `one of ${choice}`, value)
}

function object(value: unknown, { checks, required }: Shape): Found | undefined {
  if (!isObject(value)) return problem('an object', value)
  for (const key of Object.keys(value)) {
    const check = checks.get(key)
    if (check === undefined) continue
    const each = value[key]
    if (each === null && !required.includes(key)) {
      if (!MEANT.has(key)) delete value[key]
      continue
    }
    const found = check(each)
    if (found !== undefined) return within(key, found)
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key))
      return { path: `.${key}`, expected: 'something: it is required', value: undefined }
  }
  return undefined
}

function shapeOf(name: string): Shape {
  const known = shapes.get(name)
  if (known !== undefined) return known
  const shape: Shape = { checks: new Map(), required: [] }
  // Before its properties are read: some definitions contain themselves.
  shapes.set(name, shape)
  for (const property of (SHAPES[name] ?? '').split(' ').filter((each) => each !== '')) {
    const at = property.indexOf(':')
    const key = property.slice(0, at).replace('!', '')
    shape.checks.set(key, checkOf(property.slice(at + 1)))
    if (property[at - 1] === '!') shape.required.push(key)
  }
  return shape
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function problem(expected: string, value: unknown): Found {
  return { path: '', expected, value }
}

function within(key: string, found: Found): Found {
  const step = /^[$\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(cut(visible(key), 60))}]`
  return { ...found, path: step + found.path }
}

function seen(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (isObject(value)) return 'an object'
  return cut(visible(JSON.stringify(value)), 80)
}
