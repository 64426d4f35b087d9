import type { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import { formatDuration } from '../text/duration.ts'
import { crypto, tls } from './builtin.ts'
import { type Certificate, certificateOf, refusalInWords } from './certificate.ts'
import { codeOf, RequestError } from './errors.ts'
import { bareHost } from './host.ts'
import { type Limits, onLimit } from './limits.ts'

export interface TlsTrust {
  /** false accepts any certificate, and still reports it. */
  verify: boolean
  /**
   * PEM texts trusted in addition to the default store, which honours NODE_EXTRA_CA_CERTS. Pass the same array again
   * to reuse what was made of it.
   */
  ca: readonly string[]
  /** What the client shows of itself to a server that asks. Pass the same object again, too. */
  identity?: ClientIdentity | undefined
  /** Sent as SNI and looked for in the certificate, in the place of the host of the URL. */
  servername?: string | undefined
}

/** PEM texts: the certificate (its chain may follow), and its private key. */
export interface ClientIdentity {
  cert: string
  key: string
}

export interface TlsOptions extends TlsTrust, Limits {
  /** The name or IP address that the certificate must be for; a name is sent as SNI. */
  servername: string
  /** The address under the socket, for messages. */
  address?: string | undefined
  /** Protocols to offer, such as `['http/1.1']`. */
  alpn?: readonly string[] | undefined
}

export interface TlsConnection {
  /** Errors on it are never thrown at the process; whoever wants to know listens to `error` or `close`. */
  socket: TLSSocket
  certificate: Certificate
  /** What the server has chosen of `alpn`; undefined when it has chosen nothing. */
  protocol: string | undefined
  /** How long the handshake took. */
  ms: number
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was closed during the TLS handshake',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS on this port',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the server refused the TLS handshake',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks no TLS version that is still safe',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
    'the server speaks TLS, but none of the protocols that were offered',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server demands a client certificate',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'the server has no certificate for this name',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server speaks no TLS version that is still safe',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS on this port',
}

/** OpenSSL 3.5 calls `SSLV3_ALERT_…` of its older versions `SSL/TLS_ALERT_…`. */
export function sslCode(code: string): string {
  return code.replace(/^ERR_SSL_SSL\/TLS_ALERT_/, 'ERR_SSL_SSLV3_ALERT_')
}

/** Building a store of 150 certificates takes ms, and checks come back with the same list again and again. */
const contexts = new WeakMap<readonly string[], WeakMap<object, SecureContext>>()
const NOBODY = {}

/**
 * TLS over a connected socket. Nothing but the handshake is sent before the certificate has been accepted. The
 * socket is destroyed on failure.
 *
 * @throws RequestError tls (a refused certificate is told in words), timeout, cancelled, invalid (`ca`)
 */
export async function startTls(socket: Socket, options: TlsOptions): Promise<TlsConnection> {
  const { address, verify } = options
  const begun = performance.now()
  const name = bareHost(options.servername).replace(/\.$/, '')
  const failure = (words: string, code?: string, permanent = false): RequestError =>
    new RequestError('tls', address === undefined ? words : `${words} (${address})`, {
      phase: 'tls',
      address,
      code,
      permanent,
    })
  let forget: (() => void) | undefined
  try {
    const secureContext = contextFor(options.ca, options.identity)
    return await new Promise((resolve, reject) => {
      forget = onLimit(options, (why) => {
        const waited = formatDuration(performance.now() - begun)
        const message = why === 'cancelled' ? 'cancelled' : `no TLS handshake within ${waited}`
        const where = why === 'cancelled' || address === undefined ? '' : ` (connected to ${address})`
        reject(new RequestError(why, message + where, { phase: 'tls', address }))
      })
      if (socket.destroyed) return reject(failure(WORDS['ECONNRESET'] ?? '', 'ECONNRESET'))
      const secured = tls().connect({
        socket,
        host: name,
        servername: isIP(name) === 0 ? name : '',
        // The verdict is read below, so that it can be told in words, and so that NODE_TLS_REJECT_UNAUTHORIZED
        // changes nothing.
        rejectUnauthorized: false,
        ...(secureContext === undefined ? {} : { secureContext }),
        ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
      })
      secured.on('error', (error) => {
        const code = sslCode(codeOf(error) ?? 'unknown error')
        reject(failure(WORDS[code] ?? `the TLS handshake failed: ${code}`, code))
      })
      secured.once('secureConnect', () => {
        const shown: X509Certificate | undefined = secured.getPeerX509Certificate()
        if (shown === undefined) return reject(failure('the server showed no certificate'))
        if (verify && !secured.authorized) {
          const code = leafAlone(secured, shown) ?? String(secured.authorizationError)
          return reject(failure(refusalInWords(code, shown, name), code, code === 'CERT_HAS_EXPIRED'))
        }
        resolve({
          socket: secured,
          certificate: certificateOf(shown),
          protocol: secured.alpnProtocol || undefined,
          ms: performance.now() - begun,
        })
      })
    })
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    forget?.()
  }
}

/**
 * One code for a certificate of unknown issuer that comes without any of its issuer: OpenSSL has two, and which one it
 * is depends on what else is trusted.
 */
function leafAlone(socket: TLSSocket, shown: X509Certificate): string | undefined {
  const isUnknown = /^UNABLE_TO_(?:GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)$/.test(
    String(socket.authorizationError),
  )
  if (!isUnknown || shown.issuerCertificate !== undefined) return undefined
  return 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
}

/** @throws RequestError invalid, when a text is not PEM certificates: OpenSSL skips silently what it cannot read */
function contextFor(ca: readonly string[], identity: ClientIdentity | undefined): SecureContext | undefined {
  if (ca.length === 0 && identity === undefined) return undefined
  const ofList = contexts.get(ca) ?? new WeakMap<object, SecureContext>()
  contexts.set(ca, ofList)
  const known = ofList.get(identity ?? NOBODY)
  if (known !== undefined) return known
  const context = tls().createSecureContext({
    ...(ca.length === 0 ? {} : { ca: storeWith(ca) }),
    // Who trusts an issuing CA need not have its root as well.
    allowPartialTrustChain: ca.length > 0,
    ...(identity === undefined ? {} : { cert: identity.cert, key: identity.key }),
  })
  ofList.set(identity ?? NOBODY, context)
  return context
}

function storeWith(ca: readonly string[]): string[] {
  const { X509Certificate } = crypto()
  try {
    const given = ca.flatMap((pem) => {
      const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
      if (blocks === null) throw new Error('no certificate')
      return blocks.map((block) => new X509Certificate(block).toString())
    })
    return [...tls().getCACertificates('default'), ...given]
  } catch {
    throw new RequestError('invalid', 'the additional CA certificates are not readable PEM certificates', {
      phase: 'tls',
      permanent: true,
    })
  }
}
