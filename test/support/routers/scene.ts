import { stringify } from 'yaml'
import { findProgram } from '../../../scripts/find-program.ts'
import { type Load, type LoadReport, startLoad } from '../load.ts'
import { type Doors, type Release, startDoors, startRelease } from '../releases.ts'
import { type RunOptions, runAction, type StepHandle, type StepResult, startAction } from '../runner.ts'
import { until } from '../services/service.ts'
import { startCaddy } from './caddy.ts'
import { startHaproxy } from './haproxy.ts'
import { startNginxRouter } from './nginx.ts'
import type { Pair, Router } from './router.ts'
import { startTraefik } from './traefik.ts'
import { startTraefik3 } from './traefik-3.ts'

/** `traefik` is a stand-in that is always there; `traefik-3` and `caddy-2.11` are built from the Go proxy by `.ci/run`. */
export type RouterName = 'haproxy' | 'nginx' | 'caddy' | 'caddy-2.11' | 'traefik' | 'traefik-3'

/** All of them, with the program that each needs. */
export const ROUTERS: Readonly<Record<RouterName, string>> = {
  haproxy: 'haproxy',
  nginx: 'nginx',
  caddy: 'caddy',
  'caddy-2.11': 'caddy-2.11',
  traefik: 'node',
  'traefik-3': 'traefik',
}

/** What `target` is called for a router of the tests; pure. */
export function targetOf(name: RouterName): string {
  return name.replace(/-.*$/, '')
}

/** Two releases behind a router, blue live; straight ways to both, and users when they are wanted. */
export interface Scene extends Pair {
  router: Router
  doors: Doors
  /** Inputs of a switch to green without soak times; every one of them can be given again. */
  inputs: Readonly<Record<string, string>>
  run(inputs?: Readonly<Record<string, string>>, more?: Partial<RunOptions>): Promise<StepResult>
  start(inputs?: Readonly<Record<string, string>>, more?: Partial<RunOptions>): StepHandle
  /** Sends users through the front door; resolves after the first hundred answers. */
  users(): Promise<Load>
  /** Asks through the front door until `count` answers in a row come from this side. */
  waitForSide(colour: string, count?: number): Promise<void>
  close(): Promise<void>
}

const STARTS: Record<RouterName, (program: string, pair: Pair) => Promise<Router>> = {
  haproxy: startHaproxy,
  nginx: startNginxRouter,
  caddy: startCaddy,
  'caddy-2.11': startCaddy,
  'traefik-3': startTraefik3,
  traefik: (_, pair) => startTraefik(pair),
}

/** The stand-in of Traefik is always there; of the others the program must be installed. */
export function programOf(name: RouterName): string | undefined {
  return name === 'traefik' ? '' : findProgram(ROUTERS[name])
}

export async function openScene(name: RouterName, program = programOf(name) ?? name): Promise<Scene> {
  const pair = { blue: await startRelease('blue', '1.0.0'), green: await startRelease('green', '2.0.0') }
  const router = await STARTS[name](program, pair)
  const doors = await startDoors([pair.blue, pair.green])
  const inputs = {
    target: targetOf(name),
    'target-config': stringify(router.targetConfig),
    version: '2.0.0',
    checks: `- url: ${doors.url}/{color}/health\n  expect-version: "{version}"\n`,
    verify: `- url: ${router.url}/health\n  attempt-timeout: 5s\n`,
    identify: 'header: X-Color',
    'step-interval': '1s',
    watch: '1s',
    drain: '0s',
    'min-samples': '5',
    'probe-rate': '20/s',
  }
  const options = (given: Readonly<Record<string, string>>, more: Partial<RunOptions>): RunOptions => ({
    action: 'blue-green-switch',
    inputs: { ...inputs, ...given },
    deadlineMs: 120_000,
    ...more,
  })
  return {
    ...pair,
    ...{ router, doors, inputs },
    run: (given = {}, more = {}) => runAction(options(given, more)),
    start: (given = {}, more = {}) => startAction(options(given, more)),
    users: async () => {
      const load = await startLoad(router.url)
      await answers(load, 100)
      return load
    },
    waitForSide: (colour, count = 10) => waitForSide(router.url, colour, count),
    close: async () => {
      await router.stop()
      await doors.close()
      await Promise.all([pair.blue.close(), pair.green.close()])
    },
  }
}

/** Resolves when the users have had that many answers. */
export function answers(load: Load, count: number): Promise<void> {
  return until(
    () => load.requests() >= count,
    () => `${load.requests()} of ${count} answers`,
    60_000,
  )
}

async function waitForSide(url: string, colour: string, count: number): Promise<void> {
  let row = 0
  let last = ''
  await until(
    async () => {
      const response = await fetch(url, { headers: { connection: 'close' } }).catch(() => undefined)
      last = response?.headers.get('x-color') ?? 'nobody'
      await response?.arrayBuffer()
      row = last === colour ? row + 1 : 0
      return row >= count
    },
    () => `${colour} does not have the traffic; the last answer was of ${last}`,
  )
}

/** Everything that a report says about failures, for a readable assertion. */
export function failuresOf({ failed, failures }: LoadReport): { failed: number; failures: string[] } {
  return { failed, failures }
}

export type { Release }
