import type { ServiceUrl } from './service-url.ts'

export const REDIS: ServiceUrl = {
  port: 6379,
  path: /^\d{0,5}$/,
  query: { role: ['master', 'primary', 'replica', 'slave', 'sentinel'], key: [], value: [] },
}
export const POSTGRES: ServiceUrl = {
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
export const MYSQL: ServiceUrl = {
  port: 3306,
  path: /^[^/]*$/,
  query: {
    'ssl-mode': ['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'],
    allowPublicKeyRetrieval: ['true', 'false'],
    // Usual in a DATABASE_URL, and without a meaning for one query.
    charset: [],
    collation: [],
    connectTimeout: [],
    connection_limit: [],
    pool_timeout: [],
    serverTimezone: [],
    timezone: [],
  },
}
export const MONGODB: ServiceUrl = {
  port: 27_017,
  path: /^[^/]*$/,
  query: {
    authMechanism: ['SCRAM-SHA-256', 'SCRAM-SHA-1'],
    authSource: [],
    replicaSet: [],
    role: ['primary', 'secondary', 'mongos', 'arbiter', 'any'],
    ssl: ['true', 'false'],
    tls: ['true', 'false'],
    // Usual in a connection string, and without a meaning for one server.
    appName: [],
    connectTimeoutMS: [],
    directConnection: [],
    maxPoolSize: [],
    readPreference: [],
    retryReads: [],
    retryWrites: [],
    serverSelectionTimeoutMS: [],
    w: [],
  },
}
export const GRPC: ServiceUrl = { port: 50_051, path: /^[^/]*$/ }
const DNS_TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']
export const DNS: ServiceUrl = { port: 53, path: /^[^/]+$/, query: { type: DNS_TYPES, expect: [] } }
export const MQTT: ServiceUrl = { port: 1883, query: { mode: ['round-trip', 'connect'] } }
export const AMQP: ServiceUrl = {
  port: 5672,
  path: /^[^/]*$/,
  query: { mode: ['connect', 'publish'], heartbeat: [], connection_timeout: [] },
}
