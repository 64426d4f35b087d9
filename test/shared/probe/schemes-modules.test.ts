import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from '@jest/globals'
import { ROOT } from '../../../scripts/actions.ts'
import { type Bundle, bundle, writeFolder } from '../../../scripts/bundle.ts'
import { startHonest } from '../../support/lying-servers.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction } from '../../support/runner.ts'
import { stage } from '../http/stage.ts'

/** What speaks with databases and brokers. */
const CLIENTS = ['@cloudamqp/amqp-client', 'bson', 'ioredis', 'mqtt-packet', 'pg', 'pg-protocol']
const SCHEMES = ['amqp', 'dns', 'grpc', 'mongodb', 'mqtt', 'mysql', 'postgres', 'redis', 'ws'].map(
  (name) => `shared/probe/schemes/${name}.js`,
)
/** Everything that a runner downloads for this action, gzipped as it comes. */
const BUDGET = 400_000

let made: Bundle
beforeAll(async () => {
  made = await bundle('health-check')
}, 120_000)

test('the clients are in the bundle, and none of them is loaded at the start', () => {
  const eager = made.chunks.filter((chunk) => chunk.eager)
  const lazy = made.chunks.filter((chunk) => !chunk.eager)
  expect(lazy.flatMap(({ packages }) => packages)).toEqual(expect.arrayContaining(CLIENTS))
  expect(lazy.flatMap(({ sources }) => sources)).toEqual(expect.arrayContaining(SCHEMES))
  expect(eager.flatMap(({ packages }) => packages).filter((name) => CLIENTS.includes(name))).toEqual([])
  expect(eager.flatMap(({ sources }) => sources).filter((name) => SCHEMES.includes(name))).toEqual([])
})

test('no scheme brings the client of another', () => {
  const clientsOf = made.chunks.map(({ packages }) => packages.filter((name) => CLIENTS.includes(name)))
  expect(clientsOf.filter((names) => new Set(names.map((name) => name.slice(0, 2))).size > 1)).toEqual([])
})

test('an HTTP check runs where the clients are not even there', async () => {
  const folder = tempFolder('nexus-bundle-')
  cpSync(join(ROOT, 'actions', 'health-check'), join(folder, 'actions', 'health-check'), { recursive: true })
  mkdirSync(join(folder, 'dist'))
  writeFolder(join(folder, 'dist', 'health-check'), made.files)
  const gone = made.chunks.filter(
    ({ packages, sources }) =>
      packages.some((name) => CLIENTS.includes(name)) || sources.some((name) => SCHEMES.includes(name)),
  )
  expect(gone.length).toBeGreaterThanOrEqual(CLIENTS.length - 1)
  for (const { name } of gone) rmSync(join(folder, 'dist', 'health-check', `${name}.js`))
  const server = await stage(startHonest())
  const step = await runAction({
    action: { folder: join(folder, 'actions', 'health-check') },
    inputs: { url: `${server.url}/health`, timeout: '10s' },
  })
  expectConclusion(step, 'success')
})

test('the whole action stays small', () => {
  const size = gzipSync(Buffer.concat([...made.files.values()])).length
  expect(size).toBeLessThanOrEqual(BUDGET)
})
