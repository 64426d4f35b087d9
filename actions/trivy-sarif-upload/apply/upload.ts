import { type Clock, systemClock } from '../../../shared/action/clock.ts'
import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { sarifStatus, uploadSarif } from '../../../shared/github/code-scanning.ts'
import { GitHubError, isFailure } from '../../../shared/github/errors.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { plural } from '../../../shared/text/list.ts'
import { alertsPage } from '../code-scanning/page.ts'
import { analysesWords, processingWords, refusalWords } from '../code-scanning/words.ts'
import type { Applied, Inputs, Target, Trouble, UploadDocument, Uploaded } from '../model.ts'

export interface UploadOptions {
  wait: boolean
  /** ms */
  waitTimeout: number
  signal: AbortSignal
  /** `https://github.com` */
  serverUrl: string
  /** Input `upload`: with `always`, a token that cannot write is trouble. */
  upload: Inputs['upload']
  /** When the analysis began, ISO 8601. */
  startedAt?: string
  clock?: Clock
}

export type UploadOutcome = Pick<Applied, 'uploads' | 'analysisUrl' | 'troubles' | 'warnings' | 'skipped'>

interface Pending {
  upload: Uploaded & { sarifId: string }
  document: UploadDocument
}

/** Waits between looks, in ms, later ones are 5 s: a small upload is ready at once, most are after some seconds. */
const LOOKS = [200, 500, 1_000, 2_000, 4_000]

/**
 * Uploads all documents and waits until GitHub has processed them. Never throws: what goes wrong is in the outcome, and
 * takes nothing away from gate and summary.
 */
export async function uploadAll(
  github: GitHub,
  documents: readonly UploadDocument[],
  target: Target,
  options: UploadOptions,
): Promise<UploadOutcome> {
  const uploads: Uploaded[] = []
  const troubles: Trouble[] = []
  const warnings: string[] = []
  const pending: Pending[] = []
  let skipped: UploadOutcome['skipped']
  for (const document of documents) {
    const { analyses, results } = document
    const base = { url: undefined, document: { analyses, results } }
    try {
      const sarifId = await uploadSarif(github, {
        ...{ commit: target.sha, ref: target.ref, gzip: document.gzip, tool: toolOf(document) },
        startedAt: options.startedAt,
      })
      log.info(`Uploaded ${analysesWords(document)} (${plural(results, 'result')}): ${sarifId}`)
      const url = `${github.options.apiUrl}/repos/${github.owner}/${github.repo}/code-scanning/sarifs/${sarifId}`
      pending.push({ document, upload: { ...base, url, sarifId, status: 'pending' } })
    } catch (error) {
      skipped = skip(error, target, options)
      if (skipped !== undefined) break
      uploads.push({ ...base, sarifId: undefined, status: 'failed' })
      troubles.push(troubleOf(error, target, document))
      if (!isOfOneDocument(error)) break
    }
  }
  if (options.wait) await waitFor(github, pending, options, troubles, warnings)
  uploads.push(...pending.map(({ upload }) => upload))
  const analysisUrl =
    pending.length === 0 ? undefined : alertsPage(options.serverUrl, `${github.owner}/${github.repo}`, target)
  return { uploads, analysisUrl, troubles, warnings, ...(skipped === undefined ? {} : { skipped }) }
}

/** Only a token that cannot write, whatever the workflow asks for, is no trouble. */
function skip(error: unknown, { readOnly }: Target, { upload }: UploadOptions): UploadOutcome['skipped'] {
  const isRefused = isFailure(error, 'permission') && /not accessible/i.test(error.answer)
  if (!isRefused || readOnly === undefined || upload !== 'auto') return undefined
  const said = `${readOnly.said} GitHub refused the upload; the findings are in this summary, and the gate counts them.`
  return { go: false, reason: readOnly.reason, said }
}

/** Whatever else goes wrong goes wrong with the next document too. */
function isOfOneDocument(error: unknown): boolean {
  if (!(error instanceof GitHubError)) return false
  return error.status === 413 || (error.status === 400 && !/merge commit/i.test(error.answer))
}

function troubleOf(error: unknown, target: Target, document: UploadDocument): Trouble {
  if (error instanceof GitHubError) return refusalWords(error, target, document)
  return { title: 'Upload failed', message: `${messageOf(error)}. This is a defect of the action.` }
}

/** Looks at every upload until none is pending, or the time is over. */
async function waitFor(
  github: GitHub,
  all: readonly Pending[],
  { waitTimeout, signal, clock = systemClock }: UploadOptions,
  troubles: Trouble[],
  warnings: string[],
): Promise<void> {
  const end = clock.now() + waitTimeout
  let left = [...all]
  let problem = ''
  for (let look = 0; left.length > 0 && !signal.aborted; look++) {
    const rest = end - clock.now()
    if (rest <= 0) break
    await clock.sleep(Math.min(rest, LOOKS[look] ?? 5_000), signal)
    for (const { upload, document } of left) {
      if (signal.aborted) break
      try {
        const { status, errors } = await sarifStatus(github, upload.sarifId)
        upload.status = status
        problem = ''
        if (status === 'failed') troubles.push(processingWords(errors, document))
        if (status === 'complete') log.info(`GitHub has processed ${upload.sarifId}.`)
      } catch (error) {
        // It may not be known everywhere yet (404); and whatever it is, the upload itself was taken.
        problem = messageOf(error)
        log.info(`${upload.sarifId} could not be looked at: ${problem}`)
      }
    }
    left = left.filter(({ upload }) => upload.status === 'pending')
  }
  if (left.length === 0) return
  const why = problem === '' ? '' : ` The last look failed: ${problem}`
  const what = left.map(({ document }) => analysesWords(document)).join(', ')
  warnings.push(
    signal.aborted
      ? `The step was stopped while GitHub was processing ${what}; it goes on without it.${why}`
      : `GitHub is still processing ${what} after ${formatDuration(waitTimeout)}. The alerts come later; \`wait-timeout\` gives it longer.${why}`,
  )
}

/** One check has one name. */
function toolOf({ analyses }: UploadDocument): string | undefined {
  const names = new Set(analyses.map(({ tool }) => tool))
  return names.size === 1 ? [...names][0] : undefined
}
