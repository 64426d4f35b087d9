import type { Place } from '../lying-servers.ts'
import { slackProblems } from './limits.ts'
import { type Received, type Reply, type StandIn, startStandIn } from './stand-in.ts'

/** Looks like one of Slack; whoever sees it elsewhere than in the request has found a leak. */
export const WEBHOOK_PATH = '/services/T0PLANTED/B0PLANTED/pLaNtEdWebhookSecret0123'
export const BOT_TOKEN = 'xoxb-planted-0123456789-token'

export interface Slack extends StandIn {
  webhookUrl: string
  /** For SLACK_API_URL. */
  apiUrl: string
  /** The messages as they stand now, in the order in which they were posted. */
  readonly messages: SlackMessage[]
}

export interface SlackMessage {
  channel: string
  ts: string
  threadTs: string | undefined
  /** The latest payload. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is up to the test
  payload: any
  updates: number
}

/**
 * Slack with its documented limits and errors: a webhook and the Web API.
 *
 * @param faults what the nth request gets instead of Slack's answer
 */
export async function startSlack(
  faults: (received: Received, nth: number) => Reply | undefined = () => undefined,
  place?: Place,
): Promise<Slack> {
  const messages: SlackMessage[] = []
  const server = await startStandIn((received, nth) => {
    const fault = faults(received, nth)
    if (fault !== undefined) return fault
    if (received.method !== 'POST') return { status: 405, body: 'method_not_allowed' }
    return received.path.startsWith('/api/') ? webApi(received, messages) : webhook(received, messages)
  }, place)
  const more = { webhookUrl: server.url + WEBHOOK_PATH, apiUrl: `${server.url}/api/`, messages }
  return Object.assign(server, more) as Slack
}

function webhook({ path, headers, json }: Received, messages: SlackMessage[]): Reply {
  if (path !== WEBHOOK_PATH) return { status: 404, body: 'no_service' }
  if (!headers['content-type']?.startsWith('application/json') || json === null) {
    return { status: 400, body: 'invalid_payload' }
  }
  const [problem] = slackProblems(json)
  if (problem !== undefined) return { status: 400, body: problem.split(':', 1)[0] ?? '' }
  messages.push({ channel: 'webhook', ts: '', threadTs: undefined, payload: json, updates: 0 })
  return { status: 200, body: 'ok' }
}

/** Errors come with HTTP 200. Channels are known by id (`C…`) and by name (`#general` is `C0GENERAL`). */
function webApi({ path, headers, json }: Received, messages: SlackMessage[]): Reply {
  const no = (error: string, ...details: string[]): Reply => ({
    status: 200,
    body: { ok: false, error, ...(details.length > 0 ? { response_metadata: { messages: details } } : {}) },
  })
  if (headers.authorization !== `Bearer ${BOT_TOKEN}`)
    return no(headers.authorization ? 'invalid_auth' : 'not_authed')
  const method = path.slice('/api/'.length).split('?', 1)[0]
  if (json === null) return no('invalid_json')
  const id = /^C[A-Z0-9]+$/.test(json.channel) ? json.channel : undefined
  if (method === 'chat.getPermalink') {
    if (!messages.some(({ ts }) => ts === json.message_ts)) return no('message_not_found')
    const permalink = `https://octo.slack.example/archives/${json.channel}/p${String(json.message_ts).replace('.', '')}`
    return { status: 200, body: { ok: true, channel: json.channel, permalink } }
  }
  if (method !== 'chat.postMessage' && method !== 'chat.update') return no('unknown_method')
  const [problem] = slackProblems(json)
  if (problem !== undefined) return no(problem.split(':', 1)[0] ?? '', `[ERROR] ${problem}`)
  if (method === 'chat.update') {
    const message = messages.find(({ ts, channel }) => ts === json.ts && channel === id)
    if (id === undefined) return no('channel_not_found')
    if (message === undefined) return no('message_not_found')
    Object.assign(message, { payload: json, updates: message.updates + 1 })
    return { status: 200, body: { ok: true, channel: id, ts: json.ts } }
  }
  const channel = id ?? { '#general': 'C0GENERAL', ops: 'C0OPS' }[String(json.channel)]
  if (channel === undefined) return no('channel_not_found')
  const ts = `17000000${String(messages.length + 10)}.000100`
  messages.push({ channel, ts, threadTs: json.thread_ts, payload: json, updates: 0 })
  return { status: 200, body: { ok: true, channel, ts, message: {} } }
}
