import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  advance,
  type End,
  type Event,
  isState,
  type Progress,
  START,
  type State,
  TRANSITIONS,
} from '../../../actions/blue-green-switch/protocol/machine.ts'
import { Conflict, TargetError } from '../../../actions/blue-green-switch/targets/target.ts'
import { AT_ONCE, type Change, change, fakeWorld, run } from './fake-world.ts'

const STATES = Object.keys(TRANSITIONS) as State[]
const eventsOf = (state: State): Event[] => Object.keys(TRANSITIONS[state]) as Event[]

describe('the table', () => {
  /** A walk from READ to an end, each event chosen by one number. */
  function walk(choices: readonly number[]): { trace: [State, Event][]; last: Progress } {
    const trace: [State, Event][] = []
    let progress = START
    for (const choice of choices) {
      if (!isState(progress.state)) break
      const events = eventsOf(progress.state)
      const event = events[choice % events.length] as Event
      trace.push([progress.state, event])
      progress = advance(progress, event)
    }
    return { trace, last: progress }
  }
  const walks = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 60 }).map(walk)

  test('nothing is written without a healthy gate', () => {
    fc.assert(
      fc.property(walks, ({ trace }) => {
        const write = trace.findIndex(([state]) => state === 'WRITE')
        expect(write < 0 || trace.slice(0, write).some(([, event]) => event === 'healthy')).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('who has written ends switched, restored, or says why not', () => {
    fc.assert(
      fc.property(walks, ({ trace, last }) => {
        const wrote = trace.some(([state, event]) => state === 'WRITE' && event === 'written')
        if (!wrote || isState(last.state)) return
        expect(['switched', 'restored', 'stuck', 'kept', 'drifted', 'forwarded', 'unanswered']).toContain(
          last.state,
        )
      }),
      { numRuns: 2_000 },
    )
  })

  test('"nothing was written" is true wherever it is the end', () => {
    const untouched: (State | End)[] = ['refused', 'planned', 'unchanged']
    fc.assert(
      fc.property(walks, ({ trace, last }) => {
        if (untouched.includes(last.state)) expect(trace.map(([, event]) => event)).not.toContain('written')
      }),
      { numRuns: 2_000 },
    )
  })

  test('a cancellation after a write leads to RESTORE, wherever it comes', () => {
    for (const state of STATES) {
      if (state === 'RESTORE') continue
      const wrote = state !== 'READ' && state !== 'GATE'
      expect([state, advance({ state, wrote, step: 0 }, 'cancelled').state]).toEqual([
        state,
        wrote ? 'RESTORE' : 'refused',
      ])
    }
  })

  test('an event that a state does not know is a defect', () => {
    expect(() => advance(START, 'drained')).toThrow('"drained" cannot happen in READ')
    expect(() => advance({ state: 'switched', wrote: true, step: 0 }, 'read')).toThrow(TypeError)
  })
})

describe('a run', () => {
  const way = (ended: Awaited<ReturnType<typeof run>>): string =>
    ended.timeline.map(({ state, event }) => `${state} ${event}`).join(', ')

  test('goes through every phase, step by step', async () => {
    const world = fakeWorld()
    const ended = await run(world, { minSamples: 5 })
    expect(way(ended)).toBe(
      'READ read, GATE healthy, WRITE written, VERIFY proved, WATCH passed, WRITE written, VERIFY proved, WATCH soaked, COMMIT drained',
    )
    expect(ended).toMatchObject({ end: 'switched', phase: 'COMMIT', reason: '' })
    expect(world.log).toEqual(['gate green', 'hook before-switch', 'record', 'write 10', 'write 100'])
    expect(ended.steps).toMatchObject([
      { share: 10, verdict: 'pass' },
      { share: 100, verdict: 'pass' },
    ])
  })

  test.each<[string, Change, End, string]>([
    ['a sick side', { gateSays: false }, 'refused', 'GATE unhealthy'],
    ['a failed hook', { failingHook: 'before-switch' }, 'refused', 'GATE hook failed'],
    ['a dry run', { policy: { dryRun: true } }, 'planned', 'GATE dry run'],
    ['a state that cannot be recorded', { recordFails: true }, 'refused', 'WRITE not written'],
    [
      'a write that was certainly not applied',
      { failWrite: () => new TargetError('No such server.', 'no') },
      'refused',
      'WRITE not written',
    ],
    [
      'another writer',
      { failWrite: () => new Conflict('somebody was faster') },
      'drifted',
      'WRITE state drift',
    ],
  ])('%s: nothing is written', async (_, arrange, end, last) => {
    const world = fakeWorld()
    change(world, arrange)
    const ended = await run(world)
    expect(ended.end).toBe(end)
    expect(way(ended).endsWith(last)).toBe(true)
    expect(world.weights).toEqual({ blue: 100, green: 0 })
    expect(world.log.filter((line) => line.startsWith('restore'))).toEqual([])
  })

  test.each<[string, Change, string]>([
    ['errors of the new side', { sick: { side: 'green' } }, 'VERIFY bad answers'],
    ['answers of no side', { sick: { side: undefined, of: 'green' } }, 'bad answers'],
    ['a write nobody knows the fate of', { failWrite: unknownAt(1) }, 'WRITE write failed'],
    ['the second write refused', { failWrite: refusedAt(2) }, 'WRITE not written'],
    ['a write that the router ignores', { ignores: true }, 'WRITE write failed'],
    [
      'a platform that cannot split, and gives it all to the new side',
      { makes: () => ({ blue: 0, green: 100 }) },
      'WRITE write failed',
    ],
    ['a front door that shows the old side', { doorStays: 'blue', moves: AT_ONCE }, 'VERIFY not proved'],
    ['a router that goes away', { failRead: true }, 'WATCH unreadable'],
    ['too few answers', { policy: { minSamples: 10_000 } }, 'WATCH inconclusive'],
    ['the timeout of the step', { lifetime: 1_500 }, 'out of time'],
    ['a cancelled job', { cancelAt: 1_200 }, 'cancelled'],
  ])('%s: the recorded state comes back', async (_, arrange, cause) => {
    const world = fakeWorld()
    change(world, arrange)
    const ended = await run(world)
    expect(way(ended)).toContain(cause)
    expect(way(ended)).toMatch(/RESTORE restored$/)
    expect(ended).toMatchObject({ end: 'restored', phase: 'RESTORE' })
    expect(ended.failedIn).not.toBe('RESTORE')
    expect(ended.reason).not.toBe('')
    expect(world.weights).toEqual({ blue: 100, green: 0 })
  })

  test('something else that moves the traffic in the middle is left alone', async () => {
    const world = fakeWorld()
    world.foreignAt = { write: 1, weights: { blue: 40, green: 60 } }
    const ended = await run(world)
    expect(ended.end).toBe('drifted')
    expect(world.weights).toEqual({ blue: 40, green: 60 })
    expect(ended.reason).toContain('blue has 40 % and green 60 %')
  })

  test('a canary that nobody meets is inconclusive, not good', async () => {
    const world = fakeWorld()
    world.doorStays = 'blue'
    const ended = await run(world)
    expect(way(ended)).toMatch(/WATCH inconclusive, RESTORE restored$/)
    expect(ended.reason).toBe('only 0 answers within 4 s, 5 are needed (min-samples)')
  })

  test.each(['fail', 'continue'] as const)('on-inconclusive: %s', async (onInconclusive) => {
    const world = fakeWorld()
    Object.assign(world.policy, { onInconclusive, minSamples: 10_000 })
    const ended = await run(world)
    expect(ended.end).toBe(onInconclusive === 'fail' ? 'kept' : 'switched')
    expect(world.weights['green']).toBe(onInconclusive === 'fail' ? 10 : 100)
  })

  test('rollback-on-failure: false leaves the weights, but not when the job is cancelled', async () => {
    const [failing, cancelled] = [fakeWorld(), fakeWorld()]
    failing.sick = { side: 'green' }
    cancelled.cancelAt = 1_200
    for (const world of [failing, cancelled]) world.policy.rollbackOnFailure = false
    expect((await run(failing)).end).toBe('kept')
    expect(failing.weights['green']).toBe(10)
    expect((await run(cancelled)).end).toBe('restored')
    expect(cancelled.weights['green']).toBe(0)
  })

  test('who cannot restore says what is known', async () => {
    const world = fakeWorld()
    world.sick = { side: 'green' }
    world.failRestore = true
    const ended = await run(world)
    expect(ended).toMatchObject({ end: 'stuck', phase: 'RESTORE', failedIn: 'VERIFY' })
    expect(ended.restoring).toMatch(
      /blue has all the traffic.*connection refused.*As last read, blue has 90 % and green 10 %/s,
    )
  })

  test('an old side that still gets a tenth when it should get nothing is not idle', async () => {
    const world = fakeWorld()
    change(world, { loaded: 90, moves: AT_ONCE, policy: { watch: 20_000 } })
    const ended = await run(world)
    expect(way(ended)).toContain('WATCH bad answers, RESTORE')
    expect(ended.reason).toMatch(/\d+ of \d+ answers are still of blue, though green was given all/)
  })

  test('a restoring write that only the file took is not called restored while a canary still answers', async () => {
    const world = fakeWorld()
    change(world, { sick: { side: 'green' }, loaded: 5, caution: 'It tells what stands in its file.' })
    const ended = await run(world)
    expect(ended).toMatchObject({ end: 'stuck', phase: 'RESTORE' })
    expect(ended.restoring).toMatch(/told so that blue has all the traffic, but .*still answers with .*green/)
  })

  test('before-restore that fails keeps the restoring write back', async () => {
    const world = fakeWorld()
    world.sick = { side: 'green' }
    world.failingHook = 'before-restore'
    const ended = await run(world)
    expect(ended).toMatchObject({ end: 'stuck' })
    expect(ended.restoring).toContain('blue has 90 % and green 10 %')
    expect(world.log).not.toContain('restore')
  })

  test('whatever goes wrong, whenever: back, or said that it is not', async () => {
    const faults = fc.record({
      failWriteAt: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      certain: fc.boolean(),
      cancelAt: fc.option(fc.integer({ min: 0, max: 9_000 }), { nil: undefined }),
      sick: fc.boolean(),
      ignores: fc.boolean(),
      failRead: fc.boolean(),
      keep: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(faults, async ({ failWriteAt, certain, cancelAt, sick, ignores, failRead, keep }) => {
        const world = fakeWorld()
        if (failWriteAt !== undefined)
          world.failWrite = certain ? refusedAt(failWriteAt) : unknownAt(failWriteAt)
        if (sick) world.sick = { side: 'green' }
        world.cancelAt = cancelAt
        Object.assign(world, { ignores, failRead })
        world.policy.rollbackOnFailure = !keep
        const { end } = await run(world)
        if (end === 'switched') expect(world.weights).toEqual({ blue: 0, green: 100 })
        else if (end === 'restored' || end === 'refused')
          expect(world.weights).toEqual({ blue: 100, green: 0 })
        else expect([keep, end]).toEqual([true, 'kept'])
      }),
      { numRuns: 150 },
    )
  })
})

function unknownAt(write: number): (count: number) => Error | undefined {
  return (count) => (count === write ? new TargetError('the connection was cut', 'unknown') : undefined)
}

function refusedAt(write: number): (count: number) => Error | undefined {
  return (count) => (count === write ? new TargetError('No such server.', 'no') : undefined)
}
