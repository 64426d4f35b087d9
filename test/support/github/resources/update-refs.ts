import type { Asked } from '../route.ts'
import { typeOf } from '../state.ts'
import { mayNotPublish } from '../tokens.ts'
import { typed } from './graphql-error.ts'
import { brokenRule, inTheWay, isForward, isRefName } from './refs.ts'
import { nodeId } from './repository.ts'

interface Update {
  name: string
  beforeOid?: string | null
  afterOid: string
  force?: boolean
}

const NONE = '0'.repeat(40)

/**
 * The mutation of that name: all or nothing. Which rules there are is documented; the words of a refusal are not, and
 * these are made up.
 *
 * @see https://docs.github.com/graphql/reference/mutations#updaterefs
 */
export function updateRefs(asked: Asked, input: Record<string, unknown>): unknown {
  const { state, token } = asked
  if (input['repositoryId'] !== nodeId(state)) {
    throw typed('NOT_FOUND', `Could not resolve to a node with the global id of '${input['repositoryId']}'.`)
  }
  if (token.permissions['contents'] !== 'write')
    throw typed('FORBIDDEN', 'Resource not accessible by integration')
  const updates = input['refUpdates'] as Update[]
  for (const update of updates) {
    const wrong = refusalOf(asked, update)
    if (wrong !== undefined) throw wrong
  }
  for (const { name, afterOid } of updates) {
    if (afterOid === NONE) state.refs.delete(name)
    else state.refs.set(name, afterOid)
  }
  return { clientMutationId: input['clientMutationId'] ?? null }
}

function refusalOf(
  { state, token }: Asked,
  { name, beforeOid, afterOid, force = false }: Update,
): Error | undefined {
  const invalid = (words: string): Error => typed('UNPROCESSABLE', `${name}: ${words}`)
  if (!/^refs\/[^/]+\//.test(name) || !isRefName(name)) return invalid('is not a valid ref name')
  const now = state.refs.get(name) ?? NONE
  if (beforeOid !== undefined && beforeOid !== null && beforeOid !== now) {
    return invalid(`is at ${now} but expected ${beforeOid}`)
  }
  if (afterOid === NONE) return ruled(brokenRule(state, name, 'deletion'))
  if (typeOf(state, afterOid) === undefined) return invalid('object does not exist')
  if (now === NONE && inTheWay(state, name)) return invalid('another ref is in the way')
  const refused = ruled(brokenRule(state, name, now === NONE ? 'creation' : 'update'))
  if (refused !== undefined) return refused
  if (mayNotPublish(state, token, afterOid))
    return typed('FORBIDDEN', 'Resource not accessible by integration')
  if (now !== NONE && !force && !isForward(state, now, afterOid)) return invalid('is not a fast forward')
  return undefined
}

function ruled(answer: ReturnType<typeof brokenRule>): Error | undefined {
  if (answer === undefined) return undefined
  return typed('UNPROCESSABLE', (answer.data as { message: string }).message)
}
