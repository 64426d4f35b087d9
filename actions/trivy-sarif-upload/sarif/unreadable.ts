import type { Result } from './model.ts'
import { isObject } from './problem.ts'

/** The mark of a result that cannot be read; it is counted, and not sent. */
export const UNREADABLE = 'nexusUnreadable'

/** A result in the place of one that is broken. */
export function unreadable(result: unknown): Result {
  const { ruleId } = isObject(result) ? result : {}
  const id = typeof ruleId === 'string' && ruleId !== '' ? ruleId : 'unreadable'
  return {
    ruleId: id,
    message: { text: 'This result cannot be read, so it counts as the worst that it may be.' },
    [UNREADABLE]: true,
  }
}
