import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../shared/action/clock.ts'
import type { RunContext } from '../../../shared/action/context.ts'
import { log } from '../../../shared/action/log.ts'
import { keepRecord } from '../../../shared/action/record.ts'
import type { Step } from '../../../shared/action/step.ts'
import { givenInputs } from '../inputs.ts'
import type { Given, HookName, Inputs, Observation } from '../model.ts'
import { openRouter } from '../observe/router.ts'
import { askSide, gate } from '../observe/sides.ts'
import type { Left } from '../protocol/journal.ts'
import type { Moves } from '../protocol/moves.ts'
import type { AskSide, World } from '../protocol/world.ts'
import { acquireLock, type Lock } from '../targets/lock.ts'
import type { Target } from '../targets/target.ts'
import { type Ask, frontDoor } from '../traffic/front-door.ts'
import { hookOf } from './hooks.ts'
import { type Recorder, recorderFor } from './recorder.ts'

/** All that a step touches; the model check puts its own in its place. */
export interface Tools {
  inputs: Inputs
  target: Target
  clock: Clock
  /** Aborts on SIGINT and SIGTERM. */
  cancel: AbortSignal
  /** This run, for people. */
  who: string
  newId(): string
  /** Takes the router for this run, at once. @throws Conflict, TargetError */
  takeLock(): Promise<Lock>
  /** Keeps what the post step needs. @throws Error when it cannot be kept */
  keep(left: Left): void
  recorder: Recorder | undefined
  /** What a roll-back undoes. */
  deployment: Observation['deployment']
  /** The way through the front door, for a move to this color; undefined with `verify: none`. */
  frontDoor(to: string): Ask | undefined
  gate: World['gate']
  askSide: AskSide | undefined
  hook(name: HookName, moves: Moves | undefined): ReturnType<World['hook']>
  say(line: string): void
  warn(title: string, text: string): void
}

/** What main leaves for the post step: its journal, and the inputs that it had. */
export interface Kept extends Left {
  given: Given
}

export const RECORD = 'switch'

/** @throws ActionError when it cannot be kept */
export function keepLeft(left: Left): void {
  keepRecord(RECORD, { ...left, given: givenInputs() } satisfies Kept)
}

/** The real ones. */
export async function toolsOf(
  inputs: Inputs,
  step: Step,
  deployment: Observation['deployment'] = undefined,
): Promise<Tools> {
  const { context, signal: cancel, clock } = step
  const target = await openRouter(inputs)
  const { checks, verify, identify, ca } = inputs
  const who = whoAmI(context)
  return {
    inputs,
    target,
    clock,
    cancel,
    who,
    newId: randomUUID,
    takeLock: () => acquireLock(target.lock, who),
    keep: keepLeft,
    recorder: recorderFor(recordedAs(inputs, deployment), step, idOf(deployment)),
    deployment,
    frontDoor(to) {
      const list = verify?.[to]
      return list === undefined || identify === undefined ? undefined : frontDoor(list, identify, to, ca)
    },
    gate: (color, timeout) => gate(checks?.[color], ca, timeout, cancel),
    askSide:
      checks === undefined
        ? undefined
        : (color, signal, wasHealthy) => askSide(checks[color] ?? [], ca, signal, wasHealthy),
    hook: (name, moves) => hookOf(name, inputs, moves),
    say: (line) => log.info(line),
    warn: (title, text) => log.warning(title, text),
  }
}

/** What the protocol touches. @param begun when the step began, on the clock */
export function worldOf(
  tools: Tools,
  { moves, recorded, begun }: Pick<World, 'moves' | 'recorded'> & { begun: number },
): Omit<World, 'record'> {
  const { inputs, target, clock, cancel, gate: ask, askSide: side, say } = tools
  return {
    target,
    moves,
    recorded,
    policy: inputs.policy,
    ask: moves === undefined ? undefined : tools.frontDoor(moves.to),
    askSide: side,
    clock,
    cancel,
    deadline: begun + inputs.timeout,
    gate: ask,
    hook: (name) => tools.hook(name, moves),
    needsHook: !inputs.hooks.restoreAnyway,
    say,
  }
}

function whoAmI({ runUrl, workflow, job }: RunContext): string {
  return runUrl !== '' ? runUrl : [workflow, job].filter((part) => part !== '').join(' / ') || 'a local run'
}

/** A roll-back is recorded where the deployment is that it undoes. */
export function recordedAs(inputs: Inputs, deployment: Observation['deployment']): Inputs {
  if (inputs.environment !== '' || deployment === undefined || 'refused' in deployment) return inputs
  return { ...inputs, environment: deployment.environment }
}

function idOf(deployment: Observation['deployment']): number | undefined {
  return deployment === undefined || 'refused' in deployment ? undefined : deployment.id
}
