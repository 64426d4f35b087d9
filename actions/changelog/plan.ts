import { plural } from '../../shared/text/list.ts'
import type { Plan, Refused, ReleaseRequest } from './model/plan.ts'
import type { Counts, Include, Inputs, Observation, Place, Release, Unit } from './model.ts'
import { grouped, isExcluded, placer } from './plan/group.ts'
import { type Part, partsOf } from './plan/parts.ts'
import { contributorsOf } from './plan/people.ts'
import { profileOf } from './plan/profile.ts'
import { planRelease } from './plan/release.ts'
import { type Resolved, resolve } from './plan/resolve.ts'
import { upsertBody, upsertSections } from './render/file.ts'
import { fitNotes } from './render/fit.ts'
import type { RenderOptions } from './render/options.ts'

/**
 * Inputs and observation to everything that will be said and written. Pure; asynchronous only because what a template
 * needs is loaded on use.
 *
 * @throws ActionError for a fault of the template
 */
export async function decide(inputs: Inputs, observation: Observation): Promise<Plan> {
  const unit = unitOf(inputs, observation)
  const told = partsOf(inputs, observation).map((part): Told => {
    return { part, resolved: resolve(part.commits, { observation, unit }) }
  })
  const include = includeOf(inputs, observation, told)
  const place = placer({ ...inputs, include: include.value, place: observation.place })
  const releases = told.map((one) => releaseOf(one, { place, inputs, observation }))
  const shown = inputs.history ? releases.filter(isWorthASection) : releases
  const options = renderOptions(inputs, observation)
  const { text, cut } = await fitNotes(shown, options, inputs.maxLength)
  const { file } = observation
  const release = await planBody(inputs, observation, shown, options)
  if (release !== undefined && 'reason' in release) return release
  const { source, from, to } = observation
  return {
    kind: 'notes',
    source,
    from,
    to,
    releases: shown,
    text,
    cut,
    counts: total(releases.map(({ counts }) => counts)),
    decisions: observation.decisions,
    profile: profileOf(inputs, observation),
    notices: [...observation.notices, ...include.notices, ...(release?.notices ?? [])],
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

/** GitHub's config file is about pull requests, and so are the notes under it. */
function unitOf({ unit, groups }: Inputs, { isByPullRequest }: Observation): Unit {
  return unit === 'auto' && groups === undefined && isByPullRequest ? 'pull-request' : unit
}

/** Where little is conventional, notes of that alone would hide most of what was done. */
function includeOf(
  { include, groups }: Inputs,
  { place }: Observation,
  told: readonly Told[],
): { value: Include | undefined; notices: string[] } {
  const isDecided = include !== undefined || groups !== undefined || place !== undefined
  if (isDecided) return { value: include, notices: [] }
  const entries = told.flatMap(({ resolved }) => resolved.lines.map(({ entry }) => entry))
  const conventional = entries.filter(({ type }) => type !== undefined).length
  if (conventional * 2 >= entries.length) return { value: undefined, notices: [] }
  const share = conventional === 0 ? 'None' : `Only ${conventional}`
  const notice = `${share} of ${plural(entries.length, 'change')} ${conventional === 1 ? 'follows' : 'follow'} Conventional Commits, so everything is listed. "include: notable" lists only those that bump the version.`
  return { value: 'all', notices: [notice] }
}

function renderOptions(
  { format, links, contributors, authors, history }: Inputs,
  { template, repository, serverUrl }: Observation,
): RenderOptions {
  return {
    format,
    contributors,
    authors,
    heading: history || format === 'keep-a-changelog',
    rendered: new WeakMap(),
    ...(template === undefined ? {} : { template }),
    ...(links && repository !== '' ? { links: { serverUrl, repository } } : {}),
  }
}

interface Told {
  part: Part
  resolved: Resolved
}

/** Everything that is decided for all versions alike. */
interface Common {
  place: Place
  inputs: Inputs
  observation: Observation
}

function releaseOf({ part, resolved }: Told, { place, inputs, observation }: Common): Release {
  const { commits: _, committedAt, ...ends } = part
  const { groups, listed, excluded } = grouped(resolved.lines, place)
  const counts: Counts = {
    range: resolved.range,
    listed: listed.length,
    reverted: resolved.reverted,
    merged: resolved.merged + listed.reduce((sum, line) => sum + line.commits - 1, 0),
    excluded: [...excluded.values()].reduce((sum, count) => sum + count, 0),
  }
  conserve(counts, ends.to)
  const people = listed.map(({ entry }) => entry.authors)
  const { authors } = inputs.exclude
  const release: Release = {
    ...ends,
    date: new Date(committedAt * 1_000).toISOString().slice(0, 10),
    groups,
    ...contributorsOf(people, observation.pulls, (person) => isExcluded(person, authors)),
    counts,
    excluded,
  }
  if (resolved.elsewhere.length > 0) release.elsewhere = resolved.elsewhere
  return release
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
  { release: mode, tagPrefixes, maxLength }: Inputs,
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
  const answer = planRelease({ mode, tag: tag.name, tagPrefixes, tags, existing, body })
  return answer.kind === 'refused' ? answer : { request: answer.request, notices: answer.notices }
}
