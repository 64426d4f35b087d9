import type { Period } from '../model.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

/** The ISO week of a moment in UTC, such as `2026-W53`; pure. The year is that of the week's Thursday. */
export function isoWeek(at: number): string {
  const thursday = monday(at) + 3 * DAY_MS
  const year = new Date(thursday).getUTCFullYear()
  const first = monday(Date.UTC(year, 0, 4))
  const number = Math.round((monday(at) - first) / WEEK_MS) + 1
  return `${year}-W${String(number).padStart(2, '0')}`
}

/** Every ISO week that a period touches, in order; `whole` when it lies in it from Monday to Sunday. */
export function weeksOf({ since, until }: Period): { week: string; whole: boolean }[] {
  const weeks: { week: string; whole: boolean }[] = []
  for (let start = monday(since); start < until; start += WEEK_MS) {
    weeks.push({ week: isoWeek(start), whole: start >= since && start + WEEK_MS <= until })
  }
  return weeks
}

/** Monday, 00:00 UTC, of the week of a moment. The first of January 1970 was a Thursday. */
function monday(at: number): number {
  return Math.floor((at + 3 * DAY_MS) / WEEK_MS) * WEEK_MS - 3 * DAY_MS
}
