import { describe, expect, test } from '@jest/globals'
import { explore } from './explore.ts'
import type { Model, Mutant } from './site.ts'

// The real main and post steps, with their protocol, against a router, a lock, a clock and a front door in memory: every
// execution with so many events, each event at every point where it can happen. NEXUS_LONG=1 looks further.

const isLong = process.env['NEXUS_LONG'] === '1'

const ONE: Model = {
  steps: [100],
  runs: 1,
  posts: 'in order',
  compares: true,
  readsFile: false,
  asksSides: true,
  takesBack: false,
}
const TWO: Model = { ...ONE, runs: 2 }
const FILE: Partial<Model> = { readsFile: true, compares: false }
const CANARY: Partial<Model> = { steps: [50, 100], compares: false }

describe('every execution', () => {
  test.each<[string, Model, number, number]>([
    ['one run and its post step', ONE, isLong ? 4 : 3, 5_000],
    ['one run on a router that is a file', { ...ONE, ...FILE }, isLong ? 3 : 2, 500],
    ['one run with a canary', { ...ONE, ...CANARY }, isLong ? 3 : 2, 800],
    ['one run that is taken back', { ...ONE, ...CANARY, takesBack: true }, isLong ? 3 : 2, 1_000],
    ['one run without checks', { ...ONE, asksSides: false }, isLong ? 3 : 2, 400],
    ['two runs and their post steps', TWO, isLong ? 3 : 2, 2_000],
    ['two runs, posts in reverse, no checks', { ...TWO, posts: 'in reverse', asksSides: false }, 2, 2_000],
    ['two runs that are taken back', { ...TWO, takesBack: true }, isLong ? 2 : 1, 50],
    ['two canaries on a file', { ...TWO, ...FILE, ...CANARY, posts: 'in reverse' }, isLong ? 2 : 1, 50],
  ])(
    '%s',
    async (_, model, budget, least) => {
      const { violation, executions, complete } = await explore(model, { budget })
      expect(violation).toBeUndefined()
      expect(complete).toBe(true)
      // A model in which nothing can happen proves nothing.
      expect(executions).toBeGreaterThan(least)
    },
    isLong ? 3_600_000 : 300_000,
  )
})

describe('the check finds it when', () => {
  test.each<[Mutant, Model, RegExp]>([
    ['does not look', ONE, /overwrites what it saw somebody else set/],
    ['drops journals of others', TWO, /neither proved nor what was before, and nobody says so/],
    [
      'releases after it has kept the end',
      { ...TWO, asksSides: false },
      /undoes a switch that was completed/,
    ],
  ])(
    'a run %s',
    async (mutant, model, words) => {
      const { violation } = await explore({ ...model, mutant }, { budget: 2 })
      expect(violation).toMatch(words)
    },
    300_000,
  )
})
