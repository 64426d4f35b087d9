import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { connect } from '../../../../actions/blue-green-switch/observe/routers/command.ts'
import { parseReport } from '../../../../actions/blue-green-switch/targets/command/report.ts'
import type { Target, Weights } from '../../../../actions/blue-green-switch/targets/target.ts'
import { percentages } from '../../../../actions/blue-green-switch/targets/weights.ts'
import { tempFolder } from '../../../support/runner/cleanup.ts'
import { connected, expectConflict, failureOf, problemsOf, recorded, signal } from './target-tests.ts'

/** A platform that is two programs and a file; `moods` say how they misbehave. */
const PROGRAM = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
const [folder, what] = process.argv.slice(2)
const { NEXUS_WEIGHTS, NEXUS_TO, NEXUS_FROM, INPUT_TOKEN, PLATFORM_TOKEN } = process.env
const mood = existsSync(folder + '/mood') ? readFileSync(folder + '/mood', 'utf8') : ''
appendFileSync(folder + '/log', JSON.stringify({ what, NEXUS_WEIGHTS, NEXUS_TO, NEXUS_FROM, INPUT_TOKEN, PLATFORM_TOKEN }) + '\\n')
if (what === 'write') {
  if (mood === 'refuses') { console.error('the platform says no'); process.exit(3) }
  if (mood !== 'lies') writeFileSync(folder + '/weights', NEXUS_WEIGHTS)
  if (mood === 'fails late') { writeFileSync(folder + '/weights', NEXUS_WEIGHTS); process.exit(4) }
}
console.log(mood === 'babbles' ? 'Current: blue' : JSON.stringify({ weights: JSON.parse(readFileSync(folder + '/weights', 'utf8')) }))
`

interface Platform {
  target: Target
  log(): Record<string, string>[]
  set(weights: Weights): void
  mood(mood: string): void
}

function platform(): Platform {
  const folder = tempFolder('nexus-command-')
  const script = join(folder, 'platform.mjs')
  writeFileSync(script, PROGRAM)
  const set = (weights: Weights): void => writeFileSync(join(folder, 'weights'), JSON.stringify(weights))
  set({ blue: 100, green: 0 })
  const argv = [process.execPath, script, folder]
  const env = { PATH: process.env['PATH'], INPUT_TOKEN: 'secret', PLATFORM_TOKEN: 'theirs' }
  const lines = (): string[] => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
  return {
    target: connected(connect, { read: [...argv, 'read'], write: [...argv, 'write'] }, { env }),
    set,
    log: () => (existsSync(join(folder, 'log')) ? lines().map((line) => JSON.parse(line)) : []),
    mood: (mood) => writeFileSync(join(folder, 'mood'), mood),
  }
}

describe('target-config of command', () => {
  test.each([
    ['nothing in it', {}, ['read', 'write']],
    ['a line for a shell', { read: 'cat weights', write: ['a'] }, ['read']],
    ['an empty list', { read: [], write: ['a'] }, ['read']],
    ['an unknown key', { read: ['a'], write: ['b'], wirte: ['c'] }, ['wirte']],
    ['one color', { read: ['a'], write: ['b'], colors: ['blue'] }, ['colors']],
  ])('%s is a problem', (_what, config, keys) => {
    expect(problemsOf(connect, config).map(({ input }) => input)).toEqual(
      keys.map((key) => `target-config.${key}`),
    )
  })

  test('colors can have other names', () => {
    const target = connected(connect, { read: ['a'], write: ['b'], colors: ['old', 'new'] })
    expect(target.colors).toEqual(['old', 'new'])
    expect(target.plan({ old: 0, new: 100 })).toEqual(['Run "b" with NEXUS_WEIGHTS={"old":0,"new":100}'])
  })
})

describe('the target command', () => {
  test('reads, writes and restores, and says who gains and who loses', async () => {
    const { target, log } = platform()
    const before = await target.read(signal)
    expect(before).toMatchObject({ weights: { blue: 100, green: 0 }, live: 'blue' })
    const canary = await target.write({ blue: 95, green: 5 }, before, signal)
    expect(canary).toMatchObject({ weights: { blue: 95, green: 5 }, live: undefined })
    const after = await target.write({ blue: 0, green: 100 }, canary, signal)
    expect(after.live).toBe('green')
    expect(await target.restore(recorded(before), signal)).toEqual(before)
    const writes = log().filter(({ what }) => what === 'write')
    expect(writes.map(({ NEXUS_WEIGHTS }) => NEXUS_WEIGHTS)).toEqual([
      '{"blue":95,"green":5}',
      '{"blue":0,"green":100}',
      '{"blue":100,"green":0}',
    ])
    expect(writes.map(({ NEXUS_FROM, NEXUS_TO }) => `${NEXUS_FROM} ${NEXUS_TO}`)).toEqual([
      'blue green',
      'blue green',
      'green blue',
    ])
  })

  test('its programs see the environment of the step, and none of its inputs', async () => {
    const { target, log } = platform()
    await target.read(signal)
    expect(log()).toEqual([{ what: 'read', PLATFORM_TOKEN: 'theirs' }])
  })

  test('what stands in via comes first, word by word', async () => {
    const folder = tempFolder('nexus-via-')
    const script = join(folder, 'far.mjs')
    const far = `console.log(JSON.stringify({ weights: process.argv[2] === 'a b;c' ? { blue: 0, green: 1 } : {} }))`
    writeFileSync(script, far)
    const target = connected(connect, { read: ['a b;c'], write: ['d'] }, { via: [process.execPath, script] })
    expect((await target.read(signal)).weights).toEqual({ blue: 0, green: 100 })
  })

  test('weights that somebody else changed are a conflict', async () => {
    const { target, set, log } = platform()
    const before = await target.read(signal)
    set({ blue: 50, green: 50 })
    await expectConflict(
      target.write({ blue: 0, green: 100 }, before, signal),
      /they were blue 100, green 0, they are blue 50/,
    )
    expect(log().filter(({ what }) => what === 'write')).toEqual([])
  })

  test('an exit code proves nothing: what is read back counts', async () => {
    const { target, mood } = platform()
    const before = await target.read(signal)
    mood('lies')
    expect((await target.write({ blue: 0, green: 100 }, before, signal)).weights).toEqual(before.weights)
    mood('refuses')
    const refused = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
    expect(refused.message).toMatch(
      /ended with exit code 3: the platform says no\. The weights are as they were, so far\.$/,
    )
    // A platform may still be about to do it.
    expect(refused.applied).toBe('unknown')
    mood('fails late')
    const late = await failureOf(target.write({ blue: 0, green: 100 }, before, signal))
    expect(late.message).toMatch(/ended with exit code 4.* They were set all the same: blue 0, green 100\.$/)
    expect(late.applied).toBe('yes')
  })

  test('a program that says something else, or is not there, is told', async () => {
    const { target, mood } = platform()
    mood('babbles')
    expect((await failureOf(target.read(signal))).message).toMatch(
      /did not print JSON: "Current: blue"\. It has to print/,
    )
    const missing = connected(connect, { read: ['/nowhere/read'], write: ['/nowhere/write'] })
    const error = await failureOf(missing.read(signal))
    expect(error.message).toBe('"/nowhere/read": there is no program "/nowhere/read" here.')
  })
})

test.each([
  ['{"weights":{"blue":100}}', 'said nothing about green'],
  ['{"weights":{"blue":100,"green":0,"purple":0}}', 'named a color that is neither blue nor green, "purple"'],
  ['{"weights":{"blue":100,"green":-1}}', 'gave green a weight that is not a number from 0 on'],
  ['{"weights":{"blue":100,"green":"0"}}', 'gave green a weight that is not a number from 0 on'],
  ['{"weights":[1,2]}', 'did not print a map "weights"'],
  ['null', 'did not print a map "weights"'],
])('%s %s', (text, problem) => {
  expect(parseReport(text, ['blue', 'green'])).toBe(problem)
})

test('percentages are 100 in all, keep zero as zero, and 100 means all', () => {
  const share = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 256 }),
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(share, { minLength: 2, maxLength: 5 }), (shares) => {
      const weights = Object.values(
        percentages(Object.fromEntries(shares.map((value, at) => [`c${at}`, value]))),
      )
      const total = shares.reduce((sum, value) => sum + value, 0)
      expect(weights.reduce((sum, value) => sum + value, 0)).toBe(total === 0 ? 0 : 100)
      for (const [at, value] of shares.entries()) {
        expect(weights[at] === 0).toBe(value === 0)
        expect(Number.isInteger(weights[at])).toBe(true)
        if (total > 0)
          expect(Math.abs((weights[at] ?? 0) - (100 * value) / total)).toBeLessThan(shares.length)
      }
    }),
  )
  expect(percentages({ blue: 256, green: 1 })).toEqual({ blue: 99, green: 1 })
})
