import { oneLine } from '../../../shared/text/untrusted.ts'
import type { EmailTarget } from '../model.ts'

/** What nodemailer and the system throw. */
export interface SmtpError {
  code?: string | undefined
  syscall?: string | undefined
  /** Of SMTP. */
  responseCode?: number | undefined
  response?: string | undefined
  command?: string | undefined
  message?: string | undefined
}

const CERTIFICATE =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/
/** OpenSSL got something that is not TLS, or the server spoke TLS where words were expected. */
const NOT_TLS =
  /wrong version number|packet length too long|unknown protocol|http request|record layer|decryption failed|tlsv1 alert|SSL routines/i

const AGAIN = 'It may have arrived, so it was not sent again.'

/** Of an answer of the server, by its code. */
const BY_CODE: readonly (readonly [RegExp, string])[] = [
  [/^530/, 'The server wants a login: give "user" and "password" (or smtps://user:password@host).'],
  [/^534|^535|^538/, 'Are "user" and "password" right? Many providers want an app password.'],
  [/^454/, 'The server cannot check logins now: try again later.'],
  [/^421|^45\d/, 'The server does not take it now (too much mail, or greylisting): try again later.'],
  [/^552/, 'The server finds the e-mail too large, or the mailbox full.'],
  [
    /^55[0134]|^50[01234]|^55[567]/,
    'The server does not take this "from" or one of "to". May "user" send as "from"?',
  ],
]

/** One word for what was wrong; pure. */
export function emailWord({ code = 'esmtp', syscall, message = '' }: SmtpError): string {
  if (code === 'EDNS' || syscall === 'getaddrinfo' || /^ENOTFOUND$|^EAI_/.test(code)) return 'dns'
  if (CERTIFICATE.test(code) || /certificate/i.test(message)) return 'certificate'
  if (syscall === 'connect' || code === 'ECONNREFUSED' || code === 'EHOSTUNREACH') return 'connect'
  if (NOT_TLS.test(message) || code === 'EPROTO' || code === 'ETLS') return 'tls'
  if (/greeting never received/i.test(message)) return 'no_greeting'
  return code === 'ETIMEDOUT' ? 'timeout' : code.toLowerCase()
}

/** What was said, in words for people, and what helps; pure. */
export function emailRemedy(
  error: SmtpError,
  word: string,
  { secure, host, port }: Pick<EmailTarget, 'secure' | 'host' | 'port'>,
): { said: string; remedy: string } {
  const { code = '', responseCode, message = '' } = error
  const said = oneLine(message, 300)
  switch (word) {
    case 'dns':
      return { said, remedy: 'Is the host of "smtp" right, and may the runner resolve it?' }
    case 'connect':
      return {
        said,
        remedy: 'Is "smtp" right, and may the runner reach it? GitHub’s own runners cannot use port 25.',
      }
    case 'certificate':
      return {
        said: `The certificate of ${host} is not trusted: ${said}`,
        remedy: certificateRemedy(code, message),
      }
    case 'tls':
      return secure
        ? {
            said: `The server does not speak TLS at port ${port}`,
            remedy:
              'Write smtp:// (usually port 587), which begins TLS with STARTTLS, or use the port of smtps (465).',
          }
        : {
            said: `The server does not begin TLS at port ${port} (STARTTLS)`,
            remedy: 'Without TLS the password could be read: use smtps:// (usually port 465).',
          }
    case 'no_greeting':
      return {
        said: `The server at port ${port} said nothing`,
        remedy: secure
          ? 'Is it the port of smtps (465)?'
          : 'A server that waits for TLS is silent: is it the port of smtps:// (465), not of smtp:// (587)?',
      }
    case 'timeout':
    case 'econnection':
      return { said, remedy: AGAIN }
    case 'cancelled':
    case 'ecancelled':
      return { said, remedy: AGAIN }
  }
  const wantsTls = responseCode === 530 && /starttls/i.test(message)
  if (wantsTls)
    return {
      said,
      remedy: 'The server wants TLS first: write smtp:// to its name, not to an address of this machine.',
    }
  const found = BY_CODE.find(([pattern]) => pattern.test(String(responseCode ?? '')))
  if (found !== undefined) return { said, remedy: found[1] }
  if (word === 'eauth')
    return { said, remedy: 'Are "user" and "password" right? Many providers want an app password.' }
  if (word === 'eenvelope') return { said, remedy: 'The server does not take this "from" or one of "to".' }
  if (word === 'esocket') return { said, remedy: 'Is "smtp" right: smtps (465) or smtp (587)?' }
  return { said, remedy: '' }
}

function certificateRemedy(code: string, message: string): string {
  if (code === 'CERT_HAS_EXPIRED' || /expired/i.test(message))
    return 'It has expired: renew it on the server.'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || /altname|host(?:name)?/i.test(message))
    return 'It is for another name: write the name of the certificate in "smtp".'
  return 'A company’s own authority is trusted through NODE_EXTRA_CA_CERTS (a file of certificates, in `env` of the job).'
}
