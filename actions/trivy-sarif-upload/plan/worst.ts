import type { Plan } from '../model.ts'
import { type Finding, SEVERITIES } from '../sarif/model.ts'
import { isCounted } from './gate.ts'

/** Findings that count, in the order in which a person should look at them: what fails the gate, new ones, the worst. */
export function worstFirst({ findings, gate }: Pick<Plan, 'findings' | 'gate'>): Finding[] {
  const offending = new Set(gate.offending)
  const ranked = findings.flatMap((finding, index) => {
    if (!isCounted(finding)) return []
    const severity = SEVERITIES.indexOf(finding.severity)
    return [
      { finding, rank: severity * 4 + (offending.has(index) ? 0 : 2) + (finding.isNew === false ? 1 : 0) },
    ]
  })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ finding }) => finding)
}

/** `src/app.ts:12`, or the image with the path in it; pure. */
export function placeOf({ target, path, line }: Finding): string {
  // Packages of the system stand at the image itself, whose path is its name without the registry.
  if (target !== undefined) return path === undefined || target.endsWith(path) ? target : `${target}: ${path}`
  return path === undefined ? '' : line === undefined ? path : `${path}:${line}`
}
