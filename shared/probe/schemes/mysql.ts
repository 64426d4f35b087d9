import { isLoopback } from '../../http/proxy.ts'
import { formatDuration } from '../../text/duration.ts'
import type { Check, Observation } from '../check.ts'
import { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { converse, type Protocol } from './converse.ts'
import type { Line } from './line.ts'
import { logIn, next, refusal } from './mysql/login.ts'
import {
  CAPABILITY,
  clientFlags,
  type Greeting,
  type Packet,
  packet,
  packets,
  readGreeting,
} from './mysql/packets.ts'

/** A length below 2^24, sequence number 0, then version 10 of the handshake or an error. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a binary protocol
const GREETING = /^(?:.{0,3}$|.{3}\x00(?:$|[\x0a\xff]))/s
const QUERY = 3
const QUIT = packet(0, Buffer.from([1]))

interface Opening {
  greeting: Greeting
  sequence: number
}

/**
 * `select 1` is answered with 1. The login is always finished: a server refuses the whole host after a hundred
 * connections that were given up before.
 */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  if (check.target.scheme === 'exec') throw new TypeError('not a MySQL target')
  const { url } = check.target
  const mode = (
    url.searchParams.get('ssl-mode') ??
    url.searchParams.get('sslMode') ??
    'preferred'
  ).toLowerCase()
  let opening: Opening | undefined
  const protocol: Protocol<Packet> = {
    name: 'MySQL',
    begins: /^/,
    tls: {
      begins: GREETING,
      agree: async (line) => {
        opening = await greet(line)
        return agreeOnTls(line, opening, mode)
      },
    },
    ...verification(mode, check),
    decoder: packets,
  }
  const talk = converse(check, attempt, protocol, async (line) => {
    const { greeting, sequence } = opening as Opening
    await logIn(line, {
      greeting,
      sequence: sequence + (line.secured ? 1 : 0),
      database: decodeURIComponent(url.pathname.slice(1)),
      takesAnyKey:
        url.searchParams.get('allowPublicKeyRetrieval') === 'true' ||
        isLoopback(line.stream.remoteAddress ?? ''),
    })
    const begun = performance.now()
    if ((await selectOne(line)) !== '1') throw line.failure('protocol', 'the answer to select 1 is not 1')
    const took = formatDuration(performance.now() - begun)
    return {
      note: `select 1 in ${took}, ${line.quote(greeting.server)}${line.secured ? ', with TLS' : ''}`,
      goodbye: QUIT,
    }
  })
  return talk.catch((error: unknown) => {
    throw onlyOnce(error, opening !== undefined)
  })
}

/**
 * A server counts who leaves before the login, and refuses the whole host after a hundred times (max_connect_errors):
 * what TLS has ended once is not tried again.
 */
function onlyOnce(error: unknown, hasGreeted: boolean): unknown {
  if (!(error instanceof ProbeFailure) || error.failure !== 'tls' || !hasGreeted) return error
  const why = 'not tried again, as a server locks out whoever leaves before the login'
  return new ProbeFailure('tls', `${error.message} (${why})`, {
    permanent: true,
    address: error.address,
    timings: error.timings,
  })
}

/** As `verification` of PostgreSQL: what is only preferred is not worth more than no TLS. */
function verification(mode: string, { settings }: Check): { verify?: boolean } {
  if (mode.startsWith('verify_')) return { verify: true }
  if (mode === 'required') return {}
  return { verify: settings['tls-verify'] && settings['ca-file'] !== undefined }
}

/** The server speaks first. */
async function greet(line: Line<Buffer>): Promise<Opening> {
  const found: Packet[] = []
  const decode = packets((one) => found.push(one))
  for (;;) {
    decode(await line.next('greeting'))
    const [first] = found
    if (first === undefined) continue
    if (first.payload[0] === 0xff) throw refusal(line, first.payload)
    try {
      return { greeting: readGreeting(first.payload), sequence: first.sequence }
    } catch {
      throw line.failure('protocol', 'the greeting is not that of MySQL')
    }
  }
}

function agreeOnTls(line: Line<Buffer>, { greeting, sequence }: Opening, mode: string): boolean {
  const isOffered = (greeting.capabilities & CAPABILITY.SSL) !== 0
  if (mode === 'disabled' || (mode === 'preferred' && !isOffered)) return false
  if (!isOffered)
    throw line.failure('tls', `${greeting.server} has no TLS here, but the URL says ssl-mode=${mode}`)
  line.send(packet(sequence + 1, clientFlags(CAPABILITY.SSL)))
  return true
}

/** @returns the only value of the only row; undefined when it is not one */
async function selectOne(line: Line<Packet>): Promise<string | undefined> {
  line.send(packet(0, Buffer.from([QUERY]), Buffer.from('select 1')))
  const what = 'answer to select 1'
  const { payload: columns } = await next(line, what)
  if (columns.length !== 1 || columns[0] !== 1) return undefined
  // One definition of a column, an end of the definitions, the row, an end of the rows.
  await next(line, what)
  await next(line, what)
  const { payload: row } = await next(line, what)
  await next(line, `end of the ${what}`)
  return row.length === 1 + (row[0] ?? 0) ? row.toString('utf8', 1) : undefined
}
