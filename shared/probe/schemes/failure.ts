import { type FailureKind, RequestError } from '../../http/errors.ts'
import { type FailureClass, ProbeFailure } from '../check.ts'

const CLASS_OF: Record<FailureKind, FailureClass> = {
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  timeout: 'timeout',
  protocol: 'protocol',
  redirect: 'redirect',
  'refused-address': 'config',
  invalid: 'config',
  cancelled: 'cancelled',
}

/** A failed connection or request in the words of a probe; anything else is a defect and is passed on as it is. */
export function asProbeFailure(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error
  const timings =
    error.timings.total === undefined ? undefined : { ...error.timings, total: error.timings.total }
  return new ProbeFailure(CLASS_OF[error.kind], error.message, {
    permanent: error.permanent,
    address: error.address,
    timings,
  })
}

/** Host and port of a target that is not HTTP. */
export function hostAndPort(url: URL): { host: string; port: number } {
  return { host: url.hostname, port: Number(url.port) }
}
