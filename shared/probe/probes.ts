import type { Probe } from './probe.ts'
import type { SchemeName } from './schemes.ts'

type Load = () => Promise<{ probe: Probe }>

const loadHttp: Load = () => import(/* webpackMode: "eager" */ './schemes/http.ts')

/** Loaded on use: a step pays only for the schemes in its list. */
const LOADS: Readonly<Record<SchemeName, Load>> = {
  http: loadHttp,
  https: loadHttp,
  tcp: () => import('./schemes/tcp.ts'),
  tls: () => import('./schemes/tls.ts'),
  file: () => import('./schemes/file.ts'),
  exec: () => import('./schemes/exec.ts'),
  redis: () => import('./schemes/redis.ts'),
  rediss: () => import('./schemes/redis.ts'),
  postgres: () => import('./schemes/postgres.ts'),
  postgresql: () => import('./schemes/postgres.ts'),
  mqtt: () => import('./schemes/mqtt.ts'),
  mqtts: () => import('./schemes/mqtt.ts'),
  amqp: () => import('./schemes/amqp.ts'),
  amqps: () => import('./schemes/amqp.ts'),
  h2c: loadHttp,
  unix: loadHttp,
  mysql: () => import('./schemes/mysql.ts'),
  mariadb: () => import('./schemes/mysql.ts'),
  mongodb: () => import('./schemes/mongodb.ts'),
  grpc: () => import('./schemes/grpc.ts'),
  grpcs: () => import('./schemes/grpc.ts'),
  ws: () => import('./schemes/ws.ts'),
  wss: () => import('./schemes/ws.ts'),
  dns: () => import('./schemes/dns.ts'),
}

/** What asks a target of this scheme. */
export async function loadProbe(scheme: SchemeName): Promise<Probe> {
  const { probe } = await LOADS[scheme]()
  return probe
}
