import type { X509Certificate } from 'node:crypto'
import { joinWords, plural } from '../text/list.ts'
import { oneLine } from '../text/untrusted.ts'

/** The certificate that a server showed. */
export interface Certificate {
  /** Distinguished name, the most specific part first: `CN=example.com, O=Example`. */
  subject: string
  issuer: string
  /** ISO 8601, UTC */
  validTo: string
  /** Whole days until it expires; negative when it has. */
  daysLeft: number
}

const DAY_MS = 86_400_000

/** `now` is in ms since the epoch. */
export function certificateOf(shown: X509Certificate, now = Date.now()): Certificate {
  return {
    subject: distinguishedName(shown.subject),
    issuer: distinguishedName(shown.issuer),
    validTo: shown.validToDate.toISOString(),
    daysLeft: Math.floor((shown.validToDate.getTime() - now) / DAY_MS),
  }
}

/**
 * Why a certificate was refused.
 *
 * @param code of OpenSSL or Node, such as CERT_HAS_EXPIRED
 * @see https://docs.openssl.org/master/man1/openssl-verification-options/#diagnostics
 */
export function refusalInWords(code: string, shown: X509Certificate, host: string, now = Date.now()): string {
  const { subject, issuer, validTo, daysLeft } = certificateOf(shown, now)
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `the certificate is self-signed (${subject})`
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `the certificate is from an unknown issuer (${issuer})`
    case 'CERT_HAS_EXPIRED':
      if (daysLeft >= 0) return `a certificate in the chain of ${subject} has expired`
      return `the certificate expired ${daysLeft === -1 ? 'less than a day' : plural(-daysLeft - 1, 'day')} ago (${validTo})`
    case 'CERT_NOT_YET_VALID':
      return `the certificate is not yet valid (from ${shown.validFromDate.toISOString()})`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate is not for ${host} but for ${namesOf(shown, subject)}`
    default:
      return `the certificate was refused: ${oneLine(code, 100)}`
  }
}

function namesOf(shown: X509Certificate, subject: string): string {
  const names = (shown.subjectAltName ?? '').split(', ').filter((name) => name !== '')
  if (names.length === 0) return `${subject} (it has no alternative names)`
  const first = names.slice(0, 5).map((name) => name.replace(/^(?:DNS|IP Address):/, ''))
  if (names.length > first.length) first.push(`${names.length - first.length} more`)
  return oneLine(joinWords(first), 300)
}

function distinguishedName(lines: string): string {
  return oneLine((lines ?? '').split('\n').reverse().join(', '), 300)
}
