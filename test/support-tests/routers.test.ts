import { spawnSync } from 'node:child_process'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { type LoadReport, shareOf, startLoad } from '../support/load.ts'
import { testWith } from '../support/real-parts.ts'
import { startRelease } from '../support/releases.ts'
import { startCaddy } from '../support/routers/caddy.ts'
import { startHaproxy } from '../support/routers/haproxy.ts'
import { startNginxRouter } from '../support/routers/nginx.ts'
import type { Pair, Router } from '../support/routers/router.ts'
import { startTraefik } from '../support/routers/traefik.ts'
import { until } from '../support/services/service.ts'

/** Sends users through the router, switches by hand, and waits until only green answers. */
async function switched<R extends Router>(
  start: (pair: Pair) => Promise<R>,
  write: (router: R, pair: Pair) => Promise<void> | void,
): Promise<LoadReport> {
  const pair = { blue: await startRelease('blue'), green: await startRelease('green', '2.0.0') }
  const router = await start(pair)
  try {
    const load = await startLoad(router.url, { kept: 2, fresh: 2 })
    await until(
      () => load.requests() > 100,
      () => 'requests before the switch',
    )
    await write(router, pair)
    const before = pair.blue.requests.through
    await until(
      () => pair.green.requests.through > 100,
      () => `green has no traffic; blue ${before}`,
    )
    return await load.stop()
  } finally {
    await router.stop()
    await pair.blue.close()
    await pair.green.close()
  }
}

function expectWhole(report: LoadReport): void {
  expect(report.failures).toEqual([])
  expect(report.bySide['blue']).toBeGreaterThan(50)
  expect(report.bySide['green']).toBeGreaterThan(50)
  expect(Object.keys(report.bySide).sort()).toEqual(['blue', 'green'])
  const share = (100 * (report.bySide['blue'] ?? 0)) / report.requests
  expect(shareOf(report, 'blue')).toBeCloseTo(share, 0)
}

testWith('haproxy', 'HAProxy switches under load by its runtime API', async (program) => {
  const report = await switched(
    (pair) => startHaproxy(program, pair),
    async (haproxy) => {
      await haproxy.say('set server app/green weight 100; set server app/blue weight 0')
    },
  )
  expectWhole(report)
})

testWith('nginx', 'nginx switches under load by a reload', async (program) => {
  const report = await switched(
    (pair) => startNginxRouter(program, pair),
    (nginx, { green }) => {
      writeFileSync(`${nginx.upstreamFile}.new`, `upstream app {\n  server ${green.address};\n}\n`)
      renameSync(`${nginx.upstreamFile}.new`, nginx.upstreamFile)
      const [reload = '', ...args] = nginx.argv.reload
      expect(spawnSync(reload, args).status).toBe(0)
    },
  )
  expectWhole(report)
})

testWith('caddy', 'Caddy switches under load by its admin API', async (program) => {
  const report = await switched(
    (pair) => startCaddy(program, pair),
    async (caddy, { green }) => {
      const answer = await fetch(`${caddy.admin}/id/app_proxy/upstreams`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ dial: green.address }]),
      })
      expect(answer.status).toBe(200)
    },
  )
  expectWhole(report)
})

test('the stand-in of Traefik switches under load by its file, and keeps what it has when the file is wrong', async () => {
  let log = ''
  const report = await switched(startTraefik, async (traefik) => {
    const before = readFileSync(traefik.file, 'utf8')
    writeFileSync(traefik.file, before.replace('name: green', 'name: gren'))
    await until(
      () => traefik.log() !== '',
      () => 'nothing was logged',
    )
    log = traefik.log()
    writeFileSync(
      traefik.file,
      before.replace('weight: 100', 'weight: 7').replace('weight: 0', 'weight: 100').replace('7', '0'),
    )
  })
  expectWhole(report)
  expect(log).toContain('the service "gren@file" does not exist')
})

test('the load tells failures apart from answers', async () => {
  const blue = await startRelease('blue')
  blue.behaviour = 'errors'
  // Nothing marks these requests as coming through a router.
  const load = await startLoad(blue.url, { kept: 1, fresh: 1 })
  await until(
    () => load.requests() > 20,
    () => 'requests',
  )
  blue.die()
  const whole = load.requests()
  await until(
    () => load.requests() > whole + 20,
    () => 'failing requests',
  )
  const report = await load.stop()
  expect(report.failed).toBeGreaterThan(10)
  expect(report.failures.join()).toContain('ECONNREFUSED')
  expect(report.bySide['blue']).toBeGreaterThan(10)
})
