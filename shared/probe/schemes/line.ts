import type { Socket } from 'node:net'
import { codeOf } from '../../http/errors.ts'
import { type Limits, onLimit } from '../../http/limits.ts'
import { formatDuration } from '../../text/duration.ts'
import { oneLine } from '../../text/untrusted.ts'
import { type FailureClass, type PhaseTimings, ProbeFailure } from '../check.ts'
import { foreign } from './foreign.ts'

/** What a healthy service says in one try is a few kilobytes; whatever talks more is something else. */
const MAX_RECEIVED = 1_048_576
const MAX_QUOTE = 300

/** How one service talks: how its answers begin, and how bytes become messages. */
export interface Language<Message> {
  /** For people: `Redis`. */
  name: string
  /** What to write instead when the port turns out to speak TLS: `use rediss`. */
  useTls?: string
  /** The first bytes of any answer as latin1, also when no more than the first byte is there yet. */
  begins: RegExp
  /** Bytes go in, messages come out by `push`; throws when the bytes make no sense. */
  decoder: (push: (message: Message) => void) => (chunk: Buffer) => void
}

/** The one connection of one try. Everything on it ends at the deadline of the try, with words about how far it came. */
export interface Line<Message> {
  readonly secured: boolean
  /** For what no method here does. */
  readonly stream: Socket
  /** Of the URL, decoded; empty when it has none. */
  readonly username: string
  readonly password: string
  send(bytes: Uint8Array): void
  /** The next message. `what` names it for the case that it does not come: `answer to PING`. */
  next(what: string): Promise<Message>
  /** Waits for something that depends on messages. */
  within<T>(what: string, promise: Promise<T>): Promise<T>
  /** A failure of this try, with address and timings. */
  failure(failure: FailureClass, message: string): ProbeFailure
  /** Text of the server for a message: on one line, short, without the credentials that it may have repeated. */
  quote(text: string): string
}

/** What is known of a connection when something on it fails. */
export interface Call {
  address: string
  timings: Omit<PhaseTimings, 'total'>
  started: number
  timeout: number
  limits: Limits
  username: string
  password: string
}

/** Listens on a connected socket, from now until `close`. */
export function openLine<Message>(
  socket: Socket,
  language: Language<Message>,
  call: Call,
  secured: boolean,
): Line<Message> & { close(): void } {
  const messages: Message[] = []
  let head = Buffer.alloc(0)
  let received = 0
  let sentAt = performance.now()
  let take: ((message: Message) => void) | undefined
  let waiting: { what: string; reject: (failure: ProbeFailure) => void } | undefined
  let ended: ((what: string) => ProbeFailure) | undefined

  const failure = (kind: FailureClass, message: string): ProbeFailure =>
    new ProbeFailure(kind, message, {
      address: call.address,
      timings: { ...call.timings, total: performance.now() - call.started },
    })
  const conceal = (text: string): string => {
    // Where a user name stands alone it is often an access token.
    const secret = call.password || call.username
    return secret === '' ? text : text.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***')
  }
  const end = (why: (what: string) => ProbeFailure): void => {
    ended ??= why
    waiting?.reject(ended(waiting.what))
  }
  const where = `(${call.address})`
  const closed = (): void =>
    end((what) => failure('protocol', `connection closed before the ${what} ${where}`))
  const broken = (error: Error): void => {
    const code = codeOf(error) ?? 'unknown error'
    if (code.startsWith('ERR_SSL_')) end(() => failure('tls', `${tlsWords(code)} ${where}`))
    else end((what) => failure('protocol', `connection reset before the ${what} ${where}`))
  }
  const other = (): void =>
    end(() => failure('protocol', `${foreign(head, language.name, language.useTls, conceal)} ${where}`))
  const decode = language.decoder((message) => {
    if (take === undefined) messages.push(message)
    else take(message)
    take = undefined
  })
  const read = (chunk: Buffer): void => {
    if (ended !== undefined) return
    call.timings.firstByte ??= performance.now() - sentAt
    received += chunk.length
    if (head.length < 1_000) head = Buffer.concat([head, chunk]).subarray(0, 1_000)
    if (received > MAX_RECEIVED) {
      socket.destroy()
      end((what) => failure('protocol', `more than 1 MiB came instead of the ${what} ${where}`))
      return
    }
    if (!language.begins.test(head.toString('latin1'))) {
      other()
      return
    }
    try {
      decode(chunk)
    } catch {
      other()
    }
  }
  const forget = onLimit(call.limits, (why) => {
    socket.destroy()
    if (why === 'cancelled') return end(() => failure('cancelled', 'cancelled'))
    const within = formatDuration(call.timeout)
    end((what) => failure('timeout', `connected to ${call.address}, but no ${what} within ${within}`))
  })
  socket.on('data', read).on('end', closed).on('close', closed).on('error', broken)
  socket.resume()
  if (socket.destroyed) closed()

  const within = <T>(what: string, promise: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (ended !== undefined) reject(ended(what))
      waiting = { what, reject }
      // Before whoever waits goes on, and waits for the next thing.
      const done =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          waiting = undefined
          settle(value)
        }
      promise.then(done(resolve), done(reject))
    })
  return {
    secured,
    stream: socket,
    username: call.username,
    password: call.password,
    send(bytes) {
      if (received === 0) sentAt = performance.now()
      if (!socket.destroyed) socket.write(bytes)
    },
    next(what) {
      const message = messages.shift()
      if (message !== undefined) return Promise.resolve(message)
      return within(
        what,
        new Promise((resolve) => {
          take = resolve
        }),
      )
    },
    within,
    failure,
    quote: (text) => oneLine(conceal(text), MAX_QUOTE),
    close() {
      forget()
      socket.off('data', read).off('end', closed).off('close', closed).off('error', broken)
    },
  }
}

function tlsWords(code: string): string {
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') return 'the server demands a client certificate'
  return `TLS failed after the handshake: ${code}`
}
