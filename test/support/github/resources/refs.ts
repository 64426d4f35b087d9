import { ancestors } from '../history.ts'
import { type Answer, type Asked, notFound, page, type Route, refusal } from '../route.ts'
import { peeled, type RefRule, type State, typeOf } from '../state.ts'
import { mayNotPublish } from '../tokens.ts'

export const refs: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
    needs: ['contents', 'read'],
    handle: (asked) => {
      if (asked.state.commits.size === 0) return refusal(409, 'Git Repository is empty.')
      const ref = `refs/${asked.parameters['ref']}`
      return asked.state.refs.has(ref) ? { status: 200, data: refJson(asked, ref) } : notFound()
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const { state, parameters } = asked
      const prefix = `refs/${parameters['ref']}`
      const found = [...state.refs.keys()].filter((ref) => ref.startsWith(prefix)).sort()
      const path = `/repos/${state.owner}/${state.name}/git/matching-refs/${parameters['ref']}`
      const { items, headers } = page(asked, path, found)
      return { status: 200, data: items.map((ref) => refJson(asked, ref)), headers }
    },
  },
  {
    operation: 'POST /repos/{owner}/{repo}/git/refs',
    needs: ['contents', 'write'],
    handle: (asked) => {
      const { state, token, body } = asked
      const { ref, sha } = body as { ref: string; sha: string }
      if (!/^refs\/[^/]+\/.+/.test(ref)) {
        return refusal(422, "Reference name must start with 'refs/' and contain at least 2 slashes.")
      }
      if (!isRefName(ref)) return refusal(422, `${ref} is not a valid ref name.`)
      const wrong = wrongObject(state, sha)
      if (wrong !== undefined) return wrong
      if (state.refs.has(ref)) return refusal(422, 'Reference already exists')
      if (inTheWay(state, ref)) return refusal(422, 'Reference update failed')
      const refused = brokenRule(state, ref, 'creation') ?? mayNotPublish(state, token, sha)
      if (refused !== undefined) return refused
      state.refs.set(ref, sha)
      return { status: 201, data: refJson(asked, ref) }
    },
  },
  {
    operation: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
    needs: ['contents', 'write'],
    handle: (asked) => {
      const { state, token, body, parameters } = asked
      const { sha, force = false } = body as { sha: string; force?: boolean }
      const ref = `refs/${parameters['ref']}`
      const now = state.refs.get(ref)
      if (now === undefined) return refusal(422, 'Reference does not exist')
      const wrong = wrongObject(state, sha)
      if (wrong !== undefined) return wrong
      const refused = brokenRule(state, ref, 'update') ?? mayNotPublish(state, token, sha)
      if (refused !== undefined) return refused
      if (!force && !isForward(state, now, sha)) return refusal(422, 'Update is not a fast forward')
      state.refs.set(ref, sha)
      return { status: 200, data: refJson(asked, ref) }
    },
  },
  {
    operation: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
    needs: ['contents', 'write'],
    handle: ({ state, parameters }) => {
      const ref = `refs/${parameters['ref']}`
      if (!state.refs.has(ref)) return refusal(422, 'Reference does not exist')
      const refused = brokenRule(state, ref, 'deletion')
      if (refused !== undefined) return refused
      state.refs.delete(ref)
      return { status: 204 }
    },
  },
]

export function refJson({ state, apiUrl }: Pick<Asked, 'state' | 'apiUrl'>, ref: string): unknown {
  const sha = state.refs.get(ref) ?? ''
  const type = typeOf(state, sha) ?? 'commit'
  const git = `${apiUrl}/repos/${state.owner}/${state.name}/git`
  return {
    ref,
    node_id: `REF_${Buffer.from(ref).toString('base64url')}`,
    url: `${git}/${ref}`,
    object: { sha, type, url: `${git}/${type}s/${sha}` },
  }
}

export function wrongObject(state: State, sha: string): Answer | undefined {
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    return refusal(422, 'The sha parameter must be exactly 40 characters and contain only [0-9a-f].')
  }
  return typeOf(state, sha) === undefined ? refusal(422, 'Object does not exist') : undefined
}

/** A ruleset, or an immutable release whose tag this is. */
export function brokenRule(
  state: State,
  ref: string,
  change: RefRule['refuses'][number],
): Answer | undefined {
  const rule = state.rules.find(({ refs: names, refuses }) => names.test(ref) && refuses.includes(change))
  const word = { creation: 'create', update: 'update', deletion: 'delete' }[change]
  if (rule !== undefined) {
    return refusal(422, `Repository rule violations found\n\nCannot ${word} this protected ref.\n\n`)
  }
  const immutable = state.releases.some(
    ({ tag, immutable: is, draft }) => is && !draft && ref === `refs/tags/${tag}`,
  )
  return immutable && change !== 'creation'
    ? refusal(422, `Cannot ${word} the tag of an immutable release.`)
    : undefined
}

export function isForward(state: State, from: string, to: string): boolean {
  const [before, after] = [peeled(state, from), peeled(state, to)]
  // Between tag objects there is no ancestry.
  if (before !== from || after !== to) return from === to
  return ancestors(state, to).has(from)
}

/** `refs/tags/v1` and `refs/tags/v1/x` cannot both be. */
export function inTheWay(state: State, ref: string): boolean {
  return [...state.refs.keys()].some((other) => other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`))
}

/** git-check-ref-format(1) */
export function isRefName(ref: string): boolean {
  return (
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what git refuses
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(ref) &&
    ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  )
}
