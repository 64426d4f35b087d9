import { expect } from '@jest/globals'
import {
  Conflict,
  type Connect,
  type LiveState,
  type Target,
  TargetError,
} from '../../../../actions/blue-green-switch/targets/target.ts'
import type { Problem } from '../../../../shared/action/errors.ts'
import { startRelease } from '../../../support/releases.ts'
import type { Pair, Router } from '../../../support/routers/router.ts'

export interface Via {
  via?: readonly string[]
  env?: NodeJS.ProcessEnv
}

/** What is wrong with a configuration. */
export function problemsOf(connect: Connect, config: unknown, { via = [], env = {} }: Via = {}): Problem[] {
  const list: Problem[] = []
  const add = (input: string, message: string): void => {
    list.push({ input, message })
  }
  const target = connect(config, { via, env }, { add, list })
  expect(target === undefined).toBe(list.length > 0)
  return list
}

export function connected(
  connect: Connect,
  config: unknown,
  { via = [], env = process.env }: Via = {},
): Target {
  const list: Problem[] = []
  const add = (input: string, message: string): void => {
    list.push({ input, message })
  }
  const target = connect(config, { via, env }, { add, list })
  if (target === undefined) throw new Error(JSON.stringify(list))
  return target
}

export const signal = new AbortController().signal

/** The error that something ends with. */
export async function failureOf(work: Promise<unknown>): Promise<TargetError> {
  const error = await work.then(
    (value) => new Error(`it went well: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TargetError)) throw error
  return error
}

export async function expectConflict(work: Promise<unknown>, words: RegExp): Promise<void> {
  const error = await failureOf(work)
  expect(error).toBeInstanceOf(Conflict)
  expect(error.message).toMatch(words)
  expect(error.applied).toBe('no')
}

/** As it comes back from the step's state or the journal. */
export const recorded = (state: LiveState): LiveState => JSON.parse(JSON.stringify(state))

export interface Scene<R extends Router> {
  router: R
  target: Target
  pair: Pair
}

/** Two releases, a router in front of them, and the target for it. */
export async function withRouter<R extends Router>(
  start: (pair: Pair) => Promise<R>,
  connect: Connect,
  play: (scene: Scene<R>) => Promise<void>,
): Promise<void> {
  const pair = { blue: await startRelease('blue'), green: await startRelease('green', '2.0.0') }
  try {
    const router = await start(pair)
    const target = connected(connect, router.targetConfig)
    try {
      await play({ router, target, pair })
    } finally {
      await router.stop()
    }
  } finally {
    await pair.blue.close()
    await pair.green.close()
  }
}

/** How many of so many answers each side gave, each on a connection of its own; a failure counts as its status. */
export async function answers({ url }: { url: string }, count: number): Promise<Record<string, number>> {
  const { get } = await import('node:http')
  const counts: Record<string, number> = {}
  for (let n = 0; n < count; n++) {
    const side = await new Promise<string>((resolve) => {
      get(url, { agent: false }, (answer) => {
        answer.resume()
        const color = answer.headers['x-color']
        resolve(typeof color === 'string' ? color : String(answer.statusCode))
      }).on('error', (error) => resolve(error.message))
    })
    counts[side] = (counts[side] ?? 0) + 1
  }
  return counts
}

/** Green has that many percent of the answers, within 2 points, and blue all the others. */
export function isShare(counts: Readonly<Record<string, number>>, percent: number): boolean {
  const { blue = 0, green = 0, ...others } = counts
  return Object.keys(others).length === 0 && Math.abs((100 * green) / (blue + green) - percent) <= 2
}

export function expectShare(counts: Readonly<Record<string, number>>, percent: number): void {
  expect({ counts, isShare: isShare(counts, percent) }).toEqual({ counts, isShare: true })
}
