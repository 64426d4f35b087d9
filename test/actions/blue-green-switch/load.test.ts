import { describe, expect } from '@jest/globals'
import { type LoadReport, shareOf } from '../../support/load.ts'
import { testWith } from '../../support/real-parts.ts'
import { failuresOf, ROUTERS, type RouterName } from '../../support/routers/scene.ts'
import {
  namespaceCommand,
  switchInNamespace,
  switchUnderLoad,
  type UnderLoad,
} from '../../support/routers/under-load.ts'
import { expectConclusion } from '../../support/runner.ts'

const NAMES = Object.keys(ROUTERS) as RouterName[]
const CANARY = { steps: '10, 50, 100', 'step-interval': '4s', 'min-samples': '1' }

describe.each(NAMES)('under load, %s', (router) => {
  const isCaddy = router === 'caddy' || router === 'caddy-2.11'
  const namespace = isCaddy ? namespaceCommand() : []
  // The stand-in of Traefik needs nothing but Node.
  const part = namespace === undefined ? 'network-namespaces' : ROUTERS[router]
  const run = async (inputs: Readonly<Record<string, string>>): Promise<UnderLoad> =>
    isCaddy ? switchInNamespace(namespace ?? [], router, inputs) : switchUnderLoad(router, inputs)

  testWith(
    part,
    `${router} loses none of 10,000 requests, or as few as are known, in a switch`,
    async () => {
      const { step, report } = await run({})
      expectConclusion(step, 'success')
      expectNoneFailed(report, router)
      expect(step.outputs).toMatchObject({
        ...{ live: 'green', previous: 'blue', switched: 'true', 'rolled-back': 'false', phase: 'commit' },
        ...{ weights: '{"blue":0,"green":100}', reason: '' },
      })
      // What the users see at the end is what the step says.
      expect(report.last['green']).toBeGreaterThan(report.last['blue'] ?? 0)
    },
    120_000,
  )

  testWith(
    part,
    `${router} loses none of 10,000 requests, or as few as are known, in a canary, and the share is right within 2 points`,
    async () => {
      const { step, report } = await run(CANARY)
      expectConclusion(step, 'success')
      expectNoneFailed(report, router)
      for (const weight of [10, 50]) {
        const { from, to } = soakOf(step.outputs['result'] ?? '', weight)
        // A weight needs a moment to be in force on every connection.
        const share = shareOf(report, 'green', from + 500, to)
        expect([weight, share, Math.abs(share - weight) <= 2]).toEqual([weight, share, true])
      }
    },
    120_000,
  )
})

/**
 * Caddy that is built with a newer Go loses a few: net/http closes a connection without an answer whose first request
 * comes after its server has begun to shut down (`shuttingDown()` in `conn.serve`, server.go), and Caddy gives its old
 * server up with each change of its configuration.
 */
const LOSES: Partial<Record<RouterName, { share: number; words: RegExp }>> = {
  'caddy-2.11': { share: 0.001, words: /socket hang up|ECONNRESET/ },
}

function expectNoneFailed(report: LoadReport, router: RouterName): void {
  const { share, words } = LOSES[router] ?? { share: 0, words: /never/ }
  const { failed, failures } = failuresOf(report)
  expect(failures.filter((failure) => !words.test(failure))).toEqual([])
  expect(failed).toBeLessThanOrEqual(share * report.requests)
  expect(report.requests).toBeGreaterThanOrEqual(10_000)
  expect(Object.keys(report.bySide).sort()).toEqual(['blue', 'green'])
}

/** When a step of the plan was in force, from `result.steps`. */
function soakOf(result: string, weight: number): { from: number; to: number } {
  const { steps } = JSON.parse(result) as { steps: { weight: number; from: string; to: string }[] }
  const step = steps.find((one) => one.weight === weight)
  if (step === undefined) throw new Error(`no step with ${weight} %: ${result}`)
  return { from: Date.parse(step.from), to: Date.parse(step.to) }
}
