import { plural } from '../../../shared/text/list.ts'
import { details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Applied, Plan } from '../model.ts'
import { cell, rest } from '../plan/tables.ts'

const MAX_ROWS = 50

/** Analyses that nothing renews, as a block of the summary; pure. */
export function orphanBlock({ orphans = [] }: Plan, applied: Applied | undefined): string[] {
  if (orphans.length === 0) return []
  const gone = new Set(applied?.orphansDeleted ?? [])
  const shown = orphans.slice(0, MAX_ROWS)
  const rows = shown.map(({ id, tool, category, createdAt }) => [
    escapeMarkdown(oneLine(tool, 100)),
    cell(category),
    escapeMarkdown(oneLine(createdAt, 40).slice(0, 10)),
    gone.has(id) ? 'deleted' : '',
  ])
  const title = `${plural(orphans.length, 'analysis', 'analyses')} that nothing renews: their alerts stay open`
  const body = table(['Tool', 'Category', 'Since', ''], rows) + rest(orphans.length - shown.length)
  return [details(title, body)]
}
