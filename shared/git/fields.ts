/** Cuts a stream of bytes into the fields that NULs end; what a field has beyond a limit is dropped. */
export class Fields {
  readonly #limit: number
  readonly #done: Buffer[] = []
  #open: Buffer[] = []
  #openBytes = 0

  /** @param limit bytes kept of a field */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** How many whole fields are there to take. */
  get length(): number {
    return this.#done.length
  }

  add(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, from)) {
      this.#keep(chunk.subarray(from, end))
      const only = this.#open.length === 1 ? this.#open[0] : undefined
      this.#done.push(only ?? Buffer.concat(this.#open))
      this.#open = []
      this.#openBytes = 0
      from = end + 1
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
  }

  take(count: number): Buffer[] {
    return this.#done.splice(0, count)
  }

  #keep(part: Buffer): void {
    const kept = part.subarray(0, this.#limit - this.#openBytes)
    this.#openBytes += kept.length
    if (kept.length > 0) this.#open.push(kept)
  }
}
