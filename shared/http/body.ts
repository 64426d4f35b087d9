import type { IncomingMessage } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
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
 * The decoded body, at most `limit` bytes of it; nothing is decoded or kept beyond. Errors of the response itself
 * are the caller's to hear. `progress` counts the bytes as they came over the wire.
 *
 * @throws RequestError protocol, when the body cannot be decoded
 */
export async function readBody(
  response: IncomingMessage,
  limit: number,
  progress: { received: number },
): Promise<Body> {
  const decoders = await decodersFor(response)
  const chunks: Buffer[] = []
  let size = 0
  try {
    return await new Promise((resolve, reject) => {
      response.on('data', (chunk: Buffer) => {
        progress.received += chunk.length
      })
      let last: Readable = response
      for (const decoder of decoders) {
        decoder.on('error', (error) => reject(undecodable(response, codeOf(error))))
        last = last.pipe(decoder)
      }
      last.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > limit) resolve({ body: Buffer.concat(chunks, limit), truncated: true })
      })
      last.on('end', () => resolve({ body: Buffer.concat(chunks, size), truncated: false }))
    })
  } finally {
    for (const decoder of decoders) decoder.destroy()
  }
}

/** In the order in which they are applied: the last coding named is the outermost, RFC 9110 section 8.4. */
async function decodersFor(response: IncomingMessage): Promise<Duplex[]> {
  const codings = (response.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length === 0) return []
  if (codings.length > MOST_CODINGS) throw undecodable(response)
  const first = await firstChunk(response)
  if (first === undefined) return []
  const zlib = loadZlib()
  return codings.reverse().map((coding, index) => {
    switch (coding) {
      case 'gzip':
      case 'x-gzip':
        return zlib.createGunzip()
      case 'deflate':
        // Some servers leave the zlib wrapper out, whose first byte has 8 in the low half: RFC 1950 section 2.2.
        return index === 0 && ((first[0] ?? 0) & 15) !== 8 ? zlib.createInflateRaw() : zlib.createInflate()
      case 'br':
        return zlib.createBrotliDecompress()
      case 'zstd':
        // At most 8 MiB of memory for the window, as RFC 9659 demands of a content coding.
        return zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } })
      default:
        throw undecodable(response)
    }
  })
}

/** The first bytes, left in the stream; undefined when the body is empty. Resolves never if the response breaks. */
async function firstChunk(response: IncomingMessage): Promise<Buffer | undefined> {
  await new Promise((resolve) => response.once('readable', resolve))
  const chunk: Buffer | null = response.read()
  if (chunk === null) return undefined
  response.unshift(chunk)
  return chunk
}

function undecodable(response: IncomingMessage, code?: string): RequestError {
  const coding = oneLine(response.headers['content-encoding'] ?? '', 60)
  const words =
    code === undefined ? `the content-encoding "${coding}" is not known` : `the ${coding} body is corrupt`
  return new RequestError('protocol', words, { phase: 'body', code })
}
