import type { ObjectType } from '../git/tags.ts'
import { either, maybe } from '../text/shape.ts'
import type { GitHub } from './client.ts'
import { GitHubError, isFailure } from './errors.ts'
import { query } from './graphql.ts'
import { pages } from './pages.ts'
import { mayAskRest, readRefsByRest } from './rest-refs.ts'
import { peel, TARGET, TARGET_SHAPE, type Target } from './targets.ts'

export { type Moved, moveRef } from './move-ref.ts'
export { type Updated, updateRefs } from './update-refs.ts'

/** A ref as it stands. */
export interface Ref {
  /** `refs/tags/v1` */
  ref: string
  object: string
  type: ObjectType
}

/** What became of creating a ref: this call made it, or it stands already (then on what; perhaps on the very same). */
export interface Created {
  created: boolean
  ref: Ref
}

export interface RefUpdate {
  /** Full name. */
  ref: string
  /** What it must point at now; undefined: it must not exist. */
  before: string | undefined
  after: string
}

/** A ref with what it peels to. */
export interface PeeledRef extends Ref {
  /** Absent for a tag on a tree or a blob. */
  commit?: string
  /** Of an annotated tag. */
  message?: string
}

/** What a set of refs looks like: an entry for each asked one that exists. */
export interface RefsNow {
  /** For {@link updateRefs}; undefined where only REST answers. */
  repositoryId: string | undefined
  /** Full name → ref. */
  refs: Map<string, PeeledRef>
}

interface RefData {
  ref: string
  object: { sha: string; type: string }
}

const NODE = maybe({ target: TARGET_SHAPE })
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
 * How several refs stand, in one call; in several where GraphQL does not answer.
 *
 * @param refs full names, `refs/tags/v1`; at most 100
 * @throws GitHubError
 */
export async function readRefs(github: GitHub, refs: readonly string[]): Promise<RefsNow> {
  try {
    return await readTogether(github, refs)
  } catch (error) {
    if (mayAskRest(error)) return readRefsByRest(github, refs)
    throw error
  }
}

async function readTogether(github: GitHub, refs: readonly string[]): Promise<RefsNow> {
  const declared = refs.map((_, index) => `,$r${index}:String!`).join('')
  const fields = refs.map((_, index) => `r${index}:ref(qualifiedName:$r${index}){${TARGET}}`).join(' ')
  const { repository } = await query<{ repository: Record<string, unknown> }>(github, {
    text: `query($owner:String!,$name:String!${declared}){repository(owner:$owner,name:$name){id ${fields}}}`,
    variables: {
      owner: github.owner,
      name: github.repo,
      ...Object.fromEntries(refs.map((ref, index) => [`r${index}`, ref])),
    },
    about: `how ${refs.join(', ')} stand`,
    shape: {
      repository: { id: 'string', ...Object.fromEntries(refs.map((_, index) => [`r${index}`, NODE])) },
    },
  })
  const found = new Map<string, PeeledRef>()
  for (const [index, ref] of refs.entries()) {
    const node = repository[`r${index}`] as { target: Target | null } | null
    if (node?.target) found.set(ref, { ref, ...peel(node.target) })
  }
  return { repositoryId: repository['id'] as string, refs: found }
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
