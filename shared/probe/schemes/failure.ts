import { type FailureKind, RequestError } from '../../http/errors.ts'
import { type FailureClass, ProbeFailure } from '../failure.ts'

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

const CLIENT = 'give client-cert and client-key'
const AUTHORITY = 'give the certificate of that authority with ca-file'

/** What the user of a check can do about it, by the code of the failure. */
const REMEDIES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'give it with ca-file',
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the server sends no certificate of its issuer. Either it leaves out an intermediate one (let it send the full chain), or its authority is private (give its certificate with ca-file)',
  CERT_NOT_YET_VALID: 'is the clock of this machine right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'when another name is right, give it with server-name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT,
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'http-version: auto takes HTTP/2 and HTTP/1.1',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: `when it demands a client certificate, ${CLIENT}`,
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'give the right name with server-name',
  ONLY_HTTP2: 'write h2c:// (or grpc://), with TLS http-version: 2',
  NO_HTTP2: 'write http:// or https://, with http-version: 1.1',
}

/** The message with what can be done about it. @param code of the failure */
export function remedied(message: string, code: string | undefined): string {
  const remedy = code === undefined ? undefined : REMEDIES[code]
  return remedy === undefined ? message : `${message}: ${remedy}`
}

/** A failed connection or request in the words of a probe; anything else is a defect and is passed on as it is. */
export function asProbeFailure(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error
  const timings =
    error.timings.total === undefined ? undefined : { ...error.timings, total: error.timings.total }
  const message = remedied(error.message, error.code)
  return new ProbeFailure(CLASS_OF[error.kind], message, {
    permanent: error.permanent,
    address: error.address,
    timings,
  })
}
