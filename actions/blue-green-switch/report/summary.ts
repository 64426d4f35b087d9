import { formatDuration } from '../../../shared/text/duration.ts'
import { plural } from '../../../shared/text/list.ts'
import { codeBlock, codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { formatShare } from '../../../shared/text/units.ts'
import type { End } from '../protocol/machine.ts'
import type { Moves } from '../protocol/moves.ts'
import type { Ended } from '../protocol/world.ts'
import { chart } from './chart.ts'

const SIGN: Record<End, string> = {
  switched: '✅',
  unchanged: '✅',
  planned: '📋',
  refused: '❌',
  restored: '↩️',
  stuck: '🚨',
  kept: '⚠️',
  drifted: '⚠️',
  forwarded: '⚠️',
  unanswered: '🚨',
}
const MAX_ENTRIES = 200
const MAX_BAD = 20

/** The job summary as Markdown blocks, the most important first; pure. */
export function summaryBlocks(
  headline: string,
  router: string,
  { end, timeline, steps, samples, reason, restoring, commit, state }: Ended,
  moves: Moves | undefined,
): string[] {
  const why = [
    `Router: ${codeSpan(router)}`,
    ...(reason === '' ? [] : [`**Why:** ${escapeMarkdown(reason)}`]),
    ...(commit === undefined ? [] : [`**At the end:** ${escapeMarkdown(commit)}`]),
    ...(state?.sessions === undefined
      ? []
      : [`**Open sessions:** ${escapeMarkdown(sessionsOf(state.sessions))}`]),
    ...(restoring === undefined ? [] : [`**Then:** ${escapeMarkdown(restoring)}`]),
  ]
  const bars = moves === undefined ? [] : chart(samples, timeline, moves.to, moves.from)
  return [
    `### ${SIGN[end]} ${escapeMarkdown(headline)}`,
    why.join('  \n'),
    ...(steps.length === 0 || moves === undefined ? [] : [stepTable(steps, moves)]),
    ...(bars.length === 0 ? [] : [codeBlock(bars.join('\n'))]),
    ...badAnswers(samples),
    timelineTable(timeline),
  ]
}

function sessionsOf(sessions: Readonly<Record<string, number>>): string {
  return Object.entries(sessions)
    .map(([color, count]) => `${color} ${count}`)
    .join(', ')
}

function stepTable(steps: Ended['steps'], { from, to }: Moves): string {
  const mark = {
    pass: '✅ pass',
    fail: '❌ fail',
    inconclusive: '❔ inconclusive',
    unwatched: '– not watched',
  }
  const rows = steps.map(({ share, verdict, reason, stats, ...step }) => {
    const [ours, theirs] = [stats[to], stats[from]]
    const p95 = ours?.p95 === undefined ? '–' : formatDuration(ours.p95)
    const count = ours === undefined ? '–' : `${ours.samples}`
    return [
      `${share} %`,
      mark[verdict],
      count,
      ours === undefined ? '–' : formatShare(ours.errorRate),
      p95,
      `${theirs?.samples ?? '–'}`,
      theirs === undefined ? '–' : formatShare(theirs.errorRate),
      theirs?.p95 === undefined ? '–' : formatDuration(theirs.p95),
      formatDuration(step.to - step.from),
      escapeMarkdown(reason),
    ]
  })
  const [ours, theirs] = [escapeMarkdown(to), escapeMarkdown(from)]
  const head = [
    'Weight',
    'Verdict',
    `Answers of ${ours}`,
    'Errors',
    'p95',
    `Answers of ${theirs}`,
    'Errors',
    'p95',
    'Watched',
    '',
  ]
  return table(head, rows, 'rlrrrrrrrl')
}

/** What was seen, and when. */
function badAnswers(samples: Ended['samples']): string[] {
  const bad = samples.filter(({ outcome }) => outcome !== 'good')
  if (bad.length === 0) return []
  const lines = bad.slice(0, MAX_BAD).map(({ at, ms, side, outcome, reason }) => {
    const kind = outcome === 'error' ? 'confirmed' : 'not confirmed'
    return `${formatDuration(at)}  ${side ?? 'no side'}  ${kind}  ${formatDuration(ms)}  ${reason ?? ''}`
  })
  if (bad.length > lines.length) lines.push(`… and ${bad.length - lines.length} more`)
  return [details(plural(bad.length, 'bad answer'), codeBlock(lines.join('\n')))]
}

function timelineTable(timeline: Ended['timeline']): string {
  const rows = timeline
    .slice(0, MAX_ENTRIES)
    .map(({ at, state, event, reason, share }) => [
      formatDuration(at),
      `${state}${share === undefined ? '' : ` ${share} %`}`,
      event,
      escapeMarkdown(reason),
    ])
  return details('Timeline', table(['At', 'Phase', 'Event', 'Reason'], rows, 'rlll'))
}
