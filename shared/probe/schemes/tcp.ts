import { connectTcp } from '../../http/connect.ts'
import type { Check, Observation } from '../check.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'

/** A connection can be opened. That something listens is all it proves: prefer a scheme that speaks the protocol. */
export async function probe({ target }: Check, { timeout, signal }: Attempt): Promise<Observation> {
  if (target.scheme === 'exec') throw new TypeError('not a TCP target')
  const started = performance.now()
  try {
    const { socket, address, timings } = await connectTcp({
      host: target.url.hostname,
      port: Number(target.url.port),
      deadline: started + timeout,
      signal,
    })
    socket.destroy()
    return {
      address,
      timings: { ...timings, total: performance.now() - started },
      note: 'accepts connections',
    }
  } catch (error) {
    throw asProbeFailure(error)
  }
}
