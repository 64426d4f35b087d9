import type { Reading } from '../../action/inputs.ts'
import { shown } from '../../action/inputs.ts'
import { parseList } from '../../text/list.ts'

/** Accepted HTTP statuses, as inclusive ranges. */
export type Statuses = readonly { from: number; to: number }[]

/** Reads `200-299`, `200, 204, 301-303`, a number, or a list of these. */
export function readStatuses(given: unknown): Reading<Statuses> {
  const items = Array.isArray(given) ? given.map(String) : parseList(String(given))
  const statuses: { from: number; to: number }[] = []
  for (const item of items) {
    const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(item.trim())
    const from = Number(match?.[1])
    const to = Number(match?.[2] ?? match?.[1])
    if (match === null || from > to) {
      return {
        problem: `${shown(item)} is not an HTTP status. Write codes and ranges such as 200, 204, 301-303.`,
      }
    }
    statuses.push({ from, to })
  }
  if (statuses.length === 0) return { problem: 'it names no status. Write codes and ranges such as 200-299.' }
  return { value: statuses }
}

export function accepts(statuses: Statuses, status: number): boolean {
  return statuses.some(({ from, to }) => status >= from && status <= to)
}

export function describeStatuses(statuses: Statuses): string {
  return statuses.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}
