import type { Slice } from '../../../test/support/load.ts'
import { escapeHtml } from './html.ts'

/** Who answered the users over time. */
export interface Traffic {
  title: string
  slices: readonly Slice[]
  /** What happened when (`Date.now()`). */
  marks: readonly { at: number; text: string }[]
}

const [WIDTH, HEIGHT, TOP] = [960, 160, 34]

/** Columns of a tenth of a second: the share of blue, green and failed answers; pure. */
export function trafficFigure({ title, slices, marks }: Traffic): string {
  const begin = slices[0]?.at ?? 0
  const end = (slices.at(-1)?.at ?? begin) + 100
  const x = (at: number): number => Math.round(((at - begin) / (end - begin)) * WIDTH * 10) / 10
  const columns = slices.flatMap((slice) => {
    const parts = [...Object.entries(slice.bySide).sort(), ['failed', slice.failed] as const]
    const total = parts.reduce((sum, [, count]) => sum + count, 0)
    let y = TOP
    return parts
      .filter(([, count]) => count > 0)
      .map(([side, count]) => {
        const height = (count / total) * HEIGHT
        const from = y
        y += height
        const known = ['blue', 'green', 'failed'].includes(side) ? side : 'failed'
        return `<rect class="${known}" x="${x(slice.at)}" y="${from.toFixed(1)}" width="${(x(slice.at + 100) - x(slice.at)).toFixed(1)}" height="${height.toFixed(1)}"/>`
      })
  })
  const lines = marks.map(({ at, text }, index) => {
    const place = Math.min(Math.max(x(at), 0), WIDTH)
    const anchor = place > WIDTH * 0.7 ? 'end' : 'start'
    return `<line x1="${place}" x2="${place}" y1="${TOP - 4}" y2="${TOP + HEIGHT}"/><text x="${place}" y="${12 + (index % 2) * 14}" text-anchor="${anchor}">${escapeHtml(text)}</text>`
  })
  return `<figure class="sheet traffic"><h3>${escapeHtml(title)}</h3>
<svg viewBox="0 0 ${WIDTH} ${TOP + HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${columns.join('')}${lines.join('')}</svg>
<figcaption><span class="blue">blue</span> <span class="green">green</span> <span class="failed">failed</span> share of the users' answers in each tenth of a second, ${((end - begin) / 1_000).toFixed(1)} s in all</figcaption></figure>`
}
