import { type Reading, shown } from '../../action/inputs.ts'

/** The way into a JSON document: object keys and array positions. */
export type JsonPath = readonly string[]

/**
 * Reads `checks.redis`, `items[0].id`, `components["disk.space"].status`; a leading `$.` is accepted, and `$` alone
 * is the whole document. A backslash makes the next character literal (`a\.b`).
 */
export function readJsonPath(given: unknown): Reading<JsonPath> {
  if (typeof given !== 'string' || given.trim() === '')
    return { problem: `${shown(given)} is not a JSON path.` }
  const text = given.trim().replace(/^\$(?:$|\.(?=.)|(?=\[))/, '')
  const path: string[] = []
  const segment = /\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]|((?:[^.[\]\\]|\\.)+)/y
  let position = 0
  while (position < text.length) {
    if (path.length > 0 && text[position] === '.') position += 1
    segment.lastIndex = position
    const match = segment.exec(text)
    if (match === null) {
      return {
        problem: `${shown(text)} is not a JSON path (character ${position + 1}). Write checks.redis, items[0].id or components["disk.space"].`,
      }
    }
    path.push((match[1] ?? match[2] ?? match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1'))
    position = segment.lastIndex
  }
  return { value: path }
}

/** What stands at the path; undefined when nothing does. Only own properties count. */
export function at(document: unknown, path: JsonPath): unknown {
  let value = document
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
