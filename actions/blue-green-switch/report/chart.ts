import { formatDuration } from '../../../shared/text/duration.ts'
import type { Entry } from '../protocol/world.ts'
import { type Sample, statsOf } from '../traffic/verdict.ts'

const ROWS = 24
const WIDTH = 30

/**
 * The share of each side and the latency over time, as text that every viewer shows alike; pure. One row is a slice of
 * time: `█` the new side, `░` the old one, `×` errors of no side.
 */
export function chart(
  samples: readonly Sample[],
  timeline: readonly Entry[],
  to: string,
  from: string,
): string[] {
  const end = samples.reduce((last, { at }) => Math.max(last, at), 0)
  const slice = niceSlice(end / ROWS)
  const rows: string[][] = []
  for (let start = 0; start <= end && samples.length > 0; start += slice) {
    const within = samples.filter(({ at }) => at >= start && at < start + slice)
    if (within.length === 0) continue
    const [ours, lost] = [
      within.filter(({ side }) => side === to),
      within.filter(({ side }) => side === undefined),
    ]
    const [own, old] = [statsOf(ours).p95, statsOf(within.filter(({ side }) => side === from)).p95]
    const errors = within.filter(({ outcome }) => outcome === 'error').length
    rows.push([
      formatDuration(start),
      `${weightAt(timeline, start + slice)} %`,
      bar(ours.length, lost.length, within.length),
      String(within.length),
      String(errors),
      own === undefined ? '–' : formatDuration(own),
      old === undefined ? '–' : formatDuration(old),
    ])
  }
  if (rows.length === 0) return []
  const head = ['from', 'weight', `█ ${to}  ░ ${from}`, 'answers', 'errors', `p95 ${to}`, `p95 ${from}`]
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function bar(ours: number, lost: number, all: number): string {
  const part = (count: number): number => {
    const cells = Math.round((count / all) * WIDTH)
    return count > 0 ? Math.max(1, cells) : cells
  }
  const [full, bad] = [part(ours), part(lost)]
  return ('█'.repeat(full) + '×'.repeat(bad)).slice(0, WIDTH).padEnd(WIDTH, '░')
}

/** What the router was told by then. */
function weightAt(timeline: readonly Entry[], at: number): number {
  let weight = 0
  for (const entry of timeline) {
    if (entry.at > at) break
    if (entry.event === 'written') weight = entry.share ?? weight
    if (entry.state === 'RESTORE') weight = 0
  }
  return weight
}

/** A slice that people can add up: 1, 2, 5, 10, 15 or 30 seconds, then minutes. */
function niceSlice(ms: number): number {
  const nice = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800].map((seconds) => seconds * 1_000)
  return nice.find((slice) => slice >= ms) ?? 3_600_000
}
