import type { IncomingMessage, ServerResponse } from 'node:http'
import { certificate } from '../../support/certificates.ts'
import { startHttp } from '../../support/lying-servers.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { describeScheme, inProcess, PASSWORD, USER } from '../../support/services/describe-scheme.ts'
import { startFerretdb } from '../../support/services/ferretdb.ts'
import { writeCertificate } from '../../support/services/files.ts'
import { grpcOf, startGrpc } from '../../support/services/grpc.ts'
import { startHttp2 } from '../../support/services/http2.ts'
import { startMariadb } from '../../support/services/mariadb.ts'
import { startMongo, startMongoTls } from '../../support/services/mongodb.ts'
import { startMosquitto } from '../../support/services/mosquitto.ts'
import { startPostgres } from '../../support/services/postgres.ts'
import { startRabbitmq } from '../../support/services/rabbitmq.ts'
import { startRedis } from '../../support/services/redis.ts'
import { startWebSockets } from '../../support/services/websocket.ts'

const WRITTEN = encodeURIComponent(PASSWORD)
const credentials = { good: `${USER}:${WRITTEN}@`, wrong: `${USER}:wrong-secret@` }
const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`

const guarded = (request: IncomingMessage, response: ServerResponse): void => {
  const isWelcome = request.headers.authorization === authorization
  response.writeHead(isWelcome ? 200 : 401, { 'content-type': 'application/json' }).end('{"status":"ok"}')
}

describeScheme({
  name: 'http',
  url: (user, place) => `http://${user}${place}/health`,
  start: () => inProcess((port) => startHttp(guarded, { port })),
  credentials: { ...credentials, wrong: '' },
  secured: {
    url: (user, place) => `https://${user}${place}/health`,
    start: () => inProcess((port) => startHttp(guarded, { port, tls: 'good' })),
  },
})

describeScheme({
  name: 'h2c',
  url: (user, place) => `h2c://${user}${place}/health`,
  start: () =>
    inProcess((port) =>
      startHttp2(
        (stream, headers) => {
          stream.respond({ ':status': headers['authorization'] === authorization ? 200 : 401 })
          stream.end('ok')
        },
        { port },
      ),
    ),
  credentials: { ...credentials, wrong: '' },
})

describeScheme({
  name: 'ws',
  url: (user, place) => `ws://${user}${place}/`,
  start: () => inProcess((port) => startWebSockets({ port, token: authorization })),
  credentials,
  secured: {
    url: (user, place) => `wss://${user}${place}/`,
    start: () =>
      inProcess(async (port) =>
        startWebSockets({ port, token: authorization, tls: await certificate('good') }),
      ),
  },
})

describeScheme({
  name: 'mongodb (FerretDB)',
  part: 'ferretdb',
  url: (user, place) => `mongodb://${user}${place}/`,
  start: (program) => startFerretdb(program, { user: USER, password: PASSWORD }),
  credentials,
  secured: {
    url: (user, place) => `mongodb://${user}${place}/?tls=true`,
    start: (program) => startFerretdb(program, { user: USER, password: PASSWORD, tls: true }),
  },
})

describeScheme({
  name: 'mongodb',
  url: (user, place) => `mongodb://${user}${place}/`,
  start: () => inProcess((port) => startMongo({ user: USER, password: PASSWORD }, port)),
  credentials,
  secured: {
    url: (user, place) => `mongodb://${user}${place}/?tls=true`,
    start: () =>
      inProcess(async () => startMongoTls({ user: USER, password: PASSWORD }, await certificate('good'))),
  },
})

describeScheme({
  name: 'redis',
  part: 'redis-server',
  url: (user, place) => `redis://${user}${place}`,
  start: (program) => startRedis(program, { users: { [USER]: `on >${PASSWORD} +@all` } }),
  credentials,
  secured: {
    url: (user, place) => `rediss://${user}${place}`,
    start: (program) => startRedis(program, { users: { [USER]: `on >${PASSWORD} +@all` }, tls: true }),
  },
})

const ROLE = `create role ${USER} login password '${PASSWORD}';\ncreate database ${USER};`
const ACCESS = ['host all all 127.0.0.1/32 scram-sha-256']

describeScheme({
  name: 'postgres',
  part: 'postgres',
  url: (user, place) => `postgres://${user}${place}`,
  start: (program) => startPostgres(program, { sql: ROLE, access: ACCESS }),
  credentials,
  secured: {
    url: (user, place) => `postgres://${user}${place}/?sslmode=require`,
    start: (program) => startPostgres(program, { sql: ROLE, access: ACCESS, tls: true }),
  },
})

const SQL = [`create user ${USER} identified by '${PASSWORD}';`]

describeScheme({
  name: 'mysql',
  part: 'mariadbd',
  url: (user, place) => `mysql://${user}${place}`,
  start: (program) => startMariadb(program, { sql: SQL }),
  credentials,
  secured: {
    url: (user, place) => `mysql://${user}${place}/?ssl-mode=required`,
    start: (program) => startMariadb(program, { sql: SQL, tls: true }),
  },
})

describeScheme({
  name: 'mqtt',
  part: 'mosquitto',
  url: (user, place) => `mqtt://${user}${place}`,
  start: (program) => startMosquitto(program, { users: { [USER]: PASSWORD } }),
  credentials,
  secured: {
    url: (user, place) => `mqtts://${user}${place}`,
    start: (program) => startMosquitto(program, { users: { [USER]: PASSWORD }, tls: true }),
  },
})

describeScheme({
  name: 'amqp',
  part: 'rabbitmq-server',
  url: (user, place) => `amqp://${user}${place}`,
  start: () => startRabbitmq({ users: { [USER]: PASSWORD }, vhosts: { '/': [USER] } }),
  credentials,
})

describeScheme({
  name: 'grpc',
  part: 'python-grpc',
  url: (_user, place) => `grpc://${place}`,
  start: (program) => startGrpc(program),
  secured: {
    url: (_user, place) => `grpcs://${place}`,
    start: async (program) => {
      const server = await grpcOf(program, { tls: await writeCertificate(tempFolder('nexus-grpc-')) })
      server.start()
      await server.ready()
      return server
    },
  },
})
