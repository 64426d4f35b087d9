import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wrongAnswer, wrongBody } from './description.ts'
import type { Fault } from './faults.ts'
import { Faults } from './faults.ts'
import { settlePulls } from './pulls.ts'
import { codeScanning } from './resources/code-scanning.ts'
import { comments } from './resources/comments.ts'
import { commits } from './resources/commits.ts'
import { deployments } from './resources/deployments.ts'
import { graphql } from './resources/graphql.ts'
import { issues } from './resources/issues.ts'
import { pulls } from './resources/pulls.ts'
import { refs } from './resources/refs.ts'
import { releases } from './resources/releases.ts'
import { repository } from './resources/repository.ts'
import { tagObjects } from './resources/tag-objects.ts'
import { trees } from './resources/trees.ts'
import { type Answer, type Asked, findRoute, notFound, type Route, refusal } from './route.ts'
import { emptyState, type State } from './state.ts'
import { jobToken, mayNot, type Token } from './tokens.ts'

const ROUTES: readonly Route[] = [
  ...[...refs, ...tagObjects, ...releases, ...commits, ...repository],
  ...[...codeScanning, ...issues, ...comments, ...deployments, ...pulls, ...trees],
]

export interface StageOptions {
  state?: State
  /** By the text of the token; `stage-token` is a GITHUB_TOKEN, when not given. */
  tokens?: Readonly<Record<string, Token>>
  /** As GitHub Enterprise Server does: `/api/v3` and `/api/graphql`. */
  enterprise?: boolean
  /** Mutations that this server is too old for. */
  without?: readonly string[]
  /** Requests an hour. */
  limit?: number
  port?: number
}

/** One request that came in, for assertions. */
export interface Logged {
  /** As GitHub's description names it, or method and path of what it does not know. */
  operation: string
  path: string
  /** Parsed. */
  body: unknown
  token: string | undefined
  headers: Readonly<Record<string, string>>
  /** Undefined: the connection was cut. */
  status: number | undefined
}

export interface Stage {
  state: State
  serverUrl: string
  apiUrl: string
  graphqlUrl: string
  log: Logged[]
  /** What GitHub's own description has against a request, or against an answer of this stage. */
  violations: string[]
  /** Requests left in this hour. */
  limits: { limit: number; remaining: number; resetAt: number }
  fault(fault: Fault): void
  clearFaults(): void
  /** @throws when anything was against the description */
  close(): Promise<void>
}

/** Starts a GitHub on loopback that remembers what is done to it. */
export async function startGitHub(options: StageOptions = {}): Promise<Stage> {
  const { state = emptyState(), tokens = { 'stage-token': jobToken() }, limit = 5_000 } = options
  const faults = new Faults()
  const base = options.enterprise === true ? '/api/v3' : ''
  const server = createServer((request, response) => {
    answerTo(request, response).catch((error: unknown) => {
      stage.violations.push(`the stage itself failed: ${(error as Error).stack}`)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stage: Stage = {
    ...{ state, serverUrl, apiUrl: serverUrl + base, log: [], violations: [] },
    graphqlUrl: `${serverUrl}${options.enterprise === true ? '/api' : ''}/graphql`,
    limits: { limit, remaining: limit, resetAt: Math.floor(state.now() / 1_000) + 3_600 },
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (stage.violations.length > 0) throw new Error(stage.violations.join('\n'))
    },
  }
  return stage

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const text = raw.toString('utf8')
    // A proxy is asked with the whole address.
    const url = new URL(request.url ?? '/', serverUrl)
    const isGraphql = url.pathname === new URL(stage.graphqlUrl).pathname && request.method === 'POST'
    const path = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) : url.pathname
    const found = url.pathname.startsWith(`${base}/`)
      ? findRoute(ROUTES, request.method ?? '', path)
      : undefined
    const operation = isGraphql ? 'POST /graphql' : (found?.route.operation ?? `${request.method} ${path}`)
    const given = /^(?:token|bearer) (.*)$/i.exec(request.headers.authorization ?? '')?.[1]
    const headers = request.headers as Record<string, string>
    const logged: Logged = { operation, path, body: parsed(text), token: given, headers, status: undefined }
    stage.log.push(logged)

    const fault = faults.take(operation, text)
    if (fault?.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delay))
    if (fault?.cut === 'before') return void response.destroy()
    fault?.race?.(state)
    const answer = fault?.answer ?? decide()
    settlePulls(state)
    fault?.afterwards?.(state)
    if (fault?.cut === 'after') return void response.destroy()
    logged.status = answer.status
    const html = (answer as { text?: string }).text
    const body = html ?? (answer.data === undefined ? '' : JSON.stringify(answer.data))
    const type = html === undefined ? 'application/json; charset=utf-8' : 'text/html'
    response.writeHead(answer.status, {
      ...(body === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      date: new Date(state.now()).toUTCString(),
      'x-github-request-id': `STAGE:${stage.log.length}`,
      'x-ratelimit-limit': stage.limits.limit,
      'x-ratelimit-remaining': stage.limits.remaining,
      'x-ratelimit-reset': stage.limits.resetAt,
      ...answer.headers,
    })
    if (fault?.cut === 'body') response.write(body.slice(0, body.length / 2), () => response.destroy())
    else response.end(body)

    function decide(): Answer {
      const token = tokens[given ?? '']
      if (token === undefined)
        return refusal(401, given === undefined ? 'Requires authentication' : 'Bad credentials')
      if (!request.headers['user-agent']) return refusal(403, 'Request forbidden by administrative rules.')
      if (stage.limits.remaining === 0) return refusal(403, 'API rate limit exceeded for installation.')
      stage.limits.remaining -= 1
      const { apiUrl } = stage
      const body = (parsed(text) ?? {}) as Record<string, unknown>
      const accept = headers['accept'] ?? ''
      const query = url.searchParams
      const asked: Asked = { state, token, parameters: {}, query, body, raw, accept, apiUrl, serverUrl }
      if (isGraphql) return graphql(asked, { without: options.without ?? [] })
      if (found === undefined || !isHere(found.parameters)) return notFound()
      const { route, parameters } = found
      const wrong = request.method === 'GET' ? [] : wrongBody(route.operation, body)
      if (wrong.length > 0) {
        stage.violations.push(...wrong)
        return refusal(422, `Invalid request.\n\n${wrong.join('\n')}`)
      }
      const answer = mayNot(route, token, state) ?? route.handle({ ...asked, parameters })
      if (answer.undescribed !== true)
        stage.violations.push(...wrongAnswer(route.operation, answer.status, answer.data))
      return answer
    }
  }

  function isHere({ owner, repo }: Readonly<Record<string, string>>): boolean {
    return (
      owner?.toLowerCase() === state.owner.toLowerCase() && repo?.toLowerCase() === state.name.toLowerCase()
    )
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}
