import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { Binary, type Document, deserialize, serialize } from 'bson'
import { type LyingServer, startTcp } from '../lying-servers.ts'

export interface MongoOptions {
  user?: string
  password?: string
  /** Mechanisms that the user has. */
  mechanisms?: readonly ('SCRAM-SHA-256' | 'SCRAM-SHA-1')[]
  /** What it says to hello beside the usual: `setName`, `secondary`. */
  hello?: Document
  /** Knows isMaster only. */
  old?: boolean
  /** The answer to ping. */
  ping?: Document
}

/**
 * What a MongoDB server says to hello, to a login by SCRAM and to ping. Its own test holds it against MongoDB's driver,
 * which logs in and pings here as it does at a real server.
 *
 * @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export function startMongo(options: MongoOptions = {}, port = 0): Promise<LyingServer> {
  return startTcp((socket) => serve(socket, options), { port })
}

/** The same with TLS. */
export async function startMongoTls(
  options: MongoOptions,
  tls: { cert: string; key: string },
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createTls(tls, (socket) => serve(socket, options))
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

interface Login {
  algorithm: 'sha256' | 'sha1'
  bare: string
  first: string
  salted: Buffer
}

function serve(socket: Socket, options: MongoOptions): void {
  let rest = Buffer.alloc(0)
  let login: Login | undefined
  let isIn = options.user === undefined
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0)
      const message = rest.subarray(0, length)
      rest = rest.subarray(length)
      const opcode = message.readInt32LE(12)
      // Drivers say hello in the older OP_QUERY as long as they do not know the server.
      if (opcode === 2004) {
        const names = message.indexOf(0, 20) + 1
        answer(message.readInt32LE(4), respond(deserialize(message.subarray(names + 8))), true)
      } else answer(message.readInt32LE(4), respond(deserialize(message.subarray(21))), false)
    }
  })

  function answer(to: number, document: Document, isOld: boolean): void {
    const body = serialize(document)
    const head = Buffer.alloc(isOld ? 36 : 21)
    head.writeInt32LE(head.length + body.length, 0)
    head.writeInt32LE(to, 8)
    head.writeInt32LE(isOld ? 1 : 2013, 12)
    if (isOld) head.writeInt32LE(1, 32)
    socket.write(Buffer.concat([head, body]))
  }

  function respond(command: Document): Document {
    const [name = ''] = Object.keys(command)
    switch (name) {
      case 'hello':
      case 'isMaster':
      case 'ismaster': {
        if (name === 'hello' && options.old === true)
          return refusal(59, 'CommandNotFound', "no such command: 'hello'")
        const known = command['saslSupportedMechs'] === `admin.${options.user}`
        const isPrimary = options.hello?.['isWritablePrimary'] ?? options.hello?.['setName'] === undefined
        return {
          ...(name === 'hello' ? { isWritablePrimary: isPrimary } : { ismaster: isPrimary, helloOk: true }),
          maxBsonObjectSize: 16_777_216,
          maxMessageSizeBytes: 48_000_000,
          maxWriteBatchSize: 100_000,
          localTime: new Date(),
          connectionId: 7,
          minWireVersion: 0,
          maxWireVersion: 21,
          readOnly: false,
          ...options.hello,
          ...(known ? { saslSupportedMechs: options.mechanisms ?? ['SCRAM-SHA-1', 'SCRAM-SHA-256'] } : {}),
          ok: 1,
        }
      }
      case 'saslStart':
        return begin(command)
      case 'saslContinue':
        return proceed(command)
      case 'ping':
        return isIn || options.user === undefined ? (options.ping ?? { ok: 1 }) : { ok: 1 }
      case 'endSessions':
        return { ok: 1 }
      default:
        if (!isIn) return refusal(13, 'Unauthorized', `command ${name} requires authentication`)
        return refusal(59, 'CommandNotFound', `no such command: '${name}'`)
    }
  }

  function begin(command: Document): Document {
    const { mechanism } = command as { mechanism?: string }
    const offered = options.mechanisms ?? ['SCRAM-SHA-1', 'SCRAM-SHA-256']
    if (!offered.some((one) => one === mechanism)) return failed()
    const bare = textOf(command['payload']).slice(3)
    const { n = '', r = '' } = attributes(bare)
    if (n !== options.user) return failed()
    const algorithm = mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256'
    const { password = '', user = '' } = options
    const secret =
      algorithm === 'sha256' ? password : createHash('md5').update(`${user}:mongo:${password}`).digest('hex')
    const [salt, rounds] = [
      randomBytes(algorithm === 'sha256' ? 28 : 16),
      algorithm === 'sha256' ? 15_000 : 10_000,
    ]
    const salted = pbkdf2Sync(secret, salt, rounds, algorithm === 'sha256' ? 32 : 20, algorithm)
    const first = `r=${r}${randomBytes(18).toString('base64')},s=${salt.toString('base64')},i=${rounds}`
    login = { algorithm, bare, first, salted }
    return { conversationId: 1, done: false, payload: new Binary(Buffer.from(first)), ok: 1 }
  }

  function proceed(command: Document): Document {
    if (login === undefined) return failed()
    const { algorithm, bare, first, salted } = login
    const said = textOf(command['payload'])
    const proof = /,p=(.*)$/.exec(said)?.[1]
    if (proof === undefined) {
      isIn = true
      return { conversationId: 1, done: true, payload: new Binary(Buffer.alloc(0)), ok: 1 }
    }
    const hmac = (key: Buffer, text: string): Buffer => createHmac(algorithm, key).update(text).digest()
    const signed = `${bare},${first},${said.replace(/,p=.*$/, '')}`
    const clientKey = hmac(salted, 'Client Key')
    const signature = hmac(createHash(algorithm).update(clientKey).digest(), signed)
    const wanted = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
    if (!wanted.equals(Buffer.from(proof, 'base64'))) return failed()
    isIn = true
    const final = `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`
    return { conversationId: 1, done: true, payload: new Binary(Buffer.from(final)), ok: 1 }
  }
}

function refusal(code: number, codeName: string, errmsg: string): Document {
  return { ok: 0, errmsg, code, codeName }
}

function failed(): Document {
  return refusal(18, 'AuthenticationFailed', 'Authentication failed.')
}

function textOf(payload: unknown): string {
  return payload instanceof Binary ? Buffer.from(payload.buffer).toString('utf8') : ''
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
