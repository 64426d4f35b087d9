import type { Agent } from 'node:http'
import type { ClientHttp2Session } from 'node:http2'
import { http } from './builtin.ts'

/** Connections kept open between the requests that share it: as many as there are requests at a time. */
export interface KeepAlive {
  readonly agent: Agent
  /** Connections over HTTP/2, each of which carries any number of requests. */
  readonly sessions: Set<ClientHttp2Session>
  /** Closes every connection; call it when no request is under way. Until then idle ones keep the process alive. */
  close(): void
}

export function keepAlive(): KeepAlive {
  const agent = new http.Agent({ keepAlive: true })
  // Each request brings its own way to connect: its deadline, its trust, its proxy.
  agent.createConnection = (options, callback = () => {}) => options.createConnection?.(options, callback)
  const sessions = new Set<ClientHttp2Session>()
  const close = (): void => {
    agent.destroy()
    for (const session of sessions) session.destroy()
  }
  return { agent, sessions, close }
}

/** A connection over HTTP/2 that takes one more request; undefined when there is none. */
export function openSession({ sessions }: KeepAlive): ClientHttp2Session | undefined {
  for (const session of sessions) {
    if (!session.closed && !session.destroyed) return session
    sessions.delete(session)
  }
  return undefined
}

/** Whether a connection over HTTP/1.1 waits for the next request. */
export function hasIdle({ agent }: KeepAlive): boolean {
  return Object.values(agent.freeSockets).some((sockets) => (sockets?.length ?? 0) > 0)
}

/** Closes what is idle, so that the next request gets a new connection. */
export function dropIdle({ agent, sessions }: KeepAlive): void {
  // Those that carry requests yet end with them.
  for (const session of sessions) session.close()
  sessions.clear()
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}
