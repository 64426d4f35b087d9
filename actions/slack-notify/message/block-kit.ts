import { block } from './block-rules.ts'
import type { Tell } from './checks.ts'

/** A part of a message in Slack's own format. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string }

/** Elements of a rich text that would call somebody. */
const CALLS: ReadonlySet<unknown> = new Set(['user', 'usergroup', 'broadcast'])

/** Checks blocks against Block Kit's rules, and that they call nobody; pure. */
export function checkBlocks(list: readonly unknown[], tell: Tell): void {
  const ids = new Set<unknown>()
  for (const [index, each] of list.entries()) {
    const path = `[${index}]`
    if (callsSomebody(each)) {
      tell(path, 'it calls somebody. Whom Slack calls belongs in "mention".')
      continue
    }
    block(each, path, tell)
    const id = (each as { block_id?: unknown } | null)?.block_id
    if (id !== undefined && ids.has(id)) tell(`${path}.block_id`, 'another block has it, too.')
    ids.add(id)
  }
}

function callsSomebody(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false
  if (CALLS.has((value as { type?: unknown }).type)) return true
  return Object.values(value).some(callsSomebody)
}
