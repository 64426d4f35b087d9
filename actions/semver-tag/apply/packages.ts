import { ActionError, messageOf } from '../../../shared/action/errors.ts'
import type { Step } from '../../../shared/action/step.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { type PeeledRef, type RefUpdate, readRefs, updateRefs } from '../../../shared/github/refs.ts'
import { apply, isMadeBy, objectToTag } from '../apply.ts'
import type { PackageApplied, PackagePlan } from '../model/packages.ts'
import type { Applied, Plan, Writable } from '../model.ts'
import { PATIENCE_MS } from '../observe.ts'
import { makeRelease } from './release.ts'

/** Calls that are under way at once. */
const AT_ONCE = 8
/** Refs that one call asks about. */
const REFS = 100

type Work = Omit<PackagePlan, 'plan'> & { plan: Writable; applied: Applied }

/**
 * Carries out the plans of all packages: all tags and floating tags together, all or nothing, then the releases in the
 * order of the plans. Where tags cannot go together they go one package after another.
 *
 * @returns also what was not to be written
 */
export async function applyPackages(
  plans: readonly PackagePlan[],
  step: Step,
): Promise<{ packages: PackageApplied[]; raced?: string }> {
  const works = plans.flatMap((one): Work[] =>
    isWritable(one.plan)
      ? [{ ...one, plan: one.plan, applied: { created: false, moved: [], refused: [] } }]
      : [],
  )
  const [first] = works
  const told = (): PackageApplied[] =>
    plans.map((one) => ({ ...one, applied: works.find(({ name }) => name === one.name)?.applied }))
  const connect = step.connect(first?.inputs.token, PATIENCE_MS)
  if (first === undefined || connect === undefined) {
    if (first !== undefined)
      first.applied.failure = {
        title: 'No token',
        message: 'Tags are created through the API, which needs a token.',
      }
    return { packages: told() }
  }
  try {
    const github = await connect()
    const raced = await tagTogether(works, step, github)
    if (raced !== undefined) return { packages: told(), raced }
    for (const work of works) await releaseOne(work, github)
  } catch (error) {
    const title = error instanceof ActionError ? error.title : 'Unexpected error'
    first.applied.failure ??= { title, message: messageOf(error) }
  }
  return { packages: told() }
}

async function tagTogether(works: readonly Work[], step: Step, github: GitHub): Promise<string | undefined> {
  const { runId } = step.context
  const objects = new Map<Work, string>()
  const creating = works.filter(({ plan }) => plan.createTag)
  for (let at = 0; at < creating.length; at += AT_ONCE) {
    const some = creating.slice(at, at + AT_ONCE)
    const made = await Promise.all(
      some.map((work) => objectToTag({ ...work, runId, github, done: work.applied })),
    )
    for (const [index, work] of some.entries()) objects.set(work, made[index] as string)
  }
  const updates = works.flatMap((work): RefUpdate[] => {
    const object = objects.get(work)
    const moves = work.plan.moves.map((move) => ({
      ref: `refs/tags/${move.name}`,
      before: move.from,
      after: move.to,
    }))
    const tag = { ref: `refs/tags/${work.plan.tag}`, before: undefined, after: object ?? '' }
    return object === undefined ? moves : [tag, ...moves]
  })
  if (updates.length === 0) return undefined
  const { repositoryId, refs } = await readAll(github, updates)
  for (const work of creating) {
    const standing = refs.get(`refs/tags/${work.plan.tag}`)
    if (standing === undefined) continue
    const isOurs = standing.commit === work.plan.sha && isMadeBy(standing.message ?? '', runId)
    return `${work.plan.tag} ${isOurs ? 'is made by this run' : `stands on ${standing.commit ?? standing.object}`}`
  }
  const moved = updates.find(({ ref, before }) => refs.get(ref)?.object !== before)
  if (moved !== undefined) return `${moved.ref} has been moved`
  const updated = await updateRefs(github, repositoryId, updates)
  if (updated.kind === 'raced') return 'a tag has been made or moved'
  for (const work of works) {
    if (updated.kind === 'updated') {
      work.applied.created = work.plan.createTag
      work.applied.moved.push(...work.plan.moves)
    } else {
      // Not together, then; the release comes with all others.
      const alone = await apply({ ...work.plan, createRelease: false } as Writable, work.inputs, step)
      Object.assign(work.applied, alone)
      if (alone.raced !== undefined) return alone.raced
    }
  }
  return undefined
}

async function readAll(
  github: GitHub,
  updates: readonly RefUpdate[],
): Promise<{ repositoryId: string | undefined; refs: Map<string, PeeledRef> }> {
  const refs = new Map<string, PeeledRef>()
  let repositoryId: string | undefined
  for (let at = 0; at < updates.length; at += REFS) {
    const now = await readRefs(
      github,
      updates.slice(at, at + REFS).map(({ ref }) => ref),
    )
    repositoryId = now.repositoryId
    for (const [ref, standing] of now.refs) refs.set(ref, standing)
  }
  return { repositoryId, refs }
}

async function releaseOne({ plan, inputs, applied }: Work, github: GitHub): Promise<void> {
  if (!plan.createRelease || applied.failure !== undefined || (plan.createTag && !applied.created)) return
  try {
    applied.release = await makeRelease(plan, inputs, [], applied.created, github)
  } catch (error) {
    const title = error instanceof ActionError ? error.title : 'Unexpected error'
    applied.failure = { title, message: messageOf(error) }
  }
}

function isWritable(plan: Plan): plan is Writable {
  return 'moves' in plan && (plan.createTag || plan.createRelease || plan.moves.length > 0)
}
