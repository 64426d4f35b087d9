import { randomUUID } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { type Answer, type Asked, notFound, page, type Route, refusal } from '../route.ts'
import { isoSeconds, type StageAlert, type StageUpload, type State } from '../state.ts'
import { userJson } from './people.ts'
import { categoryOf, rejections, type StageLog, type StageResult, type StageRun } from './sarif-rules.ts'

const MAX_GZIP = 10 * 1_024 * 1_024
/** Of results that are kept of one run. */
const KEPT = 5_000

const route = (operation: string, level: 'read' | 'write', handle: (asked: Asked) => Answer): Route => ({
  operation,
  needs: ['security-events', level],
  handle: (asked) => closed(asked.state) ?? handle(asked),
})

export const codeScanning: readonly Route[] = [
  route('POST /repos/{owner}/{repo}/code-scanning/sarifs', 'write', upload),
  route('GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}', 'read', look),
  route('GET /repos/{owner}/{repo}/code-scanning/analyses', 'read', (asked) => {
    const { state, query } = asked
    const ref = query.get('ref')
    const found = state.codeScanning.analyses.filter(
      (one) =>
        (ref === null || one.ref === ref) &&
        (query.get('tool_name') ?? one.tool) === one.tool &&
        (query.get('sarif_id') ?? one.sarifId) === one.sarifId,
    )
    if (state.codeScanning.analyses.length === 0) return refusal(404, 'no analysis found')
    const { items, headers } = page(asked, path(asked, 'analyses'), found.toReversed())
    return { status: 200, data: items.map((analysis) => analysisJson(asked, analysis)), headers }
  }),
  route('GET /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}', 'read', (asked) => {
    const { state, parameters, accept } = asked
    const found = state.codeScanning.analyses.find(({ id }) => String(id) === parameters['analysis_id'])
    if (found === undefined) return notFound()
    if (accept !== 'application/sarif+json') return { status: 200, data: analysisJson(asked, found) }
    return {
      status: 200,
      data: { version: '2.1.0', runs: [found.sarif] },
      headers: { 'content-type': 'application/sarif+json; charset=utf-8' },
      undescribed: true,
    }
  }),
  route('DELETE /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}', 'write', remove),
  route('GET /repos/{owner}/{repo}/code-scanning/alerts', 'read', (asked) => {
    const { state, query } = asked
    const ref = query.get('ref') ?? `refs/heads/${state.defaultBranch}`
    const wanted = query.get('state')
    if (state.codeScanning.analyses.length === 0) return refusal(404, 'no analysis found')
    const found = state.codeScanning.alerts.filter(
      (alert) =>
        alert.refs.has(ref) &&
        (query.get('tool_name') ?? alert.tool) === alert.tool &&
        (wanted === null || stateOf(alert, ref) === wanted),
    )
    const { items, headers } = page(asked, path(asked, 'alerts'), found.toReversed())
    return { status: 200, data: items.map((alert) => alertJson(asked, alert, ref)), headers }
  }),
  route('PATCH /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}', 'write', change),
]

/** Only the newest of a set can be deleted, and the last one only when that is confirmed. */
function remove(asked: Asked): Answer {
  const { state, parameters, query, apiUrl } = asked
  const { codeScanning: scanning } = state
  const found = scanning.analyses.find(({ id }) => String(id) === parameters['analysis_id'])
  if (found === undefined) return notFound()
  const { ref, tool, category } = found
  const set = scanning.analyses.filter(
    (one) => one.ref === ref && one.tool === tool && one.category === category,
  )
  if (set.at(-1) !== found) return refusal(400, 'Analysis specified is not deletable.')
  if (set.length === 1 && query.get('confirm_delete') === null) {
    const words = 'Analysis is last of its type and deletion may result in the loss of historical alert data.'
    return refusal(400, `${words} Please specify confirm_delete.`)
  }
  scanning.analyses = scanning.analyses.filter((one) => one !== found)
  const next = set.at(-2)
  const url = next === undefined ? null : `${apiUrl}${path(asked, 'analyses')}/${next.id}`
  const isLast = set.length === 2
  return {
    status: 200,
    data: {
      next_analysis_url: isLast ? null : url,
      confirm_delete_url: url === null ? null : `${url}?confirm_delete`,
    },
  }
}

function closed({ codeScanning: { access } }: State): Answer | undefined {
  if (access === 'on') return undefined
  if (access === 'unlicensed')
    return refusal(403, 'Code Security must be enabled for this repository to use code scanning.')
  const words = 'Code scanning is not enabled for this repository. Please enable code scanning in the '
  return refusal(403, `${words}repository settings.`)
}

interface Body {
  commit_sha: string
  ref: string
  sarif: string
}

function upload(asked: Asked): Answer {
  const { state, apiUrl } = asked
  const { commit_sha: commit, ref, sarif } = asked.body as unknown as Body
  const found = state.commits.get(commit)
  if (!state.refs.has(ref)) return refusal(404, `ref '${ref}' not found in this repository`)
  if (found === undefined) return refusal(404, `commit not found: ${commit}`)
  if (/^refs\/pull\/\d+\/merge$/.test(ref) && found.parents.length !== 2)
    return refusal(400, 'ref is a pull request merge but commit_oid is not a merge commit')
  const gzip = Buffer.from(sarif, 'base64')
  if (gzip.length > MAX_GZIP) return refusal(413, 'Payload Too Large')
  let log: unknown
  try {
    log = JSON.parse(gunzipSync(gzip).toString('utf8'))
  } catch {
    return refusal(400, 'sarif is not a gzipped JSON file that was encoded as Base64')
  }
  const id = randomUUID()
  state.codeScanning.uploads.push({ id, ref, commit, sarif: log, looks: 0, status: 'pending', errors: [] })
  return { status: 202, data: { id, url: `${apiUrl}${path(asked, 'sarifs')}/${id}` } }
}

/** Processing goes on while it is looked at. */
function look(asked: Asked): Answer {
  const { state, parameters, apiUrl } = asked
  const { codeScanning: scanning } = state
  const found = scanning.uploads.find(({ id }) => id === parameters['sarif_id'])
  if (found === undefined) return { status: 404, data: refusal(404, 'Not Found').data }
  found.looks += 1
  if (found.status === 'pending' && found.looks > scanning.pendingLooks) finish(state, found)
  return {
    status: 200,
    data: {
      processing_status: found.status,
      ...(found.status === 'pending'
        ? {}
        : { analyses_url: `${apiUrl}${path(asked, 'analyses')}?sarif_id=${found.id}` }),
      ...(found.errors.length === 0 ? {} : { errors: found.errors }),
    },
  }
}

/** Processes an upload: as GitHub does after a while. */
function finish(state: State, found: StageUpload): void {
  const { codeScanning: scanning } = state
  const log = found.sarif as StageLog
  found.errors = [...scanning.processingErrors, ...rejections(log, scanning.defaultSetup)]
  found.status = found.errors.length === 0 ? 'complete' : 'failed'
  if (found.status === 'complete') for (const run of log.runs ?? []) take(state, found, run)
}

function take(state: State, { id: sarifId, ref, commit }: StageUpload, run: StageRun): void {
  const { codeScanning: scanning } = state
  const results = (run.results ?? []).slice(0, KEPT)
  const tool = run.tool?.driver?.name ?? ''
  const category = categoryOf(run.automationDetails?.id)
  scanning.analyses.push({
    ...{ id: state.nextId++, ref, commit, tool, category, sarifId, createdAt: isoSeconds(state.now()) },
    ...{ results: results.length, rules: run.tool?.driver?.rules?.length ?? 0 },
    sarif: { ...run, results },
  })
  const seen = new Set<StageAlert>()
  const known = new Map(scanning.alerts.map((alert) => [alert.identity, alert]))
  for (const result of results) {
    const alert = alertOf(result, tool, category)
    const there = known.get(alert.identity)
    if (there === undefined) {
      alert.number = scanning.alerts.length + 1
      scanning.alerts.push(alert)
      known.set(alert.identity, alert)
    }
    const kept = there ?? alert
    kept.refs.set(ref, 'open')
    seen.add(kept)
  }
  // What an analysis of the same tool and category no longer has is fixed.
  for (const alert of scanning.alerts) {
    if (alert.tool !== tool || alert.category !== category || seen.has(alert)) continue
    if (alert.refs.has(ref)) alert.refs.set(ref, 'fixed')
  }
}

function alertOf(result: StageResult, tool: string, category: string): StageAlert {
  const { artifactLocation, region } = result.locations?.[0]?.physicalLocation ?? {}
  const { uri = '' } = artifactLocation ?? {}
  const rule = result.ruleId ?? ''
  const message = result.message?.text ?? ''
  const print = result.partialFingerprints?.['primaryLocationLineHash'] ?? message
  return {
    ...{ number: 0, tool, category, rule, path: uri, line: region?.startLine ?? 1, message },
    ...{ identity: [tool, category, rule, uri, print].join('\n'), refs: new Map(), dismissed: undefined },
  }
}

function change(asked: Asked): Answer {
  const { state, parameters, token } = asked
  const {
    state: wanted,
    dismissed_reason: reason,
    dismissed_comment: comment,
  } = asked.body as {
    state?: 'open' | 'dismissed'
    dismissed_reason?: string | null
    dismissed_comment?: string | null
  }
  const found = state.codeScanning.alerts.find(({ number }) => String(number) === parameters['alert_number'])
  if (found === undefined) return notFound()
  if (wanted === 'dismissed' && !reason) return refusal(400, 'dismissed_reason is required')
  found.dismissed =
    wanted === 'dismissed'
      ? {
          ...{ reason: reason ?? '', comment: comment ?? null, by: token.login },
          at: isoSeconds(state.now()),
        }
      : undefined
  return { status: 200, data: alertJson(asked, found, `refs/heads/${state.defaultBranch}`) }
}

function stateOf({ dismissed, refs }: StageAlert, ref: string): string {
  if (refs.get(ref) === 'fixed') return 'fixed'
  return dismissed === undefined ? 'open' : 'dismissed'
}

function path({ state: { owner, name } }: Asked, what: string): string {
  return `/repos/${owner}/${name}/code-scanning/${what}`
}

function alertJson(asked: Asked, alert: StageAlert, ref: string): unknown {
  const { apiUrl, serverUrl, state } = asked
  const { number, dismissed, rule, tool, category, message, line } = alert
  const url = `${apiUrl}${path(asked, 'alerts')}/${number}`
  return {
    ...{ number, url, instances_url: `${url}/instances`, created_at: '2026-01-01T00:00:00Z' },
    html_url: `${serverUrl}/${state.owner}/${state.name}/security/code-scanning/${number}`,
    ...{ state: stateOf(alert, ref), fixed_at: null, dismissed_at: dismissed?.at ?? null },
    dismissed_by: dismissed === undefined ? null : userJson(dismissed.by, apiUrl, serverUrl),
    ...{ dismissed_reason: dismissed?.reason ?? null, dismissed_comment: dismissed?.comment ?? null },
    ...{ rule: { id: rule, severity: 'warning', description: rule, name: rule }, tool: { name: tool } },
    most_recent_instance: {
      ...{ ref, analysis_key: 'api', environment: '', category, state: stateOf(alert, ref) },
      ...{ message: { text: message }, location: { path: alert.path, start_line: line, end_line: line } },
    },
  }
}

function analysisJson(asked: Asked, analysis: State['codeScanning']['analyses'][number]): unknown {
  const { id, ref, commit, tool, category, sarifId, createdAt, results, rules } = analysis
  return {
    ...{ id, ref, commit_sha: commit, category, sarif_id: sarifId, created_at: createdAt },
    ...{ analysis_key: 'api', environment: '', error: '', warning: '', deletable: true },
    ...{ results_count: results, rules_count: rules, tool: { name: tool, guid: null, version: null } },
    url: `${asked.apiUrl}${path(asked, 'analyses')}/${id}`,
  }
}
