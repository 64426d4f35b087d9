import { isUtf8 } from 'node:buffer'

/**
 * Cuts a stream of bytes into the texts that NULs end; what a field has beyond a limit is dropped. Decoded from where
 * they came, without a Buffer for each: a history has a hundred thousand.
 */
export class Fields {
  readonly #limit: number
  #done: string[] = []
  #open: Buffer[] = []
  #openBytes = 0

  /** @param limit bytes kept of a field */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    // Asked once for all of them: most chunks are UTF-8 from end to end.
    const isClean = isUtf8(chunk)
    let from = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, from)) {
      if (isClean && this.#open.length === 0 && end - from < this.#limit) {
        this.#done.push(chunk.toString('utf8', from, end))
      } else {
        this.#keep(chunk.subarray(from, end))
        this.#done.push(decoded(Buffer.concat(this.#open), this.#limit))
        this.#open = []
        this.#openBytes = 0
      }
      from = end + 1
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
  }

  /** Whole fields, as many as there are in groups of `count`. */
  take(count: number): string[] {
    const whole = this.#done.length - (this.#done.length % count)
    const taken = this.#done
    this.#done = taken.splice(whole)
    return taken
  }

  #keep(part: Buffer): void {
    const kept = part.subarray(0, this.#limit - this.#openBytes)
    this.#openBytes += kept.length
    if (kept.length > 0) this.#open.push(kept)
  }
}

/**
 * Git has turned what its `encoding` header names into UTF-8. What is no UTF-8 even so was written without that
 * header by a tool of its time, and windows-1252 is the best guess (every byte means something in it).
 */
function decoded(bytes: Buffer, limit: number): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  // A long field that was cut in the middle of a character is UTF-8 but for its end.
  const isCut = bytes.length === limit
  return new TextDecoder(isCut ? 'utf-8' : 'windows-1252').decode(bytes)
}
