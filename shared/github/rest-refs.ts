import type { Tag } from '../git/tags.ts'
import { isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { getRef, listRefs } from './one-ref.ts'
import type { PeeledRef, Ref, RefsNow } from './ref-model.ts'
import { getTagObject } from './tag-objects.ts'

/** Questions that are under way at once. */
const AT_ONCE = 8
/** Tags on tags that are followed, as many as GraphQL is asked for. */
const MAX_DEPTH = 4

/**
 * Whether REST may know what GraphQL does not tell: it is missing, too old, out of order, or not for this token. When it
 * is GraphQL itself that does not find the repository, REST does not either.
 */
export function mayAskRest(thrown: unknown): boolean {
  if (isFailure(thrown, 'not-found')) return thrown.status !== 200
  return isFailure(thrown, 'unsupported', 'permission', 'validation', 'server')
}

/**
 * As `readRefs`, one call a ref and more for annotated tags. Without an id of the repository nobody asks GraphQL to
 * update them.
 *
 * @throws GitHubError
 */
export async function readRefsByRest(github: GitHub, refs: readonly string[]): Promise<RefsNow> {
  const found = new Map<string, PeeledRef>()
  for (const name of refs) {
    const ref = await getRef(github, name)
    if (ref !== undefined) found.set(name, await peeled(github, ref))
  }
  return { repositoryId: undefined, refs: found }
}

/**
 * As `listTags`, 100 a call and one more for each annotated tag.
 *
 * @throws GitHubError
 */
export async function listTagsByRest(github: GitHub): Promise<Tag[]> {
  const refs = (await listRefs(github, 'refs/tags')).filter(({ ref }) => ref.startsWith('refs/tags/'))
  const tags: Tag[] = []
  for (let from = 0; from < refs.length; from += AT_ONCE) {
    const some = await Promise.all(refs.slice(from, from + AT_ONCE).map((ref) => peeled(github, ref)))
    for (const { ref, object, type, commit } of some) {
      const name = ref.slice('refs/tags/'.length)
      tags.push({ name, object, type, ...(commit === undefined ? {} : { commit }) })
    }
  }
  return tags
}

async function peeled(github: GitHub, ref: Ref): Promise<PeeledRef> {
  let bottom: { object: string; type: string } = ref
  let message: string | undefined
  for (let depth = 0; bottom.type === 'tag' && depth < MAX_DEPTH; depth++) {
    const tag = await getTagObject(github, bottom.object)
    if (tag === undefined) break
    message ??= tag.message
    bottom = tag
  }
  return {
    ...ref,
    ...(bottom.type === 'commit' ? { commit: bottom.object } : {}),
    ...(message === undefined ? {} : { message }),
  }
}
