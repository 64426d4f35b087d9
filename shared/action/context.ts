export { type EventPayload, readEvent } from './event.ts'

/** Where and why this step runs, from the variables that the runner sets. Empty strings where it set none. */
export interface RunContext {
  /** `owner/name` */
  repository: string
  sha: string
  /** `refs/heads/main` */
  ref: string
  refName: string
  /** `branch` or `tag` */
  refType: string
  /** The target branch of a pull request. */
  baseRef: string
  eventName: string
  workflow: string
  job: string
  actor: string
  runId: string
  runAttempt: string
  /** The page of this run, or an empty string outside GitHub. */
  runUrl: string
  /** `https://github.com`, or the GitHub Enterprise Server. */
  serverUrl: string
  apiUrl: string
  graphqlUrl: string
  /** Absolute path of the checkout, or an empty string. */
  workspace: string
  /** A folder that lives as long as the job. */
  temp: string
  debug: boolean
}

export function readContext(env: NodeJS.ProcessEnv = process.env): RunContext {
  const serverUrl = withoutSlash(env['GITHUB_SERVER_URL'] || 'https://github.com')
  const apiUrl = withoutSlash(env['GITHUB_API_URL'] || 'https://api.github.com')
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  const runId = env['GITHUB_RUN_ID'] ?? ''
  const attempt = env['GITHUB_RUN_ATTEMPT'] ?? ''
  return {
    repository,
    sha: env['GITHUB_SHA'] ?? '',
    ref: env['GITHUB_REF'] ?? '',
    refName: env['GITHUB_REF_NAME'] ?? '',
    refType: env['GITHUB_REF_TYPE'] ?? '',
    baseRef: env['GITHUB_BASE_REF'] ?? '',
    eventName: env['GITHUB_EVENT_NAME'] ?? '',
    workflow: env['GITHUB_WORKFLOW'] ?? '',
    job: env['GITHUB_JOB'] ?? '',
    actor: env['GITHUB_ACTOR'] ?? '',
    runId,
    runAttempt: attempt,
    runUrl: repository !== '' && runId !== '' ? runPage(serverUrl, repository, runId, attempt) : '',
    serverUrl,
    apiUrl,
    graphqlUrl: withoutSlash(env['GITHUB_GRAPHQL_URL'] || `${apiUrl}/graphql`),
    workspace: env['GITHUB_WORKSPACE'] ?? '',
    temp: env['RUNNER_TEMP'] ?? '',
    debug: env['RUNNER_DEBUG'] === '1',
  }
}

function runPage(serverUrl: string, repository: string, runId: string, attempt: string): string {
  const page = `${serverUrl}/${repository}/actions/runs/${runId}`
  return Number(attempt) > 1 ? `${page}/attempts/${attempt}` : page
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
