import { oneLine } from '../../text/untrusted.ts'
import type { Observation } from '../check.ts'

export type ParsedBody =
  | { found: true; document: unknown; problem?: undefined }
  | { found: false; problem?: string }

/** A body that says it is JSON, or looks like it. A document that claims to be JSON and is not gives a problem. */
export function parseBody(method: string, { body, headers, status, truncated }: Observation): ParsedBody {
  if (body === undefined || method === 'HEAD' || status === 204 || status === 304) return { found: false }
  const type = headers?.['content-type'] ?? ''
  const claims = /^[^;]*[/+]json\s*(;|$)/i.test(type)
  if (truncated || !(claims || looksLikeJson(body))) return { found: false }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return { found: true, document: JSON.parse(text) }
  } catch (error) {
    if (!claims) return { found: false }
    const why = error instanceof SyntaxError ? error.message : 'it is not valid UTF-8'
    const problem = body.length === 0 ? 'it is empty' : oneLine(why, 120)
    return { found: false, problem: `the answer says it is JSON, but does not parse: ${problem}` }
  }
}

/** Begins with a bracket, after a byte order mark and any white space. */
function looksLikeJson(body: Buffer): boolean {
  let start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  while (start < body.length && ' \t\n\r'.includes(String.fromCharCode(body[start] ?? 0))) start += 1
  return body[start] === 0x7b || body[start] === 0x5b
}
