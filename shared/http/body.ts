import type { Readable, Transform } from 'node:stream'
import { oneLine } from '../text/untrusted.ts'
import { zlib as loadZlib } from './builtin.ts'
import { codeOf, RequestError } from './errors.ts'

export interface Body {
  body: Buffer
  /** There is more than `body`. */
  truncated: boolean
}

/** curl accepts at most this many, too: each multiplies what a bomb can do. */
const MOST_CODINGS = 5

/**
 * The decoded body, at most `limit` bytes of it; nothing beyond is decoded or kept. Errors of the response itself
 * are the caller's to hear. `progress` counts the bytes as they come over the wire.
 *
 * @throws RequestError protocol, when the body cannot be decoded
 */
export async function readBody(
  response: Readable,
  contentEncoding: string | undefined,
  limit: number,
  progress: { received: number },
): Promise<Body> {
  const codings = codingsOf(contentEncoding)
  let store: Buffer = Buffer.alloc(0)
  let size = 0
  let decoders: readonly Transform[] = []
  try {
    return await new Promise((resolve, reject) => {
      const end = (): void => resolve({ body: store.subarray(0, size), truncated: false })
      const keep = (chunk: Buffer): void => {
        // What was received already still comes after the end of interest.
        if (size > limit) return
        store = withRoom(store, size, size + chunk.length)
        chunk.copy(store, size)
        size += chunk.length
        if (size > limit) resolve({ body: store.subarray(0, limit), truncated: true })
      }
      response.on('data', (chunk: Buffer) => {
        progress.received += chunk.length
        if (codings.length === 0) return keep(chunk)
        if (decoders.length === 0) {
          decoders = codings.map((coding, index) => decoderFor(coding, index === 0 ? chunk : undefined))
          for (const decoder of decoders) {
            decoder.on('error', (error) => reject(undecodable(contentEncoding, 'is corrupt', codeOf(error))))
          }
          decoders
            .reduce((from, to) => from.pipe(to))
            .on('data', keep)
            .on('end', end)
        }
        if (decoders[0]?.write(chunk) === false) {
          response.pause()
          decoders[0].once('drain', () => response.resume())
        }
      })
      // An empty body, as after HEAD, is not coded whatever its headers say.
      response.on('end', () => (decoders[0] === undefined ? end() : decoders[0].end()))
    })
  } finally {
    for (const decoder of decoders) decoder.destroy()
  }
}

/**
 * A buffer that holds `needed` bytes, the first `used` of them those of `store`. It doubles: a server may send a
 * million chunks of one byte, and to keep each of them would take a hundred times their memory.
 */
function withRoom(store: Buffer, used: number, needed: number): Buffer {
  if (needed <= store.length) return store
  const larger = Buffer.allocUnsafe(used === 0 ? needed : Math.max(needed, 2 * store.length))
  store.copy(larger, 0, 0, used)
  return larger
}

const DECODERS: Readonly<Record<string, (zlib: ReturnType<typeof loadZlib>, first?: Buffer) => Transform>> = {
  gzip: (zlib) => zlib.createGunzip(),
  'x-gzip': (zlib) => zlib.createGunzip(),
  // Some servers leave the zlib wrapper out, whose first byte has 8 in its low half: RFC 1950 section 2.2.
  deflate: (zlib, first) =>
    first?.[0] === undefined || (first[0] & 15) === 8 ? zlib.createInflate() : zlib.createInflateRaw(),
  br: (zlib) => zlib.createBrotliDecompress(),
  // A window of at most 8 MiB, as RFC 9659 demands of a content coding.
  zstd: (zlib) => zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } }),
}

function decoderFor(coding: string, first: Buffer | undefined): Transform {
  const create = DECODERS[coding] as (typeof DECODERS)[string]
  return create(loadZlib(), first)
}

/** In the order in which they are undone: the one named last was applied last, RFC 9110 section 8.4. */
function codingsOf(contentEncoding: string | undefined): string[] {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const known = codings.length <= MOST_CODINGS && codings.every((coding) => Object.hasOwn(DECODERS, coding))
  if (!known) throw undecodable(contentEncoding, 'has a coding that is not known')
  // The types are those of Node 24; an older runner has none.
  if (codings.includes('zstd') && !('createZstdDecompress' in loadZlib()))
    throw undecodable(contentEncoding, 'needs a runner with Node 22.15 or newer')
  return codings.reverse()
}

function undecodable(contentEncoding: string | undefined, words: string, code?: string): RequestError {
  const coding = oneLine(contentEncoding ?? '', 60)
  return new RequestError('protocol', `the body (content-encoding: ${coding}) ${words}`, {
    phase: 'body',
    code,
  })
}
