import type { Applied, Observation, Plan, Trouble } from '../model.ts'

export type ProcessingStatus = 'complete' | 'failed' | 'pending' | 'skipped'

/** What became of the upload, in the words of the outputs; pure. */
export interface UploadFacts {
  uploaded: boolean
  status: ProcessingStatus
  /** Why nothing was uploaded; empty otherwise, and when it failed. */
  skippedReason: string
  /** The sentence for it. */
  said: string
  ids: readonly string[]
}

export function uploadFacts({ upload }: Pick<Plan, 'upload'>, applied: Applied | undefined): UploadFacts {
  const { uploads = [], skipped } = applied ?? {}
  const decision = skipped ?? upload
  const ids = uploads.flatMap(({ sarifId }) => sarifId ?? [])
  const uploaded = uploads.length > 0 && ids.length === uploads.length && skipped === undefined
  const has = (status: ProcessingStatus): boolean => uploads.some((each) => each.status === status)
  const status = has('failed') ? 'failed' : has('pending') ? 'pending' : uploaded ? 'complete' : 'skipped'
  return {
    uploaded,
    status,
    skippedReason: decision.go ? '' : decision.reason,
    said: decision.go ? '' : decision.said,
    ids,
  }
}

/** Everything that is red besides the gate, in the order in which it happened; pure. */
export function troublesOf(
  observation: Observation,
  plan: Pick<Plan, 'troubles'>,
  applied: Applied | undefined,
): Trouble[] {
  return [...observation.troubles, ...plan.troubles, ...(applied?.troubles ?? [])]
}
