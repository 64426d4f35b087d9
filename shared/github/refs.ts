import { GitHubError, isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { createRef, getRef, withoutRefs } from './one-ref.ts'
import type { Ref, RefUpdate } from './ref-model.ts'

export { createRef, getRef, listRefs } from './one-ref.ts'
export { readRefs } from './read-refs.ts'
export type { Created, PeeledRef, Ref, RefsNow, RefUpdate } from './ref-model.ts'
export { type Updated, updateRefs } from './update-refs.ts'

/** What became of moving one ref. */
export type Moved =
  | { kind: 'moved' }
  /** Something else moved it meanwhile. */
  | { kind: 'raced'; now: Ref | undefined }
  /** A ruleset, or a permission; with what to do about it. */
  | { kind: 'refused'; reason: string }

/** How often a write is sent whose outcome was open and that turned out not to have been carried out. */
const SENDINGS = 3

/**
 * Moves one ref (or creates it, when `before` is undefined). REST has no compare-and-set, so a fast-forward is asked
 * for first: GitHub itself then refuses to take the ref back behind where another run has brought it. Only when the
 * wish is no fast-forward and the ref, read again, still stands on `before`, is it forced.
 *
 * @throws GitHubError when its outcome stays open, or for anything but a refusal
 */
export async function moveRef(github: GitHub, update: RefUpdate): Promise<Moved> {
  const { ref, before, after } = update
  try {
    if (before === undefined) {
      const made = await createRef(github, ref, after)
      return made.created || made.ref.object === after ? { kind: 'moved' } : { kind: 'raced', now: made.ref }
    }
    const now = await getRef(github, ref)
    if (now?.object === after) return { kind: 'moved' }
    if (now?.object !== before) return { kind: 'raced', now }
    const forwarded = await patch(github, update, false)
    return (
      forwarded ?? (await patch(github, update, true)) ?? { kind: 'raced', now: await getRef(github, ref) }
    )
  } catch (error) {
    if (isFailure(error, 'refused-by-rule', 'permission', 'workflow-files', 'validation')) {
      return { kind: 'refused', reason: error.message }
    }
    throw error
  }
}

/** Undefined: it is no fast-forward, and the ref still stands on `before`. */
async function patch(
  github: GitHub,
  { ref, before, after }: RefUpdate,
  force: boolean,
): Promise<Moved | undefined> {
  for (let sending = 1; ; sending++) {
    try {
      await github.send({
        route: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
        parameters: { ref: withoutRefs(ref), sha: after, force },
        about: `moving ${ref}`,
      })
      return { kind: 'moved' }
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      const notForward =
        error.status === 422 && /not a fast.?forward|reference does not exist/i.test(error.answer)
      if (!error.uncertain && !notForward) throw error
      const now = await getRef(github, ref)
      if (now?.object === after) return { kind: 'moved' }
      if (now?.object !== before) return { kind: 'raced', now }
      if (notForward) return undefined
      if (sending === SENDINGS) throw error
    }
  }
}
