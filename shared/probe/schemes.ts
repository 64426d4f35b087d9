import type { KeepAlive } from '../http/keep-alive.ts'
import type { Check, Observation } from './check.ts'
import type { SettingName } from './settings.ts'

/** What one try may use: everything from connecting to the last byte happens within `timeout` milliseconds. */
export interface Attempt {
  timeout: number
  signal: AbortSignal
  /** PEM certificates of `ca-file`, read once. */
  ca: readonly string[]
  /** Connections kept between timed samples; whoever made them closes them. */
  connections?: KeepAlive
}

/**
 * One try on one target. Resolves with what was seen when there was an answer.
 *
 * @throws ProbeFailure when there was none
 */
export type Probe = (check: Check, attempt: Attempt) => Promise<Observation>

interface Scheme {
  /** What the URL looks like, for messages. */
  form: string
  /** The settings that mean something here, beside {@link COMMON_SETTINGS}. */
  settings: readonly SettingName[]
  /** Loaded on use: a step pays only for the schemes in its list. */
  load: () => Promise<{ probe: Probe }>
}

/** Settings that every scheme has. */
export const COMMON_SETTINGS: readonly SettingName[] = [
  'timeout',
  'attempt-timeout',
  'interval',
  'initial-delay',
  'success-threshold',
  'hold',
  'invert',
]

const ANSWER: readonly SettingName[] = [
  'expect-body',
  'expect-json',
  'expect-version',
  'version-path',
  'same-version',
]
const TLS: readonly SettingName[] = ['tls-verify', 'ca-file', 'min-certificate-days']
const HTTP: readonly SettingName[] = [
  ...ANSWER,
  ...TLS,
  'method',
  'headers',
  'body',
  'expect-status',
  'health-json',
  'stop-on',
  'follow-redirects',
  'samples',
  'concurrency',
  'max-p95',
  'max-p99',
  'max-error-rate',
  'max-body',
]

/** A new scheme is one file in schemes/ and one row here. */
const TABLE = {
  http: { form: 'http://host/path', settings: HTTP, load: () => import(/* webpackMode: "eager" */ './schemes/http.ts') },
  https: { form: 'https://host/path', settings: HTTP, load: () => import(/* webpackMode: "eager" */ './schemes/http.ts') },
  tcp: { form: 'tcp://host:port', settings: [], load: () => import('./schemes/tcp.ts') },
  tls: { form: 'tls://host:port', settings: TLS, load: () => import('./schemes/tls.ts') },
  file: { form: 'file:///path', settings: ['contains', 'max-age'], load: () => import('./schemes/file.ts') },
  exec: {
    form: 'exec: [program, argument]',
    settings: [...ANSWER, 'expect-exit'],
    load: () => import('./schemes/exec.ts'),
  },
} satisfies Record<string, Scheme>

export type SchemeName = keyof typeof TABLE

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = TABLE

export function isScheme(name: string): name is SchemeName {
  return Object.hasOwn(TABLE, name)
}
