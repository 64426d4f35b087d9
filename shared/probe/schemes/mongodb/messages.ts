import { type Document, deserialize, serialize } from 'bson'

export type { Document }

/** @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg */
const OP_MSG = 2013
const HEADER = 16
/** Flags, then the kind of the only section. */
const BODY = HEADER + 5
const LARGEST = 1_048_576

/** One command as a message. */
export function message(requestId: number, command: Document): Buffer {
  const document = serialize(command)
  const head = Buffer.alloc(BODY)
  head.writeInt32LE(BODY + document.length, 0)
  head.writeInt32LE(requestId, 4)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, document])
}

/** Cuts a stream of bytes into the documents that are answers. @throws Error when the bytes make no sense */
export function documents(push: (document: Document) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= HEADER) {
      const length = rest.readInt32LE(0)
      if (length < BODY + 5 || length > LARGEST || rest.readInt32LE(12) !== OP_MSG)
        throw new Error('no OP_MSG')
      if (rest.length < length) return
      if (rest[HEADER + 4] !== 0) throw new Error('an unknown kind of section')
      push(deserialize(rest.subarray(BODY, length)))
      rest = rest.subarray(length)
    }
  }
}
