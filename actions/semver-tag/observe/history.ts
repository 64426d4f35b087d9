import { reachableFrom } from '../../../shared/commits/graph.ts'
import { parseMessage } from '../../../shared/commits/message.ts'
import { isPullMerge, pullMergesOf } from '../../../shared/commits/ownership.ts'
import { footerValues } from '../../../shared/commits/references.ts'
import { textsOfSquash } from '../../../shared/commits/squash.ts'
import type { Commit } from '../../../shared/git/history.ts'
import type { ReachableTag } from '../../../shared/git/tags.ts'
import { otherSpellings } from '../../../shared/version/spellings.ts'
import { baseOf, highestTag, lastPrereleaseOf, readVersionTags } from '../../../shared/version/tags.ts'
import { compareVersions, isStable, type Version } from '../../../shared/version/version.ts'
import type { Elsewhere, FloatingTag, Inputs, KnownTag, Observation, UnreleasedCommit } from '../model.ts'
import type { Source, Standing } from './source.ts'

/** What the tag of this run says in its message, so that the run finds it again. */
export const RUN_TRAILER = 'Nexus-Run'

/** What the history says, and nothing else. */
export type History = Pick<
  Observation,
  'source' | 'shallow' | 'tags' | 'base' | 'last' | 'elsewhere' | 'floating' | 'commits' | 'sincePrerelease'
>

/** Versions that the commit does not reach are looked for, from the highest down; further ones decide nothing. */
const MAX_OUTSIDE = 100

interface Asked {
  inputs: Inputs
  runId: string
  /** The tag that this very process has created. */
  made?: string | undefined
}

/** Asks a source what the plan wants to know; the same questions for every source. */
export async function readHistory(source: Source, { inputs, runId, made }: Asked): Promise<History> {
  const all = (await source.tags()).filter(hasCommit)
  const { tagPrefix, tagPrefixes, sha } = inputs
  const versions = readVersionTags(all, tagPrefixes)
  const runs = await runsOf(
    versions.filter(({ commit }) => commit === sha),
    source,
    runId,
  )
  if (made !== undefined) runs.set(made, runId)
  const { outside, standing } = await readOutside(versions, source)
  const tags = versions.map((tag): KnownTag => known(tag, runs.get(tag.name), standing.get(tag.commit)))
  const base = baseOf(tags)
  // What this very run has released is told again with the commits that led to it.
  const own = tags.find(({ commit, version, run }) => commit === sha && isStable(version) && run === runId)
  const begin = own === undefined ? base : before(own, tags)
  const last = lastPrereleaseOf(tags, base)
  const isEmpty = begin?.commit === sha || inputs.mode === 'rollback'
  const isSince = own === undefined && last !== undefined && inputs.mode !== 'rollback'
  const since = begin === undefined ? [] : [begin.from ?? begin.commit]
  const read = isEmpty ? NOTHING : await readRange(source, since, inputs)
  return {
    source: source.kind,
    shallow: false,
    tags,
    base,
    last,
    elsewhere: [...otherSpellings(all, tagPrefixes).map(spelled), ...outside],
    floating: inputs.floatingTags.length === 0 ? [] : floatingOf(all, versions, tagPrefix),
    commits: read.commits,
    sincePrerelease: isSince ? await sincePrerelease(source, last, { base, read, inputs }) : [],
  }
}

type CommitTag = ReachableTag & { commit: string }

function hasCommit(tag: ReachableTag): tag is CommitTag {
  return tag.commit !== undefined
}

function known(
  { name, commit, version, reachable }: CommitTag & { version: Version },
  run: string | undefined,
  where: Standing | undefined,
): KnownTag {
  const tag: KnownTag = { name, commit, version, reachable: reachable || where?.from !== undefined }
  if (run !== undefined) tag.run = run
  if (where?.from !== undefined) tag.from = where.from
  if (where?.contains) tag.contains = true
  return tag
}

function spelled({
  name,
  commit,
  version,
  prefix,
}: CommitTag & { version: Version; prefix?: string }): Elsewhere {
  const tag: Elsewhere = { name, commit, version, why: 'spelling' }
  if (prefix !== undefined) tag.prefix = prefix
  return tag
}

/** Stable versions above the base that the commit does not reach, and what it has of those beside the line. */
async function readOutside(
  versions: readonly (CommitTag & { version: Version })[],
  source: Source,
): Promise<{ outside: Elsewhere[]; standing: Map<string, Standing> }> {
  const base = baseOf(versions)
  const some = versions
    .filter(({ reachable, version }) => !reachable && isStable(version))
    .filter(({ version }) => base === undefined || compareVersions(version, base.version) > 0)
    .sort((a, b) => compareVersions(b.version, a.version))
    .slice(0, MAX_OUTSIDE)
  if (some.length === 0) return { outside: [], standing: new Map() }
  const standing = await source.standing([...new Set(some.map(({ commit }) => commit))])
  const outside = some.flatMap(({ name, commit, version }): Elsewhere[] => {
    const where = standing.get(commit)
    return where === undefined || where.from !== undefined ? [] : [{ name, commit, version, why: where.on }]
  })
  return { outside, standing }
}

/** What may be a floating tag; a full version never floats. */
function floatingOf(
  all: readonly CommitTag[],
  versions: readonly CommitTag[],
  prefix: string,
): FloatingTag[] {
  const full = new Set(versions.map(({ name }) => name))
  return all
    .filter(({ name }) => !full.has(name) && (name.startsWith(prefix) || name.endsWith('latest')))
    .map(({ name, commit, object }) => ({ name, commit, object }))
}

/** The stable version below one. */
function before({ version }: KnownTag, tags: readonly KnownTag[]): KnownTag | undefined {
  return highestTag(tags.filter((tag) => isStable(tag.version) && compareVersions(tag.version, version) < 0))
}

/** Name of a tag → the run that made it. */
async function runsOf(
  tags: readonly CommitTag[],
  source: Source,
  runId: string,
): Promise<Map<string, string>> {
  const runs = new Map<string, string>()
  if (runId === '') return runs
  for (const tag of tags.filter(({ type }) => type === 'tag')) {
    const run = footerValues(parseMessage((await source.message(tag)) ?? ''), RUN_TRAILER).at(-1)
    if (run !== undefined) runs.set(tag.name, run)
  }
  return runs
}

/** A range as it is, and what of it counts. */
interface Read {
  all: readonly Commit[]
  commits: readonly UnreleasedCommit[]
}

const NOTHING: Read = { all: [], commits: [] }

/** Of `path` those that touch it count, and the merges of pull requests that brought them in. */
async function readRange(
  source: Source,
  without: readonly string[],
  { path, splitSquashes }: Inputs,
): Promise<Read> {
  const all = await source.range(without, [])
  const commits = path.length === 0 ? all : touching(all, await source.range(without, path))
  return { all, commits: splitSquashes ? commits.map(split) : commits }
}

/** Also a hotfix that was released and merged since: it is not among what is unreleased. */
async function sincePrerelease(
  source: Source,
  last: KnownTag,
  { base, read, inputs }: { base: KnownTag | undefined; read: Read; inputs: Inputs },
): Promise<readonly UnreleasedCommit[]> {
  const nodes = new Map(read.all.map((commit) => [commit.sha, commit]))
  const reached = reachableFrom(nodes, [last.commit])
  const begin = base?.from ?? base?.commit
  const holdsBase =
    begin === undefined || [...reached].some((sha) => nodes.get(sha)?.parents.includes(begin) === true)
  if (holdsBase && read.all.length > 0) return read.commits.filter(({ sha }) => !reached.has(sha))
  return (await readRange(source, [last.commit], inputs)).commits
}

function touching(all: readonly Commit[], touched: readonly Commit[]): Commit[] {
  const wanted = new Set(touched.map(({ sha }) => sha))
  const told = all.map((commit) => ({ ...commit, message: parseMessage(commit.message) }))
  const merges = new Set(told.filter(isPullMerge).map(({ sha }) => sha))
  for (const [sha, merge] of pullMergesOf(told)) if (wanted.has(sha) && merges.has(merge)) wanted.add(merge)
  return all.filter(({ sha }) => wanted.has(sha))
}

function split(commit: Commit): UnreleasedCommit {
  const { sha, parents, message } = commit
  if (parents.length > 1) return commit
  const { rest, parts } = textsOfSquash(message)
  return parts.length === 0 ? commit : { sha, parents, message: rest, parts }
}
