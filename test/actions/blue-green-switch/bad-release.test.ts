import { describe, expect } from '@jest/globals'
import { testWith } from '../../support/real-parts.ts'
import type { Behaviour } from '../../support/releases.ts'
import { openScene, ROUTERS, type RouterName, type Scene } from '../../support/routers/scene.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'

/** How each bad release is seen; the words stand in the `reason` output. */
const KINDS: Record<Exclude<Behaviour, 'good'>, RegExp> = {
  errors: /500/,
  slow: /1s|1000 ms|timeout|within/i,
  'wrong-version': /2\.0\.0-wrong/,
  dies: /502|503|refused|connect|reset|closed/i,
}

const NAMES = Object.keys(ROUTERS) as RouterName[]

describe.each(NAMES)('behind %s, with default bounds,', (router) => {
  const part = ROUTERS[router]
  for (const [kind, words] of Object.entries(KINDS)) {
    testWith(
      part,
      `${router}: a release that is "${kind}" is put back, and the step says what was seen`,
      async () => {
        const scene = await openScene(router)
        try {
          scene.green.behaviour = kind as Behaviour
          const step = await scene.run({
            verify: `- url: ${scene.router.url}/health\n  attempt-timeout: 1s\n`,
            // All that the side tells of itself, so that a wrong version is nobody's answer.
            identify: 'json: version\nvalues: { blue: 1.0.0, green: "{version}" }',
            ...{ 'min-samples': '', 'probe-rate': '', 'step-interval': '', watch: '', drain: '' },
          })
          expectPutBack(step, words)
          await expectBlue(scene)
        } finally {
          await scene.close()
        }
      },
      60_000,
    )
  }

  testWith(part, `${router}: a canary that fails goes back to 0 %`, async () => {
    const scene = await openScene(router)
    try {
      scene.green.behaviour = 'errors'
      const users = await scene.users()
      const step = await scene.run({ steps: '10, 100' })
      expectPutBack(step, /500/)
      await expectBlue(scene)
      const report = await users.stop()
      // The rest of the users never saw the bad side.
      expect(report.bySide['blue'] ?? 0).toBeGreaterThan(report.failed)
    } finally {
      await scene.close()
    }
  })
})

function expectPutBack(step: StepResult, words: RegExp): void {
  expectConclusion(step, 'failure')
  expect(step.outputs).toMatchObject({
    ...{ live: 'blue', previous: 'blue', switched: 'false', 'rolled-back': 'true', phase: 'restore' },
    ...{ weights: '{"blue":100,"green":0}', reason: expect.stringMatching(words) },
    ...{ 'detection-ms': expect.stringMatching(/^\d+$/), 'restore-ms': expect.stringMatching(/^\d+$/) },
  })
  expect(step.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
  expect(step.summary).toMatch(words)
}

async function expectBlue(scene: Scene): Promise<void> {
  await scene.waitForSide('blue', 20)
  const before = scene.green.requests.through
  await scene.waitForSide('blue', 20)
  expect(scene.green.requests.through).toBe(before)
}
