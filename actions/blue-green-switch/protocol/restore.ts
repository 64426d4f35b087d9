import { messageOf } from '../../../shared/action/errors.ts'
import { type LiveState, liveColor, sameWeights } from '../targets/target.ts'
import { describeWeights } from '../targets/weights.ts'
import type { Sides } from '../traffic/sides.ts'
import { blameFor, decideRestore } from './decision.ts'
import { explained, left, ROUTER_MS, within } from './limits.ts'
import { lookFirst, readRouter } from './look.ts'
import { putBack } from './put-back.ts'
import { seenAtFrontDoor } from './seen.ts'
import { movesOf, type Outcome, type Run } from './world.ts'

/** After SIGINT the runner waits 7.5 s. */
export const HOOK_CANCELLED_MS = 2_000
/** A hook without a time of its own, and how long the restoring side looks at the front door after SIGINT. */
const HOOK_MS = 86_400_000
const CANCELLED_DOOR_MS = 1_500

/** RESTORE: looks, and puts the recorded state back, read back and, where there is time, seen at the front door. */
export async function restore(run: Run): Promise<Outcome> {
  const { world } = run
  const { from, to } = movesOf(run)
  const recorded = world.recorded as LiveState
  world.allow()
  const look = await lookFirst(run, from, to)
  if (look.state !== undefined) run.state = look.state
  const cause = causeOf(run, look.sides)
  const decision = decideRestore({
    weights: look.state?.weights,
    recorded: recorded.weights,
    ours: run.ours,
    isUnsure: run.isUnsure,
    sides: look.sides,
    newIsBad: run.failure?.bad?.by === 'new side',
    onOldDead: world.policy.onOldDead,
  })
  const outcome = await carryOut[decision](run, look.sides)
  return { ...outcome, cause }
}

const carryOut = { restore: restoreRecorded, drift: leaveDrift, stay: stayThere, forward: moveForward }

/** Why it came to RESTORE, with what asking both sides has told about it. */
function causeOf(run: Run, sides: Sides | undefined): string | undefined {
  const { failure } = run
  if (failure?.bad === undefined || failure.bad.by === 'new side' || sides === undefined) return undefined
  const { from, to } = movesOf(run)
  const stand = (color: string, { state, reason }: Sides['old']): string =>
    state === 'dead'
      ? `${color} fails (${reason})`
      : `${color} is ${state === 'healthy' ? 'healthy' : 'not known'}`
  const who = blameFor(failure.bad.by, sides, to, from)
  return `${who}: ${failure.bad.what}. Asked directly, ${stand(from, sides.old)} and ${stand(to, sides.fresh)}`
}

function leaveDrift(run: Run): Promise<Outcome> {
  const now = run.state === undefined ? '' : `: ${describeWeights(run.state.weights)}`
  const reason = `something else has changed the router${now}. So it was left as it is`
  return Promise.resolve({ event: 'state drift', reason })
}

function stayThere(run: Run, sides: Sides | undefined): Promise<Outcome> {
  const { from, to } = movesOf(run)
  const fresh =
    sides?.fresh.state === 'healthy' ? `${to} passes its own` : `${to} does not pass its own either`
  const now =
    run.state === undefined ? 'who has the traffic is not known' : describeWeights(run.state.weights)
  const reason = `${from} fails its own checks (${sides?.old.reason ?? ''}) and ${fresh}. So the traffic was not moved back: ${now}`
  return Promise.resolve({ event: 'old side dead', reason })
}

async function moveForward(run: Run, sides: Sides | undefined): Promise<Outcome> {
  const { target, clock, cancel } = run.world
  const { from, to } = movesOf(run)
  const all = Object.fromEntries(target.colors.map((color) => [color, color === to ? 100 : 0]))
  const why = `${from} fails its own checks (${sides?.old.reason ?? ''}) and ${to} passes its own`
  try {
    const limit = {
      clock,
      ms: target.patience ?? ROUTER_MS,
      over: 'it took too long',
      stop: cancel,
      linger: 1_500,
    }
    const expected = run.state as LiveState
    run.ours.push(all)
    run.state = sameWeights(expected.weights, all)
      ? expected
      : await within(limit, (signal) => target.write(all, expected, signal))
  } catch (error) {
    run.state = await readRouter(run, 2_000)
    const now =
      run.state === undefined ? 'who has the traffic is not known' : describeWeights(run.state.weights)
    return {
      event: 'not restored',
      reason: `${why}. To give ${to} all the traffic failed: ${messageOf(error)} ${now}`,
    }
  }
  const doneAt = clock.now()
  const seen = await seenAtFrontDoor(run, to)
  const proof = seen === undefined ? 'and the front door shows it' : `but ${seen.words}`
  const event = seen === undefined || seen.isServed ? 'forwarded' : 'not restored'
  return { event, reason: `${why}. So ${describeWeights(run.state.weights)}, ${proof}`, doneAt }
}

async function restoreRecorded(run: Run): Promise<Outcome> {
  const { world } = run
  const { clock, cancel, target } = world
  const recorded = world.recorded as LiveState
  const told = await runHook(run)
  if (told.outcome !== undefined) return told.outcome
  const back = await putBack(run, recorded)
  const doneAt = clock.now()
  run.state = back.state
  if ('problem' in back) return { event: 'not restored', reason: `${told.words}${back.problem}`, doneAt }
  const reason = `${told.words}${describeWeights(back.state.weights)}`
  const live = liveColor(recorded.weights)
  const time = left(run, run.cancelledAt === undefined ? Number.POSITIVE_INFINITY : CANCELLED_DOOR_MS)
  if (world.ask === undefined || live === undefined || time <= 0)
    return { event: 'restored', reason: `${reason}, as read back`, doneAt }
  const seen = await seenAtFrontDoor(run, live, time)
  if (seen === undefined)
    return { event: 'restored', reason: `${reason}, and the front door shows it`, doneAt }
  // Cancelled while looking: what was read back stands, unless users were seen to get errors.
  if (cancel.aborted && seen.isServed) return { event: 'restored', reason: `${reason}, as read back`, doneAt }
  // Answers of no side prove neither; then a router that says itself what it does is believed.
  if (seen.isOther || (target.caution !== undefined && seen.isServed)) {
    const what = `${told.words}the router was told so that ${describeWeights(back.state.weights)}, but ${seen.words}`
    return { event: 'not restored', reason: await explained(run, what), doneAt }
  }
  if (seen.isServed) return { event: 'restored', reason: `${reason}, as read back; ${seen.words}`, doneAt }
  return {
    event: 'not answering',
    reason: await explained(run, `${reason}, as read back, but ${seen.words}`),
    doneAt,
  }
}

/** Before-restore, and the router once more after it: it may have taken minutes. */
async function runHook(run: Run): Promise<{ outcome?: Outcome; words: string }> {
  const { world } = run
  const hook = world.hook('before-restore')
  if (hook === undefined) return { words: '' }
  const limit = {
    clock: world.clock,
    ms: world.cancel.aborted ? HOOK_CANCELLED_MS : HOOK_MS,
    over: 'it took too long',
    stop: world.cancel,
    linger: HOOK_CANCELLED_MS,
  }
  const problem = await within(limit, hook)
  const now = await readRouter(run, 1_000)
  if (now !== undefined) run.state = now
  const seen =
    run.state === undefined
      ? 'who has the traffic is not known'
      : `as last read, ${describeWeights(run.state.weights)}`
  if (problem !== undefined && world.needsHook)
    return {
      outcome: {
        event: 'hook failed',
        reason: `${problem}. So the traffic was not put back (restore-anyway: false): ${seen}`,
      },
      words: '',
    }
  if (now !== undefined && decideAgain(run, now) === 'drift')
    return { outcome: await leaveDrift(run), words: '' }
  return { words: problem === undefined ? '' : `${problem}; put back all the same: ` }
}

function decideAgain(run: Run, { weights }: LiveState): ReturnType<typeof decideRestore> {
  return decideRestore({
    weights,
    recorded: run.world.recorded?.weights ?? {},
    ours: run.ours,
    isUnsure: run.isUnsure,
    sides: undefined,
    newIsBad: false,
    onOldDead: 'stay',
  })
}
