import { systemClock } from '../action/clock.ts'
import { shapeProblem } from '../text/shape.ts'
import { GitHubError } from './errors.ts'
import { type Failed, isPage, judge, strangeAnswer } from './judge.ts'
import type { Call, GitHubOptions, Reply } from './model.ts'
import { type Connection, connectOctokit } from './octokit.ts'
import { failureWords } from './words.ts'

export type { Call, Reply } from './model.ts'

/** What a client keeps between its calls. */
export interface Sender {
  readonly options: GitHubOptions
  readonly owner: string
  readonly repo: string
  calls: number
  /** A write of contents was granted before: then a later 403 is not about that permission. */
  wroteContents: boolean
  connection: Promise<Connection> | undefined
}

const ATTEMPTS = 5
const STRANGE_ATTEMPTS = 2
const FIRST_WAIT_MS = 500
/** "If your request failed and there is no header, wait at least one minute", then longer each time. */
const RATE_LIMIT_WAIT_MS = 60_000

/**
 * Sends a call until it is answered for good. A refusal by a rate limit, a connection that could not be made, and
 * whatever fails on a repeatable call are tried again, after the time that GitHub asks for or a growing one with
 * jitter, within the deadline.
 *
 * @throws GitHubError
 * @see https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export async function sendCall<T>(sender: Sender, call: Call): Promise<Reply<T>> {
  const { options } = sender
  const attempts = call.attempts ?? ATTEMPTS
  const isRead = call.route.startsWith('GET ')
  for (let attempt = 1; ; attempt++) {
    if (options.signal?.aborted) throw cancelled(call)
    const outcome = await attemptCall<T>(sender, call)
    if (outcome.ok) {
      if (/^\w+ \/repos\/\{owner}\/\{repo}\/(?:git|releases)\b/.test(call.route) && !isRead)
        sender.wroteContents = true
      return outcome.reply
    }
    const { failed } = outcome
    if (options.signal?.aborted) throw cancelled(call)
    const again = failed.notApplied || (call.repeatable ?? isRead)
    const uncertain = !isRead && !failed.notApplied && failed.transient
    const most = mostAttempts(failed, attempts)
    if (!failed.transient || !again || attempt >= most) {
      throw failureWords(failed, call, { uncertain, wroteContents: sender.wroteContents })
    }
    const wait = waitFor(failed, attempt)
    if (performance.now() + wait >= options.deadline) {
      throw failureWords(failed, call, { uncertain, wroteContents: false, wait })
    }
    options.onWait?.(
      `${failed.strange === undefined ? failed.words || failed.kind : `the answer is ${failed.strange}`}; asking again about ${call.about}`,
      wait,
    )
    await (options.pause ?? systemClock.sleep)(wait, options.signal)
  }
}

function mostAttempts({ kind, strange, status = 0 }: Failed, attempts: number): number {
  if (kind === 'rate-limit') return ATTEMPTS
  // What says that all is well and answers something else will do so again.
  return strange !== undefined && status < 400 ? Math.min(STRANGE_ATTEMPTS, attempts) : attempts
}

async function attemptCall<T>(
  sender: Sender,
  call: Call,
): Promise<{ ok: true; reply: Reply<T> } | { ok: false; failed: Failed }> {
  const { options, owner, repo } = sender
  if (performance.now() >= options.deadline) {
    const message = `There is no time left for ${call.about}. Give the step a longer time.`
    throw new GitHubError('deadline', 'Out of time', message)
  }
  // A module that cannot be loaded is a defect and no failure of GitHub: outside the try.
  sender.connection ??= connectOctokit(options)
  const { request } = await sender.connection
  sender.calls += 1
  try {
    const { route, parameters } = withRef(call)
    const { status, headers, data } = await request(route, {
      ...(route.includes('{owner}') ? { owner, repo } : {}),
      ...parameters,
      headers: {
        'x-github-api-version': '2022-11-28',
        ...(call.accept === undefined ? {} : { accept: call.accept }),
        ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
      },
    })
    const value = call.accept === undefined || isPage(data) ? data : jsonOf(data)
    const reply = { status, headers: headers as Record<string, string>, data: value as T }
    // A proxy's or a captive portal's page comes with 200 as well.
    const failed = strangeness(reply, call) ?? call.check?.(reply)
    return failed === undefined ? { ok: true, reply } : { ok: false, failed }
  } catch (thrown) {
    return { ok: false, failed: judge(thrown) }
  }
}

/**
 * The slashes of a ref or a path at the end of a route stay what they are, as in GitHub's documentation: not every proxy
 * lets `%2F` through.
 */
function withRef({ route, parameters = {} }: Call): Required<Pick<Call, 'route' | 'parameters'>> {
  const name = /\/\{(ref|path)\}$/.exec(route)?.[1]
  if (name === undefined) return { route, parameters }
  const { [name]: given, ...others } = parameters
  if (typeof given !== 'string') return { route, parameters }
  const way = given.split('/').map(encodeURIComponent).join('/')
  return { route: route.slice(0, -`{${name}}`.length) + way, parameters: others }
}

/** Octokit leaves the body of a media type that it does not know as text or bytes. */
function jsonOf(data: unknown): unknown {
  if (typeof data !== 'string' && !(data instanceof ArrayBuffer)) return data
  try {
    return JSON.parse(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'))
  } catch {
    return undefined
  }
}

/** An answer that cannot be one of GitHub's API to this call, although its status is good. */
function strangeness({ status, headers, data }: Reply<unknown>, { shape }: Call): Failed | undefined {
  if (shape === undefined && (status === 202 || status === 204)) return undefined
  if (isPage(data)) return strangeAnswer(status, headers, 'an HTML page')
  if (typeof data !== 'object' || data === null)
    return strangeAnswer(status, headers, data === '' ? 'empty' : 'not JSON')
  const problem = shape === undefined ? undefined : shapeProblem(data, shape)
  return problem === undefined ? undefined : strangeAnswer(status, headers, `of another shape (${problem})`)
}

/** ms to wait before the next attempt: as long as GitHub says, or twice as long each time, with jitter. */
function waitFor(failed: Failed, attempt: number): number {
  if (failed.wait !== undefined) return failed.wait + Math.random() * 1_000
  const first = failed.kind === 'rate-limit' ? RATE_LIMIT_WAIT_MS : FIRST_WAIT_MS
  return first * 2 ** (attempt - 1) * (1 + Math.random() / 2)
}

function cancelled({ about }: Call): GitHubError {
  return new GitHubError('cancelled', 'Cancelled', `Stopped before GitHub had answered about ${about}.`)
}
