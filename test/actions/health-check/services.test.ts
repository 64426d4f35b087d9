import { describe, expect, test } from '@jest/globals'
import { serialize } from 'pg-protocol/dist/serializer.js'
import { stage } from '../../shared/http/stage.ts'
import { startHonest, startSilent, startSshBanner } from '../../support/lying-servers.ts'
import { describeWith, testWith } from '../../support/real-parts.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { startMosquitto } from '../../support/services/mosquitto.ts'
import { startPostgres } from '../../support/services/postgres.ts'
import { type Rabbit, startRabbitmq } from '../../support/services/rabbitmq.ts'
import { redisOf, startRedis } from '../../support/services/redis.ts'
import { startLossyBroker } from '../../support/services/stand-ins.ts'
import {
  expectNoSecret,
  HASTY,
  healed,
  healthy,
  SECRET,
  STEADY,
  talk,
  trusted,
  unhealthy,
  WRITTEN,
} from './served.ts'
import { checkOf, healthCheck, resultOf } from './step.ts'

describeWith('redis-server', 'Redis', (program) => {
  test('answers PING', async () => {
    const redis = await startRedis(program)
    const step = await healthy(`redis://127.0.0.1:${redis.port}`)
    expect(checkOf(step)).toMatchObject({
      target: `redis://127.0.0.1:${redis.port}`,
      address: `127.0.0.1:${redis.port}`,
      reason: expect.stringMatching(/^PONG in \d+ ms, Redis \d+\.\d+\.\d+ \(attempt 2, \d+ ms\)$/),
      timingsMs: { connect: expect.any(Number), firstByte: expect.any(Number), total: expect.any(Number) },
    })
    await healthy(`redis://localhost:${redis.port}/3`)
    expect(await unhealthy(`redis://127.0.0.1:${redis.port}/99`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^Redis has no database 99 \("ERR DB index is out of range"\)/),
    })
    expect(await unhealthy(`redis://:${WRITTEN}@127.0.0.1:${redis.port}`)).toEqual({
      class: 'authentication',
      reason: expect.stringMatching(/^Redis has no password, but the URL has one/),
    })
    await redis.stop()
  })

  test('wants a password, or a user name with one', async () => {
    const redis = await startRedis(program, {
      password: SECRET,
      users: { probe: `on >${SECRET} +ping`, mute: `on >${SECRET} +info` },
    })
    const at = `127.0.0.1:${redis.port}`
    await healthy(`redis://:${WRITTEN}@${at}/1`)
    // This user may not call INFO: there is no version then.
    expect(checkOf(await healthy(`redis://probe:${WRITTEN}@${at}`)).reason).toMatch(/^PONG in \d+ ms \(/)
    const answers = await Promise.all([
      unhealthy(`redis://${at}`),
      unhealthy(`redis://:wrong-secret@${at}`),
      unhealthy(`redis://nobody:${WRITTEN}@${at}`),
      unhealthy(`redis://mute:${WRITTEN}@${at}`),
    ])
    expect(answers).toEqual(
      [
        /^Redis wants a password \(NOAUTH\)/,
        /^Redis refuses the user name or the password \(WRONGPASS\)/,
        /^Redis refuses the user name or the password \(WRONGPASS\)/,
        /^the user may not call PING \(NOPERM\)/,
      ].map((reason) => ({ class: 'authentication', reason: expect.stringMatching(reason) })),
    )
    await redis.stop()
  })

  test('speaks TLS', async () => {
    const redis = await startRedis(program, { tls: true, password: SECRET })
    const at = `:${WRITTEN}@localhost:${redis.port}`
    const folder = await trusted()
    const step = await healthy(
      `rediss://${at}`,
      { 'ca-file': 'ca.pem', 'min-certificate-days': '20' },
      folder,
    )
    expect(checkOf(step)).toMatchObject({
      certificate: { daysLeft: 30, subject: 'CN=good.test' },
      timingsMs: { tls: expect.any(Number) },
    })
    await healthy(`rediss://${at}`, { 'tls-verify': 'false' })
    expect(await unhealthy(`rediss://${at}`)).toEqual({
      class: 'tls',
      reason: expect.stringMatching(/^the certificate is from an unknown issuer \(CN=Test CA\)/),
    })
    expect(
      await unhealthy(`rediss://${at}`, { 'ca-file': 'ca.pem', 'min-certificate-days': '60' }, folder),
    ).toEqual({ class: 'certificate', reason: expect.stringMatching(/valid for 30 more days/) })
    // Redis hangs up on what is no handshake.
    expect(await unhealthy(`redis://${at}`)).toMatchObject({ class: 'protocol' })
    await redis.stop()
  })

  test('may demand a certificate of its clients', async () => {
    const redis = await startRedis(program, { tls: 'clients' })
    expect(
      await unhealthy(`rediss://localhost:${redis.port}`, { 'ca-file': 'ca.pem' }, await trusted()),
    ).toEqual({ class: 'tls', reason: expect.stringMatching(/^the server demands a client certificate/) })
    await redis.stop()
  })

  test('is a replica without its master', async () => {
    const master = await redisOf(program)
    const redis = await startRedis(program, {
      args: ['--replicaof', '127.0.0.1', String(master.port), '--replica-serve-stale-data', 'no'],
    })
    const url = `redis://127.0.0.1:${redis.port}`
    expect(await unhealthy(url)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^Redis is a replica that has lost its master \(MASTERDOWN\)/),
    })
    await healed(url, /MASTERDOWN/, () => master.start())
    await Promise.all([redis.stop(), master.stop()])
  })

  test('still loads its data', async () => {
    const folder = tempFolder('nexus-redis-data-')
    const args = ['--save', '3600 1', '--dbfilename', 'dump.rdb']
    const first = await startRedis(program, { folder, args: [...args, '--enable-debug-command', 'yes'] })
    // 100 keys of 2,000 bytes, in the file when it has stopped.
    const commands = 'DEBUG POPULATE 100 key 2000\r\nSET a b\r\nSAVE\r\n'
    ;(await talk(first.port, commands, /^(?:\+OK\r\n){3}$/)).destroy()
    await first.stop()
    const slowly = ['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024']
    const redis = await redisOf(program, { folder, args: [...args, ...slowly] })
    redis.start()
    const step = await healthy(`redis://127.0.0.1:${redis.port}`)
    expect(step.log).toMatch(/Redis is still loading its data \(LOADING\)/)
    await redis.stop()
  })

  test('is stopped, frozen, and comes back', async () => {
    const redis = await startRedis(program)
    const url = `redis://127.0.0.1:${redis.port}`
    redis.freeze()
    expect(await unhealthy(url, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(
        new RegExp(`^connected to 127.0.0.1:${redis.port}, but no answer to PING within 300 ms`),
      ),
    })
    await healed(url, /no answer to PING/, () => redis.thaw())
    await redis.stop()
    expect(await unhealthy(url)).toEqual({
      class: 'connect',
      reason: expect.stringMatching(new RegExp(`^connection refused \\(127.0.0.1:${redis.port}\\)`)),
    })
    await healed(url, /connection refused/, () => redis.start())
    await redis.stop()
  })
})

describeWith('postgres', 'PostgreSQL', (program) => {
  const USERS = ['scram', 'md5', 'clear'].map(
    (name) =>
      `set password_encryption = '${name === 'md5' ? 'md5' : 'scram-sha-256'}';\ncreate role ${name} login password '${SECRET}';`,
  )
  const ACCESS = [
    'host all postgres 127.0.0.1/32 trust',
    'host all scram 127.0.0.1/32 scram-sha-256',
    'host all md5 127.0.0.1/32 md5',
    'host all clear 127.0.0.1/32 password',
  ]

  test('answers select 1, whatever way it asks for the password', async () => {
    const postgres = await startPostgres(program, {
      sql: `${USERS.join('\n')}\ncreate database "shop/1";`,
      access: ACCESS,
    })
    const at = `127.0.0.1:${postgres.port}`
    const step = await healthy(`postgres://${at}`)
    expect(checkOf(step)).toMatchObject({
      address: at,
      reason: expect.stringMatching(/^select 1 in \d+ ms, PostgreSQL \d+\.\d+ \(attempt 2, \d+ ms\)$/),
    })
    await Promise.all([
      healthy(`postgresql://scram:${WRITTEN}@${at}/shop%2F1?sslmode=disable&application_name=x`),
      healthy(`postgresql://md5:${WRITTEN}@${at}/postgres`),
      healthy(`postgres://clear:${WRITTEN}@${at}/postgres`),
    ])
    expect(postgres.log()).not.toMatch(/unexpected EOF|could not receive data/)
    const refused = await Promise.all([
      unhealthy(`postgres://scram:wrong-secret@${at}/postgres`),
      unhealthy(`postgres://md5:wrong-secret@${at}/postgres`),
      unhealthy(`postgres://scram@${at}/postgres`),
      unhealthy(`postgres://nobody:${WRITTEN}@${at}/postgres`),
    ])
    expect(refused).toEqual(
      [
        /^password authentication failed for user "scram" \(28P01\)/,
        /^password authentication failed for user "md5" \(28P01\)/,
        /^PostgreSQL wants a password, and the URL has none/,
        /^no pg_hba.conf entry for host .* user "nobody"/,
      ].map((reason) => ({ class: 'authentication', reason: expect.stringMatching(reason) })),
    )
    expect(await unhealthy(`postgres://${at}/nowhere`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^database "nowhere" does not exist \(3D000\)/),
    })
    expect(await unhealthy(`postgres://${at}?sslmode=require`)).toEqual({
      class: 'tls',
      reason: expect.stringMatching(/^PostgreSQL has no TLS here, but the URL says sslmode=require/),
    })
    await postgres.stop()
  })

  test('speaks TLS', async () => {
    const postgres = await startPostgres(program, {
      tls: true,
      sql: USERS.join('\n'),
      access: ['hostssl all all 127.0.0.1/32 scram-sha-256'],
    })
    const at = `scram:${WRITTEN}@localhost:${postgres.port}/postgres`
    const ours = { 'ca-file': 'ca.pem' }
    const folder = await trusted()
    // As with libpq, any certificate is better than none when the URL says nothing.
    const preferred = checkOf(await healthy(`postgres://${at}`))
    expect(preferred).toMatchObject({ certificate: { daysLeft: 30 }, timingsMs: { tls: expect.any(Number) } })
    expect(preferred.reason).toContain(', with TLS')
    await Promise.all([
      healthy(`postgres://${at}?sslmode=verify-full`, ours, folder),
      healthy(`postgres://${at}?sslmode=require`, { 'tls-verify': 'false' }),
    ])
    const refused = await Promise.all([
      unhealthy(`postgres://${at}?sslmode=require`),
      unhealthy(`postgres://${at}?sslmode=verify-full`, { 'tls-verify': 'false' }),
      unhealthy(`postgres://${at}?sslmode=disable`),
      unhealthy(`postgres://${at}`, { 'min-certificate-days': '60' }),
    ])
    expect(refused).toEqual([
      { class: 'tls', reason: expect.stringMatching(/unknown issuer/) },
      { class: 'tls', reason: expect.stringMatching(/unknown issuer/) },
      { class: 'authentication', reason: expect.stringMatching(/^no pg_hba.conf entry .* no encryption/) },
      { class: 'certificate', reason: expect.stringMatching(/valid for 30 more days/) },
    ])
    await postgres.stop()
  })

  test('does not accept connections yet, and then does', async () => {
    const postgres = await startPostgres(program, { standby: true })
    const url = `postgres://127.0.0.1:${postgres.port}`
    expect(await unhealthy(url)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^the database system is not accepting connections \(57P03\)/),
    })
    await healed(url, /57P03/, () => postgres.promote())
    await postgres.stop()
  })

  test('has no place left', async () => {
    const postgres = await startPostgres(program, {
      settings: { max_connections: '1', superuser_reserved_connections: '0', max_wal_senders: '0' },
    })
    const url = `postgres://127.0.0.1:${postgres.port}`
    const startup = serialize.startup({ user: 'postgres', database: 'postgres' })
    // Z, its length, I: ready for queries, and idle.
    const only = await talk(postgres.port, startup, /Z.{4}I$/s)
    expect(await unhealthy(url)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^sorry, too many clients already \(53300\)/),
    })
    await healed(url, /53300/, () => only.destroy())
    await postgres.stop()
  })

  test('is frozen, restarted, and comes back', async () => {
    const postgres = await startPostgres(program)
    const at = `127.0.0.1:${postgres.port}`
    postgres.freeze()
    expect(await unhealthy(`postgres://${at}?sslmode=disable`, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(
        new RegExp(`^connected to ${at}, but no answer to the startup message within 300 ms`),
      ),
    })
    await healed(`postgres://${at}`, /no answer to the request for TLS within/, () => postgres.thaw())
    await postgres.stop()
    await healed(`postgres://${at}`, /connection refused/, () => postgres.start())
    await postgres.stop()
  })
})

describeWith('mosquitto', 'Mosquitto', (program) => {
  test('brings a message back', async () => {
    const broker = await startMosquitto(program)
    const at = `127.0.0.1:${broker.port}`
    const step = await healthy(`mqtt://${at}`)
    expect(checkOf(step)).toMatchObject({
      address: at,
      reason: expect.stringMatching(/^message came back in \d+ ms \(attempt 2, \d+ ms\)$/),
    })
    // Not a duplicate, QoS 1, not retained, on a topic of its own each time.
    const topics = [...broker.log().matchAll(/Received PUBLISH from nexus\w+ \(d0, q1, r0, m2, '([^']+)'/g)]
    expect(new Set(topics.map(([, topic]) => topic)).size).toBe(2)
    for (const [, topic] of topics) expect(topic).toMatch(/^nexus-actions\/health\/[0-9a-f-]{36}$/)
    expect(broker.log()).not.toMatch(/nexus\w+ closed its connection|Socket error|protocol error/i)

    const before = broker.log().length
    expect(checkOf(await healthy(`mqtt://${at}?mode=connect`)).reason).toMatch(/^connected \(/)
    expect(broker.log().slice(before)).toContain('Received DISCONNECT')
    expect(broker.log().slice(before)).not.toMatch(/SUBSCRIBE|PUBLISH/)
    await broker.stop()
  })

  test('asks who is there, and lets everybody do less', async () => {
    const broker = await startMosquitto(program, {
      users: { app: SECRET, reader: SECRET, deaf: SECRET },
      acl: [
        ...['user app', 'topic readwrite nexus-actions/health/#'],
        ...['user reader', 'topic read nexus-actions/health/#'],
        ...['user deaf', 'topic write nexus-actions/health/#'],
      ],
    })
    const at = `127.0.0.1:${broker.port}`
    await healthy(`mqtt://app:${WRITTEN}@${at}`)
    const refused = await Promise.all([
      unhealthy(`mqtt://${at}`),
      unhealthy(`mqtt://app:wrong-secret@${at}?mode=connect`),
      unhealthy(`mqtt://reader:${WRITTEN}@${at}`, STEADY),
    ])
    expect(refused).toEqual([
      {
        class: 'authentication',
        reason: expect.stringMatching(
          /^the broker says: not authorised, and the URL has no user name \(CONNACK 5\)/,
        ),
      },
      {
        class: 'authentication',
        reason: expect.stringMatching(/^the broker says: not authorised \(CONNACK 5\)/),
      },
      {
        class: 'health',
        reason: expect.stringMatching(/^published, but it did not come back within 1 s/),
      },
    ])
    await broker.stop()
  })

  test('speaks TLS', async () => {
    const broker = await startMosquitto(program, { tls: true })
    const at = `localhost:${broker.port}`
    const step = await healthy(`mqtts://${at}`, { 'ca-file': 'ca.pem' }, await trusted())
    expect(checkOf(step).certificate).toMatchObject({ daysLeft: 30 })
    expect(await unhealthy(`mqtts://${at}`)).toEqual({
      class: 'tls',
      reason: expect.stringMatching(/unknown issuer/),
    })
    expect(await unhealthy(`mqtt://${at}`)).toMatchObject({ class: 'protocol' })
    await broker.stop()
  })

  test('is frozen, restarted, and comes back', async () => {
    const broker = await startMosquitto(program)
    const url = `mqtt://127.0.0.1:${broker.port}`
    broker.freeze()
    expect(await unhealthy(url, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(/^connected to .*, but no answer to CONNECT within 300 ms/),
    })
    await healed(url, /no answer to CONNECT/, () => broker.thaw())
    await broker.stop()
    await healed(url, /connection refused/, () => broker.start())
    await broker.stop()
  })
})

describeWith('rabbitmq-server', 'RabbitMQ', () => {
  let starting: Promise<Rabbit> | undefined
  const shared = (): Promise<Rabbit> => {
    starting ??= startRabbitmq({
      users: { app: SECRET, guest: 'guest' },
      vhosts: { '/': ['app', 'guest'], shop: ['app'], private: [] },
    })
    return starting
  }

  test('opens a connection and a channel', async () => {
    const rabbit = await shared()
    const at = `127.0.0.1:${rabbit.port}`
    expect(checkOf(await healthy(`amqp://${at}`))).toMatchObject({
      address: at,
      reason: expect.stringMatching(
        /^connection and channel opened, RabbitMQ \d+\.\d+\.\d+ \(attempt 2, \d+ ms\)$/,
      ),
    })
    await healthy(`amqp://app:${WRITTEN}@${at}/shop`)
    await healthy(`amqp://app:${WRITTEN}@${at}/%2F?heartbeat=30`)
    const confirmed = checkOf(await healthy(`amqp://app:${WRITTEN}@${at}/shop?mode=publish`))
    expect(confirmed.reason).toMatch(/^message confirmed, RabbitMQ/)
    expect(rabbit.log()).not.toMatch(/client unexpectedly closed/)
    const refused = await Promise.all([
      unhealthy(`amqp://app:wrong-secret@${at}`),
      unhealthy(`amqp://app:${WRITTEN}@${at}/private`),
      unhealthy(`amqp://app:${WRITTEN}@${at}/nowhere`),
    ])
    expect(refused).toEqual([
      {
        class: 'authentication',
        reason: expect.stringMatching(/^ACCESS_REFUSED - Login was refused .* \(403\)/),
      },
      {
        class: 'authentication',
        reason: expect.stringMatching(
          /^NOT_ALLOWED - access to vhost 'private' refused for user 'app' \(530\)/,
        ),
      },
      { class: 'health', reason: expect.stringMatching(/^NOT_ALLOWED - vhost nowhere not found \(530\)/) },
    ])
  }, 120_000)

  test('speaks TLS', async () => {
    const rabbit = await shared()
    const at = `app:${WRITTEN}@localhost:${rabbit.tlsPort}/shop`
    const step = await healthy(`amqps://${at}`, { 'ca-file': 'ca.pem' }, await trusted())
    expect(checkOf(step).certificate).toMatchObject({ daysLeft: 30 })
    expect(await unhealthy(`amqps://${at}`)).toEqual({
      class: 'tls',
      reason: expect.stringMatching(/unknown issuer/),
    })
    expect(await unhealthy(`amqp://${at}`)).toMatchObject({ class: 'protocol' })
  }, 120_000)

  test('takes no messages while its alarm is on', async () => {
    const rabbit = await shared()
    const url = `amqp://127.0.0.1:${rabbit.port}`
    await rabbit.alarm(true)
    try {
      await healthy(url)
      expect(await unhealthy(`${url}?mode=publish`)).toEqual({
        class: 'health',
        reason: expect.stringMatching(/^the broker takes no messages \(connection\.blocked: low on memory\)/),
      })
    } finally {
      await rabbit.alarm(false)
    }
    await healthy(`${url}?mode=publish`)
  }, 120_000)

  test('is frozen, restarted, and comes back', async () => {
    const rabbit = await shared()
    const url = `amqp://127.0.0.1:${rabbit.port}`
    rabbit.freeze()
    expect(await unhealthy(url, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(/^connected to .*, but no answer to the AMQP greeting within 300 ms/),
    })
    await healed(url, /no answer to the AMQP greeting/, () => rabbit.thaw())
    await rabbit.stop()
    await healed(url, /connection refused/, () => rabbit.start())
    await rabbit.stop()
  }, 120_000)
})

describe('on the port of a database or broker', () => {
  const SCHEMES = ['redis', 'postgres', 'mqtt', 'amqp']
  const list = (port: number): string =>
    SCHEMES.map((scheme) => `- {name: ${scheme}, url: "${scheme}://u:${WRITTEN}@127.0.0.1:${port}"}`).join(
      '\n',
    )
  const reasons = async (port: number): Promise<Record<string, string>> => {
    const step = await healthCheck({ checks: list(port), ...STEADY })
    expectConclusion(step, 'failure')
    expectNoSecret(step)
    return Object.fromEntries(
      resultOf(step).checks.map(({ name, class: failure, reason }) => [name, `${failure}: ${reason}`]),
    )
  }

  test('nobody says a word', async () => {
    const server = await stage(startSilent())
    expect(await reasons(server.port)).toEqual({
      redis: expect.stringMatching(/^timeout: connected to .*, but no answer to AUTH within 1 s/),
      postgres: expect.stringMatching(
        /^timeout: connected to .*, but no answer to the request for TLS within/,
      ),
      mqtt: expect.stringMatching(/^timeout: connected to .*, but no answer to CONNECT within 1 s/),
      amqp: expect.stringMatching(/^timeout: connected to .*, but no answer to the AMQP greeting within/),
    })
  })

  test('an SSH server answers', async () => {
    const server = await stage(startSshBanner())
    const answers = await reasons(server.port)
    for (const scheme of SCHEMES)
      expect(answers[scheme]).toMatch(/^protocol: an SSH server answers on this port/)
  })

  test('an HTTP server answers', async () => {
    const server = await stage(startHonest())
    const answers = await reasons(server.port)
    for (const scheme of SCHEMES) expect(answers[scheme]).toMatch(/^protocol: an HTTP server answers/)
  })
})

test('a broker that loses messages is told from one that is slow', async () => {
  const broker = await stage(startLossyBroker())
  expect(await unhealthy(`mqtt://127.0.0.1:${broker.port}`, STEADY)).toEqual({
    class: 'health',
    reason: expect.stringMatching(/^published, but it did not come back within 1 s/),
  })
  await healthy(`mqtt://127.0.0.1:${broker.port}?mode=connect`)
})

testWith(
  'redis-server',
  'the summary names what is wrong behind an endpoint that is fine',
  async (program) => {
    const api = await stage(startHonest())
    const broker = await stage(startLossyBroker())
    const redis = await startRedis(program, { password: SECRET })
    const silent = await stage(startSilent())
    const step = await healthCheck({
      checks: [
        `- {name: api, url: "${api.url}/health"}`,
        `- {name: cache, url: "redis://127.0.0.1:${redis.port}"}`,
        `- {name: database, url: "postgres://127.0.0.1:${silent.port}?sslmode=disable"}`,
        `- {name: broker, url: "mqtt://127.0.0.1:${broker.port}"}`,
      ].join('\n'),
      ...STEADY,
    })
    expectConclusion(step, 'failure')
    expect(step.outputs['passed']).toBe('api')
    expect(step.outputs['failed']).toBe('cache\ndatabase\nbroker')
    const summary = step.summary.replaceAll('\\', '')
    expect(summary).toMatch(/\*\*cache\*\*: Redis wants a password \(NOAUTH\)/)
    expect(summary).toMatch(
      /\*\*database\*\*: connected to .*, but no answer to the startup message within 1 s/,
    )
    expect(summary).toMatch(/\*\*broker\*\*: published, but it did not come back within 1 s/)
    await redis.stop()
  },
)
