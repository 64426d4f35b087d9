import { messageOf } from '../action/errors.ts'
import { cut } from '../text/untrusted.ts'
import { type Check, type FailureClass, type Observation, ProbeFailure, type Try } from './check.ts'
import { judge } from './judge.ts'
import { type Attempt, SCHEMES } from './schemes.ts'

const EXCERPT_LENGTH = 500
/** Failures of our own side, and a refused certificate: somebody answers, so they do not prove that a target is down. */
const NO_PROOF_OF_DOWN: readonly FailureClass[] = ['tls', 'config', 'cancelled', 'redirect']

/** Probes a check once and judges the answer. Never throws: whatever went wrong is the outcome of the try. */
export async function tryOnce(check: Check, attempt: Attempt): Promise<Try> {
  const outcome = await observe(check, attempt)
  if (!check.settings.invert) return outcome
  if (outcome.good) return { ...outcome, good: false, failure: 'up', reason: `still up: ${outcome.reason}` }
  if (outcome.failure !== undefined && NO_PROOF_OF_DOWN.includes(outcome.failure)) return outcome
  const { failure, ...rest } = outcome
  return { ...rest, good: true, permanent: false, reason: `down: ${outcome.reason}` }
}

async function observe(check: Check, attempt: Attempt): Promise<Try> {
  try {
    const { probe } = await SCHEMES[check.target.scheme].load()
    const seen = await probe(check, attempt)
    const { failure, reason, ...verdict } = await judge(check, seen)
    return {
      ...verdict,
      good: failure === undefined,
      ...(failure === undefined ? {} : { failure }),
      reason,
      ...described(seen),
    }
  } catch (error) {
    const failure = error instanceof ProbeFailure ? error : new ProbeFailure('protocol', messageOf(error))
    return {
      good: false,
      failure: failure.failure,
      reason: failure.message,
      permanent: failure.permanent,
      degraded: [],
      timings: failure.timings ?? { total: 0 },
      ...(failure.address === undefined ? {} : { address: failure.address }),
    }
  }
}

function described({
  status,
  address,
  certificate,
  timings,
  body,
}: Observation): Pick<Try, 'timings'> & Partial<Try> {
  return {
    timings,
    ...(status === undefined ? {} : { status }),
    ...(address === undefined ? {} : { address }),
    ...(certificate === undefined ? {} : { certificate }),
    // Four bytes a character at the most.
    ...(body === undefined
      ? {}
      : { excerpt: cut(body.subarray(0, EXCERPT_LENGTH * 4).toString('utf8'), EXCERPT_LENGTH) }),
  }
}
