import { describe, expect } from '@jest/globals'
import { shareOf } from '../../support/load.ts'
import { testWith } from '../../support/real-parts.ts'
import { answers, failuresOf, openScene, type RouterName } from '../../support/routers/scene.ts'
import { expectConclusion } from '../../support/runner.ts'

const NONE_FAILED = { failed: 0, failures: [] }
const ROUTERS: RouterName[] = ['haproxy', 'nginx', 'caddy', 'traefik']

describe.each(ROUTERS)('under load, %s', (router) => {
  // The stand-in of Traefik needs nothing but Node.
  const part = router === 'traefik' ? 'node' : router

  testWith(
    part,
    `${router} loses none of 10,000 requests in a switch`,
    async () => {
      const scene = await openScene(router)
      try {
        const users = await scene.users()
        await answers(users, 4_000)
        const step = await scene.run()
        await answers(users, Math.max(10_000, users.requests() + 3_000))
        const report = await users.stop()
        expectConclusion(step, 'success')
        expect(failuresOf(report)).toEqual(NONE_FAILED)
        expect(report.requests).toBeGreaterThanOrEqual(10_000)
        expect(Object.keys(report.bySide).sort()).toEqual(['blue', 'green'])
        expect(step.outputs).toMatchObject({
          ...{ live: 'green', previous: 'blue', switched: 'true', 'rolled-back': 'false', phase: 'commit' },
          ...{ weights: '{"blue":0,"green":100}', reason: '' },
        })
        // Nobody was sent to the old side after the step had ended.
        expect(scene.green.requests.through).toBeGreaterThan(3_000)
      } finally {
        await scene.close()
      }
    },
    120_000,
  )

  testWith(
    part,
    `${router} loses none of 10,000 requests in a canary, and the share is right within 2 points`,
    async () => {
      const scene = await openScene(router)
      try {
        const users = await scene.users()
        const step = await scene.run({
          ...{ steps: '10, 50, 100', 'step-interval': '4s', 'min-samples': '1' },
        })
        await answers(users, Math.max(10_000, users.requests() + 1_000))
        const report = await users.stop()
        expectConclusion(step, 'success')
        expect(failuresOf(report)).toEqual(NONE_FAILED)
        expect(report.requests).toBeGreaterThanOrEqual(10_000)
        for (const share of [10, 50]) {
          const { from, to } = soakOf(step.outputs['result'] ?? '', share)
          // Traefik and nginx take some time to be at the new weights on all connections.
          expect([
            share,
            Math.round(Math.abs(shareOf(report, 'green', from + 500, to) - share)) <= 2,
          ]).toEqual([share, true])
        }
      } finally {
        await scene.close()
      }
    },
    120_000,
  )
})

/** When a step of the plan was in force, from `result.steps`. */
function soakOf(result: string, weight: number): { from: number; to: number } {
  const { steps } = JSON.parse(result) as { steps: { weight: number; from: string; to: string }[] }
  const step = steps.find((one) => one.weight === weight)
  if (step === undefined) throw new Error(`no step with ${weight} %: ${result}`)
  return { from: Date.parse(step.from), to: Date.parse(step.to) }
}
