import type { World, WorldRun } from './world.ts'

const MAX_LISTED = 1_000

/** The REST part: runs, their attempts, and one run. A filtered list ends at 1,000, as GitHub documents. */
export function rest(world: World, url: URL): { status: number; data: unknown } {
  const base = `/repos/${world.owner}/${world.name}/actions`
  const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : ''
  const [, id, attempt] = /^\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(path) ?? []
  const run = world.runs.find((each) => String(each.id) === id)
  if (id !== undefined) {
    if (run === undefined) return { status: 404, data: { message: 'Not Found' } }
    const earlier = attempt === undefined ? undefined : run.earlier?.[Number(attempt) - 1]
    return { status: 200, data: earlier === undefined ? rowOf(run) : { ...rowOf(run), conclusion: earlier } }
  }
  const [, workflow] = /^\/workflows\/([^/]+)\/runs$/.exec(path) ?? []
  if (path !== '/runs' && workflow === undefined) return { status: 404, data: { message: 'Not Found' } }
  const { searchParams: query } = url
  const [since = '', until = ''] = (query.get('created') ?? '').split('..')
  const found = world.runs
    .filter(({ name }) => workflow === undefined || `${name}.yml` === workflow)
    .filter(
      ({ branch = world.defaultBranch }) => query.get('branch') === null || branch === query.get('branch'),
    )
    .filter(
      ({ createdAt }) =>
        Date.parse(createdAt) >= Date.parse(since) && Date.parse(createdAt) <= Date.parse(until),
    )
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
  const size = Number(query.get('per_page') ?? 30)
  const page = Number(query.get('page') ?? 1)
  const listed = found.slice(0, MAX_LISTED).slice((page - 1) * size, page * size)
  return { status: 200, data: { total_count: found.length, workflow_runs: listed.map(rowOf) } }
}

function rowOf(run: WorldRun) {
  return {
    id: run.id,
    name: run.name,
    path: `.github/workflows/${run.name}.yml`,
    event: run.event ?? 'push',
    head_sha: run.sha ?? '0'.repeat(40),
    head_branch: run.branch ?? 'main',
    repository: { id: 1 },
    head_repository: { id: run.fork === true ? 2 : 1 },
    status: run.status ?? 'completed',
    conclusion: run.conclusion === undefined ? 'success' : run.conclusion,
    run_attempt: run.attempt ?? 1,
    created_at: run.createdAt,
    run_started_at: run.startedAt ?? run.createdAt,
    updated_at: run.jobs?.at(-1)?.completedAt ?? run.createdAt,
    html_url: `https://github.test/runs/${run.id}`,
    check_suite_node_id: `CS_${run.id}`,
  }
}
