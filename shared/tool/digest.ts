import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** SHA-256 of a file, read in pieces. @throws the system's error */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576, signal }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}
