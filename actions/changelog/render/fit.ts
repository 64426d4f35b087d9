import { ActionError } from '../../../shared/action/errors.ts'
import type { Cut, Entry, Group, Release } from '../plan/model.ts'
import { inline } from './inline.ts'
import { keptGroups } from './lines.ts'
import { type RenderOptions, renderNotes } from './notes.ts'

export interface Fitted {
  text: string
  /** What did not fit; all 0: nothing was cut. */
  cut: Cut
}

/**
 * The notes within `maxLength`: UTF-16 code units, which are never fewer than code points, so that both readings of
 * GitHub's limit hold. Of several releases the oldest go first; of one, whole groups, the least important ones before the
 * others; then whole lines, the last ones first. What is gone is counted at the end, with a link to the full comparison.
 *
 * @throws ActionError when not even the counts fit, or for a fault of the template
 */
export async function fitNotes(
  releases: readonly Release[],
  options: RenderOptions,
  maxLength: number,
): Promise<Fitted> {
  const newest = await fitReleases(releases, options, maxLength)
  if (newest !== undefined) return newest
  const older = releases.length - 1
  const { text, cut } = await fitGroups(releases.slice(0, 1), options, maxLength, olderVersions(older))
  return { text, cut: { ...cut, versions: older } }
}

/** As many of the newest releases as fit, found by trying twice as many each time; undefined when not even one does. */
async function fitReleases(
  releases: readonly Release[],
  options: RenderOptions,
  maxLength: number,
): Promise<Fitted | undefined> {
  const total = releases.length
  const attempt = async (kept: number): Promise<string | undefined> => {
    const said = olderVersions(total - kept)
    const text = await renderNotes(
      releases.slice(0, kept),
      said.length === 0 ? options : { ...options, cut: said },
    )
    return text.length <= maxLength ? text : undefined
  }
  let best: Fitted | undefined
  let [fits, tooMany] = [-1, total + 1]
  for (let kept = Math.min(1, total); fits + 1 < tooMany && (tooMany > 1 || total === 0); ) {
    const text = await attempt(kept)
    if (text === undefined) tooMany = kept
    else {
      best = { text, cut: { versions: total - kept, groups: 0, lines: 0 } }
      fits = kept
    }
    kept = tooMany > total ? Math.min(fits * 2, total) : Math.floor((fits + tooMany) / 2)
  }
  return best
}

function olderVersions(count: number): string[] {
  return count === 0 ? [] : [`${count} older ${count === 1 ? 'version' : 'versions'}`]
}

async function fitGroups(
  releases: readonly Release[],
  options: RenderOptions,
  maxLength: number,
  older: readonly string[],
): Promise<Fitted> {
  const isKept = options.format === 'keep-a-changelog'
  // By the groups that are shown, whatever they were before; from here on they are groups like any others.
  const shown = releases.map((release) => ({
    ...release,
    groups: isKept ? keptGroups(release.groups) : release.groups,
  }))
  const format = isKept ? 'markdown' : options.format
  const rendered = new WeakMap<Group, string>()
  const steps = stepsOf(shown)
  const attempt = (taken: number): Promise<string> => {
    const { releases: rest, said } = without(shown, steps.slice(0, taken))
    return renderNotes(rest, { ...options, format, rendered, cut: [...said, ...older] })
  }
  // The most that fits: the fewest steps. Longer by a count now and then, but never by as much as a step takes away.
  let [low, high] = [1, steps.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await attempt(middle)).length <= maxLength) high = middle
    else low = middle + 1
  }
  for (let taken = low; taken <= steps.length; taken++) {
    const text = await attempt(taken)
    if (text.length > maxLength) continue
    const done = steps.slice(0, taken)
    const groups = done.filter(({ wholeGroup }) => wholeGroup).length
    return { text, cut: { versions: 0, groups, lines: done.length - groups } }
  }
  throw new ActionError(
    'Notes too long',
    `max-length is ${maxLength}, and the notes need more than that even without any line. Give a larger max-length, a shorter range, or \`contributors: false\`.`,
  )
}

/** One thing to leave out: a group, or the last of its lines that is still there. */
interface Step {
  release: number
  group: Group
  wholeGroup: boolean
}

/** The most important group of the newest release is kept to the end, and loses its lines one by one. */
function stepsOf(releases: readonly Release[]): Step[] {
  const groups = releases
    .flatMap(({ groups: all }, release) => all.map((group) => ({ release, group })))
    .sort((a, b) => b.group.rank - a.group.rank || b.release - a.release)
  const last = groups.at(-1)
  if (last === undefined) return []
  return [
    ...groups.slice(0, -1).map((step) => ({ ...step, wholeGroup: true })),
    ...last.group.entries.map(() => ({ ...last, wholeGroup: false })),
  ]
}

function without(
  releases: readonly Release[],
  steps: readonly Step[],
): { releases: Release[]; said: string[] } {
  const gone = new Map<Group, number>()
  for (const { group, wholeGroup } of steps)
    gone.set(group, wholeGroup ? group.entries.length : (gone.get(group) ?? 0) + 1)
  const counts = new Map<string, number>()
  for (const [{ title }, lines] of gone) counts.set(title, (counts.get(title) ?? 0) + lines)
  return {
    releases: releases.map((release) => ({
      ...release,
      groups: release.groups.flatMap((g) => rest(g, gone)),
    })),
    said: [...counts].map(
      ([title, lines]) => `${inline(title, undefined)} (${lines} ${lines === 1 ? 'line' : 'lines'})`,
    ),
  }
}

function rest(group: Group, gone: ReadonlyMap<Group, number>): Group[] {
  const lines = gone.get(group)
  if (lines === undefined) return [group]
  const entries: readonly Entry[] = group.entries.slice(0, group.entries.length - lines)
  return entries.length === 0 ? [] : [{ ...group, entries }]
}
