import { type Asked, notFound, type Route, refusal } from '../route.ts'
import { addTagObject, isoSeconds, type ObjectType, type Person, typeOf } from '../state.ts'
import { wrongObject } from './refs.ts'

export const tagObjects: readonly Route[] = [
  {
    operation: 'POST /repos/{owner}/{repo}/git/tags',
    needs: ['contents', 'write'],
    handle: (asked) => {
      const { state, token, body } = asked
      const { tag, message, object, type, tagger } = body as Record<string, string> & {
        tagger?: Partial<Person>
      }
      const wrong = wrongObject(state, object ?? '')
      if (wrong !== undefined) return wrong
      if (typeOf(state, object ?? '') !== type) return refusal(422, `Object is not a ${type}`)
      const person: Person = {
        name: tagger?.name ?? token.login,
        email: tagger?.email ?? `${token.login}@users.noreply.github.com`,
        date: isoSeconds(tagger?.date === undefined ? state.now() : Date.parse(tagger.date)),
      }
      const target = { sha: object ?? '', type: type as ObjectType }
      const sha = addTagObject(state, {
        tag: tag ?? '',
        message: message ?? '',
        object: target,
        tagger: person,
      })
      return { status: 201, data: tagJson(asked, sha) }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const sha = asked.parameters['tag_sha'] ?? ''
      return asked.state.tagObjects.has(sha) ? { status: 200, data: tagJson(asked, sha) } : notFound()
    },
  },
]

function tagJson({ state, apiUrl }: Asked, sha: string): unknown {
  const { tag, message, object, tagger } = state.tagObjects.get(sha) ?? {}
  const git = `${apiUrl}/repos/${state.owner}/${state.name}/git`
  return {
    ...{ node_id: `TA_${sha}`, sha, url: `${git}/tags/${sha}`, tag, message, tagger },
    object: { ...object, url: `${git}/${object?.type}s/${object?.sha}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}
