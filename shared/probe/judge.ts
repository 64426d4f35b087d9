import { redact } from '../action/secrets.ts'
import { formatDuration } from '../text/duration.ts'
import { formatSize } from '../text/units.ts'
import { oneLine } from '../text/untrusted.ts'
import type { Check, Observation } from './check.ts'
import { bodyWords } from './expect/body-words.ts'
import { readHealth, readHealthText } from './expect/health-json.ts'
import { describeBad, describeMember, type Member } from './expect/health-member.ts'
import { mismatch } from './expect/match.ts'
import { type ParsedBody, parseBody } from './expect/parsed-body.ts'
import { remedyFor } from './expect/refused-status.ts'
import { readRetryAfter } from './expect/retry-after.ts'
import { accepts, describeStatuses } from './expect/statuses.ts'
import { unmet } from './expect/unmet.ts'
import { placeOfVersion, versionOf } from './expect/version.ts'
import type { FailureClass } from './failure.ts'
import type { Settings } from './settings.ts'
import { displayTarget, withoutCredentials } from './target.ts'
import { sameVersion } from './versions.ts'

/** Bytes of a body in which words are looked for. */
const MAX_TEXT = 8_192
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
  /** ms in which the server does not want to be asked again. */
  retryAfter?: number
  /** A rate limiter answered. */
  isRefusal?: boolean
}

/** Holds what was seen against what was expected. The first thing that is wrong is the verdict. */
export async function judge({ settings, target }: Check, seen: Observation): Promise<Verdict> {
  const isHttp = seen.status !== undefined
  const parsed = parseBody(settings.method, seen)
  const members = isHttp && settings['health-json'] === 'auto' ? membersOf(settings, seen, parsed) : []
  const degraded = members
    .filter(({ verdict }) => verdict === 'tolerated')
    .slice(0, MAX_DEGRADED)
    .map(describeMember)
  const version = await versionOf(settings, seen, parsed)
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
      const told = unhealthy ?? saidIn(seen, parsed)
      return bad('status', `${describeStatus(seen)}, which ends the waiting (stop-on)${because(told)}`, true)
    }
    if (!accepts(settings['expect-status'], seen.status)) {
      return { ...refusedStatus(target, settings, seen, parsed, members), ...base }
    }
    if (seen.truncated) {
      // With invert it is no proof that the target is down.
      return bad(
        settings.invert ? 'config' : 'body',
        `the answer is longer than max-body (${formatSize(settings['max-body'])})`,
      )
    }
    if (parsed.problem !== undefined && settings['health-json'] === 'auto') return bad('json', parsed.problem)
    if (unhealthy !== undefined) return bad('health', unhealthy + cause(members, seen, parsed))
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

/** The members of a health document, without those that the author of the check has decided about. */
function membersOf(settings: Settings, seen: Observation, parsed: ParsedBody): Member[] {
  const text = settings['expect-body']
  if (!parsed.found) {
    if (parsed.problem !== undefined || text !== undefined || (seen.body?.length ?? 0) > MAX_TEXT) return []
    return readHealthText(seen.body?.toString('utf8') ?? '')
  }
  const decided = new Set(
    settings['expect-json'].filter(({ rule }) => rule.kind !== 'exists').map(({ path }) => path.join('\0')),
  )
  const isDecided = ({ place, word }: Member): boolean =>
    decided.has(place.join('\0')) ||
    (text?.kind === 'text' && (text.text === word || text.text.includes(JSON.stringify(word)))) ||
    (text !== undefined && place.length === 0)
  return readHealth(parsed.document).filter((member) => !isDecided(member))
}

/**
 * A status that was not accepted. It comes first, unless it is the 503 of a health document, whose members say more.
 * Vault and Consul answer 429 as standby and with a warning, so a health document is not taken for a rate limiter.
 */
function refusedStatus(
  target: Check['target'],
  settings: Settings,
  seen: Observation,
  parsed: ParsedBody,
  members: readonly Member[],
): Omit<Verdict, 'degraded'> {
  const { status = 0, headers } = seen
  const document = documentOf(parsed)
  const unhealthy = describeBad(members)
  const isKnown = members.some(({ verdict, unknownWord }) => verdict === 'bad' && !unknownWord)
  const retryAfter = status === 429 || status === 503 ? readRetryAfter(headers, Date.now()) : undefined
  const isDocument = members.length > 0 || (isObject(document) && Object.hasOwn(document, 'standby'))
  const more = {
    permanent: false,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === 429 && (retryAfter !== undefined || !isDocument) ? { isRefusal: true } : {}),
  }
  if (status === 503 && unhealthy !== undefined && isKnown)
    return { failure: 'health', reason: unhealthy + cause(members, seen, parsed), ...more }
  // A member that is down says more than any text; an overall word says less.
  const namesPart = members.some(
    (member) => member.verdict === 'bad' && !member.isOverall && !member.unknownWord,
  )
  const words = namesPart ? unhealthy : (saidIn(seen, parsed) ?? (isKnown ? unhealthy : undefined))
  const remedy = remedyFor(status)
  const explained = because(words) + (remedy === undefined ? '' : `; ${remedy}`)
  const asks = retryAfter === undefined ? '' : `; Retry-After asks for ${formatDuration(retryAfter)}`
  const wanted = describeStatuses(settings['expect-status'])
  const reason = `${describeStatus(seen)} instead of ${wanted}${location(target, seen)}${explained}${asks}`
  return { failure: 'status', reason, ...more }
}

/** What the body says for itself, where only an overall word says that something is wrong. */
function cause(members: readonly Member[], seen: Observation, parsed: ParsedBody): string {
  const isNamed = members.some(
    ({ verdict, isOverall, place }) => verdict === 'bad' && (!isOverall || place.length === 0),
  )
  return isNamed ? '' : because(saidIn(seen, parsed))
}

function saidIn({ body }: Observation, parsed: ParsedBody): string | undefined {
  // Without secrets: a service may echo what it was sent.
  const text = body === undefined ? '' : redact(body.subarray(0, MAX_TEXT).toString('utf8'))
  return bodyWords(text, documentOf(parsed), redact)
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
  if (wanted !== undefined && seen.body !== undefined && !isSameVersion(version, wanted)) {
    const got =
      version === undefined ? `no version ${placeOfVersion(settings)}` : `version ${JSON.stringify(version)}`
    return ['version', `${got}, expected ${JSON.stringify(wanted)}`]
  }
  return undefined
}

function documentOf(parsed: ParsedBody): unknown {
  return parsed.found ? parsed.document : undefined
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object'
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

function isSameVersion(version: string | undefined, wanted: string): boolean {
  return version !== undefined && sameVersion(version, wanted)
}

function goodReason(seen: Observation, members: readonly Member[], version: string | undefined): string {
  const parts = [seen.status === undefined ? seen.note : describeStatus(seen)]
  const good = members.filter(({ isOverall }) => !isOverall).length
  if (good > 0) parts.push(`${good} ${good === 1 ? 'member' : 'members'} healthy`)
  if (version !== undefined) parts.push(`version ${oneLine(version, 60)}`)
  return parts.filter((part) => part !== undefined).join(', ')
}
