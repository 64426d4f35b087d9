import { lineAt } from './edits.ts'
import { Unreadable } from './model.ts'

/** A value of a TOML document. Of a string, `start` and `end` are inside its quotes. */
export interface TomlValue {
  /** Keys, and indices of arrays and of arrays of tables. */
  path: readonly string[]
  isString: boolean
  value: string
  start: number
  end: number
}

const MAX_DEPTH = 100
const BARE_KEY = /[A-Za-z0-9_-]+/y
const BASIC = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y
const LITERAL = /'[^'\n]*'/y
const MULTI_BASIC = /"""[^"\\]*(?:(?:\\[\s\S]|"(?!""(?!"))|"(?="""))[^"\\]*)*"""/y
const MULTI_LITERAL = /'''[^']*(?:(?:'(?!''(?!'))|'(?='''))[^']*)*'''/y
const OTHER = /[^\s,\]}#]+(?: \d[^\s,\]}#]*)?/y
const BLANK = /[ \t]*/y
const BLANK_LINES = /(?:[ \t\r\n]|#[^\n]*)*/y

/**
 * Every value of a TOML 1.0 document with its path and its place, in order. It reads what a TOML parser reads; what it
 * lets through beyond that (a key twice, say) is for the reader of the values to refuse.
 *
 * @throws Unreadable
 */
export function scanToml(text: string): TomlValue[] {
  const values: TomlValue[] = []
  const counts = new Map<string, number>()
  let at = text.startsWith('\ufeff') ? 1 : 0
  let table: string[] = []

  const fail = (message: string): never => {
    throw new Unreadable(`it is not TOML: ${message}`, lineAt(text, at))
  }
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const expect = (word: string): void => {
    if (!text.startsWith(word, at)) fail(`"${word}" is missing`)
    at += word.length
  }
  const key = (): string => {
    const quoted = take(BASIC) || take(LITERAL)
    if (quoted !== '') return unquoted(quoted, 1)
    return take(BARE_KEY) || fail('a key is missing')
  }
  const keys = (): string[] => {
    const found = [key()]
    for (take(BLANK); text[at] === '.'; take(BLANK)) {
      at++
      take(BLANK)
      found.push(key())
    }
    return found
  }
  const value = (path: readonly string[], depth: number): void => {
    if (depth > MAX_DEPTH) fail('it is nested too deeply')
    if (text[at] === '[') array(path, depth)
    else if (text[at] === '{') inline(path, depth)
    else scalar(path)
  }
  const scalar = (path: readonly string[]): void => {
    const start = at
    for (const [pattern, quotes] of [
      [MULTI_BASIC, 3],
      [MULTI_LITERAL, 3],
      [BASIC, 1],
      [LITERAL, 1],
    ] as const) {
      const raw = take(pattern)
      if (raw === '') continue
      values.push({
        path,
        isString: true,
        value: unquoted(raw, quotes),
        start: start + quotes,
        end: at - quotes,
      })
      return
    }
    const other = take(OTHER) || fail('a value is missing')
    values.push({ path, isString: false, value: other, start, end: at })
  }
  const array = (path: readonly string[], depth: number): void => {
    expect('[')
    for (let index = 0; ; index++) {
      take(BLANK_LINES)
      if (text[at] === ']') break
      value([...path, String(index)], depth + 1)
      take(BLANK_LINES)
      if (text[at] !== ',') break
      at++
    }
    expect(']')
  }
  const inline = (path: readonly string[], depth: number): void => {
    expect('{')
    for (;;) {
      take(BLANK_LINES)
      if (text[at] === '}') break
      pair(path, depth + 1)
      take(BLANK_LINES)
      if (text[at] !== ',') break
      at++
    }
    expect('}')
  }
  const pair = (path: readonly string[], depth: number): void => {
    const name = keys()
    expect('=')
    take(BLANK)
    value([...path, ...name], depth)
  }

  for (take(BLANK_LINES); at < text.length; take(BLANK_LINES)) {
    if (text.startsWith('[[', at)) {
      at += 2
      take(BLANK)
      const name = keys()
      expect(']]')
      const id = JSON.stringify(name)
      const index = counts.get(id) ?? 0
      counts.set(id, index + 1)
      table = [...name, String(index)]
    } else if (text[at] === '[') {
      at++
      take(BLANK)
      table = keys()
      expect(']')
    } else pair(table, 0)
    take(BLANK)
    if (at < text.length && !/[\r\n#]/.test(text[at] as string)) fail('a line has more than it should')
  }
  return values
}

function unquoted(raw: string, quotes: number): string {
  const inner = raw.slice(quotes, -quotes)
  if (raw.startsWith("'") || !inner.includes('\\')) return inner
  return inner.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs, (all, u, U, plain) => {
    const code = Number.parseInt(u ?? U ?? '', 16)
    if (Number.isNaN(code)) return { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }[plain as string] ?? all
    return code <= 0x10ffff ? String.fromCodePoint(code) : all
  })
}

/** The one value at a path; undefined when there is none. @throws Unreadable when there are two */
export function tomlAt(values: readonly TomlValue[], ...path: readonly string[]): TomlValue | undefined {
  const found = values.filter((one) => isPath(one.path, path))
  if (found.length > 1) throw new Unreadable(`${path.join('.')} stands twice`, 1)
  return found[0]
}

export function isPath(path: readonly string[], wanted: readonly string[]): boolean {
  return path.length === wanted.length && path.every((key, index) => key === wanted[index])
}
