import { ActionError } from '../../../shared/action/errors.ts'
import { commitsSince, reachableFrom } from '../../../shared/commits/graph.ts'
import type { CommitFacts } from '../../../shared/git/commits.ts'
import type { Commit } from '../../../shared/git/history.ts'
import type { Tag } from '../../../shared/git/tags.ts'
import { joinWords } from '../../../shared/text/list.ts'
import { isStable } from '../../../shared/version/version.ts'
import type { Inputs, Observation } from '../model.ts'
import {
  type KnownTag,
  previousCandidates,
  subjectOf,
  suggestedTags,
  versionTags,
} from '../range/versions.ts'
import type { Source } from './source.ts'

/** Between which commits the notes are, and why. */
export type Range = Pick<
  Observation,
  'to' | 'from' | 'version' | 'tag' | 'tags' | 'decisions' | 'notices'
> & {
  /** The commits between them, when they had to be read to find the beginning. */
  commits?: readonly Commit[]
}

/**
 * Finds both ends of the range.
 *
 * @param ref of the run: a tag that started it names the version when several stand on its commit
 * @throws ActionError when an end that was asked for does not exist
 */
export async function observeRange(
  source: Source,
  inputs: Pick<Inputs, 'from' | 'to' | 'isToGiven' | 'version' | 'tagPrefix' | 'tagPrefixes' | 'history'>,
  ref: string,
): Promise<Range> {
  const all = await source.tags()
  const tags = versionTags(all, inputs.tagPrefixes)
  const prefix = inputs.tagPrefix
  // Who names a version that is there means its commits, and not those that came since.
  const own =
    inputs.version === undefined || inputs.isToGiven
      ? undefined
      : subjectOf(tags, inputs.to, { given: inputs.version, prefixes: inputs.tagPrefixes, names: [] }).tag
  const end = own === undefined ? inputs.to : `refs/tags/${own.name}`
  const asked = inputs.from === undefined ? [end] : [end, inputs.from]
  const [to, from] = await source.resolve(asked)
  if (to === undefined) throw missing('to', end, all, tags)
  const names = [end, ref].map((name) => name.replace(/^refs\/tags\//, ''))
  const { version, tag } = subjectOf(tags, to.sha, {
    given: inputs.version,
    prefixes: inputs.tagPrefixes,
    names,
  })
  const here = tag?.commit === to.sha ? tag : undefined
  const exact = names[0] === undefined ? undefined : all.find((each) => each.name === names[0])
  const name = here?.name ?? exact?.name ?? short(to.sha)
  const range = {
    to: { name, ...to },
    version: version?.version,
    tag: tag === undefined ? undefined : { name: tag.name, commit: tag.commit },
    tags,
  }
  const elsewhere =
    tag !== undefined && here === undefined
      ? [`${tag.name} stands on ${short(tag.commit)}, and the notes end at ${short(to.sha)}.`]
      : []
  if (inputs.from !== undefined) {
    if (from === undefined) throw missing('from', inputs.from, all, tags)
    const chosen = await given(source, inputs.from, from, to)
    return { ...range, ...chosen, notices: [...elsewhere, ...chosen.notices] }
  }
  if (inputs.history) {
    const decisions = [`All versions up to ${name}.`]
    return { ...range, from: undefined, decisions, notices: elsewhere }
  }
  // A lower version on the very commit is no boundary: nothing would be between them.
  const lower = previousCandidates(tags, { version }).filter(({ commit }) => commit !== to.sha)
  const found = await previous(source, lower, to.sha, {
    name,
    prefix,
    anyVersion: version === undefined || !isStable(version),
  })
  return { ...range, ...found, notices: [...elsewhere, ...found.notices] }
}

type Beginning = Pick<Range, 'from' | 'decisions' | 'notices' | 'commits'>

/** A beginning that was asked for: it counts as it is, but a person wants to know when it looks like a mistake. */
async function given(source: Source, name: string, from: CommitFacts, to: CommitFacts): Promise<Beginning> {
  const base = await source.mergeBase(from.sha, to.sha)
  const notices: string[] = []
  if (from.sha !== to.sha && base === to.sha)
    notices.push(`from (${name}) already contains to, so nothing is in between: were they swapped?`)
  else if (base !== from.sha)
    notices.push(`from (${name}) is not contained in to: listed is what to has and from has not.`)
  return {
    from: { name: name.replace(/^refs\/(?:tags|heads)\//, ''), sha: from.sha },
    decisions: [`From ${name}, as asked for.`],
    notices,
  }
}

/**
 * The previous version: the highest candidate when `to` contains it. One that was cut on a branch counts from where that
 * branched off, unless a version that `to` contains is nearer than that.
 */
async function previous(
  source: Source,
  candidates: readonly KnownTag[],
  to: string,
  { name, prefix, anyVersion }: { name: string; prefix: string; anyVersion: boolean },
): Promise<Beginning> {
  const kind = anyVersion ? 'version' : 'stable version'
  const [first] = candidates
  if (first === undefined) {
    const why = `There is no ${kind} before ${name} with the prefix "${prefix}": the whole history is listed.`
    return { from: undefined, decisions: [why], notices: [] }
  }
  const base = await source.mergeBase(first.commit, to)
  if (base === first.commit) {
    const why = `From ${first.name}, the highest ${kind} before ${name}.`
    return { from: { name: first.name, sha: first.commit }, decisions: [why], notices: [] }
  }
  if (base === to || base === undefined) return contained({ source, candidates, first, base, to, name, kind })
  return branched({ source, candidates, first, base, to, name, kind })
}

interface Choice {
  source: Source
  /** The highest first. */
  candidates: readonly KnownTag[]
  first: KnownTag
  base: string | undefined
  to: string
  name: string
  kind: string
}

/** The highest version is on a branch of its own: the notes begin where it branched off, or at a version since. */
async function branched({
  source,
  candidates,
  first,
  base = '',
  to,
  name,
  kind,
}: Choice): Promise<Beginning> {
  const commits: Commit[] = []
  for await (const commit of source.commits(base, to, [])) commits.push(commit)
  const nodes = new Map(commits.map((commit) => [commit.sha, commit]))
  const nearer = candidates.find(
    (tag) => tag.commit === base || (nodes.has(tag.commit) && descendsFrom(base, tag.commit, nodes)),
  )
  const where = `${first.name} is higher, but is on another branch, which left this one at ${short(base)}`
  if (nearer !== undefined) {
    const why = `From ${nearer.name}, the nearest ${kind} that ${name} contains; ${where}.`
    const left = new Set(commitsSince(commits, nearer.commit))
    return {
      from: { name: nearer.name, sha: nearer.commit },
      commits: commits.filter(({ sha }) => left.has(sha)),
      decisions: [why],
      notices: [],
    }
  }
  const why = `The notes begin at ${short(base)}, where ${first.name}, the highest ${kind} before ${name}, branched off: ${name} contains none that is nearer.`
  return { from: { name: short(base), sha: base }, commits, decisions: [why], notices: [why] }
}

/** Whether a commit of a range reaches the commit where the range begins. */
function descendsFrom(base: string, sha: string, nodes: ReadonlyMap<string, Commit>): boolean {
  for (const each of reachableFrom(nodes, [sha])) if (nodes.get(each)?.parents.includes(base)) return true
  return false
}

/** The highest version contains `to`, or has nothing in common with it. */
async function contained({ source, candidates, first, base, to, name, kind }: Choice): Promise<Beginning> {
  const rest = candidates.slice(1)
  const reached = rest.length === 0 ? new Set() : await source.reached(rest, to)
  const found = rest.find((tag) => reached.has(tag.name))
  if (found !== undefined) {
    const where = base === to ? `contains ${name}` : 'shares no history with it'
    const why = `From ${found.name}, the highest ${kind} that ${name} contains; ${first.name} is higher, but ${where}.`
    return { from: { name: found.name, sha: found.commit }, decisions: [why], notices: [] }
  }
  // An older commit: to begin at it would be notes without a line.
  const why =
    base === to
      ? `${name} contains no ${kind} before it, and ${first.name} contains ${name}: the whole history is listed.`
      : `${name} shares no history with ${first.name}, the version before: its whole history is listed.`
  return { from: undefined, decisions: [why], notices: [why] }
}

function missing(
  input: 'from' | 'to',
  given: string,
  all: readonly Tag[],
  tags: readonly KnownTag[],
): ActionError {
  const near = suggestedTags(given, all, tags)
  const there =
    near.length === 0
      ? 'This repository has no tags here; check out with `fetch-depth: 0`, which brings them.'
      : `The nearest tags are ${joinWords(near)}.`
  return new ActionError(
    `No such ${input}`,
    `${input}: there is no tag, branch or commit "${given}" in this repository. ${there}`,
  )
}

/** A commit id for people. */
export function short(sha: string): string {
  return sha.slice(0, 7)
}
