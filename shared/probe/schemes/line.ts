import type { Socket } from 'node:net'
import { codeOf } from '../../http/errors.ts'
import { tlsWords } from '../../http/failures.ts'
import { type Limits, onLimit } from '../../http/limits.ts'
import { sslCode } from '../../http/tls.ts'
import { formatDuration } from '../../text/duration.ts'
import { oneLine } from '../../text/untrusted.ts'
import { type FailureClass, type PhaseTimings, ProbeFailure } from '../failure.ts'
import { remedied } from './failure.ts'
import { foreign } from './foreign.ts'

/** What a healthy service says in one try is a few kilobytes; whatever talks more is something else. */
const MAX_RECEIVED = 1_048_576
const MAX_QUOTE = 300
/** Bytes that are kept to tell who has answered. */
const HEAD = 1_000

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
  return new Conversation(socket, language, call, secured)
}

/** Why nothing comes any more, given what was waited for. */
type Ending = (what: string) => ProbeFailure

/** Open until it has ended for one reason; what came before that is still there to be read. */
class Conversation<Message> implements Line<Message> {
  readonly secured: boolean
  readonly stream: Socket
  readonly username: string
  readonly password: string
  readonly #call: Call
  readonly #language: Language<Message>
  readonly #decode: (chunk: Buffer) => void
  readonly #forgetLimits: () => void
  /** Messages that nobody has asked for yet. */
  readonly #messages: Message[] = []
  /** Gets the next message. */
  #take: ((message: Message) => void) | undefined
  #waiting: { what: string; reject: (failure: ProbeFailure) => void } | undefined
  #ending: Ending | undefined
  /** The first bytes, by which a foreign server is known. */
  #head: Buffer = Buffer.alloc(0)
  #received = 0
  #sentAt = performance.now()

  constructor(socket: Socket, language: Language<Message>, call: Call, secured: boolean) {
    this.stream = socket
    this.secured = secured
    this.username = call.username
    this.password = call.password
    this.#call = call
    this.#language = language
    this.#decode = language.decoder((message) => this.#arrived(message))
    this.#forgetLimits = onLimit(call.limits, (why) => this.#stop(why))
    socket.on('data', this.#read).on('end', this.#closed).on('close', this.#closed).on('error', this.#broken)
    socket.resume()
    if (socket.destroyed) this.#closed()
  }

  send(bytes: Uint8Array): void {
    if (this.#received === 0) this.#sentAt = performance.now()
    if (!this.stream.destroyed) this.stream.write(bytes)
  }

  next(what: string): Promise<Message> {
    const message = this.#messages.shift()
    if (message !== undefined) return Promise.resolve(message)
    const coming = new Promise<Message>((resolve) => {
      this.#take = resolve
    })
    return this.within(what, coming)
  }

  within<T>(what: string, promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ending !== undefined) reject(this.#ending(what))
      this.#waiting = { what, reject }
      // Before whoever waits goes on, and waits for the next thing.
      const done =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          this.#waiting = undefined
          settle(value)
        }
      promise.then(done(resolve), done(reject))
    })
  }

  failure(failure: FailureClass, message: string): ProbeFailure {
    return new ProbeFailure(failure, message, {
      address: this.#call.address,
      timings: { ...this.#call.timings, total: performance.now() - this.#call.started },
    })
  }

  quote(text: string): string {
    return oneLine(this.#conceal(text), MAX_QUOTE)
  }

  /** Stops listening; the socket stays as it is. */
  close(): void {
    this.#forgetLimits()
    this.stream
      .off('data', this.#read)
      .off('end', this.#closed)
      .off('close', this.#closed)
      .off('error', this.#broken)
  }

  get #where(): string {
    return `(${this.#call.address})`
  }

  #conceal = (text: string): string => {
    // Where a user name stands alone it is often an access token.
    const secret = this.password || this.username
    return secret === '' ? text : text.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***')
  }

  #arrived(message: Message): void {
    if (this.#take === undefined) this.#messages.push(message)
    else this.#take(message)
    this.#take = undefined
  }

  /** The first reason counts. */
  #end(ending: Ending): void {
    this.#ending ??= ending
    this.#waiting?.reject(this.#ending(this.#waiting.what))
  }

  #endWith(failure: FailureClass, words: (what: string) => string): void {
    this.#end((what) => this.failure(failure, `${words(what)} ${this.#where}`))
  }

  #stop(why: 'timeout' | 'cancelled'): void {
    this.stream.destroy()
    const { address, timeout } = this.#call
    const within = formatDuration(timeout)
    this.#end((what) =>
      why === 'cancelled'
        ? this.failure('cancelled', 'cancelled')
        : this.failure('timeout', `connected to ${address}, but no ${what} within ${within}`),
    )
  }

  #closed = (): void => {
    this.#endWith('protocol', (what) => `connection closed before the ${what}`)
  }

  #broken = (error: Error): void => {
    const code = codeOf(error) ?? 'unknown error'
    if (code.startsWith('ERR_SSL_')) {
      const words = remedied(`${tlsWords(code)} ${this.#where}`, sslCode(code))
      this.#end(() => this.failure('tls', words))
    } else this.#endWith('protocol', (what) => `connection reset before the ${what}`)
  }

  #isUnderstood(chunk: Buffer): boolean {
    if (!this.#language.begins.test(this.#head.toString('latin1'))) return false
    try {
      this.#decode(chunk)
      return true
    } catch {
      return false
    }
  }

  #read = (chunk: Buffer): void => {
    if (this.#ending !== undefined) return
    this.#call.timings.firstByte ??= performance.now() - this.#sentAt
    this.#received += chunk.length
    if (this.#head.length < HEAD) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, HEAD)
    if (this.#received > MAX_RECEIVED) {
      this.stream.destroy()
      this.#endWith('protocol', (what) => `more than 1 MiB came instead of the ${what}`)
    } else if (!this.#isUnderstood(chunk)) {
      const { name, useTls } = this.#language
      this.#endWith('protocol', () => foreign(this.#head, name, useTls, this.#conceal))
    }
  }
}
