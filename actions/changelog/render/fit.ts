import { ActionError } from '../../../shared/action/errors.ts'
import { plural } from '../../../shared/text/list.ts'
import type { Cut } from '../model/plan.ts'
import type { Group, Release } from '../model.ts'
import { inline } from './inline.ts'
import { keptGroups } from './lines.ts'
import { renderNotes } from './notes.ts'
import type { RenderOptions } from './options.ts'

export interface Fitted {
  text: string
  cut: Cut
}

/**
 * The notes within `maxLength`: UTF-16 code units, which are never fewer than code points, so that both readings of
 * GitHub's limit hold. Of several versions the oldest go first; of one, the least important groups, the last of them as
 * many whole lines as have to; the people before the most important group. What is gone is counted at the end, with a
 * link to the full comparison.
 *
 * @throws ActionError when not even the counts fit, or for a fault of the template
 */
export async function fitNotes(
  releases: readonly Release[],
  options: RenderOptions,
  maxLength: number,
): Promise<Fitted> {
  return (await fitVersions(releases, options, maxLength)) ?? (await fitGroups(releases, options, maxLength))
}

/** As many of the newest versions as fit, found by trying twice as many each time; undefined when not even one does. */
async function fitVersions(
  releases: readonly Release[],
  options: RenderOptions,
  maxLength: number,
): Promise<Fitted | undefined> {
  const total = releases.length
  let best: Fitted | undefined
  let [fits, tooMany] = [0, total + 1]
  for (let kept = Math.min(1, total); ; ) {
    const cut = { said: olderVersions(total - kept), oldest: releases.at(-1) }
    const text = await renderNotes(releases.slice(0, kept), { ...options, cut })
    if (text.length > maxLength) tooMany = kept
    else {
      best = { text, cut: { versions: total - kept, groups: 0, lines: 0 } }
      fits = kept
    }
    if (tooMany - fits <= 1) return best
    kept = tooMany > total ? Math.min(fits * 2, total) : Math.floor((fits + tooMany) / 2)
  }
}

/** The newest version, without some of it. */
async function fitGroups(
  releases: readonly Release[],
  options: RenderOptions,
  maxLength: number,
): Promise<Fitted> {
  const isKept = options.format === 'keep-a-changelog'
  // By the groups that are shown, whatever they were before; from here on they are groups like any others.
  const [newest] = releases.map((release) => ({
    ...release,
    ...(isKept ? { groups: keptGroups(release.groups) } : {}),
    // Nobody is left out where nobody is named.
    ...(options.contributors ? {} : { contributors: [], newContributors: [] }),
  }))
  const format = isKept ? 'markdown' : options.format
  const versions = Math.max(0, releases.length - 1)
  const oldest = releases.at(-1)
  const steps = newest === undefined ? [] : stepsOf(newest)
  const attempt = (taken: number): Promise<string> => {
    const { rest, said } = without(newest, steps.slice(0, taken))
    return renderNotes(rest, {
      ...{ ...options, format },
      cut: { said: [...said, ...olderVersions(versions)], oldest },
    })
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
    return { text, cut: { versions, ...cutOf(steps.slice(0, taken)) } }
  }
  throw new ActionError(
    'Notes too long',
    `max-length is ${maxLength}, and the notes need more than that even without any line. Give a larger max-length.`,
  )
}

const olderVersions = (count: number): string[] => (count === 0 ? [] : [plural(count, 'older version')])

/** One thing to leave out: the last line of a group that is still there, or the people. */
type Step = Group | 'people'

function stepsOf({ groups, contributors, newContributors }: Release): Step[] {
  const ranked = groups.toSorted((a, b) => b.rank - a.rank)
  const lines = (some: readonly Group[]): Step[] => some.flatMap((group) => group.entries.map(() => group))
  const hasPeople = contributors.length + newContributors.length > 0
  return [
    ...lines(ranked.slice(0, -1)),
    ...(hasPeople ? ['people' as const] : []),
    ...lines(ranked.slice(-1)),
  ]
}

/** How many lines of each group are gone. */
function goneFrom(steps: readonly Step[]): Map<Group, number> {
  const gone = new Map<Group, number>()
  for (const step of steps) if (step !== 'people') gone.set(step, (gone.get(step) ?? 0) + 1)
  return gone
}

function cutOf(steps: readonly Step[]): Omit<Cut, 'versions'> {
  const gone = [...goneFrom(steps)]
  const rest = gone.filter(([{ entries }, lines]) => lines < entries.length)
  return {
    groups: gone.length - rest.length,
    lines: rest.reduce((sum, [, lines]) => sum + lines, 0),
  }
}

function without(
  release: Release | undefined,
  steps: readonly Step[],
): { rest: readonly Release[]; said: string[] } {
  if (release === undefined) return { rest: [], said: [] }
  const gone = goneFrom(steps)
  const isAlone = steps.includes('people')
  return {
    rest: [
      {
        ...release,
        groups: release.groups.flatMap((group) => shortened(group, gone.get(group))),
        ...(isAlone ? { contributors: [], newContributors: [] } : {}),
      },
    ],
    said: [
      ...[...gone].map(([{ title }, lines]) => `${inline(title, undefined)} (${plural(lines, 'line')})`),
      ...(isAlone ? [plural(release.contributors.length, 'contributor')] : []),
    ],
  }
}

function shortened(group: Group, lines: number | undefined): Group[] {
  if (lines === undefined) return [group]
  const entries = group.entries.slice(0, group.entries.length - lines)
  return entries.length === 0 ? [] : [{ ...group, entries }]
}
