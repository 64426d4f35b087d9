import { oneLine } from '../../../shared/text/untrusted.ts'
import { emailOf } from '../message/email-content.ts'
import type { Message } from '../message/message.ts'
import type { Delivered, EmailTarget } from '../model.ts'
import { delivered, undelivered, type Wire } from './delivery.ts'
import { emailRemedy, emailWord, type SmtpError } from './email-words.ts'
import { pauseBefore } from './retry.ts'

const CONNECT_MS = 10_000

/** Hands the e-mail in, once, or again when no server was reached. Who does not get it is told. */
export async function sendEmail(target: EmailTarget, message: Message, wire: Wire): Promise<Delivered> {
  const { createTransport } = await import('nodemailer')
  for (let tried = 1; ; tried++) {
    // nodemailer hands these on to the resolver, which takes whole numbers only.
    const left = Math.max(1, Math.floor(wire.deadline - performance.now()))
    // Before the time is over, so that what the server was waited for is told.
    const patience = Math.max(1, Math.min(CONNECT_MS, Math.floor(left * 0.9)))
    const transport = createTransport({
      host: target.host,
      port: target.port,
      secure: target.secure,
      requireTLS: target.demandsTls,
      ...(target.user === '' ? {} : { auth: { user: target.user, pass: target.password } }),
      dnsTimeout: patience,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: left,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    try {
      const mail = { ...emailOf(message), from: target.from, to: [...target.to] }
      const info = await withinDeadline(transport.sendMail(mail), left, wire.signal)
      return handedIn(info)
    } catch (thrown) {
      const error = thrown as SmtpError
      const word = emailWord(error)
      // Only a name or a connection that was never there: what breaks later may have taken the e-mail along.
      const kind = word === 'dns' || word === 'connect' ? word : 'protocol'
      const pause = pauseBefore({ kind, phase: 'connect', permanent: false }, tried, left, Date.now())
      if (pause === undefined || wire.signal.aborted) return failed(error, word, target)
      await new Promise((resolve) => setTimeout(resolve, pause))
    } finally {
      transport.close()
    }
  }
}

interface Info {
  response?: string | undefined
  rejected?: readonly unknown[] | undefined
  rejectedErrors?: readonly SmtpError[] | undefined
}

/** A server that takes some of the recipients takes the e-mail; the others are told. */
function handedIn({ response = '', rejected = [], rejectedErrors = [] }: Info): Delivered {
  const status = Number(/^\d{3}/.exec(response)?.[0] ?? 250)
  if (rejected.length === 0) return delivered(status)
  const who = rejected.map((each) => oneLine(addressOf(each), 100)).join(', ')
  const said = [
    ...new Set(rejectedErrors.map((error) => oneLine(error.response ?? error.message ?? '', 150))),
  ]
  const why = said.length === 0 ? '' : ` The server says: ${said.join('; ')}.`
  const message = `The server does not take it for ${who}; the other recipients get it.${why} Is the address right?`
  return undelivered('recipient_refused', message, rejectedErrors[0]?.responseCode ?? status)
}

function addressOf(recipient: unknown): string {
  if (typeof recipient === 'string') return recipient
  return String((recipient as { address?: unknown } | null)?.address ?? recipient)
}

function failed(error: SmtpError, word: string, target: EmailTarget): Delivered {
  const { said, remedy } = emailRemedy(error, word, target)
  return undelivered(word, `${said.replace(/\.$/, '')}. ${remedy}`.trim(), error.responseCode)
}

function withinDeadline<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (code: string, message: string) => () => reject(Object.assign(new Error(message), { code }))
    const timer = setTimeout(stop('ETIMEDOUT', 'The server did not take the e-mail in time'), ms)
    const abort = stop('ECANCELLED', 'Cancelled')
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    })
  })
}
