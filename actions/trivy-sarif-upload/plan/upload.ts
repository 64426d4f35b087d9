import type { Inputs, Target, UploadDecision } from '../model.ts'

/**
 * Whether there is an upload; pure. Where a token may still be able to write (Dependabot with permissions, private
 * forks), trying tells: {@link Target.readOnly} is looked at again when GitHub refuses.
 */
export function decideUpload(
  { upload, dryRun }: Pick<Inputs, 'upload' | 'dryRun'>,
  { ref, readOnly, isPublic }: Target,
  analyses: number,
  held: readonly ('duplicate' | 'shrunk')[] = [],
): UploadDecision {
  const no = (reason: Exclude<UploadDecision, { go: true }>['reason'], said: string): UploadDecision => ({
    go: false,
    reason,
    said,
  })
  if (upload === 'never') return no('never', 'Nothing is uploaded: `upload` is `never`.')
  if (dryRun) return no('dry-run', 'Nothing is uploaded: this is a dry run.')
  if (ref.startsWith('refs/heads/gh-readonly-queue/')) {
    return no(
      'merge-queue',
      'Nothing is uploaded in a merge queue: its branches are gone before GitHub has looked, and nobody sees their alerts. The gate decides here.',
    )
  }
  if (analyses === 0 && held.includes('duplicate'))
    return no(
      'duplicate',
      'Nothing is uploaded: another job has uploaded the same tool and category for this commit.',
    )
  if (analyses === 0 && held.length > 0)
    return no(
      'shrunk',
      'Nothing is uploaded: the report covers far less than the one before, and would close its alerts.',
    )
  if (analyses === 0) return no('nothing', 'Nothing is uploaded: there is no report.')
  if (upload === 'auto' && readOnly?.reason === 'fork' && isPublic === true) {
    return no('fork', `${readOnly.said} The findings are in this summary, and the gate counts them.`)
  }
  return { go: true }
}
