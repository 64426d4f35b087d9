import { oneLine } from '../../../shared/text/untrusted.ts'

/** A rule's id on one line, at most `limit` characters: its end, which tells ids of one family apart, is kept. */
export function ruleName(rule: string, limit: number): string {
  const line = oneLine(rule, 10_000)
  if (line.length <= limit) return line
  const end = Math.floor((limit - 1) * 0.7)
  return `${line.slice(0, limit - 1 - end).toWellFormed()}…${line.slice(-end).toWellFormed()}`
}
