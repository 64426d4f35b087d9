/** Kinds of frames, RFC 6455 section 5.2. */
export const OPCODE = { CLOSE: 8, PING: 9, PONG: 10 }

export interface Frame {
  opcode: number
  payload: Buffer
}

/** A frame as a client sends it: whole, and masked. `mask` has 4 bytes, `payload` at most 125. */
export function clientFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked])
}

/**
 * Cuts a stream of bytes into frames.
 *
 * @param largest bytes of payload
 * @throws Error when the bytes are no frames of a server: reserved bits, a mask, a control frame that is too long
 */
export function frames(largest: number, push: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const [first = 0, second = 0] = rest
      const short = second & 127
      const head = short === 126 ? 4 : short === 127 ? 10 : 2
      if (rest.length < head) return
      const length =
        short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short
      const opcode = first & 15
      const isKnown = opcode <= 2 || (opcode >= OPCODE.CLOSE && opcode <= OPCODE.PONG)
      if ((first & 0x70) !== 0 || second > 127 || !isKnown || (opcode >= OPCODE.CLOSE && short > 125)) {
        throw new Error('not a frame of a server')
      }
      if (length > largest) throw new Error(`a message of ${length} bytes`)
      if (rest.length < head + length) return
      push({ opcode, payload: rest.subarray(head, head + length) })
      rest = rest.subarray(head + length)
    }
  }
}
