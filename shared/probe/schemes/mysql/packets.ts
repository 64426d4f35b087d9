/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html */
export interface Packet {
  sequence: number
  payload: Buffer
}

/** What a server says first. */
export interface Greeting {
  /** `MySQL 8.4.3`, `MariaDB 10.11.19` */
  server: string
  capabilities: number
  /** 20 bytes */
  salt: Buffer
  /** How it wants passwords by default: `caching_sha2_password`. */
  plugin: string
}

/** Bits of the capabilities, of client and server. */
export const CAPABILITY = {
  LONG_PASSWORD: 0x1,
  CONNECT_WITH_DB: 0x8,
  PROTOCOL_41: 0x200,
  SSL: 0x800,
  SECURE_CONNECTION: 0x8000,
  PLUGIN_AUTH: 0x8_0000,
}
const OURS =
  CAPABILITY.LONG_PASSWORD | CAPABILITY.PROTOCOL_41 | CAPABILITY.SECURE_CONNECTION | CAPABILITY.PLUGIN_AUTH
const MAX_PACKET = 0x100_0000
/** utf8_general_ci, which servers of every age know. */
const CHARSET = 33

/** Cuts a stream of bytes into packets. */
export function packets(push: (packet: Packet) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 4) {
      const end = 4 + rest.readUIntLE(0, 3)
      if (rest.length < end) return
      push({ sequence: rest[3] ?? 0, payload: rest.subarray(4, end) })
      rest = rest.subarray(end)
    }
  }
}

export function packet(sequence: number, ...parts: readonly Uint8Array[]): Buffer {
  const payload = Buffer.concat(parts)
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  header[3] = sequence & 255
  return Buffer.concat([header, payload])
}

/**
 * Version 10 of the handshake, the only one since 1998.
 *
 * @throws Error when it is something else
 */
export function readGreeting(payload: Buffer): Greeting {
  const end = payload.indexOf(0, 1)
  if (payload[0] !== 10 || end === -1 || payload.length < end + 32)
    throw new Error('no handshake of version 10')
  // MariaDB puts a version that old replicas understand before its own.
  const version = payload.toString('utf8', 1, end).replace(/^5\.5\.5-(?=\d+\.\d+\.\d+-MariaDB)/, '')
  const isMaria = /mariadb/i.test(version)
  const fixed = end + 5
  const upper = payload.readUInt16LE(fixed + 14)
  const length = Math.max(13, (payload[fixed + 16] ?? 0) - 8)
  const salt = payload.subarray(fixed + 27, fixed + 27 + length)
  const plugin = payload.subarray(fixed + 27 + length)
  return {
    server: `${isMaria ? 'MariaDB' : 'MySQL'} ${/^[\d.]+/.exec(version)?.[0] ?? 'of unknown version'}`,
    capabilities: (payload.readUInt16LE(fixed + 9) | (upper << 16)) >>> 0,
    // The last byte is a NUL.
    salt: Buffer.concat([payload.subarray(end + 5, end + 13), salt.subarray(0, 12)]),
    plugin: textOf(plugin) || 'mysql_native_password',
  }
}

/** Bytes up to a NUL as text. */
export function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

/** The beginning of the answer to the greeting; alone, it asks for TLS. */
export function clientFlags(more: number): Buffer {
  const flags = Buffer.alloc(32)
  flags.writeUInt32LE((OURS | more) >>> 0, 0)
  flags.writeUInt32LE(MAX_PACKET, 4)
  flags[8] = CHARSET
  return flags
}

/** An error of the server. @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
export function readError(payload: Buffer): { code: number; state: string; message: string } {
  const code = payload.length < 3 ? 0 : payload.readUInt16LE(1)
  // Before the handshake there is no SQL state.
  const hasState = payload[3] === 0x23
  return {
    code,
    state: hasState ? payload.toString('latin1', 4, 9) : '',
    message: payload.toString('utf8', hasState ? 9 : 3),
  }
}
