import { describe, expect } from '@jest/globals'
import { openTarget } from '../../../../actions/blue-green-switch/observe/routers/open.ts'
import type { TargetName } from '../../../../actions/blue-green-switch/targets/names.ts'
import { readColors } from '../../../../actions/blue-green-switch/targets/read.ts'
import { sameWeights, type Target } from '../../../../actions/blue-green-switch/targets/target.ts'
import { testWith } from '../../../support/real-parts.ts'
import { openScene, ROUTERS, type RouterName, type Scene, targetOf } from '../../../support/routers/scene.ts'
import { until } from '../../../support/services/service.ts'
import { answers, expectConflict, isShare, recorded, signal } from './target-tests.ts'

const BLUE = { blue: 100, green: 0 }
const GREEN = { blue: 0, green: 100 }

/** What every target has to do, on the real router: a new one gets these scenarios by its name in `ROUTERS`. */
function describeTarget(router: RouterName, part: string): void {
  const scenario = (name: string, play: (target: Target, scene: Scene) => Promise<void>): void =>
    testWith(part, `${router}: ${name}`, async () => {
      const scene = await openScene(router)
      try {
        await play(await targetFor(router, scene), scene)
      } finally {
        await scene.close()
      }
    })
  const split = async (scene: Scene, percent: number): Promise<void> => {
    let counts: Record<string, number> = {}
    await until(
      async () => {
        counts = await answers(scene.router, 100)
        return isShare(counts, percent)
      },
      () => JSON.stringify(counts),
    )
  }

  scenario('reads what is live, and writes nothing', async (target, scene) => {
    const state = await target.read(signal)
    expect(state).toMatchObject({ weights: BLUE, live: 'blue' })
    expect((await target.read(signal)).revision).toBe(state.revision)
    expect(await answers(scene.router, 10)).toEqual({ blue: 10 })
  })

  scenario('writes a canary and then all of it, as users see it', async (target, scene) => {
    const before = await target.read(signal)
    const canary = await target.write({ blue: 75, green: 25 }, before, signal)
    expect(canary).toMatchObject({ weights: { blue: 75, green: 25 }, live: undefined })
    await split(scene, 25)
    expect(await target.write(GREEN, canary, signal)).toMatchObject({ weights: GREEN, live: 'green' })
    await split(scene, 100)
  })

  scenario('restores what was recorded, by another process and twice', async (target, scene) => {
    const before = await target.read(signal)
    await target.write(GREEN, before, signal)
    const other = await targetFor(router, scene)
    for (let time = 0; time < 2; time++) {
      const state = await other.restore(recorded(before), signal)
      expect(sameWeights(state.weights, BLUE)).toBe(true)
    }
    await split(scene, 0)
  })

  scenario('writes nothing over what somebody else has changed', async (target, scene) => {
    const before = await target.read(signal)
    const other = await targetFor(router, scene)
    await other.write({ blue: 50, green: 50 }, await other.read(signal), signal)
    await expectConflict(target.write(GREEN, before, signal), /changed/)
    expect((await target.read(signal)).weights).toEqual({ blue: 50, green: 50 })
  })

  scenario('records no address and no path', async (target, scene) => {
    const state = await target.read(signal)
    expect(JSON.stringify(state.raw)).not.toMatch(/127\.0\.0\.1|\/tmp|http/)
    expect(JSON.stringify(state.raw).length).toBeLessThan(65_536)
    expect(target.plan(GREEN).join()).not.toBe('')
    expect(target.describe()).not.toBe('')
    expect(target.lock.startsWith('/')).toBe(true)
    expect(scene.router.folder).not.toBe('')
  })

  scenario(
    'says what is wrong with a configuration, and reads the same colors without asking',
    async (_, scene) => {
      const list: { input: string; message: string }[] = []
      const problems = { list, add: (input: string, message: string) => void list.push({ input, message }) }
      const config = scene.router.targetConfig
      const name = targetOf(router) as TargetName
      expect(readColors(name, config, { via: [] }, problems)).toEqual(['blue', 'green'])
      expect(list).toEqual([])
      expect(readColors(name, { ...config, colour: 'x' }, { via: [] }, problems)).toBeUndefined()
      expect(list.map(({ input }) => input)).toEqual(['target-config.colour'])
    },
  )
}

async function targetFor(router: RouterName, scene: Scene): Promise<Target> {
  const problems = {
    list: [],
    add: (input: string, message: string) => {
      throw new Error(`${input}: ${message}`)
    },
  }
  const options = { via: [], env: process.env }
  const target = await openTarget(
    targetOf(router) as TargetName,
    scene.router.targetConfig,
    options,
    problems,
  )
  if (target === undefined) throw new Error('no target')
  return target
}

for (const [router, part] of Object.entries(ROUTERS))
  describe(router, () => describeTarget(router as RouterName, part))
