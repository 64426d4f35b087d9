import { ActionError } from '../../../../shared/action/errors.ts'
import { shown } from '../../../../shared/action/inputs.ts'

/** A value of a JSON document together with where it stands, for messages. */
export interface Node {
  value: unknown
  /** `$.results[3].line_number` */
  path: string
}

/** Reads a native report, and says what is wrong with it in one sentence. */
export interface Reader {
  root: Node
  object(node: Node): Record<string, unknown>
  items(node: Node): Node[]
  /** Keys and values of a map. */
  entries(node: Node): [string, Node][]
  text(node: Node): string
  /** Absent, null and an empty text are the same. */
  optionalText(node: Node): string | undefined
  number(node: Node): number
  child(node: Node, key: string): Node
  has(node: Node, key: string): boolean
  /** @throws ActionError */
  fail(node: Node, expected: string): never
}

/**
 * @param command what writes such a report, for the remedy
 * @param source path of the report as the user gave it
 */
export function reader(document: unknown, command: string, source: string): Reader {
  const fail = (node: Node, expected: string): never => {
    throw new ActionError(
      'A report cannot be read',
      `${source}: ${node.path} is ${seen(node.value)}, expected ${expected}. Give the JSON that \`${command}\` writes.`,
    )
  }
  const object = (node: Node): Record<string, unknown> => {
    const { value } = node
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return fail(node, 'an object')
    return value as Record<string, unknown>
  }
  const child = (node: Node, key: string): Node => {
    const fields = object(node)
    return { value: Object.hasOwn(fields, key) ? fields[key] : undefined, path: `${node.path}${step(key)}` }
  }
  const text = (node: Node): string => (typeof node.value === 'string' ? node.value : fail(node, 'a text'))
  return {
    root: { value: document, path: '$' },
    object,
    child,
    text,
    fail,
    items: (node) =>
      Array.isArray(node.value)
        ? node.value.map((value: unknown, index) => ({ value, path: `${node.path}[${index}]` }))
        : fail(node, 'a list'),
    entries: (node) => Object.keys(object(node)).map((key) => [key, child(node, key)]),
    optionalText: (node) =>
      node.value === undefined || node.value === null ? undefined : text(node) || undefined,
    number: (node) => (typeof node.value === 'number' ? node.value : fail(node, 'a number')),
    has: (node, key) => Object.hasOwn(object(node), key),
  }
}

function step(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function seen(value: unknown): string {
  if (value === undefined) return 'not there'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : shown(value)
}
