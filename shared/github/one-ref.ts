import type { ObjectType } from '../git/tags.ts'
import { either } from '../text/shape.ts'
import { GitHubError, isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { pages } from './pages.ts'
import type { Created, Ref } from './ref-model.ts'

interface RefData {
  ref: string
  object: { sha: string; type: string }
}

const REF = { ref: 'string', object: { sha: 'string', type: 'string' } } as const

/** How often a write is sent whose outcome was open and that turned out not to have been carried out. */
const SENDINGS = 3

/**
 * One call. Undefined when there is no such ref.
 *
 * @param ref full name
 * @throws GitHubError
 */
export async function getRef(github: GitHub, ref: string): Promise<Ref | undefined> {
  try {
    const { data } = await github.send<RefData>({
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ref: withoutRefs(ref) },
      about: ref,
      // Old servers give all refs that begin so, when none is it.
      shape: either(REF, [REF]),
    })
    return data.ref === ref ? refOf(data) : undefined
  } catch (error) {
    // 409: a repository without any commit.
    if (isFailure(error, 'not-found') || (error instanceof GitHubError && error.status === 409))
      return undefined
    throw error
  }
}

/**
 * Refs that begin with a prefix, such as `refs/tags/v`; 100 a call.
 *
 * @throws GitHubError
 */
export async function listRefs(github: GitHub, prefix: string): Promise<Ref[]> {
  const refs: Ref[] = []
  for await (const page of pages<RefData[]>(github, {
    route: 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
    parameters: { ref: withoutRefs(prefix) },
    about: `the refs that begin with ${prefix}`,
    shape: [REF],
  })) {
    refs.push(...page.map(refOf))
  }
  return refs
}

/**
 * Creates a ref, never moves one; one call when nothing interferes. A lost reply is read back before anything is sent
 * again: then `created` is true when the ref has the wanted object (for a tag object of our own that is proof; for a
 * commit it may have been another run with the same wish).
 *
 * @param ref full name
 * @throws GitHubError
 */
export async function createRef(github: GitHub, ref: string, object: string): Promise<Created> {
  let open = false
  for (let sending = 1; ; sending++) {
    try {
      const { data } = await github.send<RefData>({
        route: 'POST /repos/{owner}/{repo}/git/refs',
        parameters: { ref, sha: object },
        about: `creating ${ref}`,
        shape: REF,
      })
      return { created: true, ref: refOf(data) }
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      const exists = error.status === 422 && /already exists/i.test(error.answer)
      if (!error.uncertain && !exists) throw error
      open ||= error.uncertain
      const now = await getRef(github, ref)
      if (now !== undefined) return { created: open && now.object === object, ref: now }
      if (sending === SENDINGS) throw error
    }
  }
}

function refOf({ ref, object }: RefData): Ref {
  return { ref, object: object.sha, type: object.type as ObjectType }
}

/** As the REST routes want it: `tags/v1`. */
export function withoutRefs(ref: string): string {
  return ref.replace(/^refs\//, '')
}
