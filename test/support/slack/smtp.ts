import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { type CertificateKind, certificate } from '../certificates.ts'
import type { LyingServer } from '../lying-servers.ts'

export interface RealMail {
  from: string
  to: string[]
  text: string
  user: string
  /** The version of TLS that it came over; empty without. */
  tls: string
}

export interface RealSmtp extends LyingServer {
  readonly mails: RealMail[]
}

export interface RealSmtpSettings {
  /** TLS from the first byte. */
  secure?: boolean
  certificate?: CertificateKind
  /** Without STARTTLS. */
  plain?: boolean
  /** User and password; nobody has to log in without them. */
  login?: { user: string; password: string }
  /** Recipients that are refused. */
  refuses?: readonly string[]
}

/** `smtp-server` of Nodemailer's own authors: TLS, STARTTLS and AUTH as they are. */
export async function startRealSmtp(settings: RealSmtpSettings = {}): Promise<RealSmtp> {
  const { secure = false, plain = false, login, refuses = [] } = settings
  const { key, cert } = await certificate(settings.certificate ?? 'good')
  const mails: RealMail[] = []
  const options: SMTPServerOptions = {
    secure,
    key,
    cert,
    logger: false,
    authOptional: login === undefined,
    allowInsecureAuth: plain,
    disabledCommands: [...(plain ? ['STARTTLS'] : []), ...(login === undefined ? ['AUTH'] : [])],
    onAuth: (given, _session, answer) => {
      const { username: user, password } = given
      if (user !== undefined && user === login?.user && password === login.password) answer(null, { user })
      else answer(refusal(535, '5.7.8 Bad credentials'))
    },
    onRcptTo: ({ address }, _session, answer) =>
      answer(refuses.includes(address) ? refusal(550, `5.1.1 <${address}> No such user`) : null),
    onData: (stream, session, answer) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          user: String(session.user ?? ''),
          tls: (session as { tlsOptions?: { name?: string } | false }).tlsOptions ? 'TLS' : '',
        })
        answer(null, '2.0.0 Queued')
      })
    },
  }
  const server = new SMTPServer(options)
  // A client that goes away in the middle is what some tests are about.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`,
    port,
    requests: 0,
    openSockets: 0,
    maxOpenSockets: 0,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
