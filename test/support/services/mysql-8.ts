import { constants, createHash, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { type LyingServer, startTcp } from '../lying-servers.ts'

export interface Mysql8 {
  password: string
  /** Whether it has seen this password since its start, so that a hash is enough. */
  cached?: boolean
  tls?: { cert: string; key: string }
  /** A plugin that nobody knows, or another one than caching_sha2_password. */
  plugin?: string
}

const SSL = 0x800
const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const made = createHash('sha256')
  for (const part of parts) made.update(part)
  return made.digest()
}
const xor = (a: Buffer, b: Buffer): Buffer =>
  Buffer.from(a.map((byte, index) => byte ^ (b[index % b.length] ?? 0)))

/**
 * The login of MySQL 8 and 9 with caching_sha2_password, which Debian's MariaDB does not have, by the document of its
 * exchanges. Everything after the login is an answer to `select 1`.
 *
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
 */
export function startMysql8(options: Mysql8): Promise<LyingServer> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const { plugin = 'caching_sha2_password' } = options
  return startTcp((socket) => {
    const salt = Buffer.from(randomBytes(20).map((byte) => (byte % 94) + 33))
    let step: 'login' | 'full' | 'key' | 'in' = 'login'
    let secured = false
    let rest = Buffer.alloc(0)
    let out: Socket = socket
    const send = (sequence: number, payload: Buffer): void => {
      const head = Buffer.alloc(4)
      head.writeUIntLE(payload.length, 0, 3)
      head[3] = sequence
      out.write(Buffer.concat([head, payload]))
    }
    const ok = (sequence: number): void => {
      step = 'in'
      send(sequence, Buffer.from([0, 0, 0, 2, 0, 0, 0]))
    }
    const refuse = (sequence: number): void => {
      const message = "Access denied for user 'app'@'127.0.0.1' (using password: YES)"
      send(sequence, Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from(`#28000${message}`)]))
      out.end()
    }
    const take = (sequence: number, payload: Buffer): void => {
      if (step === 'login' && !secured && payload.length === 32 && (payload.readUInt32LE(0) & SSL) !== 0) {
        secured = true
        socket.removeListener('data', read)
        // A client may begin TLS in the same packet: that is for TLS to read.
        const early = rest
        rest = Buffer.alloc(0)
        socket.pause()
        if (early.length > 0) socket.unshift(early)
        const tls = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(options.tls) })
        tls.on('error', () => undefined)
        tls.on('data', read)
        out = tls
        return
      }
      if (step === 'login') {
        const afterUser = payload.indexOf(0, 32) + 1
        const hash = payload.subarray(afterUser + 1, afterUser + 1 + (payload[afterUser] ?? 0))
        const once = sha256(Buffer.from(options.password))
        const wanted = xor(once, sha256(sha256(once), salt))
        if (plugin !== 'caching_sha2_password') {
          send(
            sequence + 1,
            Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), salt, Buffer.from([0])]),
          )
          return
        }
        if (options.cached !== true) {
          step = 'full'
          send(sequence + 1, Buffer.from([1, 4]))
        } else if (hash.equals(wanted)) {
          send(sequence + 1, Buffer.from([1, 3]))
          ok(sequence + 2)
        } else refuse(sequence + 1)
        return
      }
      if (step === 'full' && secured) {
        if (payload.equals(Buffer.from(`${options.password}\0`))) ok(sequence + 1)
        else refuse(sequence + 1)
        return
      }
      if (step === 'full') {
        if (payload.length !== 1 || payload[0] !== 2) {
          refuse(sequence + 1)
          return
        }
        step = 'key'
        send(sequence + 1, Buffer.concat([Buffer.from([1]), Buffer.from(publicKey)]))
        return
      }
      if (step === 'key') {
        const clear = privateDecrypt(
          { key: keys.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING },
          payload,
        )
        if (xor(clear, salt).equals(Buffer.from(`${options.password}\0`))) ok(sequence + 1)
        else refuse(sequence + 1)
        return
      }
      if (payload[0] === 1) {
        out.end()
        return
      }
      send(1, Buffer.from([1]))
      send(2, Buffer.from('\x03def\0\0\0\x011\0\x0c\x3f\0\x01\0\0\0\x08\x81\0\0\0\0', 'latin1'))
      send(3, Buffer.from([0xfe, 0, 0, 2, 0]))
      send(4, Buffer.from('\x011'))
      send(5, Buffer.from([0xfe, 0, 0, 2, 0]))
    }
    function read(chunk: Buffer): void {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4) {
        const end = 4 + rest.readUIntLE(0, 3)
        if (rest.length < end) return
        const [sequence, payload] = [rest[3] ?? 0, rest.subarray(4, end)]
        rest = rest.subarray(end)
        take(sequence, payload)
      }
    }
    socket.on('data', read)
    const capabilities = 0xdfff_f7ff | (options.tls === undefined ? 0 : SSL)
    const greeting = Buffer.alloc(18)
    greeting.writeUInt16LE(capabilities & 0xffff, 0)
    greeting[2] = 255
    greeting.writeUInt16LE(2, 3)
    greeting.writeUInt16LE((capabilities >>> 16) & 0xffff, 5)
    greeting[7] = 21
    send(
      0,
      Buffer.concat([
        Buffer.from('\x0a8.4.3\0', 'latin1'),
        Buffer.from([9, 0, 0, 0]),
        salt.subarray(0, 8),
        Buffer.from([0]),
        greeting,
        salt.subarray(8),
        Buffer.from([0]),
        Buffer.from('caching_sha2_password\0'),
      ]),
    )
  })
}
