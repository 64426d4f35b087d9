import type { ObjectType } from '../git/tags.ts'
import { maybe } from '../text/shape.ts'

/** What a ref points at, as {@link TARGET} asks for it. */
export interface Target {
  __typename: string
  oid: string
  message?: string
  target?: Target
}

const OBJECT = { __typename: 'string', oid: 'string' } as const
const TAG_2 = { ...OBJECT, target: maybe({ ...OBJECT, target: maybe(OBJECT) }) }

/** Of the answer to {@link TARGET}; `null` for a ref on nothing. */
export const TARGET_SHAPE = maybe({
  ...OBJECT,
  message: maybe('string'),
  target: maybe(TAG_2),
})

/** The object of a ref and, through up to three tags on tags, what it peels to. */
export const TARGET =
  'target{__typename oid ...on Tag{message target{__typename oid ...on Tag{target{__typename oid ...on Tag{target{__typename oid}}}}}}}'

/** @throws never; a deeper chain of tags than was asked for has no commit; pure */
export function peel(target: Target): {
  object: string
  type: ObjectType
  commit?: string
  message?: string
} {
  let bottom: Target | undefined = target
  while (bottom?.__typename === 'Tag') bottom = bottom.target
  return {
    object: target.oid,
    type: target.__typename.toLowerCase() as ObjectType,
    ...(bottom?.__typename === 'Commit' ? { commit: bottom.oid } : {}),
    ...(target.__typename === 'Tag' ? { message: withoutEnd(target.message ?? '') } : {}),
  }
}

/** Without the line ends at its end, as shared/git gives messages. */
export function withoutEnd(message: string): string {
  return message.replace(/\n+$/, '')
}
