/**
 * The protocol, the same for every router, as data:
 *
 * ```
 * READ ──▶ GATE ──▶ WRITE ──▶ VERIFY ──▶ WATCH ──▶ COMMIT ──▶ switched
 *  │        │       │  ▲ │       │       │ │  │       │
 *  │        │       │  └─┼───────┼───────┘ │  │       │      (next step)
 *  ▼        ▼       ▼    ├───────┼─────────┼──┼───────┤
 * refused refused refused│       │         │  ▼       │
 * unchanged planned      │       │         │ kept     │
 *                        ▼       ▼         ▼          ▼
 *                      RESTORE ◀─┴─────────┴──────────┘ ──▶ restored, or stuck
 *                      drifted: something else moved the traffic, which is not ours to undo
 *                      kept, forwarded: the old side has died, and the traffic is not moved back to it
 * ```
 */

/** A phase, and what may happen in it. */
export type State = 'READ' | 'GATE' | 'WRITE' | 'VERIFY' | 'WATCH' | 'COMMIT' | 'RESTORE'

export type End =
  /** All traffic is on the new side. */
  | 'switched'
  /** It was there already; nothing was written. */
  | 'unchanged'
  /** A dry run or `mode: status` has said what there is to say; nothing was written. */
  | 'planned'
  /** Nothing was written, and the step is red. */
  | 'refused'
  /** The recorded state is back, and that was read back. */
  | 'restored'
  /** It could not be put back, or nobody knows. */
  | 'stuck'
  /** The weights stay as they are, as the inputs ask for, and the step is red. */
  | 'kept'
  /** Something else changed the router in the meantime; it was left as it is. */
  | 'drifted'
  /** The old side has died and the new one is healthy: all traffic is on the new side, and the step is red. */
  | 'forwarded'
  /** The recorded state is back, as read back, and users get errors all the same. */
  | 'unanswered'

export type Event =
  | 'read'
  | 'already live'
  | 'told'
  | 'busy'
  | 'unreadable'
  | 'state drift'
  | 'healthy'
  | 'unhealthy'
  | 'dry run'
  | 'hook failed'
  | 'written'
  | 'not written'
  | 'write failed'
  | 'proved'
  | 'not proved'
  | 'bad answers'
  | 'passed'
  | 'soaked'
  | 'inconclusive'
  | 'keep'
  | 'drained'
  | 'cancelled'
  | 'out of time'
  | 'restored'
  | 'not restored'
  | 'resumed'
  | 'refused'
  | 'own rollback'
  | 'old side dead'
  | 'forwarded'
  | 'not answering'

export const TRANSITIONS = {
  READ: {
    read: 'GATE',
    resumed: 'GATE',
    refused: 'refused',
    told: 'planned',
    'already live': 'unchanged',
    busy: 'refused',
    unreadable: 'refused',
    'state drift': 'refused',
    cancelled: 'refused',
    'out of time': 'refused',
  },
  GATE: {
    healthy: 'WRITE',
    unhealthy: 'refused',
    'dry run': 'planned',
    'hook failed': 'refused',
    cancelled: 'refused',
    'out of time': 'refused',
  },
  WRITE: {
    written: 'VERIFY',
    'not written': 'refused',
    'write failed': 'RESTORE',
    'own rollback': 'restored',
    'state drift': 'drifted',
    cancelled: 'RESTORE',
    'out of time': 'RESTORE',
  },
  VERIFY: {
    proved: 'WATCH',
    'not proved': 'RESTORE',
    'bad answers': 'RESTORE',
    keep: 'kept',
    cancelled: 'RESTORE',
    'out of time': 'RESTORE',
  },
  WATCH: {
    passed: 'WRITE',
    soaked: 'COMMIT',
    'bad answers': 'RESTORE',
    inconclusive: 'RESTORE',
    unreadable: 'RESTORE',
    keep: 'kept',
    'own rollback': 'restored',
    'state drift': 'drifted',
    cancelled: 'RESTORE',
    'out of time': 'RESTORE',
  },
  COMMIT: {
    drained: 'switched',
    'bad answers': 'RESTORE',
    unreadable: 'RESTORE',
    keep: 'kept',
    'own rollback': 'restored',
    'state drift': 'drifted',
    cancelled: 'RESTORE',
    'out of time': 'RESTORE',
  },
  RESTORE: {
    restored: 'restored',
    'not answering': 'unanswered',
    'not restored': 'stuck',
    'hook failed': 'stuck',
    'state drift': 'drifted',
    'old side dead': 'kept',
    forwarded: 'forwarded',
  },
} as const satisfies Record<State, Partial<Record<Event, State | End>>>

/** Where the protocol is. */
export interface Progress {
  state: State | End
  /** Something of ours was written, or may have been. */
  wrote: boolean
  /** Steps of the plan that are behind. */
  step: number
}

export const START: Progress = { state: 'READ', wrote: false, step: 0 }

export function isState(state: State | End): state is State {
  return Object.hasOwn(TRANSITIONS, state)
}

/**
 * The one way from a state to the next; pure. After a write "nothing was written" is no way to end: it is put back.
 *
 * @throws TypeError for an event that the state does not know, which is a defect
 */
export function advance(progress: Progress, event: Event): Progress {
  const { state, wrote, step } = progress
  const next = isState(state) ? (TRANSITIONS[state] as Partial<Record<Event, State | End>>)[event] : undefined
  if (next === undefined) throw new TypeError(`"${event}" cannot happen in ${state}`)
  return {
    state: next === 'refused' && wrote ? 'RESTORE' : next,
    wrote:
      wrote ||
      event === 'resumed' ||
      (state === 'WRITE' && event !== 'not written' && event !== 'state drift'),
    step: event === 'passed' ? step + 1 : step,
  }
}
