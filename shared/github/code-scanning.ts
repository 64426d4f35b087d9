import { maybe } from '../text/shape.ts'
import type { GitHub, Reply } from './model.ts'
import { pages } from './pages.ts'

/** What GitHub takes, gzipped: "SARIF uploads support a maximum size of 10 MB for the gzip-compressed file". */
export const MAX_SARIF_BYTES = 10 * 1_024 * 1_024
/** Of a comment on a dismissed alert, in characters. */
export const MAX_DISMISSED_COMMENT = 280

export interface SarifUpload {
  /** Of the commit that was analysed. */
  commit: string
  /** `refs/heads/…`, `refs/tags/…`, `refs/pull/N/merge` with a merge commit, or `refs/pull/N/head`. */
  ref: string
  /** SARIF 2.1.0, gzipped. */
  gzip: Uint8Array
  /** For the name of the check; GitHub writes "API" when it is not given. */
  tool?: string | undefined
  /** When the analysis began, ISO 8601. */
  startedAt?: string | undefined
}

/** How far GitHub is with an upload. */
export interface SarifStatus {
  status: 'pending' | 'complete' | 'failed'
  /** In GitHub's words; a failed upload may have been taken in part. */
  errors: string[]
}

export interface Analysis {
  id: number
  ref: string
  commit: string
  tool: string
  /** `automationDetails.id` up to its last slash, or what GitHub made up. */
  category: string
  /** Empty when it was processed well. */
  error: string
  sarifId: string
  /** ISO 8601 */
  createdAt: string
}

export interface Alert {
  number: number
  state: 'open' | 'dismissed' | 'fixed' | 'unknown'
  dismissedComment: string
  rule: string
  tool: string
  category: string
  message: string
  path?: string
  line?: number
  url: string
}

interface AnalysisData {
  id: number
  ref: string
  commit_sha: string
  tool: { name?: string | null }
  category?: string | null
  error: string
  sarif_id: string
  created_at?: string
}

interface AlertData {
  number: number
  state: Alert['state'] | null
  html_url: string
  dismissed_comment?: string | null
  rule: { id?: string | null }
  tool: { name?: string | null }
  most_recent_instance: {
    category?: string | null
    message?: { text?: string | null } | null
    location?: { path?: string | null; start_line?: number | null } | null
  }
}

const ANALYSIS = {
  id: 'number',
  ref: 'string',
  commit_sha: 'string',
  tool: { name: maybe('string') },
  category: maybe('string'),
  error: 'string',
  sarif_id: 'string',
} as const

const ALERT = {
  number: 'number',
  state: maybe('string'),
  html_url: 'string',
  dismissed_comment: maybe('string'),
  rule: { id: maybe('string') },
  tool: { name: maybe('string') },
  most_recent_instance: {
    category: maybe('string'),
    message: maybe({ text: maybe('string') }),
    location: maybe({ path: maybe('string'), start_line: maybe('number') }),
  },
} as const

/**
 * Hands an analysis in; GitHub looks at it later. It is sent again after a lost reply: an analysis of the same commit,
 * tool and category takes the place of the earlier one.
 *
 * @returns the id for {@link sarifStatus}
 * @throws GitHubError with the HTTP status 400, 403, 404, 413, 422 or 503, among others
 * @see https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
 */
export async function uploadSarif(
  github: GitHub,
  { commit, ref, gzip, tool, startedAt }: SarifUpload,
): Promise<string> {
  const { data } = await github.send<{ id?: string }>({
    route: 'POST /repos/{owner}/{repo}/code-scanning/sarifs',
    parameters: {
      commit_sha: commit,
      ref,
      sarif: Buffer.from(gzip.buffer, gzip.byteOffset, gzip.byteLength).toString('base64'),
      ...(tool === undefined ? {} : { tool_name: tool }),
      ...(startedAt === undefined ? {} : { started_at: startedAt }),
    },
    about: `the SARIF upload for ${ref}`,
    shape: { id: maybe('string') },
    repeatable: true,
  })
  return data.id ?? ''
}

/**
 * One call.
 *
 * @throws GitHubError `not-found` when GitHub does not know the id (yet)
 */
export async function sarifStatus(github: GitHub, id: string): Promise<SarifStatus> {
  const { data } = await github.send<{ processing_status?: SarifStatus['status']; errors?: unknown }>({
    route: 'GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}',
    parameters: { sarif_id: id },
    about: `the SARIF upload ${id}`,
    shape: { processing_status: maybe('string') },
  })
  const errors = Array.isArray(data.errors) ? data.errors.map(String) : []
  return { status: data.processing_status ?? 'pending', errors }
}

/**
 * The analyses of a ref, newest first; one call a page of 100.
 *
 * @throws GitHubError `not-found` when nothing was ever analysed
 */
export async function* listAnalyses(
  github: GitHub,
  { ref, tool }: { ref: string; tool?: string },
): AsyncGenerator<Analysis, void> {
  for await (const page of pages<AnalysisData[]>(github, {
    route: 'GET /repos/{owner}/{repo}/code-scanning/analyses',
    parameters: { ref, ...(tool === undefined ? {} : { tool_name: tool }) },
    about: `the analyses of ${ref}`,
    shape: [ANALYSIS],
  })) {
    for (const data of page) {
      yield {
        id: data.id,
        ref: data.ref,
        commit: data.commit_sha,
        tool: data.tool.name ?? '',
        category: data.category ?? '',
        error: data.error,
        sarifId: data.sarif_id,
        createdAt: data.created_at ?? '',
      }
    }
  }
}

/**
 * An analysis as the SARIF that GitHub kept of it: a part of what was uploaded, of one run. It was written by others:
 * check before use. One call.
 *
 * @throws GitHubError
 */
export async function analysisSarif(github: GitHub, id: number): Promise<unknown> {
  const { data } = await github.send<unknown>({
    route: 'GET /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}',
    parameters: { analysis_id: id },
    about: `the analysis ${id} as SARIF`,
    accept: 'application/sarif+json',
  })
  return data
}

/**
 * Deletes an analysis, which has to be the newest of its tool, category and ref, and all that came before it, the last one
 * too: GitHub names the next one in each answer. One call each.
 *
 * @throws GitHubError 400 when GitHub does not let it be deleted
 * @see https://docs.github.com/rest/code-scanning/code-scanning#delete-a-code-scanning-analysis-from-a-repository
 */
export async function deleteAnalyses(github: GitHub, newest: number): Promise<void> {
  const seen = new Set<number>()
  let id: number | undefined = newest
  while (id !== undefined && !seen.has(id)) {
    seen.add(id)
    const reply: Reply<{ confirm_delete_url?: string | null }> = await github.send({
      route: 'DELETE /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}{?confirm_delete}',
      parameters: { analysis_id: id, confirm_delete: 'true' },
      about: `the analysis ${id}`,
      shape: { confirm_delete_url: maybe('string') },
    })
    // Only the number is taken: an answer never leads to another address.
    const next: string | undefined = /\/analyses\/(\d+)(?:\?|$)/.exec(
      reply.data.confirm_delete_url ?? '',
    )?.[1]
    id = next === undefined ? undefined : Number(next)
  }
}

/**
 * The alerts of a ref; one call a page of 100.
 *
 * @throws GitHubError `not-found` when nothing was ever analysed
 */
export async function* listAlerts(
  github: GitHub,
  { ref, tool, state }: { ref: string; tool?: string; state: 'open' | 'dismissed' },
): AsyncGenerator<Alert, void> {
  for await (const page of pages<AlertData[]>(github, {
    route: 'GET /repos/{owner}/{repo}/code-scanning/alerts',
    parameters: { ref, state, ...(tool === undefined ? {} : { tool_name: tool }) },
    about: `the ${state} alerts of ${ref}`,
    shape: [ALERT],
  })) {
    for (const alert of page) yield alertOf(alert)
  }
}

/**
 * Dismisses an alert as "won't fix", or changes the comment of a dismissed one. Sending it twice does no harm; one call.
 *
 * @param comment cut to {@link MAX_DISMISSED_COMMENT}
 * @throws GitHubError
 */
export async function dismissAlert(github: GitHub, number: number, comment: string): Promise<void> {
  const text = comment.slice(0, MAX_DISMISSED_COMMENT).toWellFormed()
  await setAlert(github, number, {
    state: 'dismissed',
    dismissed_reason: "won't fix",
    dismissed_comment: text,
  })
}

/** Opens a dismissed alert again. Sending it twice does no harm; one call. @throws GitHubError */
export async function reopenAlert(github: GitHub, number: number): Promise<void> {
  await setAlert(github, number, { state: 'open' })
}

async function setAlert(github: GitHub, number: number, change: Record<string, string>): Promise<void> {
  await github.send<unknown>({
    route: 'PATCH /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}',
    parameters: { alert_number: number, ...change },
    about: `alert ${number}`,
    repeatable: true,
  })
}

function alertOf({ number, state, html_url: url, dismissed_comment, rule, tool, ...more }: AlertData): Alert {
  const { category, message, location } = more.most_recent_instance
  return {
    ...{
      number,
      url,
      category: category ?? '',
      state: state ?? 'unknown',
      dismissedComment: dismissed_comment ?? '',
    },
    ...{ rule: rule.id ?? '', tool: tool.name ?? '', message: message?.text ?? '' },
    ...(location?.path ? { path: location.path } : {}),
    ...(location?.start_line ? { line: location.start_line } : {}),
  }
}
