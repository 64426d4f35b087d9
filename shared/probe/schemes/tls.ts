import { connectTcp } from '../../http/connect.ts'
import { startTls } from '../../http/tls.ts'
import type { Check, Observation } from '../check.ts'
import type { Attempt } from '../schemes.ts'
import { asProbeFailure, hostAndPort } from './failure.ts'

/** A TLS handshake with a trusted certificate for this name. */
export async function probe(
  { target, settings }: Check,
  { timeout, signal, ca }: Attempt,
): Promise<Observation> {
  if (target.scheme === 'exec') throw new TypeError('not a TLS target')
  const started = performance.now()
  const deadline = started + timeout
  try {
    const { host, port } = hostAndPort(target.url)
    const tcp = await connectTcp({ host, port, deadline, signal })
    const tls = await startTls(tcp.socket, {
      servername: host,
      address: tcp.address,
      verify: settings['tls-verify'],
      ca,
      deadline,
      signal,
    })
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
