import { describe, expect, test } from '@jest/globals'
import {
  blameFor,
  type Decision,
  decideRestore,
  type Seen,
} from '../../../actions/blue-green-switch/protocol/decision.ts'
import {
  decideFinish,
  type Ending,
  type Finishing,
} from '../../../actions/blue-green-switch/protocol/finishing.ts'
import { type Health, isDead, type Sides } from '../../../actions/blue-green-switch/traffic/sides.ts'
import { compareSides, type Sample } from '../../../actions/blue-green-switch/traffic/verdict.ts'

const BLUE = { blue: 100, green: 0 }
const GREEN = { blue: 0, green: 100 }
const health = (state: Health['state']): Health => ({ state, reason: '' })
const sides = (old: Health['state'], fresh: Health['state']): Sides => ({
  old: health(old),
  fresh: health(fresh),
})

describe('before anything is put back', () => {
  const seen: Seen = {
    weights: GREEN,
    recorded: BLUE,
    ours: [BLUE, GREEN],
    isUnsure: false,
    sides: sides('healthy', 'healthy'),
    newIsBad: false,
    onOldDead: 'stay',
  }
  test.each<[string, Partial<Seen>, Decision]>([
    ['the old side lives', {}, 'restore'],
    ['nobody was asked', { sides: undefined }, 'restore'],
    ['the old side is not known', { sides: sides('unknown', 'healthy') }, 'restore'],
    ['the router does not tell', { weights: undefined }, 'restore'],
    ['it is back already', { weights: BLUE, sides: sides('dead', 'healthy') }, 'restore'],
    ['the old side has died', { sides: sides('dead', 'healthy') }, 'stay'],
    ['both have', { sides: sides('dead', 'dead'), onOldDead: 'forward' }, 'stay'],
    [
      'the old side has died, and the new one may have all',
      { sides: sides('dead', 'healthy'), onOldDead: 'forward' },
      'forward',
    ],
    [
      'so, and the new one answers badly',
      { sides: sides('dead', 'healthy'), onOldDead: 'forward', newIsBad: true },
      'stay',
    ],
    [
      'somebody else has moved it',
      { weights: { blue: 40, green: 60 }, sides: sides('dead', 'healthy') },
      'drift',
    ],
    ['half of our own write', { weights: { blue: 50, green: 50 }, isUnsure: true }, 'restore'],
    ['what would be half of it, with a write that is certain', { weights: { blue: 50, green: 50 } }, 'drift'],
  ])('%s', (_, change, decision) => {
    expect(decideRestore({ ...seen, ...change })).toBe(decision)
  })

  test.each([
    ['new side', undefined, 'green'],
    ['unknown', sides('dead', 'healthy'), 'blue'],
    ['unknown', sides('healthy', 'dead'), 'green'],
    ['unknown', sides('dead', 'dead'), 'green and blue'],
    ['unknown', sides('healthy', 'healthy'), 'the front door'],
    ['front door', undefined, 'the front door'],
    ['unknown', undefined, 'green'],
  ] as const)('answers of the %s are those of …', (by, both, who) => {
    expect(blameFor(by, both, 'green', 'blue')).toBe(who)
  })

  test.each([
    [{ good: true }, true, false],
    [{ good: false, failure: 'connect' }, false, true],
    [{ good: false, failure: 'status', status: 503 }, false, true],
    // The old side has neither the version nor the paths of the new one.
    [{ good: false, failure: 'version' }, true, false],
    [{ good: false, failure: 'status', status: 404 }, false, false],
    [{ good: false, failure: 'status', status: 404 }, true, true],
  ])('%j, once healthy: %s, is dead: %s', (result, wasHealthy, dead) => {
    expect(isDead(result, wasHealthy)).toBe(dead)
  })
})

describe('the post step', () => {
  const ending: Ending = {
    phase: 'moving',
    lock: 'ours',
    end: undefined,
    takesBack: false,
    isWhereItEnded: true,
    isBack: false,
    isOurs: true,
    readsFile: false,
  }
  test.each<[string, Partial<Ending>, Finishing]>([
    ['main was killed in the middle', {}, 'restore'],
    ['it is back', { isBack: true }, 'verified'],
    ['it is back, as a file says', { isBack: true, readsFile: true }, 'restore'],
    ['somebody else has moved it', { isOurs: false }, 'left'],
    ['another run has taken over', { lock: 'nothing' }, 'left'],
    ['the lock is not proved', { lock: 'unproved' }, 'refuse'],
    ['main had switched', { phase: 'switched', lock: 'nothing' }, 'nothing'],
    ['main had switched and could not keep it', { lock: 'ours, done', end: 'switched' }, 'nothing'],
    ['main had left the weights and could not say it', { lock: 'ours, done', end: 'kept' }, 'tell'],
    ['the job has failed since', { phase: 'switched', lock: 'nothing', takesBack: true }, 'restore'],
    ['so, and it is back', { phase: 'switched', lock: 'nothing', takesBack: true, isBack: true }, 'verified'],
    [
      'so, and somebody else moved it',
      { phase: 'switched', lock: 'nothing', takesBack: true, isWhereItEnded: false },
      'left',
    ],
    ['so, and the lock is not proved', { phase: 'switched', lock: 'unproved', takesBack: true }, 'refuse'],
  ])('%s', (_, change, decision) => {
    expect(decideFinish({ ...ending, ...change })).toBe(decision)
  })
})

describe('a canary beside the old side', () => {
  const many = (side: string, count: number, ms: number, bad = 0): Sample[] =>
    Array.from({ length: count }, (_, at) => ({ at, ms, side, outcome: at < bad ? 'error' : 'good' }))
  const limits = {
    minSamples: 20,
    maxErrorRate: 1,
    maxP95: undefined,
    maxP95Ratio: 1.5,
    maxErrorDifference: 0.1,
  }
  test.each([
    ['as fast', many('green', 20, 10), many('blue', 20, 10), undefined],
    ['at the ratio', many('green', 20, 15), many('blue', 20, 10), undefined],
    ['above it', many('green', 20, 16), many('blue', 20, 10), 'max-p95-ratio'],
    ['with more errors', many('green', 20, 10, 5), many('blue', 20, 10, 1), 'max-error-difference'],
    ['with as many errors', many('green', 20, 10, 1), many('blue', 20, 10, 1), undefined],
    ['with too few answers to compare', many('green', 20, 90), many('blue', 19, 10), undefined],
  ])('%s', (_, fresh, old, words) => {
    const found = compareSides(fresh, old, limits)
    if (words === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(words)
  })
})
