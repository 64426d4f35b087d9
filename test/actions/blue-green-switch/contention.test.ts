import { expect } from '@jest/globals'
import { testWith } from '../../support/real-parts.ts'
import { openScene, ROUTERS, type RouterName } from '../../support/routers/scene.ts'
import { describe, expectConclusion } from '../../support/runner.ts'

const NAMES = Object.keys(ROUTERS) as RouterName[]

for (const router of NAMES) {
  const part = ROUTERS[router]
  testWith(
    part,
    `of three switches of ${router} at once exactly one wins, and the others write nothing`,
    async () => {
      const scene = await openScene(router)
      try {
        const steps = await Promise.all([1, 2, 3].map(() => scene.run({ steps: '50, 100' })))
        const won = steps.filter(({ conclusion }) => conclusion === 'success')
        if (won.length !== 1) throw new Error(steps.map(describe).join('\n\n'))
        for (const lost of steps.filter((step) => step !== won[0])) {
          expectConclusion(lost, 'failure')
          expect(lost.outputs).toMatchObject({ switched: 'false', 'rolled-back': 'false' })
          expect(lost.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
        }
        await scene.waitForSide('green', 20)
      } finally {
        await scene.close()
      }
    },
  )
}

testWith('caddy', 'of two switches of caddy on two machines exactly one wins, without any lock', async () => {
  const scene = await openScene('caddy')
  try {
    // By another name it is another router for the lock, as it is for another machine.
    const config = (host: string): string => (scene.inputs['target-config'] ?? '').replace('127.0.0.1', host)
    const steps = await Promise.all(
      ['127.0.0.1', 'localhost'].map((host) =>
        scene.run({ steps: '50, 100', 'target-config': config(host) }),
      ),
    )
    const won = steps.filter(({ conclusion }) => conclusion === 'success')
    if (won.length !== 1) throw new Error(steps.map(describe).join('\n\n'))
    const lost = steps.find((step) => step !== won[0])
    expect(lost?.annotations).toMatchObject([{ title: 'State drift' }])
    await scene.waitForSide('green', 20)
  } finally {
    await scene.close()
  }
})

// HAProxy: see kill.test.ts.
for (const router of ['nginx', 'caddy'] as const) {
  testWith(
    router,
    `${router} that is gone in the middle: the step says what it knows, and the next run mends it`,
    async () => {
      const scene = await openScene(router)
      try {
        const step = scene.start({ steps: '50, 100', 'step-interval': '3s', timeout: '8s' })
        await step.waitForLog(/^WRITE 50 %/)
        scene.router.freeze()
        const ended = await step.finished
        expectConclusion(ended, 'failure')
        expect(ended.outputs).toMatchObject({ switched: 'false', 'rolled-back': 'false', phase: 'restore' })
        expect(ended.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
        scene.router.thaw()
        const next = await scene.run()
        expectConclusion(next, 'success')
        await scene.waitForSide('green', 20)
      } finally {
        scene.router.thaw()
        await scene.close()
      }
    },
    60_000,
  )
}
