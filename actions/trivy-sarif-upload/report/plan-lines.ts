import { plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Inputs, Plan } from '../model.ts'
import { countWords } from '../plan/words.ts'
import { placeOf, worstFirst } from '../plan/worst.ts'
import type { Finding } from '../sarif/model.ts'

const MAX_LINES = 20

/** The plan for the log; pure. */
export function planLines(plan: Plan, { dryRun }: Pick<Inputs, 'dryRun'>): string[] {
  const { counts, gate, upload, send, issues } = plan
  const worst = worstFirst(plan)
  const lines = worst.slice(0, MAX_LINES).map((finding) => `  ${findingLine(finding)}`)
  if (worst.length > lines.length) lines.push(`  … and ${worst.length - lines.length} more`)
  return [
    `${capital(countWords(counts))}${counts.suppressed > 0 ? `, ${counts.suppressed} suppressed or accepted` : ''}.`,
    ...lines,
    `Gate: ${gate.verdict}${gate.reasons.length === 0 ? '' : `. ${gate.reasons.join(' ')}`}`,
    upload.go ? `Upload: ${plural(send.length, 'analysis', 'analyses')}.` : `No upload: ${upload.said}`,
    ...(issues === undefined
      ? []
      : [
          `Issues${dryRun ? ' that would be changed' : ''}: ${issues.create.length} new, ${issues.update.length} changed, ` +
            `${issues.close.length} closed, ${issues.keep.length} as they are.`,
          ...(issues.refused === undefined ? [] : [issues.refused]),
        ]),
  ]
}

function findingLine(finding: Finding): string {
  const { severity, rule, package: found, title } = finding
  const version = found === undefined ? '' : ` ${found.name} ${found.installed ?? ''}`.trimEnd()
  const fixed = found?.fixed === undefined ? '' : ` (fixed in ${found.fixed})`
  return oneLine(`${severity.padEnd(8)} ${rule}${version}${fixed} ${placeOf(finding)} ${title}`, 300)
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
