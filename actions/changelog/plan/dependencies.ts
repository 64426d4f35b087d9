import type { Entry } from '../model.ts'
import { joined, type Line } from './lines.ts'

/** Update = ( "bump" | "update" ) [ "dependency" ] Name "from" Version "to" Version [ "in" Folder ], as Dependabot and Renovate write it */
const UPDATE =
  /^(?:bump|update)s?(?: dependency)? (\S{1,200}) from (\S{1,100}) to (\S{1,100})((?: in \S{1,200})?)$/i

/**
 * Updates of one dependency that follow each other (1 to 2, 2 to 3) become one line (1 to 3).
 *
 * @param lines newest first
 */
export function folded(lines: readonly Line[]): Line[] {
  const kept: (Line | undefined)[] = [...lines]
  /** What an update has to end in to be folded into a newer one → where that stands. */
  const open = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const update = updateOf(line.entry)
    if (update === undefined) continue
    const at = open.get(update.ends)
    const newer = at === undefined ? undefined : kept[at]
    // There and back again: from 1 to 1 would say nothing.
    if (at === undefined || newer === undefined || updateOf(newer.entry)?.to === update.from) {
      open.set(update.begins, index)
      continue
    }
    open.delete(update.ends)
    open.set(update.begins, at)
    const subject = newer.entry.subject.replace(/ from \S+ to /, () => ` from ${update.from} to `)
    kept[at] = {
      entry: { ...joined(newer.entry, line.entry), subject },
      commits: newer.commits + line.commits,
    }
    kept[index] = undefined
  }
  return kept.filter((line) => line !== undefined)
}

function updateOf({ type, scope, subject, breaking }: Entry) {
  const match = breaking === undefined ? UPDATE.exec(subject) : null
  if (match === null) return undefined
  const [, name = '', from = '', to = '', where = ''] = match
  const what = [type, scope, name, where].join('\0').toLowerCase()
  return { from, to, begins: `${what}\0${from}`, ends: `${what}\0${to}` }
}
