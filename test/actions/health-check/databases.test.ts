import { describe, expect, test } from '@jest/globals'
import { stage } from '../../shared/http/stage.ts'
import { certificate } from '../../support/certificates.ts'
import { startHonest, startTcp } from '../../support/lying-servers.ts'
import { describeWith } from '../../support/real-parts.ts'
import { expectConclusion } from '../../support/runner.ts'
import { mariadbOf, startMariadb } from '../../support/services/mariadb.ts'
import { startMysql8 } from '../../support/services/mysql-8.ts'
import { startRedis } from '../../support/services/redis.ts'
import { until } from '../../support/services/service.ts'
import { HASTY, healed, healthy, SECRET, talk, trusted, unhealthy, WRITTEN } from './served.ts'
import { checkOf, healthCheck } from './step.ts'

describeWith('mariadbd', 'MariaDB', (program) => {
  const USERS = [
    `create user app identified via mysql_native_password using password('${SECRET}');`,
    'create database `shop%1`;',
    'grant select on `shop%1`.* to app;',
    'create user nobody;',
  ]

  test('answers select 1 after a login', async () => {
    const server = await startMariadb(program, { sql: USERS })
    const at = `127.0.0.1:${server.port}`
    const step = await healthy(`mysql://app:${WRITTEN}@${at}/shop%251`)
    expect(checkOf(step)).toMatchObject({
      target: `mysql://${at}/shop%251`,
      address: at,
      reason: expect.stringMatching(/^select 1 in \d+ ms, MariaDB \d+\.\d+\.\d+ \(attempt 2, \d+ ms\)$/),
    })
    const before = server.log().length
    await healthy(`mariadb://app:${WRITTEN}@localhost:${server.port}`)
    await healthy(`mariadb://nobody@${at}`)
    const answers = await Promise.all([
      unhealthy(`mysql://app:wrong-secret@${at}`),
      unhealthy(`mysql://app@${at}`),
      unhealthy(`mysql://app:${WRITTEN}@${at}/nowhere`),
    ])
    expect(answers).toEqual([
      {
        class: 'authentication',
        reason: expect.stringMatching(
          /^Access denied for user 'app'@.*\(using password: YES\) \(1045, 28000\) \(attempt/,
        ),
      },
      {
        class: 'authentication',
        reason: expect.stringMatching(/\(1045, 28000\), and the URL has no password \(attempt/),
      },
      {
        class: 'authentication',
        reason: expect.stringMatching(
          /^Access denied for user 'app'@.* to database 'nowhere' \(1044, 42000\)/,
        ),
      },
    ])
    // Every try was a whole login, so that nobody is locked out; at most the last one of a step was cut short.
    const complaints = server.log().slice(before)
    expect(complaints.match(/Access denied/g)?.length).toBeGreaterThanOrEqual(3)
    expect(complaints.match(/Aborted connection/g)?.length ?? 0).toBeLessThanOrEqual(3)
    await server.stop()
  })

  test('has no TLS, or a certificate that is refused: asked once, so that it does not lock anybody out', async () => {
    const server = await startMariadb(program, { sql: USERS })
    const step = await healthCheck({
      url: `mysql://app:${WRITTEN}@127.0.0.1:${server.port}/?ssl-mode=required`,
    })
    expect(checkOf(step)).toMatchObject({
      class: 'tls',
      attempts: 1,
      reason: expect.stringMatching(
        /^MariaDB [\d.]+ has no TLS here, but the URL says ssl-mode=required \(not tried again/,
      ),
    })
    await server.stop()
    const secured = await startMariadb(program, { sql: USERS, tls: true })
    const refused = await healthCheck({
      url: `mysql://app:${WRITTEN}@localhost:${secured.port}/?ssl-mode=required`,
    })
    expect(checkOf(refused)).toMatchObject({ class: 'tls', attempts: 1 })
    expect(checkOf(refused).reason).toMatch(
      /^the certificate is from an unknown issuer .*ca-file.*\(not tried again/,
    )
    await secured.stop()
  })

  test('wants the password by Ed25519', async () => {
    const server = await startMariadb(program, {
      sql: [`create user curve identified via ed25519 using password('${SECRET}');`],
      args: ['--plugin-load-add=auth_ed25519'],
    })
    await healthy(`mariadb://curve:${WRITTEN}@127.0.0.1:${server.port}`)
    expect(await unhealthy(`mariadb://curve:wrong-secret@127.0.0.1:${server.port}`)).toMatchObject({
      class: 'authentication',
    })
    await server.stop()
  })

  test('speaks TLS', async () => {
    const server = await startMariadb(program, { sql: USERS, tls: true })
    const at = `app:${WRITTEN}@localhost:${server.port}`
    const folder = await trusted()
    const step = await healthy(
      `mysql://${at}?ssl-mode=verify_identity`,
      { 'ca-file': 'ca.pem', 'min-certificate-days': '20' },
      folder,
    )
    expect(checkOf(step)).toMatchObject({
      reason: expect.stringMatching(/, with TLS \(/),
      certificate: { daysLeft: 30 },
    })
    // Preferred: a certificate that nobody can check is worth as much as no TLS.
    expect(checkOf(await healthy(`mysql://${at}`)).reason).toMatch(/, with TLS \(/)
    expect(checkOf(await healthy(`mysql://${at}?ssl-mode=disabled`)).reason).not.toMatch(/TLS/)
    await server.stop()
  })

  test('is stopped, frozen, and comes back', async () => {
    const server = await startMariadb(program, { sql: USERS })
    const url = `mysql://app:${WRITTEN}@127.0.0.1:${server.port}`
    await healthy(url)
    server.freeze()
    expect(await unhealthy(url, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(/^connected to 127\.0\.0\.1:\d+, but no greeting within 300 ms/),
    })
    await healed(url, /no greeting/, () => server.thaw())
    await server.stop()
    expect(await unhealthy(url)).toMatchObject({ class: 'connect' })
    await healed(url, /connection refused/, () => server.start())
    await server.stop()
  })

  test('starts up while it is waited for', async () => {
    const server = await mariadbOf(program, { sql: USERS })
    server.start()
    await healthy(`mysql://app:${WRITTEN}@127.0.0.1:${server.port}`)
    await server.stop()
  })
})

describe('MySQL 8, by the document of its login', () => {
  test('a password that is in its cache, or not, with TLS or by its public key', async () => {
    const cached = await stage(startMysql8({ password: SECRET, cached: true }))
    expect(checkOf(await healthy(`mysql://app:${WRITTEN}@127.0.0.1:${cached.port}`)).reason).toMatch(
      /, MySQL 8\.4\.3 \(/,
    )
    const full = await stage(startMysql8({ password: SECRET }))
    await healthy(`mysql://app:${WRITTEN}@127.0.0.1:${full.port}`)
    const secured = await stage(startMysql8({ password: SECRET, tls: await certificate('good') }))
    expect(checkOf(await healthy(`mysql://app:${WRITTEN}@127.0.0.1:${secured.port}`)).reason).toMatch(
      /with TLS/,
    )
    for (const server of [cached, full, secured]) {
      expect(await unhealthy(`mysql://app:wrong-secret@127.0.0.1:${server.port}`)).toEqual({
        class: 'authentication',
        reason: expect.stringMatching(/^Access denied for user 'app'@'127\.0\.0\.1'/),
      })
    }
  })

  test('a way to log in that is not known is named', async () => {
    const server = await stage(startMysql8({ password: SECRET, plugin: 'authentication_fido' }))
    expect(await unhealthy(`mysql://app:${WRITTEN}@127.0.0.1:${server.port}`)).toEqual({
      class: 'authentication',
      reason: expect.stringMatching(
        /^the server wants the password by authentication_fido, which is not known here: use a user with caching_sha2_password/,
      ),
    })
  })

  test('too many connections, and a host that is locked out', async () => {
    const say = (code: number, message: string) =>
      stage(
        startTcp((socket) => {
          const text = Buffer.from(message)
          socket.end(
            Buffer.concat([Buffer.from([text.length + 3, 0, 0, 0, 0xff, code & 255, code >> 8]), text]),
          )
        }),
      )
    const full = await say(1040, 'Too many connections')
    expect(await unhealthy(`mysql://127.0.0.1:${full.port}`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^Too many connections \(1040\)/),
    })
    const blocked = await say(1129, "Host '10.0.0.1' is blocked because of many connection errors")
    expect((await unhealthy(`mysql://127.0.0.1:${blocked.port}`)).reason).toMatch(
      /\(1129\): FLUSH HOSTS lets it in again/,
    )
  })
})

describeWith('redis-server', 'Redis, more than PING', (program) => {
  test('a role', async () => {
    const master = await startRedis(program)
    const replica = await startRedis(program, { args: ['--replicaof', '127.0.0.1', String(master.port)] })
    const orphan = await startRedis(program, { args: ['--replicaof', '127.0.0.1', '1'] })
    expect(checkOf(await healthy(`redis://127.0.0.1:${master.port}?role=master`)).reason).toMatch(
      /, master \(/,
    )
    await healthy(`redis://127.0.0.1:${replica.port}?role=replica`)
    expect(await unhealthy(`redis://127.0.0.1:${replica.port}?role=primary`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(
        new RegExp(`^Redis is a replica of 127\\.0\\.0\\.1:${master.port}, expected a master`),
      ),
    })
    expect((await unhealthy(`redis://127.0.0.1:${master.port}?role=replica`)).reason).toMatch(
      /^Redis is a master, expected a replica/,
    )
    expect((await unhealthy(`redis://127.0.0.1:${orphan.port}?role=replica`)).reason).toMatch(
      /^Redis is a replica that is not connected to its master 127\.0\.0\.1:1 \(connect\)/,
    )
    await Promise.all([master.stop(), replica.stop(), orphan.stop()])
  })

  test('a key, and its value', async () => {
    const redis = await startRedis(program)
    ;(await talk(redis.port, 'SET deployed 1.4.2\r\nLPUSH list 1\r\n', /OK\r\n:1/)).destroy()
    const at = `redis://127.0.0.1:${redis.port}`
    await healthy(`${at}?key=deployed`)
    await healthy(`${at}?key=deployed&value=1.4.2`)
    await healthy(`${at}?key=list`)
    expect((await unhealthy(`${at}?key=migrated`)).reason).toMatch(/^Redis has no key migrated/)
    expect((await unhealthy(`${at}?key=deployed&value=1.5.0`)).reason).toMatch(
      /^the key deployed is "1\.4\.2", expected "1\.5\.0"/,
    )
    expect((await unhealthy(`${at}?key=list&value=1`)).reason).toMatch(/^Redis answers GET with "WRONGTYPE/)
    await redis.stop()
  })

  test('a node of a cluster that is down, and one of a cluster that works', async () => {
    const redis = await startRedis(program, { args: ['--cluster-enabled', 'yes', '--databases', '1'] })
    const url = `redis://127.0.0.1:${redis.port}`
    expect(await unhealthy(url)).toEqual({
      class: 'health',
      reason: expect.stringMatching(
        /^the Redis cluster is down \(CLUSTERDOWN, cluster_state: fail; 0 of 16384 slots are served\)/,
      ),
    })
    ;(await talk(redis.port, 'CLUSTER ADDSLOTSRANGE 0 16383\r\n', /\+OK/)).destroy()
    const step = await healthy(url)
    expect(checkOf(step).reason).toMatch(/cluster of 1 masters \(/)
    await redis.stop()
  })

  test('a sentinel whose master is down', async () => {
    const master = await startRedis(program)
    const sentinel = await startRedis(program, {
      sentinel: `sentinel monitor shop 127.0.0.1 ${master.port} 1\nsentinel down-after-milliseconds shop 300`,
    })
    const url = `redis://127.0.0.1:${sentinel.port}`
    expect(checkOf(await healthy(url)).reason).toMatch(/, sentinel of shop \(/)
    await healthy(`${url}?role=sentinel`)
    await master.stop()
    const step = await healthCheck({ url, timeout: '20s', invert: 'true' })
    expectConclusion(step, 'success')
    expect(checkOf(step).reason).toMatch(/^down: the sentinel says that shop \([so]down\) is down/)
    await sentinel.stop()
  })
})

test('another service on the port of MySQL', async () => {
  const http = await stage(startHonest())
  expect(await unhealthy(`mysql://127.0.0.1:${http.port}`, HASTY)).toMatchObject({ class: 'timeout' })
  const ssh = await stage(startTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')))
  expect((await unhealthy(`mysql://127.0.0.1:${ssh.port}`)).reason).toMatch(
    /^an SSH server answers on this port, not MySQL/,
  )
  await until(
    () => ssh.openSockets === 0,
    () => 'sockets',
  )
})
