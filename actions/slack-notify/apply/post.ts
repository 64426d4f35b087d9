import { RequestError } from '../../../shared/http/errors.ts'
import { type Answer, request } from '../../../shared/http/request.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Delivered } from '../model.ts'
import { undelivered, type Wire } from './delivery.ts'
import { type Outcome, pauseBefore } from './retry.ts'

/** One try. Services answer within a second; who does not within this will not. */
const TRY_MS = 10_000
const MAX_BODY = 262_144
const PAGE = /^\s*<(?:!doctype|html|\?xml|head|body|h1)/i

const WORDS: Partial<Record<RequestError['kind'], string>> = {
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  timeout: 'timeout',
  cancelled: 'cancelled',
  protocol: 'no_answer',
  'refused-address': 'refused_address',
  invalid: 'invalid_request',
}

/** What helps, by the word of {@link WORDS}. */
const REMEDIES: Readonly<Record<string, string>> = {
  dns: 'Is the host of the URL right, and may the runner resolve it?',
  connect: 'Is the URL right, and may the runner reach it (firewall, proxy)?',
  tls: 'A company proxy with its own certificate is trusted through NODE_EXTRA_CA_CERTS.',
  timeout: 'It may have arrived, so it was not sent again.',
  no_answer: 'It may have arrived, so it was not sent again.',
  repeated: 'It was sent several times with one key, and may have arrived once.',
}

export interface Post {
  url: URL
  headers?: Readonly<Record<string, string>>
  body: string
  /** The service knows a repetition by a key: what may have arrived is sent again, too. */
  isHarmless?: boolean
}

/**
 * Sends a JSON document: once, or again when it was certainly not delivered and there is time. Redirects are refused.
 * An answer of any other status is for the sink to judge.
 */
export async function post(
  { url, headers, body, isHarmless = false }: Post,
  { deadline, signal }: Wire,
): Promise<Answer | Delivered> {
  for (let tried = 1; ; tried++) {
    const left = deadline - performance.now()
    let outcome: Outcome
    let result: Answer | Delivered
    try {
      const answer = await request({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body,
        timeout: Math.max(1, Math.min(TRY_MS, left)),
        maxBody: MAX_BODY,
        signal,
      })
      outcome = { status: answer.status, retryAfter: answer.headers['retry-after'] }
      result = answer.status >= 300 && answer.status < 400 ? redirected(answer) : notByPortal(answer)
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      outcome = error
      result = failed(error, isHarmless)
    }
    const pause = pauseBefore(outcome, tried, deadline - performance.now(), Date.now(), isHarmless)
    if (pause === undefined || !(await passes(pause, signal))) return result
  }
}

/** The beginning of an answer that is not what it should be, for a message. */
export function excerpt(answer: Answer): string {
  const text = answer.body.toString('utf8')
  const said = PAGE.test(text) ? 'an HTML page' : oneLine(text, 200)
  return `HTTP ${answer.status}${said === '' ? '' : `: ${said}`}.`
}

/** A page with a good status is that of something else: a login of a network, a proxy. No service answers with one. */
function notByPortal(answer: Answer): Answer | Delivered {
  if (answer.status < 200 || answer.status >= 300 || !PAGE.test(answer.body.toString('utf8', 0, 200)))
    return answer
  const message = `HTTP ${answer.status}, but with an HTML page: something else answers there. A login page, a proxy?`
  return undelivered(`http_${answer.status}`, message, answer.status)
}

function redirected(answer: Answer): Delivered {
  const message = `HTTP ${answer.status}: a redirect, which is refused because the message and its secret would go elsewhere. Is the URL right?`
  return undelivered('redirect_refused', message, answer.status)
}

function failed(error: RequestError, isHarmless: boolean): Delivered {
  const word = WORDS[error.kind] ?? error.kind
  const early = error.kind === 'timeout' && ['resolve', 'connect', 'tls'].includes(error.phase)
  const late = isHarmless && (word === 'timeout' || word === 'no_answer')
  const remedy = early ? REMEDIES['connect'] : late ? REMEDIES['repeated'] : REMEDIES[word]
  return undelivered(word, `${sentence(error.message)}${remedy === undefined ? '' : ` ${remedy}`}`)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** False when it was aborted. */
function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(true), ms)
    const abort = (): void => end(false)
    const end = (passed: boolean): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      resolve(passed)
    }
    if (signal.aborted) end(false)
    else signal.addEventListener('abort', abort)
  })
}
