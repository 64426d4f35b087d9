import { rules, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import type { PagerDutyTarget, WebhookFormat, WebhookTarget } from '../model.ts'
import { homeOf, isBelow, isLoopback, maskEndpoint, parseEndpoint } from './endpoint.ts'
import { type Reader, variable } from './reader.ts'
import { readYaml } from './values.ts'

const KEYS = ['url', 'format', 'headers', 'secret']
const FORMATS = ['json', 'google-chat', 'mattermost'] as const satisfies readonly WebhookFormat[]
/** They follow from what is sent. */
const OWN_HEADERS = /^(?:content-(?:type|length|encoding)|host|connection|transfer-encoding|webhook-.*)$/i
const MAX_WEBHOOKS = 20

/** URLs of an input that takes one or a list. */
export function readEndpoints(inputs: Reader, input: string): URL[] {
  const list = [...new Set(parseList(inputs.text(input) ?? ''))]
  for (const each of list) maskEndpoint(each, inputs.mask)
  return list.flatMap((each, index) => {
    const name = list.length === 1 ? input : `${input}[${index}]`
    const url = parseEndpoint(name, each, inputs)
    return url === undefined ? [] : [url]
  })
}

/** URLs of Teams; what can be known before sending is said, because Teams says nothing afterwards. */
export function readTeams(inputs: Reader): URL[] {
  const urls = readEndpoints(inputs, 'teams-webhook-url')
  for (const url of urls) {
    const home = homeOf(url)
    if (home === 'slack' || home === 'discord' || home === 'google-chat') {
      inputs.add('teams-webhook-url', `it is a URL of ${home}, not of Microsoft Teams.`)
    }
    const isWorkflow = home === 'teams' && !isConnector(url)
    if (isWorkflow && !url.searchParams.has('sig')) {
      inputs.add(
        'teams-webhook-url',
        'it has no "sig", so only people of the tenant may call it. Set "Who can trigger the flow?" to Anyone and copy the URL again: it changes.',
      )
    }
  }
  return urls
}

/** The retired Office 365 connectors. */
export function isConnector(url: URL): boolean {
  return isBelow(url.hostname, 'webhook.office.com', 'outlook.office.com')
}

/** `webhooks`: a list of maps. */
export async function readWebhooks(inputs: Reader): Promise<WebhookTarget[]> {
  const value = await readYaml(inputs, 'webhooks')
  if (value === undefined) return []
  const list = Array.isArray(value) ? value : [value]
  for (const each of list) maskWebhook(each, inputs.mask)
  if (list.length > MAX_WEBHOOKS)
    inputs.add('webhooks', `it has ${list.length} of at most ${MAX_WEBHOOKS} entries.`)
  return list.flatMap((each, index) => readWebhook(inputs, each, `webhooks[${index}]`))
}

function maskWebhook(value: unknown, mask: (secret: string) => void): void {
  const { url, secret, headers } = (value ?? {}) as Record<string, unknown>
  if (typeof url === 'string') maskEndpoint(url.trim(), mask)
  if (secret !== undefined && secret !== null) mask(String(secret))
  if (headers === null || typeof headers !== 'object') return
  for (const [name, each] of Object.entries(headers)) {
    // What is known to be harmless is readable; everything else may be a credential.
    if (/^(?:accept.*|user-agent|x-request-id|cache-control)$/i.test(name)) continue
    mask(String(each))
    const credential = /^\s*\S+\s+(\S.*)$/.exec(String(each))?.[1]
    if (credential !== undefined) mask(credential)
  }
}

function readWebhook(inputs: Reader, value: unknown, path: string): WebhookTarget[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    inputs.add(path, 'it is not a map with "url" and "format".')
    return []
  }
  const given = value as Record<string, unknown>
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) inputs.add(`${path}.${key}`, `there is no such key.${didYouMean(key, KEYS)}`)
  }
  const format = formatOf(inputs, given['format'], path)
  const url =
    typeof given['url'] === 'string' ? parseEndpoint(`${path}.url`, given['url'], inputs) : undefined
  if (given['url'] === undefined || given['url'] === null) inputs.add(`${path}.url`, 'it is missing.')
  else if (typeof given['url'] !== 'string') inputs.add(`${path}.url`, 'it is not a text.')
  const secret = secretOf(inputs, given['secret'], path)
  if (secret !== undefined && format !== 'json') {
    inputs.add(`${path}.secret`, `${format} knows no signatures: "secret" goes with "format: json".`)
  }
  const headers = headersOf(inputs, given['headers'], path)
  if (url === undefined || format === undefined) return []
  const home = homeOf(url)
  if (home === 'google-chat' && format !== 'google-chat') {
    inputs.add(`${path}.format`, 'the URL is one of Google Chat: write "google-chat".')
  }
  return [{ url, format, headers, secret }]
}

function formatOf(inputs: Reader, given: unknown, path: string): WebhookFormat | undefined {
  if (given === undefined || given === null) return 'json'
  const reading = rules.choice(typeof given === 'string' ? given.trim().toLowerCase() : given, FORMATS)
  if ('value' in reading) return reading.value
  inputs.add(`${path}.format`, reading.problem)
  return undefined
}

/** `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks has it. Its value is never shown. */
function secretOf(inputs: Reader, given: unknown, path: string): string | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const text = String(given).trim()
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  const bytes = encoded === undefined ? 0 : Buffer.from(encoded, 'base64').length
  if (bytes >= 24 && bytes <= 64) return text
  inputs.add(
    `${path}.secret`,
    'it is not "whsec_" and the base64 of 24 to 64 bytes. Make one with: echo "whsec_$(openssl rand -base64 32)".',
  )
  return undefined
}

function headersOf(inputs: Reader, given: unknown, path: string): Record<string, string> {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    inputs.add(`${path}.headers`, 'it is not a map. Write "Name: value" on a line of its own for each.')
    return {}
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const at = `${path}.headers.${name}`
    if (OWN_HEADERS.test(name)) inputs.add(at, 'this header follows from what is sent, and cannot be set.')
    else if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      inputs.add(at, `${shown(name)} is not the name of a header.`)
    else if (value === null || typeof value === 'object') inputs.add(at, 'it is not a single value.')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no header may have
    else if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(String(value)))
      inputs.add(at, 'it has a character that no header may have.')
    else headers[name] = String(value)
  }
  return headers
}

/** The routing key, and where events go: PagerDuty itself, unless an input of the step says otherwise. */
export function readPagerDuty(inputs: Reader): PagerDutyTarget | undefined {
  const routingKey = inputs.text('pagerduty-routing-key')
  const own = inputs.text('pagerduty-events-url')
  const dedupKey = inputs.text('dedup-key') ?? ''
  if (routingKey === undefined) return undefined
  const name = own === undefined ? 'PAGERDUTY_EVENTS_URL' : 'pagerduty-events-url'
  const given = own ?? variable(inputs, 'PAGERDUTY_EVENTS_URL') ?? 'https://events.pagerduty.com/v2/enqueue'
  const url = parseEndpoint(name, given, inputs)
  if (url === undefined) return undefined
  if (own === undefined && !isLoopback(url.hostname) && !isBelow(url.hostname, 'pagerduty.com')) {
    inputs.add(
      name,
      'a variable may name a host of PagerDuty or this machine only, because the routing key goes there. Give another one as "pagerduty-events-url".',
    )
  }
  const changeUrl = new URL(url)
  changeUrl.pathname = changeUrl.pathname.replace(/\/enqueue\/?$/, '/change/enqueue')
  return { url, changeUrl, routingKey, dedupKey }
}
