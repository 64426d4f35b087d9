import { randomUUID } from 'node:crypto'
import { generate, type Packet, parser } from 'mqtt-packet'
import { formatDuration } from '../../text/duration.ts'
import type { Check, Observation } from '../check.ts'
import { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { converse, type Protocol } from './converse.ts'
import type { Line } from './line.ts'

/** Return codes of CONNACK: MQTT 3.1.1, table 3.1. The first two are about us, the third about the broker. */
const REFUSALS: Readonly<Record<number, readonly ['authentication' | 'health' | 'protocol', string]>> = {
  1: ['protocol', 'the broker does not speak MQTT 3.1.1'],
  2: ['protocol', 'the broker refuses the client identifier'],
  3: ['health', 'the broker says that it is unavailable'],
  4: ['authentication', 'the broker refuses the user name or the password'],
  5: ['authentication', 'the broker says: not authorised'],
}
/** Above the longest attempt: nobody has to be pinged within one try. */
const KEEPALIVE_S = 600
const SUBSCRIBE_ID = 1
const PUBLISH_ID = 2

/**
 * A round trip: subscribes to a topic of its own, publishes there with QoS 1, never retained, and reads the message
 * back. `?mode=connect` connects and stays silent, for production brokers.
 */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  if (check.target.scheme === 'exec') throw new TypeError('not an MQTT target')
  const { url } = check.target
  const protocol: Protocol<Packet> = {
    name: 'MQTT',
    useTls: 'use mqtts',
    // A server begins with CONNACK, whatever it thinks of the client.
    begins: /^ /,
    tls: url.protocol === 'mqtts:',
    decoder: (push) => {
      const packets = parser({ protocolVersion: 4 })
      packets.on('packet', push)
      packets.on('error', (error) => {
        throw error
      })
      return (chunk) => packets.parse(chunk)
    },
  }
  const disconnect = generate({ cmd: 'disconnect' })
  return converse(check, attempt, protocol, async (line) => {
    const { username, password } = line
    line.send(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        // Every server takes 23 letters and digits: MQTT 3.1.1, section 3.1.3.1.
        clientId: `nexus${randomUUID().replaceAll('-', '').slice(0, 16)}`,
        clean: true,
        keepalive: KEEPALIVE_S,
        ...(username === '' && password === '' ? {} : { username }),
        ...(password === '' ? {} : { password: Buffer.from(password) }),
      }),
    )
    await accepted(line)
    if (url.searchParams.get('mode') === 'connect') return { note: 'connected', goodbye: disconnect }

    const id = randomUUID()
    const topic = `nexus-actions/health/${id}`
    line.send(generate({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions: [{ topic, qos: 1 }] }))
    await subscribed(line)
    const begun = performance.now()
    line.send(
      generate({
        cmd: 'publish',
        ...{ topic, messageId: PUBLISH_ID, qos: 1, retain: false, dup: false, payload: id },
      }),
    )
    const receipt = await readBack(line, topic, id, () => {
      // A broker that took the message and does not deliver it is not slow but unhealthy; unless it had no full try.
      const cutShort = attempt.timeout < check.settings['attempt-timeout']
      const within = formatDuration(attempt.timeout)
      const hint = 'may this user publish to nexus-actions/health/#?'
      return line.failure(
        cutShort ? 'timeout' : 'health',
        `published, but it did not come back within ${within} (${hint})`,
      )
    })
    const took = formatDuration(performance.now() - begun)
    if (receipt !== undefined) line.send(generate({ cmd: 'puback', messageId: receipt }))
    return { note: `message came back in ${took}`, goodbye: disconnect }
  })
}

async function accepted(line: Line<Packet>): Promise<void> {
  const packet = await line.next('answer to CONNECT')
  if (packet.cmd !== 'connack') throw unexpected(line, packet, 'CONNECT')
  const code = packet.returnCode ?? packet.reasonCode ?? 0
  if (code === 0) return
  const [failure, words] = REFUSALS[code] ?? ['protocol', 'the broker refuses the connection']
  const anonymous = failure === 'authentication' && line.username === '' && line.password === ''
  throw line.failure(
    failure,
    `${words}${anonymous ? ', and the URL has no user name' : ''} (CONNACK ${code})`,
  )
}

async function subscribed(line: Line<Packet>): Promise<void> {
  const packet = await line.next('answer to SUBSCRIBE')
  if (packet.cmd !== 'suback') throw unexpected(line, packet, 'SUBSCRIBE')
  const [granted] = packet.granted
  // 0x80 is the only failure of MQTT 3.1.1, section 3.9.3.
  if (granted === 0 || granted === 1 || granted === 2) return
  throw line.failure(
    'authentication',
    'the broker refuses to subscribe to nexus-actions/health/#: not authorised',
  )
}

/** Waits for the very message that was sent. @returns the id to acknowledge it with, when it wants that */
async function readBack(
  line: Line<Packet>,
  topic: string,
  payload: string,
  late: () => ProbeFailure,
): Promise<number | undefined> {
  let acknowledged = false
  for (;;) {
    const packet = await line
      .next(acknowledged ? 'message back' : 'acknowledgement of the published message')
      .catch((error: unknown) => {
        const timedOut = error instanceof ProbeFailure && error.failure === 'timeout'
        throw acknowledged && timedOut ? late() : error
      })
    if (packet.cmd === 'puback') acknowledged = true
    else if (packet.cmd === 'publish' && packet.topic === topic) {
      if (packet.payload.toString() === payload) return packet.qos === 1 ? packet.messageId : undefined
      throw line.failure('health', 'published, but another message came back')
    }
  }
}

function unexpected(line: Line<Packet>, { cmd }: Packet, sent: string): ProbeFailure {
  return line.failure('protocol', `the answer to ${sent} is ${cmd.toUpperCase()}, which makes no sense`)
}
