import { ActionError, messageOf } from '../../shared/action/errors.ts'
import type { Step } from '../../shared/action/step.ts'
import type { GitHub } from '../../shared/github/client.ts'
import {
  createRef,
  listRefs,
  moveRef,
  type PeeledRef,
  type RefsNow,
  readRefs,
  updateRefs,
} from '../../shared/github/refs.ts'
import { createTagObject } from '../../shared/github/tags.ts'
import { highestOfLine, readVersionTags } from '../../shared/version/tags.ts'
import { compareVersions, parseVersion } from '../../shared/version/version.ts'
import { filled, makeRelease } from './apply/release.ts'
import type { ReleaseFile } from './model/kept.ts'
import type { Applied, FloatingMove, Inputs, Writable } from './model.ts'
import { RUN_TRAILER } from './observe/history.ts'
import { PATIENCE_MS } from './observe.ts'

/**
 * Carries out a plan: the tag together with the floating tags, all or nothing, then the release. What cannot go
 * together goes one by one, the full tag first. A full tag is only ever created, never moved.
 */
export async function apply(
  plan: Writable,
  inputs: Inputs,
  { context: { runId }, connect: connector }: Step,
  files: readonly ReleaseFile[] = [],
): Promise<Applied> {
  const connect = connector(inputs.token, PATIENCE_MS)
  const done: Applied = { created: false, moved: [], refused: [] }
  try {
    if (connect === undefined) throw new ActionError('No token', NO_TOKEN)
    const github = await connect()
    await publish({ plan, inputs, runId, github, done })
    const isOurs = done.created || !plan.createTag
    if (plan.createRelease && isOurs && done.raced === undefined) {
      done.release = await makeRelease(plan, inputs, files, done.created, github)
    }
  } catch (error) {
    const title = error instanceof ActionError ? error.title : 'Unexpected error'
    done.failure = { title, message: messageOf(error) }
  }
  return done
}

const NO_TOKEN =
  'Tags are created through the API, which needs a token with contents: write: leave the input token at its default.'

export interface Work {
  plan: Writable
  inputs: Inputs
  runId: string
  github: GitHub
  done: Applied
}

async function publish(work: Work): Promise<void> {
  const { plan, github, done } = work
  const { moves } = plan
  const ref = `refs/tags/${plan.tag}`
  const object = plan.createTag ? await objectToTag(work) : undefined
  if (moves.length === 0) {
    if (object !== undefined) await createAlone(work, ref, object)
    return
  }
  const now = await readRefs(github, [ref, ...moves.map(refOf)])
  const standing = now.refs.get(ref)
  if (object !== undefined && standing !== undefined) return standsAlready(work, standing, object)
  if (hasMoved(work, now)) return
  const updates = moves.map((move) => ({ ref: refOf(move), before: move.from, after: move.to }))
  const creation = object === undefined ? [] : [{ ref, before: undefined, after: object }]
  const updated = await updateRefs(github, now.repositoryId, [...creation, ...updates])
  if (updated.kind === 'updated') {
    done.created = plan.createTag
    done.moved.push(...moves)
  } else if (updated.kind === 'raced') {
    const rival = updated.now.refs.get(ref)
    if (object !== undefined && rival !== undefined) standsAlready(work, rival, object)
    else hasMoved(work, updated.now)
  } else {
    // Not together, then: the full tag first, because it is what counts.
    if (object !== undefined) await createAlone(work, ref, object)
    if (done.created || object === undefined) for (const move of moves) await moveAlone(work, move)
  }
}

/** A tag object with the trailer of this run, or the commit itself. Without a ref nobody sees the object yet. */
export async function objectToTag({ plan, inputs, runId, github }: Work): Promise<string> {
  if (!inputs.annotated) return plan.sha
  const trailer = runId === '' ? '' : `\n\n${RUN_TRAILER}: ${runId}`
  const message = `${filled(inputs.tagMessage, plan).trimEnd()}${trailer}\n`
  return createTagObject(github, { tag: plan.tag, message, commit: plan.sha })
}

async function createAlone(work: Work, ref: string, object: string): Promise<void> {
  const { created } = await createRef(work.github, ref, object)
  if (created) {
    work.done.created = true
    return
  }
  const standing = (await readRefs(work.github, [ref])).refs.get(ref)
  if (standing !== undefined) standsAlready(work, standing, object)
  else work.done.raced = `${work.plan.tag} came and went`
}

/** The tag is there although the plan knew none: made by this run, by another for the same commit, or in our way. */
function standsAlready({ plan, runId, done }: Work, standing: PeeledRef, object: string): void {
  const { commit, message = '' } = standing
  if (commit !== plan.sha) {
    done.raced = `${plan.tag} stands on ${commit ?? standing.object}, and this run wants it on ${plan.sha}`
  } else if (standing.object === object || isMadeBy(message, runId)) {
    done.created = true
    if (plan.moves.length > 0) done.raced = `${plan.tag} is made, and its floating tags are open`
  }
}

/** Whether the message of a tag names this run. */
export function isMadeBy(message: string, runId: string): boolean {
  return runId !== '' && message.trimEnd().endsWith(`\n${RUN_TRAILER}: ${runId}`)
}

/** Whether a floating tag is not where the plan has seen it. */
function hasMoved({ plan, done }: Work, { refs }: RefsNow): boolean {
  const moved = plan.moves.find((move) => refs.get(refOf(move))?.object !== move.from)
  if (moved !== undefined) done.raced = `${moved.name} has been moved`
  return moved !== undefined
}

/** Moves one floating tag, and looks afterwards whether a higher version of its line has appeared meanwhile. */
async function moveAlone(work: Work, move: FloatingMove): Promise<void> {
  const { github, done } = work
  const ref = refOf(move)
  const moved = await moveRef(github, { ref, before: move.from, after: move.to })
  if (moved.kind === 'raced') done.raced = `${move.name} has been moved`
  if (moved.kind === 'refused') done.refused.push({ name: move.name, why: moved.reason })
  if (moved.kind !== 'moved') return
  const higher = work.plan.kind === 'rollback' ? undefined : await higherOfLine(work, move)
  if (higher === undefined) done.moved.push(move)
  else await moveRef(github, { ref, before: move.to, after: higher })
}

/** The commit of a stable version of the same line that ranks above ours. */
async function higherOfLine(
  { plan, inputs, github }: Work,
  { kind }: FloatingMove,
): Promise<string | undefined> {
  const own = parseVersion(`${plan.major}.${plan.minor}.${plan.patch}`)
  if (own === undefined) return undefined
  const { tagPrefixes } = inputs
  const refs = await Promise.all(tagPrefixes.map((prefix) => listRefs(github, `refs/tags/${prefix}`)))
  const tags = refs.flat().map(({ ref }) => ({ name: ref.slice('refs/tags/'.length) }))
  const highest = highestOfLine(kind, own, readVersionTags(tags, tagPrefixes))
  if (highest === undefined || compareVersions(highest.version, own) <= 0) return undefined
  const ref = `refs/tags/${highest.name}`
  return (await readRefs(github, [ref])).refs.get(ref)?.commit
}

function refOf({ name }: { name: string }): string {
  return `refs/tags/${name}`
}
