import { oneLine } from '../../text/untrusted.ts'

const MAX_LENGTH = 120
/** Where frameworks put what went wrong; RFC 9457 has title and detail. */
const KEYS = [
  'message',
  'error',
  'detail',
  'title',
  'reason',
  'error_description',
  'errors',
  'msg',
  'description',
]
const MAX_DEPTH = 4

/**
 * What a body says for itself, on one line of at most 120 characters with controls escaped: `message`, `error` or
 * `detail` of a JSON document, the title of a page, the first line of a text. Undefined when it says nothing.
 *
 * @param text the beginning of the body
 * @param redact takes secrets out of a text
 */
export function bodyWords(
  text: string,
  document: unknown,
  redact: (text: string) => string,
): string | undefined {
  const words = document === undefined ? wordsOfText(text) : wordsOf(document, 0)
  // Before it is cut: half a secret would not be known.
  const line = oneLine(redact(words ?? ''), MAX_LENGTH)
  return line === '' ? undefined : line
}

function wordsOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' || value.length > 10_000 ? undefined : value
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) return undefined
  // FastAPI and Django answer with lists of problems.
  if (Array.isArray(value)) return wordsOf(value[0], depth + 1)
  const entries = Object.entries(value)
  for (const key of KEYS) {
    const found = entries.find(([name]) => name.toLowerCase() === key)
    const words = found === undefined ? undefined : wordsOf(found[1], depth + 1)
    if (words !== undefined) return withPlace(words, value as Record<string, unknown>)
  }
  return undefined
}

/** FastAPI: {"detail": [{"loc": ["body", "name"], "msg": "Field required"}]} */
function withPlace(words: string, { loc }: Record<string, unknown>): string {
  if (!Array.isArray(loc) || loc.some((part) => typeof part === 'object')) return words
  return `${loc.join('.')}: ${words}`
}

function wordsOfText(text: string): string | undefined {
  const begin = text.trimStart()
  if (!begin.startsWith('<')) return begin.split(/[\r\n]/, 1)[0]
  const title =
    /<title\b[^>]{0,200}>([^<]{1,500})/i.exec(begin) ?? /<h1\b[^>]{0,200}>([^<]{1,500})/i.exec(begin)
  return title?.[1]?.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
