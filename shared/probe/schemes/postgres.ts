// @ts-expect-error it has no types
import saslModule from 'pg/lib/crypto/sasl.js'
// @ts-expect-error it has no types
import { postgresMd5PasswordHash } from 'pg/lib/crypto/utils.js'
import type { BackendMessage, DatabaseError } from 'pg-protocol/dist/messages.js'
import { Parser } from 'pg-protocol/dist/parser.js'
import { serialize } from 'pg-protocol/dist/serializer.js'
import { formatDuration } from '../../text/duration.ts'
import type { Check, Observation } from '../check.ts'
import type { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { converse, type Protocol } from './converse.ts'
import type { Line } from './line.ts'

/** What node-postgres uses itself for SCRAM-SHA-256 (RFC 5802) and for the older md5; it comes without types. */
interface Sasl {
  startSession(mechanisms: readonly string[]): SaslSession
  continueSession(session: SaslSession, password: string, data: string): Promise<void>
  /** @throws when the server does not know the password either */
  finalizeSession(session: SaslSession, data: string): void
}
interface SaslSession {
  mechanism: string
  response: string
}
const sasl: Sasl = saslModule
const md5: (user: string, password: string, salt: Buffer) => Promise<string> = postgresMd5PasswordHash

type Message = BackendMessage & {
  /** Of authenticationSASL…, authenticationMD5Password, parameterStatus, dataRow. */
  mechanisms?: string[]
  data?: string
  salt?: Buffer
  parameterName?: string
  parameterValue?: string
  fields?: unknown[]
}

/** An authentication request, an error, or a list of protocol versions: a type, then a length below 2^24. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a binary protocol
const ANSWER = /^[REv](?:$|\x00)/
/** To the request for TLS: yes or no. More bytes would be from somebody in between: CVE-2021-23222. */
const TLS_ANSWER = /^[SN]$/

/** `select 1` is answered with 1. */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  if (check.target.scheme === 'exec') throw new TypeError('not a PostgreSQL target')
  const { url } = check.target
  const sslmode = url.searchParams.get('sslmode') ?? 'prefer'
  const protocol: Protocol<Message> = {
    name: 'PostgreSQL',
    begins: ANSWER,
    tls: sslmode === 'disable' ? false : { begins: TLS_ANSWER, agree: (line) => agreeOnTls(line, sslmode) },
    ...verification(sslmode, check),
    decoder: (push) => {
      const parser = new Parser()
      return (chunk) => parser.parse(chunk, push)
    },
  }
  return converse(check, attempt, protocol, async (line) => {
    const user = line.username || 'postgres'
    const database = decodeURIComponent(url.pathname.slice(1)) || user
    line.send(serialize.startup({ user, database, application_name: 'nexus-actions health-check' }))
    await authenticate(line, user)
    const version = await ready(line)
    const begun = performance.now()
    line.send(serialize.query('select 1'))
    const row = await until(line, 'dataRow', 'answer to select 1')
    await until(line, 'readyForQuery', 'end of the answer to select 1')
    if (row.fields?.[0] !== '1') throw line.failure('protocol', 'the answer to select 1 is not 1')
    const took = formatDuration(performance.now() - begun)
    const tls = line.secured ? ', with TLS' : ''
    return { note: `select 1 in ${took}, PostgreSQL ${version}${tls}`, goodbye: serialize.end() }
  })
}

/**
 * `require` asks for a certificate that is good by `tls-verify`, `verify-ca` and `verify-full` for a good one in any
 * case. By default (`prefer`) it is as with libpq: TLS when the server has it, and any certificate is as good as no TLS
 * at all, unless `ca-file` says whose it must be.
 */
function verification(sslmode: string, { settings }: Check): { verify?: boolean } {
  if (sslmode.startsWith('verify-')) return { verify: true }
  if (sslmode === 'require') return {}
  return { verify: settings['tls-verify'] && settings['ca-file'] !== undefined }
}

async function agreeOnTls(line: Line<Buffer>, sslmode: string): Promise<boolean> {
  line.send(serialize.requestSsl())
  const answer = await line.next('answer to the request for TLS')
  if (answer.toString('latin1') === 'S') return true
  if (sslmode === 'prefer' || sslmode === 'allow') return false
  throw line.failure('tls', `PostgreSQL has no TLS here, but the URL says sslmode=${sslmode}`)
}

/** Answers what the server asks until it lets us in. */
async function authenticate(line: Line<Message>, user: string): Promise<void> {
  let session: SaslSession | undefined
  for (let what = 'answer to the startup message'; ; what = 'answer to the password') {
    const message = await next(line, what)
    if (message.name === 'authenticationOk') return
    if (message.name.startsWith('authentication') && line.password === '') {
      throw line.failure('authentication', 'PostgreSQL wants a password, and the URL has none')
    }
    switch (message.name) {
      case 'authenticationCleartextPassword':
        line.send(serialize.password(line.password))
        break
      case 'authenticationMD5Password': {
        const salt = message.salt ?? Buffer.alloc(0)
        line.send(serialize.password(await md5(user, line.password, salt)))
        break
      }
      case 'authenticationSASL': {
        session = await scram(line, () => sasl.startSession(message.mechanisms ?? []))
        line.send(serialize.sendSASLInitialResponseMessage(session.mechanism, session.response))
        break
      }
      case 'authenticationSASLContinue':
      case 'authenticationSASLFinal': {
        const begun = session
        if (begun === undefined) throw unexpected(line, message)
        const data = message.data ?? ''
        if (message.name === 'authenticationSASLFinal') {
          await scram(line, () => sasl.finalizeSession(begun, data))
          break
        }
        await scram(line, () => sasl.continueSession(begun, line.password, data))
        line.send(serialize.sendSCRAMClientFinalMessage(begun.response))
        break
      }
      default:
        throw unexpected(line, message)
    }
  }
}

/** A step of SCRAM; what goes wrong in it is about authentication. */
async function scram<T>(line: Line<Message>, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^SASL: /, '') : ''
    throw line.failure('authentication', `authentication with SCRAM fails: ${line.quote(why)}`)
  }
}

/** Reads until the server is ready for queries. @returns its version */
async function ready(line: Line<Message>): Promise<string> {
  let version = 'of unknown version'
  for (;;) {
    const message = await next(line, 'sign that it is ready for queries')
    if (message.name === 'readyForQuery') return version
    if (message.name === 'parameterStatus' && message.parameterName === 'server_version') {
      version = line.quote(message.parameterValue?.split(' ', 1)[0] ?? '')
    }
  }
}

async function until(line: Line<Message>, name: Message['name'], what: string): Promise<Message> {
  for (;;) {
    const message = await next(line, what)
    if (message.name === name) return message
  }
}

/** The next message that is no error. @throws ProbeFailure for an error of the server */
async function next(line: Line<Message>, what: string): Promise<Message> {
  const message = await line.next(what)
  if (message.name !== 'error') return message
  const { code = '', message: text } = message as unknown as DatabaseError
  const said = `${line.quote(text)}${code === '' ? '' : ` (${line.quote(code)})`}`
  // Class 28: invalid authorization specification; 42501: insufficient privilege.
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  if (code.startsWith('28') || code === '42501') throw line.failure('authentication', said)
  if (code === '' || code === '08P01') throw line.failure('protocol', said)
  // 57P03 cannot connect now, 53300 too many connections, 3D000 no such database, and whatever else it says.
  throw line.failure('health', said)
}

function unexpected(line: Line<Message>, { name }: Message): ProbeFailure {
  return line.failure('protocol', `PostgreSQL asks for something unknown while logging in: ${name}`)
}
