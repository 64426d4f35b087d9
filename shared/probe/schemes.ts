import { AMQP, DNS, GRPC, MONGODB, MQTT, MYSQL, POSTGRES, REDIS } from './service-rules.ts'
import type { ServiceUrl } from './service-url.ts'
import type { SettingName } from './settings.ts'

interface Scheme {
  /** What the URL looks like, for messages. */
  form: string
  service?: ServiceUrl
  /** The settings that mean something here, beside {@link COMMON_SETTINGS}. */
  settings: readonly SettingName[]
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

/** A new scheme is one file in schemes/, one row here and one in probes.ts. */
const TABLE = {
  http: {
    form: 'http://host/path',
    settings: HTTP,
  },
  https: {
    form: 'https://host/path',
    settings: HTTP,
  },
  tcp: { form: 'tcp://host:port', settings: [] },
  tls: { form: 'tls://host:port', settings: TLS },
  file: { form: 'file:///path', settings: ['contains', 'max-age'] },
  exec: {
    form: 'exec: [program, argument]',
    settings: [...ANSWER, 'expect-exit'],
  },
  redis: {
    form: 'redis://:password@host:6379/0',
    settings: TCP,
    service: REDIS,
  },
  rediss: {
    form: 'rediss://:password@host:6379/0',
    settings: TLS,
    service: REDIS,
  },
  postgres: {
    form: 'postgres://user:password@host:5432/database',
    settings: TLS,
    service: POSTGRES,
  },
  postgresql: {
    form: 'postgresql://user:password@host:5432/database',
    settings: TLS,
    service: POSTGRES,
  },
  mqtt: {
    form: 'mqtt://user:password@host:1883',
    settings: TCP,
    service: MQTT,
  },
  mqtts: {
    form: 'mqtts://user:password@host:8883',
    settings: TLS,
    service: { ...MQTT, port: 8883 },
  },
  amqp: {
    form: 'amqp://user:password@host:5672/vhost',
    settings: TCP,
    service: AMQP,
  },
  amqps: {
    form: 'amqps://user:password@host:5671/vhost',
    settings: TLS,
    service: { ...AMQP, port: 5671 },
  },
  h2c: {
    form: 'h2c://host/path',
    settings: [...HTTP_ALONE, ...TCP],
  },
  unix: {
    form: 'unix:///run/app.sock:/health',
    settings: [...HTTP_ALONE, 'http-version'],
  },
  mysql: {
    form: 'mysql://user:password@host:3306/database',
    settings: TLS,
    service: MYSQL,
  },
  mariadb: {
    form: 'mariadb://user:password@host:3306/database',
    settings: TLS,
    service: MYSQL,
  },
  mongodb: {
    form: 'mongodb://user:password@host:27017/database',
    settings: TLS,
    service: MONGODB,
  },
  grpc: {
    form: 'grpc://host:50051/package.Service',
    settings: [...TCP, 'headers'],
    service: GRPC,
  },
  grpcs: {
    form: 'grpcs://host:443/package.Service',
    settings: [...TLS, 'headers'],
    service: { ...GRPC, port: 443 },
  },
  ws: {
    form: 'ws://host/path',
    settings: [...TCP, 'headers'],
  },
  wss: {
    form: 'wss://host/path',
    settings: [...TLS, 'headers'],
  },
  dns: {
    form: 'dns://10.0.0.2/example.com?type=A',
    settings: ['expect-body', 'expect-json'],
    service: DNS,
  },
} satisfies Record<string, Scheme>

export type SchemeName = keyof typeof TABLE

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = TABLE

export function isScheme(name: string): name is SchemeName {
  return Object.hasOwn(TABLE, name)
}
