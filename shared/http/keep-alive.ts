import type { Agent } from 'node:http'
import { http } from './builtin.ts'

/** Connections kept open between requests that share it. */
export interface KeepAlive {
  readonly agent: Agent
  /** Closes every connection, in use or not. Until then idle ones live as long as the server likes. */
  close(): void
}

/** @param connections how many at a time; further requests wait for one, within their own timeout */
export function keepAlive(connections = 1): KeepAlive {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  // Each request brings its own way to connect: its deadline, its trust, its proxy.
  agent.createConnection = (options, callback = () => {}) => options.createConnection?.(options, callback)
  return { agent, close: () => agent.destroy() }
}

/** Closes what is idle, so that the next request gets a new connection. */
export function dropIdle({ agent }: KeepAlive): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}
