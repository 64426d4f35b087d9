import type { Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { generate, parser } from 'mqtt-packet'
import type { Observation } from '../../../shared/probe/check.ts'
import type { FailureClass } from '../../../shared/probe/failure.ts'
import { ProbeFailure } from '../../../shared/probe/failure.ts'
import { loadProbe } from '../../../shared/probe/probes.ts'
import { foreign } from '../../../shared/probe/schemes/foreign.ts'
import { readTarget } from '../../../shared/probe/target.ts'
import { type LyingServer, startSilent, startTcp } from '../../support/lying-servers.ts'
import { startLossyBroker } from '../../support/services/stand-ins.ts'
import { stage, until } from '../http/stage.ts'
import { checkOf } from './fixtures.ts'

const SECRET = 's3cr3t/pässword'
const USER = `user:${encodeURIComponent(SECRET)}@`
const SERVICES = ['redis', 'postgres', 'mqtt', 'amqp'] as const

/** One try. The stage sees to it that no connection outlives the test. */
async function probe(
  url: string,
  timeout = 10_000,
  signal = new AbortController().signal,
): Promise<Observation> {
  const reading = readTarget(url)
  if ('problem' in reading) throw new Error(reading.problem)
  const target = reading.value
  const scheme = { probe: await loadProbe(target.scheme) }
  return scheme.probe(checkOf({ 'attempt-timeout': timeout }, { target }), { timeout, signal, ca: [] })
}

async function failureOf(promise: Promise<unknown>): Promise<ProbeFailure> {
  const error = await promise.then(
    (value) => value,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ProbeFailure)
  const failure = error as ProbeFailure
  expect(JSON.stringify([failure.message, failure.stack])).not.toContain(SECRET)
  return failure
}

/** A server that answers each piece of what it gets with the next of these, and the last of them for ever. */
function scripted(...answers: (string | Buffer)[]): Promise<LyingServer> {
  return startTcp((socket) => {
    let nth = 0
    socket.on('data', () => {
      const answer = answers[Math.min(nth, answers.length - 1)]
      nth += 1
      if (answer !== undefined) socket.write(answer)
    })
  })
}

describe.each(SERVICES)('%s', (scheme) => {
  const at = (server: LyingServer): string => `${scheme}://${USER}127.0.0.1:${server.port}`

  test('a server that hangs up, or resets', async () => {
    const closing = await stage(startTcp((socket) => socket.once('data', () => socket.end())))
    const closed = await failureOf(probe(at(closing)))
    expect(closed).toMatchObject({
      failure: 'protocol',
      permanent: false,
      address: `127.0.0.1:${closing.port}`,
    })
    expect(closed.message).toMatch(/^connection closed before the answer to /)
    expect(closed.timings?.total).toBeGreaterThan(0)
    const resetting = await stage(startTcp((socket) => socket.once('data', () => socket.resetAndDestroy())))
    expect((await failureOf(probe(at(resetting)))).message).toMatch(
      /^connection (?:reset|closed) before the answer to /,
    )
  })

  test('a server that never stops talking', async () => {
    const first = {
      redis: '$99999999\r\n',
      postgres: 'E\0\xff\xff',
      mqtt: '\x20\xff\xff\x7f',
      amqp: '\x01\0\0\x7f\0\0\0',
    }[scheme]
    const flood = (socket: Socket): void => {
      socket.write(Buffer.from(first, 'latin1'))
      const more = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(65_536)));
      }
      socket.on('drain', more)
      more()
    }
    const server = await stage(startTcp((socket) => socket.once('data', () => flood(socket))))
    const query = scheme === 'postgres' ? '?sslmode=disable' : ''
    const failure = await failureOf(probe(`${at(server)}${query}`))
    expect(failure.failure).toBe('protocol')
    expect(failure.message).toMatch(
      /^more than 1 MiB came instead of the answer to |^the answer is not that of /,
    )
  })

  test('a server that says back what it hears does not get the password into the message', async () => {
    const server = await stage(startTcp((socket) => socket.pipe(socket)))
    const failure = await failureOf(probe(at(server), 300))
    expect(failure.failure).toMatch(/^(?:protocol|authentication|health|timeout)$/)
  })

  test('a try that is cancelled', async () => {
    const server = await stage(startSilent())
    const controller = new AbortController()
    const trying = failureOf(probe(at(server), 10_000, controller.signal))
    await until(() => server.openSockets === 1, 'a connection')
    controller.abort()
    expect((await trying).failure).toBe('cancelled')
  })

  test('a metadata address is refused for good', async () => {
    const failure = await failureOf(probe(`${scheme}://${USER}169.254.169.254`))
    expect(failure).toMatchObject({ failure: 'config', permanent: true })
  })

  test('a port that speaks TLS', async () => {
    const alert = Buffer.from([21, 3, 3, 0, 2, 2, 70])
    const server = await stage(scripted(alert))
    const said = { redis: ': use rediss', mqtt: ': use mqtts', amqp: ': use amqps', postgres: '' }[scheme]
    const failure = await failureOf(probe(at(server)))
    expect(failure.message).toBe(`the server speaks TLS on this port${said} (127.0.0.1:${server.port})`)
  })
})

test.each<[error: string, failure: FailureClass, message: RegExp]>([
  [
    '-LOADING Redis is loading the dataset in memory',
    'health',
    /^Redis is still loading its data \(LOADING\)$/,
  ],
  ['-BUSY Redis is busy running a script.', 'health', /^Redis is busy with a script \(BUSY\)$/],
  ['-MISCONF Redis is configured to save RDB snapshots', 'health', /^Redis cannot write its data to disk/],
  [
    '-ERR max number of clients reached',
    'health',
    /^Redis answers PING with "ERR max number of clients reached"$/,
  ],
  ['-DENIED Redis is running in protected mode', 'authentication', /^Redis runs in protected mode/],
  ['+OK', 'protocol', /^the answer to PING is not PONG but "OK"$/],
  [':1', 'protocol', /^the answer to PING is not PONG but "1"$/],
  ['$-1', 'protocol', /^the answer to PING is not PONG but "null"$/],
])('Redis answers PING with %s', async (error, failure, message) => {
  const server = await stage(scripted(`${error}\r\n`))
  const failed = await failureOf(probe(`redis://127.0.0.1:${server.port}`))
  expect(failed.failure).toBe(failure)
  expect(failed.message).toMatch(message)
})

test.each([
  ['-ERR invalid password', /^Redis refuses the password/],
  ["-ERR wrong number of arguments for 'auth' command", /^Redis is older than 6 and knows no user names/],
  ['-ERR Client sent AUTH, but no password is set', /^Redis has no password, but the URL has one/],
  [
    `-ERR unknown command 'AUTH', with args beginning with: 'user' '${SECRET}'`,
    /^Redis refuses AUTH .*'\*\*\*'/,
  ],
])('an older Redis answers AUTH with %s', async (error, message) => {
  const server = await stage(scripted(`${error}\r\n`))
  const failed = await failureOf(probe(`redis://${USER}127.0.0.1:${server.port}`))
  expect(failed.failure).toBe('authentication')
  expect(failed.message).toMatch(message)
})

test('a proxy that knows PING and hangs up at INFO is healthy', async () => {
  const server = await stage(
    startTcp((socket) => {
      socket.on('data', (chunk) => (chunk.includes('PING') ? socket.write('+PONG\r\n') : socket.end()))
    }),
  )
  expect((await probe(`redis://127.0.0.1:${server.port}`)).note).toMatch(/^PONG in \d+ ms$/)
})

test('Valkey is called by its name', async () => {
  const info = 'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n'
  const server = await stage(scripted('+PONG\r\n', `$${info.length}\r\n${info}\r\n`, '+OK\r\n'))
  expect((await probe(`redis://127.0.0.1:${server.port}`)).note).toMatch(/^PONG in \d+ ms, Valkey 8\.1\.1$/)
})

test.each<[code: number, failure: FailureClass, message: RegExp]>([
  [1, 'protocol', /^the broker does not speak MQTT 3\.1\.1 \(CONNACK 1\)$/],
  [2, 'protocol', /^the broker refuses the client identifier \(CONNACK 2\)$/],
  [3, 'health', /^the broker says that it is unavailable \(CONNACK 3\)$/],
  [4, 'authentication', /^the broker refuses the user name or the password \(CONNACK 4\)$/],
  [5, 'authentication', /^the broker says: not authorised \(CONNACK 5\)$/],
  [99, 'protocol', /^the broker refuses the connection \(CONNACK 99\)$/],
])('an MQTT broker answers with code %d', async (code, failure, message) => {
  const server = await stage(scripted(Buffer.from([0x20, 2, 0, code])))
  const failed = await failureOf(probe(`mqtt://${USER}127.0.0.1:${server.port}`))
  expect(failed.failure).toBe(failure)
  expect(failed.message).toMatch(message)
})

test('an MQTT broker that refuses the subscription', async () => {
  const server = await stage(scripted(Buffer.from([0x20, 2, 0, 0]), Buffer.from([0x90, 3, 0, 1, 0x80])))
  const failed = await failureOf(probe(`mqtt://127.0.0.1:${server.port}`))
  expect(failed).toMatchObject({ failure: 'authentication' })
  expect(failed.message).toMatch(/^the broker refuses to subscribe to nexus-actions\/health\/#/)
})

test('an MQTT broker that delivers something else, to somebody else, or nothing', async () => {
  const publish = (topic: string, payload: string): Buffer =>
    generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false })
  const changing = await stage(
    startLossyBroker((topic, _payload, socket) => socket.write(publish(topic, 'other'))),
  )
  expect(await failureOf(probe(`mqtt://127.0.0.1:${changing.port}`))).toMatchObject({
    failure: 'health',
    message: 'published, but another message came back',
  })
  const mixing = await stage(
    startLossyBroker((topic, payload, socket) => {
      socket.write(publish('other/topic', payload.toString()))
      socket.write(publish(topic, payload.toString()))
    }),
  )
  expect((await probe(`mqtt://127.0.0.1:${mixing.port}`)).note).toMatch(/^message came back in \d+ ms$/)
  const losing = await stage(startLossyBroker())
  expect(await failureOf(probe(`mqtt://127.0.0.1:${losing.port}`, 1_000))).toMatchObject({
    failure: 'health',
    message: expect.stringMatching(/^published, but it did not come back within 1 s/),
  })
})

test('an MQTT broker that does not acknowledge is slow, not losing', async () => {
  const server = await stage(
    startTcp((socket) => {
      const packets = parser({ protocolVersion: 4 })
      packets.on('packet', ({ cmd }) => {
        if (cmd === 'connect') socket.write(Buffer.from([0x20, 2, 0, 0]))
        if (cmd === 'subscribe') socket.write(Buffer.from([0x90, 3, 0, 1, 1]))
      })
      socket.on('data', (chunk) => packets.parse(chunk))
    }),
  )
  expect(await failureOf(probe(`mqtt://127.0.0.1:${server.port}`, 1_000))).toMatchObject({
    failure: 'timeout',
    message: expect.stringMatching(
      /^connected to .*, but no acknowledgement of the published message within 1 s$/,
    ),
  })
})

test('an AMQP broker of another version', async () => {
  const server = await stage(scripted(Buffer.from('AMQP\0\x01\0\0', 'latin1')))
  const failed = await failureOf(probe(`amqp://127.0.0.1:${server.port}`))
  expect(failed.message).toMatch(/^an AMQP server of another version answers on this port, not AMQP 0-9-1/)
})

test('somebody who puts bytes before the TLS of PostgreSQL is not believed', async () => {
  const server = await stage(scripted('Sgarbage'))
  expect(await failureOf(probe(`postgres://127.0.0.1:${server.port}`))).toMatchObject({ failure: 'protocol' })
})

test.each([
  [
    'HTTP/1.1 400 Bad Request\r\n',
    /^an HTTP server answers on this port, not X: it begins with "HTTP\/1.1 400 Bad Request"$/,
  ],
  ['SSH-2.0-OpenSSH_9.2\r\n', /^an SSH server answers/],
  ['220 mail.example ESMTP\r\n', /^a mail or FTP server answers/],
  ['J\0\0\0\x0a8.0.36\0', /^a MySQL server answers/],
  ['-ERR unknown command\r\n', /^a Redis server answers/],
  ['\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x80', /^an HTTP\/2 server answers/],
  ['##[error]x\r\n', /^the answer is not that of X: it begins with "##\[error\]x"$/],
  ['\x1b[31mred', /^the answer is not that of X: it begins with "\\u\{1b\}\[31mred"$/],
])('%j is told from what was expected', (text, message) => {
  expect(foreign(Buffer.from(text, 'latin1'), 'X', 'use xs', (seen) => seen)).toMatch(message)
})
