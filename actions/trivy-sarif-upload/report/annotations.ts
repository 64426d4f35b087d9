import { annotate } from '../../../shared/action/annotate.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { ruleName } from '../code-scanning/rule-name.ts'
import { placeOf } from '../plan/worst.ts'
import type { Finding } from '../sarif/model.ts'

/** Puts the findings beside the lines that they are about; those of an image stand on their own. */
export function annotateFindings(findings: readonly Finding[]): void {
  for (const finding of findings) {
    const { severity, rule, path, line, target } = finding
    const place = path === undefined || target !== undefined ? undefined : { file: path, line }
    const kind = severity === 'low' || severity === 'unknown' ? 'notice' : 'warning'
    annotate(kind, `${severity}: ${ruleName(rule, 100)}`, textOf(finding), place)
  }
}

function textOf(finding: Finding): string {
  const { title, rule, package: found, message, helpUri } = finding
  const known = title === '' || title === rule ? message : title
  const what = oneLine(finding.detail === undefined ? known : `${known}: ${finding.detail}`, 400)
  const version = found?.installed === undefined ? '' : ` ${oneLine(found.installed, 80)}`
  const fixed = fixWords(found)
  const about = found === undefined ? '' : `${oneLine(found.name, 100)}${version}, ${fixed}: `
  const where = finding.target === undefined ? '' : `\n${oneLine(placeOf(finding), 300)}`
  return `${about}${what}${where}${helpUri === undefined ? '' : `\n${oneLine(helpUri, 300)}`}`
}

function fixWords(found: Finding['package']): string {
  if (found?.fixed !== undefined) return `fixed in ${oneLine(found.fixed, 80)}`
  return found?.remedy === undefined ? 'no fix yet' : `fixed by ${oneLine(found.remedy, 80)}`
}
