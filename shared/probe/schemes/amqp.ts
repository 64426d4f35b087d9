import { randomUUID } from 'node:crypto'
import { AMQPBaseClient } from '@cloudamqp/amqp-client/amqp-base-client'
import { AMQPView } from '@cloudamqp/amqp-client/amqp-view'
import type { Check, Observation } from '../check.ts'
import { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { converse, type Protocol } from './converse.ts'
import type { Line } from './line.ts'

/** Frame type, channel, size: AMQP 0-9-1, section 2.3.5. */
const FRAME_HEADER = 7
/** A connection opens with method frames on channel 0, or with the version that the server speaks instead. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a binary protocol
const ANSWER = /^\x01(?:$|\x00(?:$|\x00))/
/** Class and method of connection.start. */
const START = 0x000a_000a

/** The library without its sockets: frames come from our line, and go to it. */
class Client extends AMQPBaseClient {
  readonly #line: Line<never>
  constructor(line: Line<never>, vhost: string, username: string, password: string) {
    super(vhost, username, password, 'nexus-actions health-check', `node ${process.version}`)
    this.#line = line
  }
  override connect(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.connectPromise = [() => resolve(this), reject]
      this.#line.send(Buffer.from('AMQP\0\0\x09\x01', 'latin1'))
    })
  }
  /** Never rejects: how the line ends is told by the line. */
  override send(bytes: Uint8Array): Promise<void> {
    this.#line.send(bytes)
    return Promise.resolve()
  }
  override closeSocket(): void {
    this.#line.stream.end()
  }
  read(view: AMQPView): void {
    this.parseFrames(view)
  }
}

/**
 * A connection to the virtual host and a channel on it. `?mode=publish` also publishes a message that no queue gets,
 * and waits for the broker's confirm: a broker whose memory or disk alarm is on accepts connections, but no messages.
 */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  if (check.target.scheme === 'exec') throw new TypeError('not an AMQP target')
  const { url } = check.target
  let client: Client | undefined
  let server: string | undefined
  const protocol: Protocol<never> = {
    name: 'AMQP 0-9-1',
    useTls: 'use amqps',
    begins: ANSWER,
    tls: url.protocol === 'amqps:',
    decoder: () =>
      frames((frame) => {
        const view = new AMQPView(frame.buffer as ArrayBuffer, frame.byteOffset, frame.length)
        server ??= serverOf(view)
        client?.read(view)
      }),
  }
  return converse(check, attempt, protocol, async (line) => {
    const hasCredentials = line.username !== '' || line.password !== ''
    const [username, password] = hasCredentials ? [line.username, line.password] : ['guest', 'guest']
    const vhost = decodeURIComponent(url.pathname.slice(1)) || '/'
    const open = new Client(line, vhost, username, password)
    client = open
    open.onerror = () => undefined
    const blocked = new Promise<never>((_resolve, reject) => {
      open.onblocked = (reason) => reject(new Error(`blocked: ${reason}`))
    })
    const step = <T>(what: string, promise: Promise<T>): Promise<T> =>
      line.within(what, Promise.race([promise, blocked])).catch((error: unknown) => {
        throw error instanceof ProbeFailure ? error : refusal(line, error)
      })
    await step('answer to the AMQP greeting', open.connect())
    const channel = await step('answer to channel.open', open.channel())
    let what = 'connection and channel opened'
    if (url.searchParams.get('mode') === 'publish') {
      await step('answer to confirm.select', channel.confirmSelect())
      const published = channel.basicPublish('', `nexus-actions.health.${randomUUID()}`, '')
      await step('confirm of the published message', published)
      what = 'message confirmed'
    }
    open.close('done').catch(() => undefined)
    const goodbye = Buffer.alloc(0) // close() has said it
    return { note: server === undefined ? what : `${what}, ${line.quote(server)}`, goodbye }
  })
}

/** Cuts a stream of bytes into whole frames. */
function frames(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (rest.length < FRAME_HEADER) return
      // One byte marks the end of the frame.
      const length = FRAME_HEADER + rest.readUInt32BE(3) + 1
      if (rest.length < length) return
      const frame = rest.subarray(0, length)
      rest = rest.subarray(length)
      take(frame)
    }
  }
}

/** Product and version out of connection.start, which the library does not look at: `RabbitMQ 3.10.8`. */
function serverOf(view: AMQPView): string {
  if (view.getUint32(FRAME_HEADER) !== START) return ''
  // Class, method, and the two bytes of the protocol's version come first.
  const [properties] = view.getTable(FRAME_HEADER + 6)
  return [properties['product'], properties['version']].filter((part) => typeof part === 'string').join(' ')
}

/** What the broker says when it closes, in words. */
function refusal(line: Line<never>, error: unknown): ProbeFailure {
  const said = line.quote(error instanceof Error ? error.message : String(error))
  const text = said.replace(/^connection closed: /, '')
  if (/^blocked: /.test(text)) {
    return line.failure('health', `the broker takes no messages (connection.${text})`)
  }
  if (/\(403\)|ACCESS_REFUSED|refused for user/.test(text)) return line.failure('authentication', text)
  return line.failure('health', text)
}
