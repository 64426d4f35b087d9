import { isRecord } from '../config.ts'
import type { Weights } from '../target.ts'

/** A `server` of an upstream: whose it is, and its parameters as they stand there (`weight=3`, `max_fails=0`, `down`). */
export interface Entry {
  color: string
  params: readonly string[]
}

export interface Upstream {
  entries: readonly Entry[]
  /** What chooses the server of a client or a request in place of the weights: `ip_hash`, `hash $uri`. */
  method: string | undefined
  /** The same file with other entries in the place of these; everything else stays as it is, byte for byte. */
  with(entries: readonly Entry[]): string
}

type Addresses = Readonly<Record<string, string>>

interface Token {
  text: string
  start: number
  end: number
}

/** Words, quoted words, and the signs `{`, `}` and `;`. A `#` begins a comment where a word could begin. */
const TOKEN =
  /#[^\n]*|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{};]|(?:\\[\s\S]|\$\{\w{1,64}\}|[^\s{};\\])+/g

/** These send the same client, or the same request, to the same server; the others follow the weights. */
const BOUND = /^(?:ip_hash|hash|sticky)(?: |$)/

/**
 * Finds an upstream in a file of nginx; pure.
 *
 * @param addresses what each color's `server` is called there
 * @returns what is wrong, in words that follow the name of the file
 */
export function parseUpstream(text: string, name: string, addresses: Addresses): Upstream | string {
  const tokens = [...text.matchAll(TOKEN)]
    .map((match): Token => ({ text: match[0], start: match.index, end: match.index + match[0].length }))
    .filter(({ text: word }) => !word.startsWith('#'))
  const heads = tokens.flatMap((token, at) =>
    token.text === 'upstream' && unquoted(tokens[at + 1]) === name && tokens[at + 2]?.text === '{'
      ? [at + 2]
      : [],
  )
  const [head] = heads
  if (head === undefined) return `has no "upstream ${name} {"`
  if (heads.length > 1) return `has "upstream ${name}" twice`
  const directives = directivesOf(tokens, head + 1)
  if (directives === undefined) return `has no "}" for "upstream ${name}"`
  const servers = directives.filter(({ words }) => words[0]?.text === 'server')
  const entries: Entry[] = []
  for (const { words } of servers) {
    const address = unquoted(words[1]) ?? ''
    const color = Object.keys(addresses).find((key) => withPort(addresses[key] ?? '') === withPort(address))
    const params = words.slice(2).map(({ text: word }) => word)
    if (color === undefined)
      return `sends traffic to "${address}", which is none of ${Object.keys(addresses).join(' and ')}`
    if (params.includes('backup'))
      return `has "${address}" as a backup, which gets traffic only when all others fail`
    entries.push({ color, params })
  }
  const spans = servers.map(({ words, end }) => ({ start: words[0]?.start ?? end, end }))
  const method = directives
    .map(({ words }) => words.map(({ text: word }) => word).join(' '))
    .find((directive) => BOUND.test(directive))
  const begin = tokens[head]?.end ?? 0
  return { entries, method, with: (next) => replaced(text, begin, spans, next, addresses) }
}

/** The directives of a block, each with the end of its `;`. Blocks inside it are skipped. */
function directivesOf(tokens: readonly Token[], from: number): { words: Token[]; end: number }[] | undefined {
  const found: { words: Token[]; end: number }[] = []
  let words: Token[] = []
  let depth = 0
  for (const token of tokens.slice(from)) {
    if (token.text === '{') depth += 1
    else if (token.text === '}' && depth === 0) return found
    else if (token.text === '}') {
      depth -= 1
      words = []
    } else if (depth > 0) continue
    else if (token.text === ';') {
      found.push({ words, end: token.end })
      words = []
    } else words.push(token)
  }
  return undefined
}

/** Takes the old servers out, with their lines where nothing else is on them, and puts the new ones at the first. */
function replaced(
  text: string,
  begin: number,
  spans: readonly { start: number; end: number }[],
  entries: readonly Entry[],
  addresses: Addresses,
): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = spans.map((span) => wholeLine(text, span))
  const first = lines[0]
  const indent = first?.indent ?? '  '
  const fresh = entries.map(({ color, params }) => `server ${[addresses[color], ...params].join(' ')};`)
  if (first === undefined) {
    return text.slice(0, begin) + fresh.map((line) => eol + indent + line).join('') + text.slice(begin)
  }
  const isAlone = first.start < (spans[0]?.start ?? 0) || first.end > (spans[0]?.end ?? 0)
  let result = text.slice(0, first.start)
  result += isAlone ? fresh.map((line) => indent + line + eol).join('') : fresh.join(' ')
  let at = first.end
  for (const line of lines.slice(1)) {
    result += text.slice(at, line.start)
    at = line.end
  }
  return result + text.slice(at)
}

/** The whole line of a directive when it is alone on it, a comment behind it included; otherwise the directive. */
function wholeLine(text: string, span: { start: number; end: number }) {
  const start = text.lastIndexOf('\n', span.start - 1) + 1
  const next = text.indexOf('\n', span.end)
  const before = text.slice(start, span.start)
  const isAlone = next >= 0 && before.trim() === '' && /^\s*(?:#.*)?$/.test(text.slice(span.end, next))
  return isAlone ? { start, end: next + 1, indent: before } : { ...span, indent: '  ' }
}

/** How much of the traffic each color gets, in any unit; pure. A `server` without a weight has 1. */
export function sharesOf(entries: readonly Entry[], colors: readonly string[]): Record<string, number> {
  const shares = Object.fromEntries(colors.map((color) => [color, 0]))
  for (const { color, params } of entries) {
    const weight = Number(params.find((param) => param.startsWith('weight='))?.slice(7) ?? 1)
    shares[color] = (shares[color] ?? 0) + (params.includes('down') || !(weight > 0) ? 0 : weight)
  }
  return shares
}

/**
 * The entries for weights; pure. Who gets nothing is left out: nginx refuses `weight=0`, and with a second server in
 * the list, `down` or not, a single error would take the only live one out for its `fail_timeout`.
 */
export function entriesFor(weights: Weights, before: readonly Entry[]): Entry[] {
  const some = Object.entries(weights).filter(([, weight]) => weight > 0)
  return some.map(([color, weight]) => {
    const like = before.find((entry) => entry.color === color) ?? before[0]
    const others = (like?.params ?? []).filter((param) => !/^weight=|^down$/.test(param))
    return { color, params: some.length === 1 ? others : [...others, `weight=${weight}`] }
  })
}

/** What was recorded, or undefined when it is not about these colors; pure. */
export function parseEntries(raw: unknown, colors: readonly string[]): Entry[] | undefined {
  if (!isRecord(raw) || !Array.isArray(raw['servers']) || raw['servers'].length > 100) return undefined
  const entries: unknown[] = raw['servers']
  const isParam = (param: unknown): boolean => typeof param === 'string' && /^[\w.=:/-]+$/.test(param)
  const isEntry = (entry: unknown): entry is Entry =>
    isRecord(entry) &&
    colors.some((color) => color === entry['color']) &&
    Array.isArray(entry['params']) &&
    entry['params'].every(isParam)
  return entries.every(isEntry) ? entries : undefined
}

function unquoted(token: Token | undefined): string | undefined {
  return token?.text.replace(/^(["'])([\s\S]*)\1$/, '$2')
}

/** nginx takes port 80 where none is given. */
function withPort(address: string): string {
  return address.startsWith('unix:') || /:\d+$/.test(address) ? address : `${address}:80`
}
