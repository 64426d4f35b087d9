import { formatDuration } from '../../../shared/text/duration.ts'
import type { Inputs } from '../model.ts'
import type { End } from '../protocol/machine.ts'
import type { Moves } from '../protocol/moves.ts'
import type { Ended } from '../protocol/world.ts'
import { describeWeights } from '../targets/weights.ts'

/** One sentence without a full stop; pure. */
export function headlineOf(
  { end, reason, durationMs, phase, state }: Ended,
  moves: Moves | undefined,
  mode: Inputs['mode'],
): string {
  const [from, to] = [moves?.from ?? '', moves?.to ?? '']
  const now = state === undefined ? 'who has the traffic is not known' : describeWeights(state.weights)
  const what = mode === 'rollback' ? 'rolled back' : 'switched'
  switch (end) {
    case 'switched':
      return mode === 'rollback'
        ? `Rolled back from ${from} to ${to} in ${formatDuration(durationMs)}`
        : `Switched from ${from} to ${to} in ${formatDuration(durationMs)}`
    case 'unchanged':
      return `Nothing to do: ${reason}`
    case 'planned':
      return mode === 'status'
        ? `Status: ${reason}`
        : `Dry run: would switch from ${from} to ${to}; nothing was written`
    case 'refused':
      return phase === 'GATE'
        ? `Not ${what} to ${to}: nothing was written`
        : `Not ${what}: nothing was written`
    case 'restored':
      return `Rolled back: ${now} again`
    case 'unanswered':
      return `Put back, but users get errors: ${now}`
    case 'stuck':
      return `NOT rolled back: ${now}`
    case 'kept':
      return `Failed, and the weights stay as they are: ${now}`
    case 'forwarded':
      return `Moved on to ${to}, because ${from} has died: ${now}`
    case 'drifted':
      return `State drift: ${now}`
  }
}

const TITLES: Partial<Record<End, string>> = {
  restored: 'Rolled back',
  unanswered: 'NOT rolled back: users get errors',
  stuck: 'NOT rolled back',
  kept: 'Failed; the weights stay',
  forwarded: 'Moved on; the old side has died',
}

/** The title of the annotation of a failed step; pure. */
export function titleOf({ end, timeline, phase, failedIn }: Ended): string {
  const last = timeline.at(-1)?.event
  if (last === 'state drift') return 'State drift'
  const title = TITLES[end]
  if (title !== undefined) return title
  if (last === 'busy') return 'Another switch is under way'
  if (last === 'cancelled') return 'Cancelled'
  return phase === 'GATE' && failedIn === 'GATE' ? 'Not switched: the new side is not ready' : 'Not switched'
}

/** What failed, and how it stands now; pure. */
export function messageOf(ended: Ended, headline: string): string {
  const { end, reason, restoring, failedIn, state, restoreMs } = ended
  const where = failedIn === undefined ? '' : `${failedIn}: `
  const lines = [`${where}${withStop(reason)}`]
  const then = withStop(restoring ?? '')
  switch (end) {
    case 'restored': {
      const after = restoreMs === undefined ? '' : ` ${formatDuration(restoreMs)} after the decision`
      lines.push(`The traffic was put back${after}: ${then}`)
      break
    }
    case 'stuck':
      lines.push(
        `RESTORE: ${then}`,
        'Put the traffic where it belongs by hand. The next run of this step on this machine, and the post step of this one, try again.',
      )
      break
    case 'unanswered':
      lines.push(`RESTORE: ${then}`, 'The weights are as before. Look after the side that has the traffic.')
      break
    case 'forwarded':
      lines.push(`RESTORE: ${then}`)
      break
    case 'drifted': {
      const now = state === undefined ? 'not known' : describeWeights(state.weights)
      lines.push(`It was left as it is: ${now}. Find out who moved it, and run again.`)
      break
    }
    case 'kept':
      if (restoring !== undefined) lines.push(`RESTORE: ${then}`)
      lines.push(`${headline}.`)
      break
    default:
      if (!reason.includes('othing was ')) lines.push('Nothing was written.')
  }
  return lines.join('\n')
}

/** A sentence with its full stop; pure. */
export function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Text that a shell may meet in a `run:` by mistake: without what makes it run a command; pure. */
export function forShell(text: string): string {
  return text.replaceAll('`', "'").replace(/\$(?=[({])/g, '')
}
