import { configReader } from './config.ts'
import { type Backend, commands, readBackend, restoreBackend, writeBackend } from './haproxy/backend.ts'
import { type Address, runtimeApi } from './haproxy/runtime.ts'
import { lockPath } from './lock.ts'
import { PLAIN_PATH, placeOf } from './place.ts'
import type { Connect } from './target.ts'

/** As HAProxy allows them (`-`, `_`, `.`, `:` besides letters and digits), so that nothing can end a command. */
const NAME = { pattern: /^[A-Za-z0-9_.:-]{1,128}$/, what: 'a name as in the configuration of HAProxy' }
const SOCKET = {
  pattern: /^(?:\/[^\0\n]+|(?:tcp:\/\/|ipv[46]@)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5})$/,
  what: 'the path of a socket, such as /run/haproxy/admin.sock, or a host and port, such as 127.0.0.1:9999',
}
const PATH = { pattern: /^[^\0\n]+$/, what: 'the path of a file' }

/** See `srv_addr` and `srv_port` in the state file: HAProxy takes both from there, whatever its configuration says. */
const PORTS =
  'persist-file keeps the address and port of every server besides its weight. After a change of either in the configuration HAProxy would go on with the old one: remove the file before it starts again.'

export const connect: Connect = (config, options, problems) => {
  const before = problems.list.length
  const reader = configReader(config, ['socket', 'backend', 'servers', 'persist-file'], problems)
  const socket = reader.text('socket', SOCKET)
  const name = reader.text('backend', NAME)
  const servers = reader.colors('servers', NAME)
  const persistFile = reader.optional('persist-file', PATH)
  if (options.via.length > 0) {
    for (const [key, path] of Object.entries({ socket, 'persist-file': persistFile ?? '' })) {
      if (path.startsWith('/') && !PLAIN_PATH.test(path))
        reader.add(key, 'with `via` it may hold no blanks or quotes.')
    }
  }
  if (problems.list.length > before) return undefined
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
