import type { Resolver } from 'node:dns'
import { hostPort, resolveHost } from '../../http/addresses.ts'
import { dns } from '../../http/builtin.ts'
import { codeOf } from '../../http/errors.ts'
import { onLimit } from '../../http/limits.ts'
import { formatDuration } from '../../text/duration.ts'
import { joinWords, plural } from '../../text/list.ts'
import { oneLine } from '../../text/untrusted.ts'
import type { Check, Observation } from '../check.ts'
import { type FailureClass, ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'

/** What the codes of c-ares mean, in words that follow the name. @see https://nodejs.org/api/dns.html#error-codes */
const WORDS: Readonly<Record<string, readonly [FailureClass, string]>> = {
  ESERVFAIL: ['health', 'cannot be resolved by it: the resolver failed (SERVFAIL)'],
  EREFUSED: ['health', 'is not answered by it: the resolver refuses (REFUSED)'],
  ENOTIMP: ['health', 'is not answered by it: the resolver knows no such query (NOTIMP)'],
  EFORMERR: ['protocol', 'is not answered by it: the query is not understood (FORMERR)'],
  EBADRESP: ['protocol', 'is answered with something that is not DNS'],
}
const MOST_SHOWN = 5

/**
 * A resolver has records of a type for a name. With `?expect=` each of these must be among them; `expect-json` and
 * `expect-body` see `{"records": [...]}`.
 */
export async function probe({ target }: Check, { timeout, signal }: Attempt): Promise<Observation> {
  if (target.scheme === 'exec') throw new TypeError('not a DNS target')
  const { url } = target
  const started = performance.now()
  const limits = { deadline: started + timeout, signal }
  const name = decodeURIComponent(url.pathname.slice(1))
  const type = url.searchParams.get('type') ?? 'A'
  let address = 'the resolver of this machine'
  const failure = (kind: FailureClass, message: string): ProbeFailure =>
    new ProbeFailure(kind, message, { address, timings: { total: performance.now() - started } })
  const resolver = new (dns().Resolver)({ timeout: Math.max(1, Math.ceil(timeout)), tries: 1 })
  if (url.hostname !== '') {
    const [ip = ''] = await resolveHost(url.hostname.replace(/^\[(.*)\]$/, '$1'), limits).catch(
      (error: unknown) => {
        throw asProbeFailure(error)
      },
    )
    address = hostPort(ip, Number(url.port))
    resolver.setServers([address])
  }
  const asked = performance.now()
  const records = await new Promise<string[]>((resolve, reject) => {
    // A resolver has a patience of its own, which is not ours.
    const forget = onLimit(limits, (why) => {
      resolver.cancel()
      const within = formatDuration(timeout)
      if (why === 'cancelled') reject(failure('cancelled', 'cancelled'))
      else reject(failure('timeout', `${address} did not answer within ${within} (UDP)`))
    })
    ask(resolver, name, type)
      .then(resolve, (error: unknown) => {
        reject(failure(...refusal(codeOf(error) ?? 'unknown error', { name, type, address, timeout })))
      })
      .finally(forget)
  })
  const total = performance.now() - started
  const missing = url.searchParams
    .getAll('expect')
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((wanted) => wanted !== '' && !records.some((record) => isSame(record, wanted)))
  if (missing.length > 0) {
    throw failure('dns', `${oneLine(name, 100)} has ${type} ${listed(records)}, expected ${listed(missing)}`)
  }
  return {
    address,
    timings: { firstByte: performance.now() - asked, total },
    body: Buffer.from(JSON.stringify({ name, type, records })),
    note: `${plural(records.length, `${type} record`)}: ${listed(records)}`,
  }
}

function refusal(
  code: string,
  { name, type, address, timeout }: { name: string; type: string; address: string; timeout: number },
): [FailureClass, string] {
  const shown = oneLine(name, 100)
  if (code === 'ENODATA') return ['dns', `${shown} has no ${type} record, says ${address}`]
  if (code === 'ENOTFOUND') return ['dns', `${shown} does not exist (NXDOMAIN), says ${address}`]
  if (code === 'ECONNREFUSED') return ['connect', `nobody answers on ${address} (UDP): the port is closed`]
  if (code === 'ETIMEOUT')
    return ['timeout', `${address} did not answer within ${formatDuration(timeout)} (UDP)`]
  const [kind, words] = WORDS[code] ?? ['dns', `cannot be resolved (${code})`]
  return [kind, `${address} was asked for ${shown}, which ${words}`]
}

/** Each record as one line, as `dig +short` writes it. */
async function ask(resolver: Resolver, name: string, type: string): Promise<string[]> {
  const found: unknown = await new Promise((resolve, reject) => {
    resolver.resolve(name, type, (error: Error | null, records: unknown) => {
      if (error === null) resolve(records)
      else reject(error)
    })
  })
  return [found].flat().map((record) => written(type, record as Record<string, unknown> | string | string[]))
}

function written(type: string, record: Record<string, unknown> | string | readonly string[]): string {
  if (typeof record === 'string') return record
  const field = (name: string): string => String((record as Record<string, unknown>)[name] ?? '')
  switch (type) {
    case 'TXT':
      return (record as readonly string[]).join('')
    case 'MX':
      return `${field('priority')} ${field('exchange')}`
    case 'SRV':
      return `${field('priority')} ${field('weight')} ${field('port')} ${field('name')}`
    case 'SOA':
      return ['nsname', 'hostmaster', 'serial', 'refresh', 'retry', 'expire', 'minttl'].map(field).join(' ')
    default: {
      // CAA: the property stands under its own name.
      const { critical = 0, ...property } = record as Record<string, unknown>
      return [
        critical,
        ...Object.entries(property)
          .filter(([key]) => key !== 'type')
          .flat(),
      ].join(' ')
    }
  }
}

/** Names and addresses without case and without the dot at their end. */
function isSame(record: string, wanted: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/\.$/, '')
  return plain(record) === plain(wanted)
}

function listed(records: readonly string[]): string {
  const first = records.slice(0, MOST_SHOWN).map((record) => oneLine(record, 80))
  if (records.length > first.length) first.push(`${records.length - first.length} more`)
  return joinWords(first)
}
