import { ActionError } from '../../../shared/action/errors.ts'
import type { CommitFacts } from '../../../shared/git/commits.ts'
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
export type Range = Pick<Observation, 'to' | 'from' | 'version' | 'tag' | 'tags' | 'decisions' | 'notices'>

/**
 * Finds both ends of the range.
 *
 * @param ref of the run: a tag that started it names the version when several stand on its commit
 * @throws ActionError when an end that was asked for does not exist
 */
export async function observeRange(
  source: Source,
  inputs: Pick<Inputs, 'from' | 'to' | 'version' | 'tagPrefix' | 'history'>,
  ref: string,
): Promise<Range> {
  const all = await source.tags()
  const tags = versionTags(all, inputs.tagPrefix)
  const asked = inputs.from === undefined ? [inputs.to] : [inputs.to, inputs.from]
  const [to, from] = await source.resolve(asked)
  if (to === undefined) throw missing('to', inputs.to, all, tags)
  const names = [inputs.to, ref].map((name) => name.replace(/^refs\/tags\//, ''))
  const { version, tag } = subjectOf(tags, to.sha, {
    given: inputs.version,
    prefix: inputs.tagPrefix,
    names,
  })
  const here = tag?.commit === to.sha ? tag : undefined
  const exact = names[0] === undefined ? undefined : all.find((each) => each.name === names[0])
  const name = here?.name ?? exact?.name ?? short(to.sha)
  const range = {
    to: { name, ...to },
    version: version?.version,
    tag: tag === undefined ? undefined : { name: tag.name, commit: tag.commit },
    tags: tags.map(({ name, commit }) => ({ name, commit })),
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
  const found = await previous(source, previousCandidates(tags, { version }), to.sha, {
    name,
    prefix: inputs.tagPrefix,
    anyVersion: version === undefined || !isStable(version),
  })
  return { ...range, ...found, notices: [...elsewhere, ...found.notices] }
}

type Beginning = Pick<Range, 'from' | 'decisions' | 'notices'>

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

/** The previous version: the highest candidate that `to` contains, else where the highest one branched off. */
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
  const rest = candidates.slice(1)
  const reached = rest.length === 0 ? new Set() : await source.reached(rest, to)
  const found = rest.find((tag) => reached.has(tag.name))
  if (found !== undefined) {
    const where = base === to ? `contains ${name}` : 'is on another branch'
    const why = `From ${found.name}, the highest ${kind} that ${name} contains; ${first.name} is higher, but ${where}.`
    return { from: { name: found.name, sha: found.commit }, decisions: [why], notices: [] }
  }
  // An older commit: to begin at it would be notes without a line.
  if (base === to) {
    const why = `${name} contains no ${kind} before it, and ${first.name} contains ${name}: the whole history is listed.`
    return { from: undefined, decisions: [why], notices: [why] }
  }
  if (base === undefined) {
    const why = `${name} shares no history with ${first.name}, the version before: its whole history is listed.`
    return { from: undefined, decisions: [why], notices: [why] }
  }
  const why = `${name} contains no ${kind} before it: the notes begin at ${short(base)}, where ${first.name} branched off.`
  return { from: { name: short(base), sha: base }, decisions: [why], notices: [why] }
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
