/** How a status looks and what follows from it. */
export interface Look {
  /** As it was given: `failure`, `timed_out`, a free word. */
  status: string
  /** After a subject: `deploy failed`. */
  verb: string
  emoji: string
  /** Of the bar beside the message. */
  color: string
  class: StatusClass
}

/** What people want to be told apart. `other` is neither good nor bad. */
export type StatusClass = 'success' | 'failure' | 'cancelled' | 'other'

const GREEN = '#2da44e'
const RED = '#cf222e'
const AMBER = '#bf8700'
const BLUE = '#0969da'
const GREY = '#6e7781'

/**
 * Every conclusion of a job or a run, the worst first: of several the first in this table stands for all. A word that is not in it
 * ranks as `unknown`.
 *
 * @see https://docs.github.com/rest/checks/runs, `conclusion`
 */
const TABLE: Readonly<Record<string, Omit<Look, 'status'>>> = {
  failure: { verb: 'failed', emoji: '❌', color: RED, class: 'failure' },
  startup_failure: { verb: 'failed to start', emoji: '❌', color: RED, class: 'failure' },
  timed_out: { verb: 'timed out', emoji: '⏰', color: RED, class: 'failure' },
  action_required: { verb: 'needs somebody to act', emoji: '✋', color: AMBER, class: 'failure' },
  cancelled: { verb: 'was cancelled', emoji: '🚫', color: AMBER, class: 'cancelled' },
  stale: { verb: 'went stale', emoji: '🍂', color: AMBER, class: 'cancelled' },
  unknown: { verb: 'ended', emoji: '⚪', color: GREY, class: 'other' },
  started: { verb: 'started', emoji: '🚀', color: BLUE, class: 'other' },
  success: { verb: 'succeeded', emoji: '✅', color: GREEN, class: 'success' },
  neutral: { verb: 'ended neutral', emoji: '⚪', color: GREY, class: 'other' },
  skipped: { verb: 'was skipped', emoji: '⏭️', color: GREY, class: 'other' },
}

const RANKS = Object.keys(TABLE)

/** What people and other tools write, for the words of GitHub. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  success: [
    'succeeded',
    'successful',
    'succeed',
    'pass',
    'passed',
    'passing',
    'ok',
    'okay',
    'green',
    'fixed',
  ],
  failure: [
    'failures',
    'fail',
    'failed',
    'failing',
    'error',
    'errored',
    'broken',
    'red',
    'unsuccessful',
    'crashed',
  ],
  cancelled: ['canceled', 'cancel', 'cancelling', 'canceling', 'cancellation', 'abort', 'aborted'],
  skipped: ['skip', 'skipping'],
  timed_out: ['timedout', 'timeout', 'time_out'],
  started: ['start', 'starting', 'running', 'in_progress', 'inprogress', 'progress', 'begun'],
  action_required: ['actionrequired', 'needs_action'],
  startup_failure: ['startupfailure', 'failed_to_start'],
}

const BY_WORD: ReadonlyMap<string, string> = new Map([
  ...RANKS.map((word) => [word, word] as const),
  ...Object.entries(SYNONYMS).flatMap(([word, all]) => all.map((each) => [each, word] as const)),
])

/** The words that a status is known by, for suggestions. */
export const KNOWN_STATUSES = RANKS.filter((word) => word !== 'unknown')

/** GitHub's own word for a status in any case and with its usual synonyms; a free word as it was given. */
export function statusOf(given: string): string {
  const word = given
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_')
    .replace(/[.!]+$/, '')
  return BY_WORD.get(word) ?? given.trim()
}

/** Whether a status is one of the table, and not a free word. */
export function isKnownStatus(status: string): boolean {
  return BY_WORD.has(status)
}

/** What a status looks like; a free word is grey and is shown as it is. */
export function lookOf(given: string): Look {
  const status = statusOf(given)
  const known = Object.hasOwn(TABLE, status) ? TABLE[status] : undefined
  if (known !== undefined) return { status, ...known }
  return { status, verb: `ended as ${status}`, emoji: '⚪', color: GREY, class: 'other' }
}

/** The worst of several statuses; undefined of none. */
export function worst(statuses: readonly string[]): string | undefined {
  return statuses.toSorted((a, b) => rank(a) - rank(b))[0]
}

/** A small number is bad. */
export function rank(status: string): number {
  const index = RANKS.indexOf(statusOf(status))
  return index < 0 ? RANKS.indexOf('unknown') : index
}

/** When people want to hear of it. */
export const CONDITIONS = ['always', 'success', 'failure', 'cancelled', 'change', 'recovery'] as const

export type Condition = (typeof CONDITIONS)[number]

/** Which condition holds, the first of them; undefined when none does. */
export function matching(
  conditions: readonly Condition[],
  { class: now }: Look,
  last: StatusClass | undefined,
): Condition | undefined {
  // Without a run before it, a success is no change, and a failure is one.
  const before = last ?? 'success'
  const isNews = now === 'success' || now === 'failure'
  return conditions.find((condition) => {
    if (condition === 'always') return true
    if (condition === 'change') return isNews && now !== before
    if (condition === 'recovery') return now === 'success' && before === 'failure'
    return condition === now
  })
}
