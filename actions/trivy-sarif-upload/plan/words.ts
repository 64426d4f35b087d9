import type { Counts, Inputs, Observation, Plan } from '../model.ts'
import { type Finding, SEVERITIES } from '../sarif/model.ts'
import { countFindings } from './gate.ts'

export type Seen = 'all' | 'some' | 'nothing'

/** Whether the reports are all that was asked for. */
export function seenOf({ prepared: { analyses }, missing }: Pick<Observation, 'prepared' | 'missing'>): Seen {
  if (analyses.length === 0) return 'nothing'
  return missing.length > 0 || analyses.some(({ complete }) => !complete) ? 'some' : 'all'
}

/** The verdict in one line; pure. */
export function headline(
  { gate, counts, findings }: Pick<Plan, 'gate' | 'counts' | 'findings'>,
  { dryRun, onlyNew }: Pick<Inputs, 'dryRun' | 'onlyNew'>,
  isTroubled: boolean,
  seen: Seen,
): string {
  const words = onlyNew ? newWords(findings, counts) : countWords(counts)
  const verdict =
    gate.verdict === 'failed'
      ? `❌ Gate failed: ${words}`
      : isTroubled
        ? `❌ ${gate.verdict === 'passed' ? 'Gate passed, but not everything went well' : 'Not everything went well'}: ${words}`
        : gate.verdict === 'passed'
          ? `✅ Gate passed: ${words}${seen === 'all' ? '' : ', but not everything was looked at'}`
          : counts.total === 0
            ? {
                all: '✅ No findings',
                some: '⚠️ No findings, but not everything was looked at',
                nothing: '⚠️ No report',
              }[seen]
            : `🔍 ${capital(words)}`
  return dryRun ? `🔍 Dry run · ${verdict}` : verdict
}

/** With `only-new` it is the new ones that matter: `2 new (1 critical, 1 high), 40 in all`. */
function newWords(findings: readonly Finding[], counts: Counts): string {
  if (counts.new === 0) return counts.total === 0 ? 'no findings' : `nothing new, ${counts.total} in all`
  const fresh = countFindings(findings.filter(({ isNew }) => isNew !== false))
  return `${counts.new} new (${countWords(fresh)}), ${counts.total} in all`
}

/** `2 critical, 3 high`; pure. */
export function countWords(counts: Counts): string {
  const words = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity].toLocaleString('en')} ${severity}`,
  )
  return words.length === 0 ? 'no findings' : words.join(', ')
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
