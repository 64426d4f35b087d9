import { lockPath } from '../../../../shared/files/lock.ts'
import { commands } from '../../targets/haproxy/commands.ts'
import { readHaproxy } from '../../targets/haproxy.ts'
import type { Connect } from '../../targets/target.ts'
import { type Backend, readBackend, restoreBackend, writeBackend } from './haproxy/backend.ts'
import { type Address, runtimeApi } from './haproxy/runtime.ts'
import { placeOf } from './place.ts'

/** See `srv_addr` and `srv_port` in the state file: HAProxy takes both from there, whatever its configuration says. */
const PORTS =
  'persist-file keeps the address and port of every server besides its weight. After a change of either in the configuration HAProxy would go on with the old one: remove the file before it starts again.'

export const connect: Connect = (config, options, problems) => {
  const settings = readHaproxy(config, options, problems)
  if (settings === undefined) return undefined
  const { socket, name, servers, persistFile } = settings
  const address = addressOf(socket)
  const backend: Backend = {
    ...{ name, servers, say: runtimeApi(address, options) },
    persisted: persistFile === undefined ? undefined : placeOf(persistFile, options),
    movesSticky: options.sticky === 'move',
  }
  const beside = 'path' in address && options.via.length === 0 ? address.path : undefined
  const identity = JSON.stringify(['haproxy', options.via, address, name])
  return {
    colors: Object.keys(servers),
    weighted: true,
    describe: () => `HAProxy backend ${name} at ${socket}`,
    get lock() {
      return lockPath(beside, identity)
    },
    async read(signal) {
      const state = await readBackend(backend, signal)
      return persistFile === undefined ? state : { ...state, notes: [PORTS] }
    },
    plan: (weights) => [
      `HAProxy: ${commands(backend, weights).join('; ')}`,
      ...(persistFile === undefined ? [] : [`Save the state of all servers to ${persistFile}`]),
    ],
    write: (weights, expected, signal) => writeBackend(backend, weights, expected, signal),
    restore: (recorded, signal) => restoreBackend(backend, recorded, signal),
  }
}

function addressOf(socket: string): Address {
  if (socket.startsWith('/')) return { path: socket }
  const text = socket.replace(/^(?:tcp:\/\/|ipv[46]@)/, '')
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) }
}
