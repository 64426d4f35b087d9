import { plural } from '../../../shared/text/list.ts'
import type { LookedAt, ScanFacts } from '../trivy/model.ts'

/** What was looked at in all targets together, by scanner; pure. */
export function lookedAtTogether(scan: Pick<ScanFacts, 'targets'> | undefined): LookedAt {
  const all: Record<string, { files: number; packages?: number }> = {}
  for (const { lookedAt } of scan?.targets ?? []) {
    for (const [scanner, { files, packages }] of Object.entries(lookedAt)) {
      const sum = all[scanner] ?? { files: 0 }
      sum.files += files
      if (packages !== undefined) sum.packages = (sum.packages ?? 0) + packages
      all[scanner] = sum
    }
  }
  return all
}

/** `vuln: 12 packages in 2 files; secret: 40 files`; pure. */
export function lookedAtWords(lookedAt: LookedAt): string {
  return Object.entries(lookedAt)
    .map(([scanner, { files, packages }]) =>
      packages === undefined
        ? `${scanner}: ${plural(files, 'file')}`
        : `${scanner}: ${plural(packages, 'package')} in ${plural(files, 'file')}`,
    )
    .join('; ')
}
