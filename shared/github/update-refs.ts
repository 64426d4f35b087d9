import { GitHubError, isFailure } from './errors.ts'
import { query } from './graphql.ts'
import type { GitHub } from './model.ts'
import { readRefs } from './read-refs.ts'
import type { RefsNow, RefUpdate } from './ref-model.ts'

/** What became of moving several refs at once. */
export type Updated =
  | { kind: 'updated' }
  /** Something else moved one of them meanwhile: `now` has all of them as they stand. */
  | { kind: 'raced'; now: RefsNow }
  /** Nothing has moved, and GitHub does not grant it (rulesets, permissions); `now` as read back. */
  | { kind: 'refused'; reason: string; now: RefsNow }
  /** This server has no updateRefs. */
  | { kind: 'unsupported' }

/** "No such ref", for `beforeOid`, and for `afterOid` of a ref that is to be deleted. */
export const NONE = '0'.repeat(40)
const SENDINGS = 3

/**
 * All or nothing, in one GraphQL call, each ref compared with `before`. A failure or a lost reply is read back (one
 * more call) before it is judged, and sent again only when nothing has moved.
 *
 * @throws GitHubError when GitHub cannot be asked any more
 * @see https://docs.github.com/graphql/reference/mutations#updaterefs
 */
export async function updateRefs(
  github: GitHub,
  repositoryId: string | undefined,
  updates: readonly RefUpdate[],
): Promise<Updated> {
  if (repositoryId === undefined) return { kind: 'unsupported' }
  for (let sending = 1; ; sending++) {
    const failure = await send(github, repositoryId, updates)
    if (failure === undefined) return { kind: 'updated' }
    if (failure.kind === 'unsupported') return { kind: 'unsupported' }
    const now = await readRefs(
      github,
      updates.map(({ ref }) => ref),
    )
    const objects = updates.map(({ ref, before, after }) => ({
      before,
      after,
      is: now.refs.get(ref)?.object,
    }))
    if (objects.every(({ after, is = NONE }) => is === after)) return { kind: 'updated' }
    if (objects.some(({ before, is }) => is !== before)) return { kind: 'raced', now }
    if (!failure.uncertain) return { kind: 'refused', reason: failure.message, now }
    if (sending === SENDINGS) throw failure
  }
}

/** The failure, when it is one that says something about these refs. */
async function send(
  github: GitHub,
  repositoryId: string,
  updates: readonly RefUpdate[],
): Promise<GitHubError | undefined> {
  try {
    await query(github, {
      text: 'mutation($input:UpdateRefsInput!){updateRefs(input:$input){clientMutationId}}',
      variables: {
        input: {
          repositoryId,
          refUpdates: updates.map(({ ref, before, after }) => ({
            name: ref,
            beforeOid: before ?? NONE,
            afterOid: after,
            // Compared with beforeOid all the same: a floating tag need not go forward along one line of history.
            force: true,
          })),
        },
      },
      about: `moving ${updates.map(({ ref }) => ref).join(', ')}`,
      writes: true,
    })
    return undefined
  } catch (error) {
    const open = error instanceof GitHubError && error.uncertain
    const judged = isFailure(
      error,
      'unsupported',
      'validation',
      'refused-by-rule',
      'permission',
      'workflow-files',
      'not-found',
    )
    if (open || judged) return error as GitHubError
    throw error
  }
}
