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

/** What the URL of a database or broker holds beside host and credentials. */
export interface ServiceUrl {
  /** Its usual port. */
  port: number
  /** What may follow the slash after the host; nothing when absent. */
  path?: RegExp
  /** Parameters, with the words that they accept; any word when there are none. */
  query?: Readonly<Record<string, readonly string[]>>
}

interface Scheme {
  /** What the URL looks like, for messages. */
  form: string
  service?: ServiceUrl
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
  'stable-for',
  'hold',
  'invert',
]

const ANSWER: readonly SettingName[] = [
  'expect-body',
  'expect-json',
  'expect-version',
  'version-path',
  'version-pattern',
  'same-version',
]
/** Whatever is connected to over TCP. */
const TCP: readonly SettingName[] = ['connect-to']
const TLS: readonly SettingName[] = [
  ...TCP,
  'tls-verify',
  'ca-file',
  'min-certificate-days',
  'server-name',
  'client-cert',
  'client-key',
]
/** HTTP, whatever the way to it. */
const HTTP_ALONE: readonly SettingName[] = [
  ...ANSWER,
  'expect-header',
  'version-header',
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
  'baseline',
  'baseline-key',
  'max-regression',
  'max-body',
]
const HTTP: readonly SettingName[] = [...HTTP_ALONE, ...TLS, 'http-version']
const loadHttp = (): Promise<{ probe: Probe }> => import(/* webpackMode: "eager" */ './schemes/http.ts')

const REDIS: ServiceUrl = { port: 6379, path: /^\d{0,5}$/ }
const POSTGRES: ServiceUrl = {
  port: 5432,
  path: /^[^/]*$/,
  query: {
    sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
    channel_binding: ['disable', 'prefer'],
    // Usual in a DATABASE_URL, and without a meaning for one query.
    application_name: [],
    connect_timeout: [],
    connection_limit: [],
    pgbouncer: [],
    pool_timeout: [],
    schema: [],
    target_session_attrs: [],
  },
}
const MQTT: ServiceUrl = { port: 1883, query: { mode: ['round-trip', 'connect'] } }
const AMQP: ServiceUrl = {
  port: 5672,
  path: /^[^/]*$/,
  query: { mode: ['connect', 'publish'], heartbeat: [], connection_timeout: [] },
}

/** A new scheme is one file in schemes/ and one row here. */
const TABLE = {
  http: {
    form: 'http://host/path',
    settings: HTTP,
    load: loadHttp,
  },
  https: {
    form: 'https://host/path',
    settings: HTTP,
    load: loadHttp,
  },
  h2c: {
    form: 'h2c://host/path',
    settings: [...HTTP_ALONE, ...TCP],
    load: loadHttp,
  },
  unix: {
    form: 'unix:///run/app.sock:/health',
    settings: [...HTTP_ALONE, 'http-version'],
    load: loadHttp,
  },
  tcp: { form: 'tcp://host:port', settings: [], load: () => import('./schemes/tcp.ts') },
  tls: { form: 'tls://host:port', settings: TLS, load: () => import('./schemes/tls.ts') },
  file: { form: 'file:///path', settings: ['contains', 'max-age'], load: () => import('./schemes/file.ts') },
  exec: {
    form: 'exec: [program, argument]',
    settings: [...ANSWER, 'expect-exit'],
    load: () => import('./schemes/exec.ts'),
  },
  redis: {
    form: 'redis://:password@host:6379/0',
    settings: TCP,
    service: REDIS,
    load: () => import('./schemes/redis.ts'),
  },
  rediss: {
    form: 'rediss://:password@host:6379/0',
    settings: TLS,
    service: REDIS,
    load: () => import('./schemes/redis.ts'),
  },
  postgres: {
    form: 'postgres://user:password@host:5432/database',
    settings: TLS,
    service: POSTGRES,
    load: () => import('./schemes/postgres.ts'),
  },
  postgresql: {
    form: 'postgresql://user:password@host:5432/database',
    settings: TLS,
    service: POSTGRES,
    load: () => import('./schemes/postgres.ts'),
  },
  mqtt: {
    form: 'mqtt://user:password@host:1883',
    settings: TCP,
    service: MQTT,
    load: () => import('./schemes/mqtt.ts'),
  },
  mqtts: {
    form: 'mqtts://user:password@host:8883',
    settings: TLS,
    service: { ...MQTT, port: 8883 },
    load: () => import('./schemes/mqtt.ts'),
  },
  amqp: {
    form: 'amqp://user:password@host:5672/vhost',
    settings: TCP,
    service: AMQP,
    load: () => import('./schemes/amqp.ts'),
  },
  amqps: {
    form: 'amqps://user:password@host:5671/vhost',
    settings: TLS,
    service: { ...AMQP, port: 5671 },
    load: () => import('./schemes/amqp.ts'),
  },
} satisfies Record<string, Scheme>

export type SchemeName = keyof typeof TABLE

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = TABLE

export function isScheme(name: string): name is SchemeName {
  return Object.hasOwn(TABLE, name)
}
