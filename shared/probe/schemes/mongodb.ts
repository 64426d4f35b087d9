import { Binary } from 'bson'
import { formatDuration } from '../../text/duration.ts'
import type { Check, Observation } from '../check.ts'
import type { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { converse, type Protocol } from './converse.ts'
import type { Line } from './line.ts'
import { type Document, documents, message } from './mongodb/messages.ts'
import { type Mechanism, scramSession } from './mongodb/scram.ts'

/** A length below 2^24, two numbers, and the opcode of OP_MSG. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a binary protocol
const ANSWER = /^(?:.{0,3}$|.{3}\x00(?:.{0,8}$|.{8}\xdd(?:$|\x07)))/s
/** Numbers of errors about who we are. @see https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const ABOUT_US: ReadonlySet<unknown> = new Set([11, 13, 18, 31, 33, 334])
const UNKNOWN_COMMAND = 59
/** No more steps are needed for SCRAM; a server that wants more is not one. */
const MOST_STEPS = 4

/** `hello` and `ping` are answered, after a login where the URL has a user; the member is fit to serve. */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  if (check.target.scheme === 'exec') throw new TypeError('not a MongoDB target')
  const { url } = check.target
  const { searchParams: query } = url
  const protocol: Protocol<Document> = {
    name: 'MongoDB',
    useTls: 'add ?tls=true',
    begins: ANSWER,
    tls: query.get('tls') === 'true' || query.get('ssl') === 'true',
    decoder: documents,
  }
  return converse(check, attempt, protocol, async (line) => {
    const database = decodeURIComponent(url.pathname.slice(1))
    const source = query.get('authSource') ?? (database || 'admin')
    const hello = await sayHello(line, source)
    if (line.username !== '') await logIn(line, source, mechanismOf(query, hello))
    const state = stateOf(line, hello, query)
    const begun = performance.now()
    await run(line, { ping: 1, $db: 'admin' })
    const took = formatDuration(performance.now() - begun)
    return { note: `ping in ${took}, ${state}${line.secured ? ', with TLS' : ''}`, goodbye: Buffer.alloc(0) }
  })
}

async function sayHello(line: Line<Document>, source: string): Promise<Document> {
  const more = {
    ...(line.username === '' ? {} : { saslSupportedMechs: `${source}.${line.username}` }),
    client: {
      driver: { name: 'nexus-actions health-check', version: '1' },
      os: { type: process.platform },
      platform: `node ${process.version}`,
    },
    $db: 'admin',
  }
  const hello = await ask(line, { hello: 1, ...more })
  // Older than 4.4.2.
  if (hello['ok'] !== 1 && hello['code'] === UNKNOWN_COMMAND) return run(line, { isMaster: 1, ...more })
  return accepted(line, 'hello', hello)
}

function mechanismOf(query: URLSearchParams, hello: Document): Mechanism {
  const wanted = query.get('authMechanism')
  if (wanted !== null) return wanted as Mechanism
  const known: unknown = hello['saslSupportedMechs']
  const isOnlyOld = Array.isArray(known) && known.includes('SCRAM-SHA-1') && !known.includes('SCRAM-SHA-256')
  return isOnlyOld ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256'
}

async function logIn(line: Line<Document>, source: string, mechanism: Mechanism): Promise<void> {
  const session = scramSession(mechanism, line.username, line.password)
  const payload = (text: string): Binary => new Binary(Buffer.from(text))
  let reply = await run(line, {
    saslStart: 1,
    mechanism,
    payload: payload(session.first),
    options: { skipEmptyExchange: true },
    $db: source,
  })
  let answer = payload(await step(line, () => session.final(textOf(reply))))
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    reply = await run(line, {
      saslContinue: 1,
      conversationId: reply['conversationId'],
      payload: answer,
      $db: source,
    })
    if (steps === 0 && !session.proves(textOf(reply))) {
      throw line.failure('authentication', 'the server does not prove that it knows the password')
    }
    if (reply['done'] === true) return
    answer = payload('')
  }
  throw line.failure('protocol', 'the login does not come to an end')
}

async function step<T>(line: Line<Document>, next: () => Promise<T>): Promise<T> {
  try {
    return await next()
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw line.failure('authentication', `authentication with SCRAM fails: ${line.quote(why)}`)
  }
}

function textOf(reply: Document): string {
  const payload: unknown = reply['payload']
  return payload instanceof Binary ? Buffer.from(payload.buffer).toString('utf8') : ''
}

/** Of what kind the member is, when it is one that can serve. */
function stateOf(line: Line<Document>, hello: Document, query: URLSearchParams): string {
  const unfit = (words: string): ProbeFailure => line.failure('health', words)
  const set: unknown = hello['setName']
  const wantedSet = query.get('replicaSet')
  if (hello['isreplicaset'] === true) throw unfit('the replica set has not been initiated (rs.initiate)')
  if (wantedSet !== null && set !== wantedSet) {
    const seen = typeof set === 'string' ? `of the replica set ${line.quote(set)}` : 'of no replica set'
    throw unfit(`the server is ${seen}, expected ${wantedSet}`)
  }
  const isPrimary = hello['isWritablePrimary'] === true || hello['ismaster'] === true
  const kind =
    hello['msg'] === 'isdbgrid'
      ? 'mongos'
      : typeof set !== 'string'
        ? 'standalone'
        : isPrimary
          ? 'primary'
          : hello['secondary'] === true
            ? 'secondary'
            : hello['arbiterOnly'] === true
              ? 'arbiter'
              : undefined
  const of = typeof set === 'string' ? ` of ${line.quote(set)}` : ''
  if (kind === undefined) {
    throw unfit(
      `the member${of} is neither primary nor secondary: it starts up, recovers or has been removed`,
    )
  }
  const role = query.get('role') ?? 'any'
  // A server without a replica set takes reads and writes.
  const suits =
    role === 'any' || role === kind || (role === 'primary' && /^(?:standalone|mongos)$/.test(kind))
  if (!suits) throw unfit(`the member${of} is ${kind}, expected ${role}`)
  return `${kind}${of}`
}

async function ask(line: Line<Document>, command: Document): Promise<Document> {
  line.send(message(1, command))
  return line.next(`answer to ${nameOf(command)}`)
}

async function run(line: Line<Document>, command: Document): Promise<Document> {
  return accepted(line, nameOf(command), await ask(line, command))
}

function nameOf(command: Document): string {
  return Object.keys(command)[0] ?? ''
}

/** @throws ProbeFailure for an error of the server */
function accepted(line: Line<Document>, name: string, reply: Document): Document {
  if (reply['ok'] === 1 || reply['ok'] === true) return reply
  const { code, codeName, errmsg } = reply as { code?: unknown; codeName?: unknown; errmsg?: unknown }
  const number = [codeName, code].filter((part) => part !== undefined).join(' ')
  const said = `${line.quote(String(errmsg ?? 'no reason given'))}${number === '' ? '' : ` (${line.quote(number)})`}`
  throw line.failure(ABOUT_US.has(code) ? 'authentication' : 'health', `MongoDB answers ${name}: ${said}`)
}
