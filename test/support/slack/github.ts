import type { Received, Reply, StandIn } from './stand-in.ts'
import { startStandIn } from './stand-in.ts'

export interface GitHubRun {
  id: number
  conclusion: string | null
  event?: string
  head_branch?: string
  head_repository?: { full_name: string } | null
}

export interface GitHubComment {
  id: number
  body: string
  user: { type: string; login: string }
  author_association: string
  html_url: string
}

/** What GitHub knows, as a test wants it. */
export interface GitHubState {
  repository: string
  token: string
  jobs: readonly object[]
  runs: readonly GitHubRun[]
  /** By `run/attempt`. */
  attempts: Readonly<Record<string, GitHubRun>>
  comments: GitHubComment[]
}

export interface GitHubStandIn extends StandIn {
  readonly state: GitHubState
}

/** The few endpoints that slack-notify uses, paged as GitHub pages. */
export async function startGitHub(
  given: Partial<GitHubState> = {},
  faults: (received: Received, nth: number) => Reply | undefined = () => undefined,
): Promise<GitHubStandIn> {
  const state: GitHubState = {
    repository: 'octo-org/octo-repo',
    token: 'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
    jobs: [],
    runs: [],
    attempts: {},
    comments: [],
    ...given,
  }
  let base = ''
  const server = await startStandIn((received, nth) => faults(received, nth) ?? answer(received, state, base))
  base = server.url
  return Object.defineProperties(server, { state: { value: state } }) as GitHubStandIn
}

function answer({ method, path, headers, json }: Received, state: GitHubState, base: string): Reply {
  if (headers.authorization !== `Bearer ${state.token}`)
    return { status: 401, body: { message: 'Bad credentials' } }
  if (!headers['user-agent'])
    return { status: 403, body: { message: 'Request forbidden by administrative rules.' } }
  const url = new URL(path, base)
  const route = url.pathname.replace(`/repos/${state.repository}`, '')
  const [, run = '', attempt = ''] = /^\/actions\/runs\/(\d+)\/attempts\/(\d+)/.exec(route) ?? []
  if (method === 'GET' && route.endsWith('/jobs'))
    return page(url, state.jobs, (jobs) => ({ total_count: state.jobs.length, jobs }))
  if (method === 'GET' && run !== '') {
    const found = state.attempts[`${run}/${attempt}`]
    return found === undefined ? notFound : { status: 200, body: found }
  }
  if (method === 'GET' && /^\/actions\/workflows\/[^/]+\.ya?ml\/runs$/.test(route)) {
    const branch = url.searchParams.get('branch')
    const runs = state.runs.filter((one) => (one.head_branch ?? 'main') === branch)
    return page(url, runs, (workflow_runs) => ({ total_count: runs.length, workflow_runs }))
  }
  if (method === 'GET' && /^\/issues\/\d+\/comments$/.test(route))
    return page(url, state.comments, (list) => list)
  if (method === 'POST' && /^\/issues\/\d+\/comments$/.test(route)) {
    if (typeof json?.body !== 'string' || json.body.length > 65_536)
      return { status: 422, body: { message: 'Validation Failed' } }
    const id = 1_000 + state.comments.length
    const comment = {
      ...{
        id,
        body: json.body,
        user: { type: 'Bot', login: 'github-actions[bot]' },
        author_association: 'NONE',
      },
      html_url: `https://github.com/${state.repository}/pull/7#issuecomment-${id}`,
    }
    state.comments.push(comment)
    return { status: 201, body: comment }
  }
  const id = /^\/issues\/comments\/(\d+)$/.exec(route)?.[1]
  const comment = state.comments.find((one) => String(one.id) === id)
  if (method !== 'PATCH' || comment === undefined) return notFound
  comment.body = json.body
  return { status: 200, body: comment }
}

const notFound: Reply = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' },
}

function page(url: URL, all: readonly object[], shape: (items: readonly object[]) => object): Reply {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30))
  const number = Number(url.searchParams.get('page') ?? 1)
  const items = all.slice((number - 1) * size, number * size)
  const next = new URL(url)
  next.searchParams.set('page', String(number + 1))
  const headers = number * size < all.length ? { link: `<${next}>; rel="next", <${url}>; rel="last"` } : {}
  return { status: 200, body: shape(items), headers: headers as Record<string, string> }
}
