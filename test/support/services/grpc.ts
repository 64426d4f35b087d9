import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import type { TlsFiles } from './files.ts'
import { type Service, serviceOf } from './service.ts'

export interface GrpcOptions {
  /** Service → state; the whole server has the name ''. */
  states?: Readonly<Record<string, string>>
  /** Without the health service. */
  bare?: true
  /** The bearer token that it wants. */
  token?: string
  tls?: TlsFiles
  /** Demands a certificate of its clients. */
  mutual?: true
}

/** The gRPC server of its authors with their health service. @param program a python that has grpcio-health-checking */
export async function grpcOf(program: string, options: GrpcOptions = {}): Promise<Service> {
  const port = await closedPort()
  const states = Object.entries(options.states ?? { '': 'SERVING' }).map(
    ([name, state]) => `${name}=${state}`,
  )
  const { tls } = options
  return serviceOf({
    argv: [
      program,
      join(import.meta.dirname, 'grpc-health.py'),
      String(port),
      ...states,
      ...(options.bare === true ? ['--no-health'] : []),
      ...(options.token === undefined ? [] : ['--token', options.token]),
      ...(tls === undefined ? [] : ['--cert', tls.cert, '--key', tls.key]),
      ...(options.mutual === true && tls !== undefined ? ['--ca', tls.ca] : []),
    ],
    port,
    says: /serving/,
    patienceMs: 40_000,
  })
}

export async function startGrpc(program: string, options: GrpcOptions = {}): Promise<Service> {
  const server = await grpcOf(program, options)
  server.start()
  await server.ready()
  return server
}
