import { lineAt } from './edits.ts'
import { Unreadable } from './model.ts'

/** A string value: where its characters stand, without the quotes, and what they say. */
export interface JsonString {
  start: number
  end: number
  value: string
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y
const OTHER = /[^\s,\]}]+/y
const BLANK = /[\s\ufeff]*/y

/**
 * Calls `visit` with every string value of a JSON text and its path; array items have their index. Linear in the length
 * of the text, whatever the nesting; what JSON.parse takes is taken, and a byte order mark before it.
 *
 * @param visit the path is only good during the call
 * @throws Unreadable when the text is not JSON
 */
export function scanJson(text: string, visit: (path: readonly string[], found: JsonString) => void): void {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    const at = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length)
    throw new Unreadable('it is not JSON', lineAt(text, at))
  }
  // Valid from here on: only the places are missing.
  const path: string[] = []
  const open: ('{' | '[')[] = []
  let isKey = false
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  for (take(BLANK); at < text.length; take(BLANK)) {
    const char = text[at] as string
    if (char === '{' || char === '[') {
      open.push(char)
      path.push(char === '[' ? '0' : '')
      isKey = char === '{'
      at++
    } else if (char === '}' || char === ']') {
      open.pop()
      path.pop()
      isKey = false
      at++
    } else if (char === ',') {
      isKey = open.at(-1) === '{'
      if (!isKey) path.push(String(Number(path.pop()) + 1))
      at++
    } else if (char === ':') {
      isKey = false
      at++
    } else if (char === '"') {
      const start = at + 1
      const raw = take(STRING)
      const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1)
      if (isKey) path[path.length - 1] = value
      else visit(path, { start, end: at - 1, value })
    } else take(OTHER)
  }
}
