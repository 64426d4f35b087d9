import type { TLSSocket } from 'node:tls'
import { connectTcp } from '../../http/connect.ts'
import { codeOf, RequestError } from '../../http/errors.ts'
import { tlsWords } from '../../http/failures.ts'
import { type Limits, onLimit } from '../../http/limits.ts'
import { sslCode, startTls } from '../../http/tls.ts'
import type { Check, Observation } from '../check.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'
import { destinationOf, tlsOf } from './way.ts'

/** A TLS handshake with a trusted certificate for this name. */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  const { target } = check
  const { timeout, signal } = attempt
  if (target.scheme === 'exec') throw new TypeError('not a TLS target')
  const started = performance.now()
  const deadline = started + timeout
  try {
    const { host, port } = destinationOf(check, target.url)
    const tcp = await connectTcp({ host, port, deadline, signal })
    const trust = tlsOf(check, attempt)
    const servername = trust.servername ?? target.url.hostname
    const tls = await startTls(tcp.socket, {
      ...trust,
      servername,
      address: tcp.address,
      deadline,
      signal,
    })
    await stays(tls, tcp.timings.connect, { deadline, signal }, tcp.address)
    tls.socket.destroy()
    return {
      address: tcp.address,
      certificate: tls.certificate,
      timings: { ...tcp.timings, tls: tls.ms, total: performance.now() - started },
      note: `certificate for ${tls.certificate.subject}, ${tls.certificate.daysLeft} days left`,
    }
  } catch (error) {
    throw asProbeFailure(error)
  }
}

/** Beyond a round trip: how long a server may take to look at the certificate of a client that has none. */
const REFUSAL_MS = 50

/**
 * Under TLS 1.3 the handshake of a client ends before the server has looked at its certificate: a refusal comes as an
 * alert afterwards. A byte of anything else, or silence, means that the client is welcome.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2.4
 */
function stays(
  { socket }: { socket: TLSSocket },
  roundTrip: number,
  { deadline, signal }: Limits,
  address: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = Math.min(deadline, performance.now() + REFUSAL_MS + roundTrip)
    const forget = onLimit({ deadline: patience, signal }, () => resolve())
    const welcome = (): void => {
      forget()
      resolve()
    }
    socket.once('data', welcome).once('end', welcome)
    socket.once('error', (error) => {
      forget()
      const code = sslCode(codeOf(error) ?? '')
      if (!code.startsWith('ERR_SSL_')) return resolve()
      reject(new RequestError('tls', `${tlsWords(code)} (${address})`, { phase: 'tls', code, address }))
    })
    socket.resume()
  })
}
