import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, json } from 'node:stream/consumers'
import { atEnd } from './runner/cleanup.ts'

interface Entry {
  key: string
  version: string
  bytes: Buffer
  /** Nobody finds it before. */
  final: boolean
}

export interface CacheService {
  /** What the runner gives to actions. */
  env: Record<string, string>
  entries: Entry[]
  /** Names of the calls, in order: `GetCacheEntryDownloadURL`, `PUT`, `GET` … */
  asked: string[]
  /** Answers nothing any more, but takes connections. */
  hang(): void
  /** What it answers to a request for a key; 200 by itself. */
  status: number
}

const TOKEN = 'stage-runtime-token'
const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/'

/**
 * The Actions cache in memory: its service (version 2, Twirp as JSON), and Azure's blobs, whose URLs it hands out. An
 * entry is never overwritten, a key is found by prefix, the newest first, and only with the same version.
 *
 * @see https://github.com/actions/toolkit/blob/main/packages/cache/src/internal/shared/cacheTwirpClient.ts
 */
export async function startCacheService(): Promise<CacheService> {
  let hangs = false
  const blocks = new Map<string, Buffer>()
  const service: CacheService = {
    env: {},
    entries: [],
    asked: [],
    status: 200,
    hang: () => {
      hangs = true
    },
  }
  const server = createServer((request, response) => {
    if (hangs) return
    answer(request).then(
      ({ status = 200, body = '' }) => {
        response.writeHead(status, {
          'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
          'content-length': Buffer.byteLength(body),
          etag: '"1"',
          'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT',
        })
        response.end(request.method === 'HEAD' ? undefined : body)
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  service.env = {
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: `${url}/`,
    ACTIONS_RUNTIME_TOKEN: TOKEN,
  }
  return service

  async function answer(request: IncomingMessage): Promise<{ status?: number; body?: string | Buffer }> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    if (!pathname.startsWith(SERVICE)) {
      service.asked.push(request.method ?? '')
      return blob(request, pathname, searchParams)
    }
    const call = pathname.slice(SERVICE.length)
    service.asked.push(call)
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return { status: 401, body: '{"msg": "unauthorized"}' }
    if (service.status !== 200) return { status: service.status, body: '{"msg": "out of order"}' }
    return { body: JSON.stringify(serve(call, (await json(request)) as Record<string, unknown>)) }
  }

  function serve(
    call: string,
    { key, version, restore_keys: prefixes = [] }: Record<string, unknown>,
  ): object {
    const known = service.entries.filter((entry) => entry.version === version)
    if (call === 'GetCacheEntryDownloadURL') {
      const found = [key, ...(prefixes as string[])]
        .map((prefix) => known.findLast((entry) => entry.final && entry.key.startsWith(String(prefix))))
        .find((entry) => entry !== undefined)
      if (found === undefined) return { ok: false }
      return {
        ok: true,
        signed_download_url: `${url}/blob/${service.entries.indexOf(found)}`,
        matched_key: found.key,
      }
    }
    const mine = known.find((entry) => entry.key === key)
    if (call === 'CreateCacheEntry') {
      if (mine !== undefined) return { ok: false, message: 'cache entry with the same key already exists' }
      const index = service.entries.push({
        key: String(key),
        version: String(version),
        bytes: Buffer.alloc(0),
        final: false,
      })
      return { ok: true, signed_upload_url: `${url}/blob/${index - 1}?sig=stage` }
    }
    if (mine !== undefined) mine.final = true
    return { ok: mine !== undefined, entry_id: '1' }
  }

  /** Put Blob, Put Block, Put Block List and Get Blob, as far as a client that is not resumed needs them. */
  async function blob(request: IncomingMessage, path: string, query: URLSearchParams) {
    const entry = service.entries[Number(/^\/blob\/(\d+)$/.exec(path)?.[1])]
    if (entry === undefined) return { status: 404 }
    if (request.method !== 'PUT') return { body: entry.bytes }
    const body = await buffer(request)
    const block = `${path} ${query.get('blockid')}`
    if (query.get('comp') === 'block') blocks.set(block, body)
    else if (query.get('comp') === 'blocklist') {
      const ids = [...body.toString().matchAll(/<Latest>([^<]+)</g)].map(([, id]) => `${path} ${id}`)
      entry.bytes = Buffer.concat(ids.map((id) => blocks.get(id) ?? Buffer.alloc(0)))
    } else entry.bytes = body
    return { status: 201 }
  }
}
