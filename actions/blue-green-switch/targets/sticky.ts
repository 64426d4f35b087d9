import { plural } from '../../../shared/text/list.ts'
import type { LiveState } from './target.ts'

/** What keeps users on a side that has no weight any more; pure. @returns undefined when nothing does */
export function bindingOf({ sticky }: Pick<LiveState, 'sticky'>, color: string): string | undefined {
  if (sticky === undefined || !sticky.outlivesWeight) return undefined
  const bound = sticky.bound?.[color]
  if (bound === 0) return undefined
  const who = bound === undefined ? 'users' : plural(bound, 'user')
  return `${who} bound to it by ${sticky.by} stay there`
}
