import { describe, expect, test } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { stage } from '../../shared/http/stage.ts'
import { certificate } from '../../support/certificates.ts'
import { startHonest } from '../../support/lying-servers.ts'
import { startMongo, startMongoTls } from '../../support/services/mongodb.ts'
import { healthy, SECRET, trusted, unhealthy, WRITTEN } from './served.ts'
import { checkOf, errorOf, healthCheck } from './step.ts'

describe('the stand-in of a MongoDB server, held against MongoDB’s driver', () => {
  const ask = async (url: string): Promise<unknown> => {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000, monitorCommands: true })
    try {
      return await client.db('admin').command({ ping: 1 })
    } finally {
      await client.close(true)
    }
  }

  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-1'] as const)(
    'it lets the driver in by %s, and nobody else',
    async (mechanism) => {
      const server = await stage(startMongo({ user: 'app', password: SECRET, mechanisms: [mechanism] }))
      const at = `127.0.0.1:${server.port}/?directConnection=true`
      expect(await ask(`mongodb://app:${WRITTEN}@${at}`)).toMatchObject({ ok: 1 })
      await expect(ask(`mongodb://app:wrong-secret@${at}`)).rejects.toThrow(/Authentication failed/)
    },
  )

  test('without a password too', async () => {
    const server = await stage(startMongo())
    expect(await ask(`mongodb://127.0.0.1:${server.port}/?directConnection=true`)).toMatchObject({ ok: 1 })
  })
})

describe('MongoDB', () => {
  test('answers hello and ping', async () => {
    const server = await stage(startMongo())
    const step = await healthy(`mongodb://127.0.0.1:${server.port}`)
    expect(checkOf(step)).toMatchObject({
      address: `127.0.0.1:${server.port}`,
      reason: expect.stringMatching(/^ping in \d+ ms, standalone \(attempt 2, \d+ ms\)$/),
    })
    await healthy(`mongodb://localhost:${server.port}/shop?role=primary&retryWrites=true&w=majority`)
    const old = await stage(startMongo({ old: true }))
    await healthy(`mongodb://127.0.0.1:${old.port}`)
  })

  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-1'] as const)('logs in by %s', async (mechanism) => {
    const server = await stage(startMongo({ user: 'app', password: SECRET, mechanisms: [mechanism] }))
    const at = `127.0.0.1:${server.port}`
    await healthy(`mongodb://app:${WRITTEN}@${at}`)
    await healthy(`mongodb://app:${WRITTEN}@${at}/shop?authSource=admin`)
    const answers = [
      await unhealthy(`mongodb://app:wrong-secret@${at}`),
      await unhealthy(`mongodb://nobody:${WRITTEN}@${at}`),
    ]
    expect(answers).toEqual(
      answers.map(() => ({
        class: 'authentication',
        reason: expect.stringMatching(
          /^MongoDB answers sasl(?:Start|Continue): Authentication failed\. \(AuthenticationFailed 18\)/,
        ),
      })),
    )
  })

  test('a member of a replica set, of the right kind or not', async () => {
    const member = (hello: Record<string, unknown>) => stage(startMongo({ hello }))
    const primary = await member({ setName: 'rs0', isWritablePrimary: true })
    const secondary = await member({ setName: 'rs0', secondary: true })
    const starting = await member({ setName: 'rs0', isWritablePrimary: false, secondary: false })
    const fresh = await member({ isreplicaset: true, isWritablePrimary: false })
    const router = await member({ msg: 'isdbgrid' })
    expect(
      checkOf(await healthy(`mongodb://127.0.0.1:${primary.port}/?role=primary&replicaSet=rs0`)).reason,
    ).toMatch(/, primary of rs0 \(/)
    await healthy(`mongodb://127.0.0.1:${secondary.port}/?role=secondary`)
    await healthy(`mongodb://127.0.0.1:${router.port}/?role=mongos`)
    const reasons = [
      (await unhealthy(`mongodb://127.0.0.1:${secondary.port}/?role=primary`)).reason,
      (await unhealthy(`mongodb://127.0.0.1:${primary.port}/?replicaSet=rs1`)).reason,
      (await unhealthy(`mongodb://127.0.0.1:${starting.port}`)).reason,
      (await unhealthy(`mongodb://127.0.0.1:${fresh.port}`)).reason,
    ]
    expect(reasons).toEqual([
      expect.stringMatching(/^the member of rs0 is secondary, expected primary \(/),
      expect.stringMatching(/^the server is of the replica set rs0, expected rs1 \(/),
      expect.stringMatching(
        /^the member of rs0 is neither primary nor secondary: it starts up, recovers or has been removed/,
      ),
      expect.stringMatching(/^the replica set has not been initiated \(rs\.initiate\)/),
    ])
  })

  test('speaks TLS, is another server, shuts down', async () => {
    const secured = await startMongoTls({ user: 'app', password: SECRET }, await certificate('good'))
    const step = await healthy(
      `mongodb://app:${WRITTEN}@localhost:${secured.port}/?tls=true`,
      { 'ca-file': 'ca.pem' },
      await trusted(),
    )
    expect(checkOf(step)).toMatchObject({
      reason: expect.stringMatching(/, with TLS \(/),
      certificate: { daysLeft: 30 },
    })
    await secured.close()
    const http = await stage(startHonest())
    expect(await unhealthy(`mongodb://127.0.0.1:${http.port}`)).toEqual({
      class: 'protocol',
      reason: expect.stringMatching(/^an HTTP server answers on this port, not MongoDB/),
    })
    const ending = await stage(
      startMongo({
        ping: { ok: 0, code: 91, codeName: 'ShutdownInProgress', errmsg: 'The server is in quiesce mode' },
      }),
    )
    expect(await unhealthy(`mongodb://127.0.0.1:${ending.port}`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(
        /^MongoDB answers ping: The server is in quiesce mode \(ShutdownInProgress 91\)/,
      ),
    })
  })

  test.each([
    ['mongodb://a.test:1,b.test:2/', /is not a valid URL|does not name one host/],
    [
      'mongodb://a.test/?authMechanism=PLAIN',
      /its authMechanism is "PLAIN"\. Write SCRAM-SHA-256 or SCRAM-SHA-1/,
    ],
    ['mongodb://a.test/?role=leader', /its role is "leader"/],
  ])('%s is an input error', async (url, words) => {
    expect(errorOf(await healthCheck({ url }))).toMatch(words)
  })
})
