import { formatSize } from '../text/units.ts'
import { oneLine } from '../text/untrusted.ts'
import type { Check, FailureClass, Observation } from './check.ts'
import { describeBad, describeMember, type Member, readHealth } from './expect/health-json.ts'
import { unmet } from './expect/json.ts'
import { at } from './expect/json-path.ts'
import { accepts, describeStatuses } from './expect/statuses.ts'
import { mismatch } from './expect/text.ts'
import { displayTarget, withoutCredentials } from './target.ts'

/** Longer than any version; what a page puts there instead is none. */
const MAX_VERSION = 255
/** A hostile document has a hundred thousand. */
const MAX_DEGRADED = 20

/** What an observation is worth, by the expectations of its check. */
export interface Verdict {
  failure?: FailureClass
  reason: string
  /** Waiting cannot change it (`stop-on`). */
  permanent: boolean
  degraded: readonly string[]
  version?: string
}

/** Holds what was seen against what was expected. The first thing that is wrong is the verdict. */
export async function judge({ settings, target }: Check, seen: Observation): Promise<Verdict> {
  const isHttp = seen.status !== undefined
  const parsed = parseBody(settings.method, seen)
  const members =
    isHttp && settings['health-json'] === 'auto' && parsed.found ? readHealth(parsed.document) : []
  const degraded = members
    .filter(({ verdict }) => verdict === 'tolerated')
    .slice(0, MAX_DEGRADED)
    .map(describeMember)
  const version = parsed.found ? versionAt(at(parsed.document, settings['version-path'])) : undefined
  const base = { degraded, ...(version === undefined ? {} : { version }) }
  const bad = (failure: FailureClass, reason: string, permanent = false): Verdict => ({
    ...base,
    failure,
    reason,
    permanent,
  })

  if (seen.status !== undefined) {
    const unhealthy = describeBad(members)
    if (accepts(settings['stop-on'], seen.status)) {
      return bad(
        'status',
        `${describeStatus(seen)}, which ends the waiting (stop-on)${because(unhealthy)}`,
        true,
      )
    }
    if (!accepts(settings['expect-status'], seen.status)) {
      if (unhealthy !== undefined) return bad('health', unhealthy)
      return bad(
        'status',
        `${describeStatus(seen)} instead of ${describeStatuses(settings['expect-status'])}${location(target, seen)}`,
      )
    }
    if (seen.truncated) {
      // With invert it is no proof that the target is down.
      return bad(
        settings.invert ? 'config' : 'body',
        `the answer is longer than max-body (${formatSize(settings['max-body'])})`,
      )
    }
    if (parsed.problem !== undefined && settings['health-json'] === 'auto') return bad('json', parsed.problem)
    if (unhealthy !== undefined) return bad('health', unhealthy)
  }
  const expectation = await unmetExpectation(settings, seen, parsed, version)
  if (expectation !== undefined) return bad(...expectation)
  const days = settings['min-certificate-days']
  if (days !== undefined && seen.certificate !== undefined && seen.certificate.daysLeft < days) {
    const { daysLeft, validTo } = seen.certificate
    return bad(
      'certificate',
      `the certificate is valid for ${daysLeft} more days (until ${validTo.slice(0, 10)}), expected at least ${days}`,
    )
  }
  return { ...base, reason: goodReason(seen, members, version), permanent: false }
}

async function unmetExpectation(
  settings: Check['settings'],
  seen: Observation,
  parsed: ParsedBody,
  version: string | undefined,
): Promise<[FailureClass, string] | undefined> {
  for (const expectation of seen.headers === undefined ? [] : settings['expect-header']) {
    const why = await unmet(expectation, seen.headers)
    if (why !== undefined) return ['header', why]
  }
  const text = settings['expect-body']
  if (text !== undefined && seen.body !== undefined) {
    const why = await mismatch(text, seen.body.toString('utf8'))
    if (why !== undefined) return ['body', `the answer ${why}`]
  }
  if (seen.body !== undefined && settings['expect-json'].length > 0) {
    if (!parsed.found) return ['json', parsed.problem ?? 'the answer is not JSON']
    for (const expectation of settings['expect-json']) {
      const why = await unmet(expectation, parsed.document)
      if (why !== undefined) return ['json', why]
    }
  }
  const wanted = settings['expect-version']
  if (wanted !== undefined && seen.body !== undefined && version !== wanted) {
    const path = settings['version-path'].join('.')
    const got = version === undefined ? `no version at "${path}"` : `version ${JSON.stringify(version)}`
    return ['version', `${got}, expected ${JSON.stringify(wanted)}`]
  }
  return undefined
}

type ParsedBody = { found: true; document: unknown; problem?: undefined } | { found: false; problem?: string }

/** A body that says it is JSON, or looks like it. A document that claims to be JSON and is not gives a problem. */
function parseBody(method: string, { body, headers, status, truncated }: Observation): ParsedBody {
  if (body === undefined || method === 'HEAD' || status === 204 || status === 304) return { found: false }
  const type = headers?.['content-type'] ?? ''
  const claims = /^[^;]*[/+]json\s*(;|$)/i.test(type)
  if (truncated || !(claims || looksLikeJson(body))) return { found: false }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return { found: true, document: JSON.parse(text) }
  } catch (error) {
    if (!claims) return { found: false }
    const why = error instanceof SyntaxError ? error.message : 'it is not valid UTF-8'
    const problem = body.length === 0 ? 'it is empty' : oneLine(why, 120)
    return { found: false, problem: `the answer says it is JSON, but does not parse: ${problem}` }
  }
}

/** Begins with a bracket, after a byte order mark and any white space. */
function looksLikeJson(body: Buffer): boolean {
  let start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  while (start < body.length && ' \t\n\r'.includes(String.fromCharCode(body[start] ?? 0))) start += 1
  return body[start] === 0x7b || body[start] === 0x5b
}

function versionAt(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const version = String(value)
  return version.length > MAX_VERSION ? undefined : version
}

function describeStatus({ status, statusText }: Observation): string {
  const text = oneLine(statusText ?? '', 60)
  return `HTTP ${status}${text === '' ? '' : ` ${text}`}`
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`
}

/** Where a redirect wanted to go: a login page is the usual reason. */
function location(target: Check['target'], seen: Observation): string {
  const where = seen.headers?.['location']
  const isRedirect = seen.status !== undefined && seen.status >= 300 && seen.status <= 399
  if (where === undefined || !isRedirect || target.scheme === 'exec') return ''
  const shown = URL.canParse(where, target.url.href)
    ? displayTarget({ scheme: 'http', url: new URL(where, target.url.href) })
    : oneLine(withoutCredentials(where), 100)
  return `, to ${shown} (follow-redirects follows it)`
}

function goodReason(seen: Observation, members: readonly Member[], version: string | undefined): string {
  const parts = [seen.status === undefined ? seen.note : describeStatus(seen)]
  const good = members.filter(({ path }) => path !== 'status').length
  if (good > 0) parts.push(`${good} ${good === 1 ? 'member' : 'members'} healthy`)
  if (version !== undefined) parts.push(`version ${oneLine(version, 60)}`)
  return parts.filter((part) => part !== undefined).join(', ')
}
