import type { IncomingMessage, ServerResponse } from 'node:http'
import { type LyingServer, type Place, startHttp } from '../lying-servers.ts'

/** A request with a whole body. */
export interface Received {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  text: string
  /** Of a JSON or form body; null when it is neither. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is up to the test
  json: any
}

/** What a server does with a request that it has read to the end. */
export type Reply =
  | { status: number; body?: string | object; headers?: Readonly<Record<string, string>> }
  /** Never a word; a byte of a body every 10 ms; the connection is gone. */
  | 'silence'
  | 'drip'
  | 'reset'

export interface StandIn extends LyingServer {
  readonly received: Received[]
}

/** A server that keeps what it got, and answers as told. `nth` counts from 1. */
export async function startStandIn(
  answer: (received: Received, nth: number) => Reply,
  place?: Place,
): Promise<StandIn> {
  const received: Received[] = []
  const server = await startHttp((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, text, json: parsed(text, headers['content-type'] ?? '') }
      received.push(one)
      reply(response, answer(one, received.length))
    })
  }, place)
  return Object.defineProperties(server, { received: { value: received } }) as StandIn
}

function reply(response: ServerResponse, what: Reply): void {
  if (what === 'silence') return
  if (what === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (what === 'drip') {
    response.writeHead(200).flushHeaders()
    const timer = setInterval(() => response.write('o'), 10)
    response.once('close', () => clearInterval(timer))
    return
  }
  const { status, body = '', headers = {} } = what
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
  response.end(isText ? body : JSON.stringify(body))
}

function parsed(text: string, type: string): unknown {
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text))
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
