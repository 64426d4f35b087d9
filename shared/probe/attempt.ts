import { messageOf } from '../action/errors.ts'
import { redact } from '../action/secrets.ts'
import { cut } from '../text/untrusted.ts'
import type { Check, Observation, Try } from './check.ts'
import { type FailureClass, ProbeFailure } from './failure.ts'
import { judge } from './judge.ts'
import type { Attempt } from './probe.ts'
import { loadProbe } from './probes.ts'

const EXCERPT_LENGTH = 500
/** Bytes: a secret that begins within the excerpt should end within this. */
const EXCERPT_READ = 8_192
/** Failures of our own side, and those that somebody had to answer for: they do not prove that a target is down. */
const NO_PROOF_OF_DOWN: readonly FailureClass[] = [
  'tls',
  'certificate',
  'authentication',
  'redirect',
  'config',
  'cancelled',
]

/** Probes a check once and judges the answer. Never throws: whatever went wrong is the outcome of the try. */
export async function tryOnce(check: Check, attempt: Attempt, load = loadProbe): Promise<Try> {
  const outcome = await observe(check, attempt, load)
  if (!check.settings.invert) return outcome
  if (outcome.good) return { ...outcome, good: false, failure: 'up', reason: `still up: ${outcome.reason}` }
  if (outcome.failure !== undefined && NO_PROOF_OF_DOWN.includes(outcome.failure)) return outcome
  // Too little time was left for any answer.
  if (outcome.failure === 'timeout' && attempt.timeout < check.settings['attempt-timeout']) return outcome
  const { failure, ...rest } = outcome
  return { ...rest, good: true, permanent: false, reason: `down: ${outcome.reason}` }
}

async function observe(check: Check, attempt: Attempt, load: typeof loadProbe): Promise<Try> {
  let seen: Observation | undefined
  try {
    const probe = await load(check.target.scheme)
    seen = await probe(check, attempt)
    const { failure, reason, ...verdict } = await judge(check, seen)
    return {
      ...verdict,
      good: failure === undefined,
      ...(failure === undefined ? {} : { failure }),
      reason,
      ...described(seen),
    }
  } catch (error) {
    const failure =
      error instanceof ProbeFailure
        ? error
        : new ProbeFailure('config', `the answer could not be judged: ${messageOf(error)}`)
    return {
      good: false,
      failure: failure.failure,
      reason: failure.message,
      permanent: failure.permanent,
      degraded: [],
      timings: failure.timings ?? { total: 0 },
      ...(failure.address === undefined ? {} : { address: failure.address }),
      ...(seen === undefined ? {} : described(seen)),
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
    // Redacted before it is cut: half a secret would not be recognised.
    ...(body === undefined
      ? {}
      : { excerpt: cut(redact(body.subarray(0, EXCERPT_READ).toString('utf8')), EXCERPT_LENGTH) }),
  }
}
