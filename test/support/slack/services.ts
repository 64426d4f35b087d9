import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { LyingServer } from '../lying-servers.ts'
import { changeProblems, discordProblems, pagerDutyProblems } from './further-limits.ts'
import { type Received, type Reply, type StandIn, startStandIn } from './stand-in.ts'

type Faults = (received: Received, nth: number) => Reply | undefined
const none: Faults = () => undefined

export const DISCORD_PATH = '/api/webhooks/1234567890/pLaNtEdDiscordSecret0123'
export const ROUTING_KEY = 'planted0routing0key0123456789012'

/** Discord's webhook: 204, or 400 with code 50035 for a message over a limit. */
export const startDiscord = (faults = none): Promise<StandIn> =>
  startStandIn((received, nth) => {
    const fault = faults(received, nth)
    if (fault !== undefined) return fault
    if (received.path !== DISCORD_PATH)
      return { status: 404, body: { message: 'Unknown Webhook', code: 10015 } }
    const problems = discordProblems(received.json)
    if (problems.length === 0) return { status: 204 }
    return { status: 400, body: { code: 50035, message: 'Invalid Form Body', errors: problems } }
  })

/** PagerDuty's Events API v2: 202, or 400 with what is wrong. */
export const startPagerDuty = (faults = none): Promise<StandIn> =>
  startStandIn((received, nth) => {
    const fault = faults(received, nth)
    if (fault !== undefined) return fault
    if (received.path !== '/v2/enqueue' && received.path !== '/v2/change/enqueue') return { status: 404 }
    const errors =
      received.path === '/v2/enqueue' ? pagerDutyProblems(received.json) : changeProblems(received.json)
    if (errors.length > 0)
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } }
    return {
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: received.json.dedup_key },
    }
  })

export interface Smtp extends LyingServer {
  readonly mails: { from: string; to: string[]; text: string; user: string }[]
}

export interface SmtpFaults {
  /** Code and words instead of 250, after the mail was taken in. */
  data?: string
  auth?: string
  rcpt?: string
  /** Never says its greeting; or goes away after the mail was taken in. */
  behaviour?: 'silence' | 'gone-after-data'
  noTls?: boolean
}

/** An SMTP server as RFC 5321 has it: without TLS (STARTTLS is not offered), with AUTH PLAIN and its line limit. */
export async function startSmtp(faults: SmtpFaults = {}): Promise<Smtp> {
  const mails: Smtp['mails'] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    if (faults.behaviour !== 'silence') converse(socket, faults, mails)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...{ url: `smtp://127.0.0.1:${port}`, port, requests: 0, openSockets: 0, maxOpenSockets: 0, mails },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function converse(socket: Socket, faults: SmtpFaults, mails: Smtp['mails']): void {
  let mail = { from: '', to: [] as string[], text: '', user: '' }
  let inData = false
  let buffered = ''
  const say = (line: string): unknown => socket.write(`${line}\r\n`)
  const hear = (line: string): unknown => {
    const [verb = '', rest = ''] = line.split(/ (.*)/s)
    switch (verb.toUpperCase()) {
      case 'EHLO':
        return say('250-mail.test\r\n250-AUTH PLAIN\r\n250 SIZE 1000000')
      case 'AUTH':
        mail.user =
          Buffer.from(rest.replace(/^PLAIN /, ''), 'base64')
            .toString('utf8')
            .split('\0')[1] ?? ''
        return say(faults.auth ?? '235 2.7.0 Accepted')
      case 'MAIL':
        mail.from = /<(.*?)>/.exec(rest)?.[1] ?? ''
        return say('250 OK')
      case 'RCPT':
        if (faults.rcpt !== undefined) return say(faults.rcpt)
        mail.to.push(/<(.*?)>/.exec(rest)?.[1] ?? '')
        return say('250 OK')
      case 'DATA':
        inData = true
        return say('354 Go on')
      case 'QUIT':
        return socket.end('221 Bye\r\n')
      default:
        return say('500 What?')
    }
  }
  say('220 mail.test ESMTP')
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    buffered += chunk
    for (;;) {
      const end = buffered.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const part = buffered.slice(0, end)
      buffered = buffered.slice(end + (inData ? 5 : 2))
      if (!inData) {
        hear(part)
        continue
      }
      inData = false
      const tooLong = part.split('\r\n').some((line) => line.length > 998)
      mail.text = part
      if (!tooLong && faults.data === undefined) mails.push(mail)
      mail = { from: '', to: [], text: '', user: '' }
      if (faults.behaviour === 'gone-after-data') socket.destroy()
      else say(tooLong ? '500 Line too long' : (faults.data ?? '250 2.0.0 Queued'))
    }
  })
}
