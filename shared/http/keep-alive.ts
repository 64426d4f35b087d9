import type { Agent } from 'node:http'
import { http } from './builtin.ts'

/** Connections kept open between the requests that share it: as many as there are requests at a time. */
export interface KeepAlive {
  readonly agent: Agent
  /** Closes every connection; call it when no request is under way. Until then idle ones keep the process alive. */
  close(): void
}

export function keepAlive(): KeepAlive {
  const agent = new http.Agent({ keepAlive: true })
  // Each request brings its own way to connect: its deadline, its trust, its proxy.
  agent.createConnection = (options, callback = () => {}) => options.createConnection?.(options, callback)
  return { agent, close: () => agent.destroy() }
}

/** Closes what is idle, so that the next request gets a new connection. */
export function dropIdle({ agent }: KeepAlive): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}
