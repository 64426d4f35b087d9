import { oneLine } from './untrusted.ts'

export type ParsedJson = { ok: true; value: unknown } | { ok: false; problem: string }

/** No document that is meant for people or for this suite is nested as deeply; walking deeper ones would end the stack. */
const MAX_DEPTH = 200

/**
 * Reads a JSON document from untrusted text. How deeply it is nested is counted before it is parsed, in one pass.
 *
 * @returns why not, in words that end a sentence which begins with the name of the document
 */
export function parseJson(text: string, maxDepth = MAX_DEPTH): ParsedJson {
  const document = text.replace(/^\ufeff/, '')
  const problem = document.trim() === '' ? 'it is empty' : depthProblem(document, maxDepth)
  if (problem !== undefined) return { ok: false, problem }
  try {
    return { ok: true, value: JSON.parse(document) as unknown }
  } catch (error) {
    if (isHtml(document)) return { ok: false, problem: 'it is an HTML page and not JSON' }
    const why = error instanceof Error ? oneLine(error.message, 120) : ''
    return { ok: false, problem: `it is not valid JSON (${why})` }
  }
}

/** Whether a text is a page for people: what proxies, portals and servers in trouble answer. */
export function isHtml(text: string): boolean {
  return /^\ufeff?\s*<(?:!doctype\s+html|html|head|body|\?xml|!--)/i.test(text.slice(0, 1_000))
}

function depthProblem(text: string, maxDepth: number): string | undefined {
  const steps = /["[\]{}]/g
  let depth = 0
  for (let match = steps.exec(text); match !== null; match = steps.exec(text)) {
    const [sign] = match
    if (sign === '"') steps.lastIndex = endOfString(text, match.index)
    else if (sign === '[' || sign === '{') depth += 1
    else depth -= 1
    if (depth > maxDepth) return `it is nested too deeply: more than ${maxDepth} levels`
  }
  return undefined
}

/** Behind the quote that ends the string which begins at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at
    while (text[before - 1] === '\\') before -= 1
    if ((at - before) % 2 === 0) return at + 1
  }
  return text.length
}
