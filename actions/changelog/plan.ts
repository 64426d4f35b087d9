import type {
  Counts,
  Inputs,
  Observation,
  Place,
  Plan,
  RangeCommit,
  Refused,
  Release,
  ReleaseRequest,
} from './model.ts'
import { grouped, placer } from './plan/group.ts'
import { type Section, sectionsOf } from './plan/history.ts'
import { contributorsOf } from './plan/people.ts'
import { planRelease } from './plan/release.ts'
import { resolve } from './plan/resolve.ts'
import { versionTags } from './range/versions.ts'
import { upsertBody, upsertSections } from './render/file.ts'
import { fitNotes } from './render/fit.ts'
import type { RenderOptions } from './render/notes.ts'

/**
 * Inputs and observation to everything that will be said and written. Pure; asynchronous only because what a template
 * needs is loaded on use.
 *
 * @throws ActionError for a fault of the template
 */
export async function decide(inputs: Inputs, observation: Observation): Promise<Plan> {
  const place = placer({ ...inputs, place: observation.place })
  const releases = sections(inputs, observation).map((section) => releaseOf(section, place, observation))
  const shown = inputs.history ? releases.filter(isWorthASection) : releases
  const options = renderOptions(inputs, observation)
  const { text, cut } = await fitNotes(shown, options, inputs.maxLength)
  const { file } = observation
  const release = await planBody(inputs, observation, shown, options)
  if (release !== undefined && 'reason' in release) return release
  const { source, from, to } = observation
  return {
    kind: 'notes',
    ...{ source, from, to },
    releases: shown,
    text,
    cut,
    counts: total(releases.map(({ counts }) => counts)),
    decisions: observation.decisions,
    notices: [...observation.notices, ...(release?.notices ?? [])],
    warnings: observation.pulls.warning === undefined ? [] : [observation.pulls.warning],
    file:
      file === undefined
        ? undefined
        : {
            path: file.path,
            before: file.text,
            after: await upsertSections(file.text, shown, { ...options, heading: true }),
          },
    release: release?.request,
  }
}

function renderOptions(
  { format, links, contributors, history }: Inputs,
  { template, repository, serverUrl }: Observation,
): RenderOptions {
  return {
    format,
    contributors,
    heading: history || format === 'keep-a-changelog',
    rendered: new WeakMap(),
    ...(template === undefined ? {} : { template }),
    ...(links && repository !== '' ? { links: { serverUrl, repository } } : {}),
  }
}

type Part = Omit<Section, 'tag' | 'previous'> &
  Pick<Release, 'version' | 'tag' | 'to' | 'toSha' | 'from' | 'fromSha'> & { committedAt: number }

/** The versions to write about, the newest first; one, unless it is about the whole history. */
function sections(inputs: Inputs, observation: Observation): Part[] {
  const { commits, to, from, version, tag } = observation
  const own = tag !== undefined && tag.commit === to.sha ? { tag: tag.name } : {}
  const begin = from === undefined ? {} : { from: from.name, fromSha: from.sha }
  const top = { version, ...own, to: to.name, toSha: to.sha, committedAt: to.committedAt }
  if (!inputs.history) return [{ ...top, ...begin, commits }]
  const graph = observation.graph ?? commits
  const tags = versionTags(observation.tags, inputs.tagPrefix)
  const dates = datesOf(commits, new Set(tags.map(({ commit }) => commit)))
  return sectionsOf(commits, tags, graph).map((section) => {
    const { previous } = section
    const since = previous === undefined ? begin : { from: previous.name, fromSha: previous.commit }
    // What has no tag yet is Unreleased, or the version that is about to be tagged.
    if (section.tag === undefined) {
      const { tag: _, ...untagged } = top
      return {
        ...untagged,
        version: own.tag === undefined ? version : undefined,
        ...since,
        commits: section.commits,
      }
    }
    const { name, commit, version: number } = section.tag
    return {
      ...{ version: number.version, tag: name, to: name, toSha: commit, ...since },
      commits: section.commits,
      committedAt: dates.get(commit) ?? section.commits[0]?.committedAt ?? to.committedAt,
    }
  })
}

function datesOf(commits: readonly RangeCommit[], wanted: ReadonlySet<string>): Map<string, number> {
  const dates = new Map<string, number>()
  for (const { sha, committedAt } of commits) if (wanted.has(sha)) dates.set(sha, committedAt)
  return dates
}

function releaseOf({ commits, committedAt, ...ends }: Part, place: Place, observation: Observation): Release {
  const resolved = resolve(commits, observation.pulls)
  const { groups, listed, excluded } = grouped(resolved.lines, place)
  const counts: Counts = {
    range: commits.length,
    listed: listed.length,
    reverted: resolved.reverted,
    merged: resolved.merges + listed.reduce((sum, line) => sum + line.commits - 1, 0),
    excluded: [...excluded.values()].reduce((sum, count) => sum + count, 0),
  }
  conserve(counts, ends.to)
  const people = listed.map(({ entry }) => entry.authors)
  return {
    ...ends,
    date: new Date(committedAt * 1_000).toISOString().slice(0, 10),
    groups,
    ...contributorsOf(people, observation.pulls),
    counts,
    excluded,
  }
}

/** No commit is lost or told twice. */
function conserve({ range, listed, reverted, merged, excluded }: Counts, to: string): void {
  const sum = listed + reverted + merged + excluded
  if (sum === range) return
  throw new Error(
    `The notes of ${to} do not add up: ${listed} listed + ${reverted} reverted + ${merged} merged + ${excluded} excluded is ${sum}, and the range has ${range} commits. This is a defect of the action.`,
  )
}

/** Versions without commits stay, what is unreleased only when there is something. */
function isWorthASection({ tag, version, counts }: Release): boolean {
  return tag !== undefined || version !== undefined || counts.range > 0
}

function total(all: readonly Counts[]): Counts {
  const sum = { range: 0, listed: 0, reverted: 0, merged: 0, excluded: 0 }
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key]
  }
  return sum
}

/** The text of a GitHub release: what people wrote by hand stays, and takes its room. */
async function planBody(
  { release: mode, tagPrefix, maxLength }: Inputs,
  { tag, tags, release: existing }: Observation,
  releases: readonly Release[],
  options: RenderOptions,
): Promise<{ request: ReleaseRequest; notices: string[] } | Refused | undefined> {
  if (mode === 'none' || tag === undefined) return undefined
  const before = existing?.body === '' ? undefined : existing?.body
  let body = ''
  for (let room = maxLength; ; ) {
    const { text } = await fitNotes(releases, options, room)
    body = upsertBody(before, text)
    // UTF-16 units: never fewer than code points.
    const over = body.length - maxLength
    if (over <= 0) break
    if (room - over < 500) {
      return {
        kind: 'refused',
        title: 'Release text too long',
        reason: `What is written by hand in the release of ${tag.name} leaves no room for the notes within ${maxLength} characters. Shorten it.`,
      }
    }
    room -= over
  }
  const answer = planRelease({ mode, tag: tag.name, tagPrefix, tags, existing, body })
  return answer.kind === 'refused' ? answer : { request: answer.request, notices: answer.notices }
}
