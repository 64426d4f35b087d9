import { RequestError } from '../../../shared/http/errors.ts'
import { type Answer, request } from '../../../shared/http/request.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'

/** GitHub's REST API, as far as a message needs it. */
export interface GitHub {
  apiUrl: string
  token: string
  /** On the clock of `performance.now()`. */
  deadline: number
  signal: AbortSignal
}

/** GitHub said no, or nothing. */
export class GitHubError extends Error {
  /** 0 when there was no answer. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'GitHubError'
    this.status = status
  }
}

const MAX_BODY = 16_777_216
const MAX_PAGES = 20
/** Not ours to blame, and gone the next moment; reading twice harms nobody. */
const TRANSIENT = new Set([502, 503, 504])

/** One page. @throws GitHubError */
export async function get(github: GitHub, path: string): Promise<unknown> {
  return (await read(github, new URL(github.apiUrl + path))).value
}

/** All items of all pages, at most 20 of them. `items` picks the list out of one page. @throws GitHubError */
export async function getAll<T>(
  github: GitHub,
  path: string,
  items: (page: unknown) => readonly T[],
): Promise<T[]> {
  const found: T[] = []
  let next: URL | undefined = new URL(github.apiUrl + path)
  for (let page = 0; next !== undefined && page < MAX_PAGES; page++) {
    const { value, link } = await read(github, next)
    found.push(...items(value))
    next = nextPage(link, next)
  }
  return found
}

/** POST or PATCH, once. @throws GitHubError */
export async function write(
  github: GitHub,
  method: 'POST' | 'PATCH',
  path: string,
  body: unknown,
): Promise<unknown> {
  const answer = await ask(github, method, new URL(github.apiUrl + path), JSON.stringify(body))
  return json(answer)
}

async function read(github: GitHub, url: URL): Promise<{ value: unknown; link: string }> {
  try {
    const answer = await ask(github, 'GET', url)
    return { value: json(answer), link: answer.headers['link'] ?? '' }
  } catch (error) {
    if (!(error instanceof GitHubError) || !TRANSIENT.has(error.status)) throw error
    const answer = await ask(github, 'GET', url)
    return { value: json(answer), link: answer.headers['link'] ?? '' }
  }
}

async function ask(
  { token, deadline, signal }: GitHub,
  method: string,
  url: URL,
  body?: string,
): Promise<Answer> {
  let answer: Answer
  try {
    answer = await request({
      url,
      method,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body,
      timeout: Math.max(1, deadline - performance.now()),
      maxBody: MAX_BODY,
      signal,
    })
  } catch (error) {
    if (error instanceof RequestError) throw new GitHubError(0, error.message)
    throw error
  }
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new GitHubError(answer.status, `HTTP ${answer.status}${reasonOf(answer)}`)
}

function reasonOf(answer: Answer): string {
  try {
    const { message } = JSON.parse(answer.body.toString('utf8')) as { message?: unknown }
    return typeof message === 'string' ? ` (${oneLine(message, 200)})` : ''
  } catch {
    return ''
  }
}

function json(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8')) as unknown
  } catch {
    throw new GitHubError(answer.status, `HTTP ${answer.status}, but the answer is no JSON`)
  }
}

/** RFC 8288; only on the same server, because the token goes along. */
function nextPage(link: string, from: URL): URL | undefined {
  const target = /<([^<>]*)>\s*;\s*rel="next"/.exec(link)?.[1]
  if (target === undefined || !URL.canParse(target, from.href)) return undefined
  const url = new URL(target, from)
  return url.origin === from.origin ? url : undefined
}
