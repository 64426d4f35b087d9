import type { KeepAlive } from '../http/keep-alive.ts'
import type { Check, Observation } from './check.ts'
import { AMQP, DNS, GRPC, MONGODB, MQTT, MYSQL, POSTGRES, REDIS } from './service-rules.ts'
import type { ServiceUrl } from './service-url.ts'
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
  mysql: {
    form: 'mysql://user:password@host:3306/database',
    settings: TLS,
    service: MYSQL,
    load: () => import('./schemes/mysql.ts'),
  },
  mariadb: {
    form: 'mariadb://user:password@host:3306/database',
    settings: TLS,
    service: MYSQL,
    load: () => import('./schemes/mysql.ts'),
  },
  mongodb: {
    form: 'mongodb://user:password@host:27017/database',
    settings: TLS,
    service: MONGODB,
    load: () => import('./schemes/mongodb.ts'),
  },
  grpc: {
    form: 'grpc://host:50051/package.Service',
    settings: [...TCP, 'headers'],
    service: GRPC,
    load: () => import('./schemes/grpc.ts'),
  },
  grpcs: {
    form: 'grpcs://host:443/package.Service',
    settings: [...TLS, 'headers'],
    service: { ...GRPC, port: 443 },
    load: () => import('./schemes/grpc.ts'),
  },
  ws: {
    form: 'ws://host/path',
    settings: [...TCP, 'headers'],
    load: () => import('./schemes/ws.ts'),
  },
  wss: {
    form: 'wss://host/path',
    settings: [...TLS, 'headers'],
    load: () => import('./schemes/ws.ts'),
  },
  dns: {
    form: 'dns://10.0.0.2/example.com?type=A',
    settings: ['expect-body', 'expect-json'],
    service: DNS,
    load: () => import('./schemes/dns.ts'),
  },
} satisfies Record<string, Scheme>

export type SchemeName = keyof typeof TABLE

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = TABLE

export function isScheme(name: string): name is SchemeName {
  return Object.hasOwn(TABLE, name)
}
