import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../../../../shared/action/errors.ts'
import { RequestError } from '../../../../../shared/http/errors.ts'
import { type Answer, request } from '../../../../../shared/http/request.ts'
import { oneLine } from '../../../../../shared/text/untrusted.ts'
import type { Handler } from '../../../targets/caddy/handler.ts'
import { isRecord } from '../../../targets/config.ts'
import { Conflict, TargetError } from '../../../targets/target.ts'

/** One object of Caddy's configuration, by its `@id`. */
export interface Admin {
  /** @throws TargetError */
  get(signal: AbortSignal): Promise<{ handler: Handler; etag: string }>
  /** Replaces it when it is still as `etag` says. @throws Conflict, TargetError */
  patch(handler: Handler, etag: string, signal: AbortSignal): Promise<void>
  /** Requests under way, by the address of the upstream; undefined when Caddy does not tell. */
  sessions(signal: AbortSignal): Promise<ReadonlyMap<string, number> | undefined>
}

const PATIENCE_MS = 5_000
/** Caddy opens its admin API anew with every change; what falls into this gap is sent again. */
const GAP_MS = 1_000
const PAUSE_MS = 20

/** @see https://caddyserver.com/docs/api */
export function adminApi(base: URL, id: string): Admin {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/id/${encodeURIComponent(id)}`, base)
  const send = async (
    method: string,
    signal: AbortSignal,
    more: { url?: URL; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    // Never by a proxy: whoever may speak to this API speaks to it straight.
    const options = { url, method, signal, env: {}, timeout: PATIENCE_MS, maxBody: 1_048_576, ...more }
    const again = performance.now() + GAP_MS
    const ask = async (): Promise<Answer> => {
      const sent = request(options)
      const isGap = await sent.then(
        (answer) => method === 'GET' && isAway(answer),
        (error: unknown) => isClosed(error, method),
      )
      if (!isGap || performance.now() > again || signal.aborted) return sent
      await delay(PAUSE_MS)
      return ask()
    }
    return await ask().catch((error: unknown) => {
      const hint = method === 'GET' ? ' Is Caddy running, and is "admin" its "admin.listen" address?' : ''
      const message = `The admin API of Caddy at ${base.host}: ${messageOf(error)}.${hint}`
      throw new TargetError(message, method === 'GET' ? 'no' : 'unknown')
    })
  }
  const status = new URL(`${base.pathname.replace(/\/$/, '')}/reverse_proxy/upstreams`, base)
  return {
    async sessions(signal) {
      const answer = await send('GET', signal, { url: status }).catch(() => undefined)
      const list = answer?.status === 200 ? parse(answer) : undefined
      if (!Array.isArray(list)) return undefined
      const counts = list.map((one) => (isRecord(one) ? one : {}))
      return new Map(counts.map((one) => [String(one['address']), Number(one['num_requests'] ?? 0) || 0]))
    },
    async get(signal) {
      const answer = await send('GET', signal)
      if (answer.status === 404) {
        throw new TargetError(
          `Caddy has nothing with "@id": "${id}". A configuration that was loaded anew has lost it.`,
        )
      }
      if (answer.status !== 200) throw new TargetError(refusal(answer))
      // Sent behind the body, because it is a hash of it.
      const etag = answer.trailers['etag'] ?? answer.headers['etag']
      if (etag === undefined) {
        throw new TargetError(
          'Caddy gave no ETag, so nothing guards against others. It is too old: update it.',
        )
      }
      const handler = parse(answer)
      if (!isRecord(handler)) throw new TargetError(`"@id": "${id}" of Caddy is not an object.`)
      return { handler, etag }
    },
    async patch(handler, etag, signal) {
      const headers = { 'content-type': 'application/json', 'if-match': etag }
      const answer = await send('PATCH', signal, { body: JSON.stringify(handler), headers })
      if (answer.status === 200) return
      if (answer.status === 412)
        throw new Conflict('Caddy was changed by somebody else (HTTP 412 to If-Match).')
      // Caddy tries a configuration out and keeps the old one when that fails.
      throw new TargetError(`${refusal(answer)} The old configuration stays in force.`)
    },
  }
}

/** A write is sent again only when it has certainly not arrived. */
function isClosed(error: unknown, method: string): boolean {
  if (!(error instanceof RequestError)) return false
  return error.code === 'ECONNREFUSED' || (error.code === 'ECONNRESET' && method === 'GET')
}

/** What a proxy or a tunnel in front of it says meanwhile. */
const isAway = ({ status }: Answer): boolean => status === 502 || status === 503 || status === 504

function refusal(answer: Answer): string {
  const value = parse(answer)
  const error = isRecord(value) ? String(value['error']) : answer.body.toString('utf8')
  // The reason stands at the end of a long chain.
  const words = oneLine(error, 2_000).replace(/^.*(?=: [^:]*: [^:]*$)/, '…')
  return `Caddy answered HTTP ${answer.status}: "${oneLine(words, 300)}".`
}

function parse({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
