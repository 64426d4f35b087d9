import { type Node, parseExpression } from './expression-parser.ts'

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }

/** What an expression may use. A name that is not here is an error, never an empty string. */
export interface Scope {
  contexts: Readonly<Record<string, Value>>
  functions: Readonly<Record<string, (...args: Value[]) => Value>>
  /** Contexts of which all properties are known, so that an unknown one is a mistake and not null. */
  closed: readonly string[]
}

/**
 * Text with `${{ … }}` in it, as the runner puts it together.
 *
 * @throws Error when an expression uses a context, property, function or syntax that is not known here
 */
export function interpolate(text: string, scope: Scope): string {
  // A literal in quotes may hold `}}`.
  return text.replace(/\$\{\{((?:'(?:[^']|'')*'|(?!\}\})[^'])*)\}\}/g, (_, source: string) =>
    asText(evaluate(source, scope)),
  )
}

/** The value of one expression, without the `${{ }}`. @throws as {@link interpolate} */
export function evaluate(source: string, scope: Scope): Value {
  return resultOf(parseExpression(source), scope)
}

export function isTruthy(value: Value): boolean {
  return value !== null && value !== false && value !== '' && value !== 0 && !Number.isNaN(value)
}

/** @see https://github.com/actions/runner/blob/main/src/Sdk/DTExpressions2/Expressions2/EvaluationResult.cs */
export function asText(value: Value): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(Number(value.toPrecision(15)))
  if (typeof value !== 'object') return String(value)
  return Array.isArray(value) ? 'Array' : 'Object'
}

function resultOf(node: Node, scope: Scope): Value {
  switch (node.type) {
    case 'literal':
      return node.value
    case 'context':
      return known(scope.contexts, node.name, 'context')
    case 'not':
      return !isTruthy(resultOf(node.operand, scope))
    case 'index':
      return indexed(node, scope)
    case 'call':
      return called(node.name, node.args, scope)
    case 'binary':
      return combined(node, scope)
  }
}

function combined({ operator, left, right }: Node & { type: 'binary' }, scope: Scope): Value {
  const first = resultOf(left, scope)
  if (operator === '||') return isTruthy(first) ? first : resultOf(right, scope)
  if (operator === '&&') return isTruthy(first) ? resultOf(right, scope) : first
  const second = resultOf(right, scope)
  if (operator === '==') return isEqual(first, second)
  if (operator === '!=') return !isEqual(first, second)
  const [a, b] =
    typeof first === 'string' && typeof second === 'string'
      ? [first.toUpperCase(), second.toUpperCase()]
      : [asNumber(first), asNumber(second)]
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

function indexed({ of, key }: Node & { type: 'index' }, scope: Scope): Value {
  const from = resultOf(of, scope)
  const name = resultOf(key, scope)
  if (from === null || typeof from !== 'object') return null
  if (Array.isArray(from)) return from[Math.floor(asNumber(name))] ?? null
  const owner = of.type === 'context' ? of.name.toLowerCase() : ''
  const object = from as Readonly<Record<string, Value>>
  if (scope.closed.includes(owner)) return known(object, asText(name), `property of ${owner}`)
  return find(object, asText(name)) ?? null
}

function called(name: string, args: Node[], scope: Scope): Value {
  const values = args.map((arg) => resultOf(arg, scope))
  return known({ ...PURE_FUNCTIONS, ...scope.functions }, name, 'function')(...values)
}

const PURE_FUNCTIONS: Scope['functions'] = {
  // JSON.stringify lays a document out as the runner does: two spaces, `[]` and `{}` when empty.
  toJSON: (value = null) => JSON.stringify(value, null, 2),
  fromJSON: (text = '') => JSON.parse(asText(text)) as Value,
  format: (pattern = '', ...args) =>
    asText(pattern).replace(/\{\{|\}\}|\{(\d+)\}|[{}]/g, (part, index: string | undefined) => {
      if (part === '{{' || part === '}}') return part.charAt(0)
      const arg = index === undefined ? undefined : args[Number(index)]
      if (arg === undefined) throw new Error(`format('${asText(pattern)}'): wrong at ${part}.`)
      return asText(arg)
    }),
  contains: (within = null, item = null) =>
    Array.isArray(within)
      ? within.some((each: Value) => isEqual(each, item))
      : asText(within).toUpperCase().includes(asText(item).toUpperCase()),
  startsWith: (text = null, start = null) =>
    asText(text).toUpperCase().startsWith(asText(start).toUpperCase()),
  endsWith: (text = null, end = null) => asText(text).toUpperCase().endsWith(asText(end).toUpperCase()),
}

function isEqual(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.toUpperCase() === b.toUpperCase()
  if (a === b) return true
  if (typeof a === typeof b && a !== null && b !== null) return false
  return asNumber(a) === asNumber(b)
}

function asNumber(value: Value): number {
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value)
}

/** Names are compared without case. */
function find<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  const key = Object.keys(record).find((each) => each.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : record[key]
}

function known<T>(record: Readonly<Record<string, T>>, name: string, what: string): T {
  const value = find(record, name)
  if (value !== undefined) return value
  throw new Error(`"${name}" is no ${what} that can be used here. Known: ${Object.keys(record).join(', ')}.`)
}
