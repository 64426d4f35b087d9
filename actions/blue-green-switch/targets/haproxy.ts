import type { Problems } from '../../../shared/action/inputs.ts'
import { configReader } from './config.ts'
import { PLAIN_PATH } from './paths.ts'
import type { ConnectOptions } from './target.ts'

/** As HAProxy allows them (`-`, `_`, `.`, `:` besides letters and digits), so that nothing can end a command. */
const NAME = { pattern: /^[A-Za-z0-9_.:-]{1,128}$/, what: 'a name as in the configuration of HAProxy' }
const SOCKET = {
  pattern: /^(?:\/[^\0\n]+|(?:tcp:\/\/|ipv[46]@)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5})$/,
  what: 'the path of a socket, such as /run/haproxy/admin.sock, or a host and port, such as 127.0.0.1:9999',
}
const PATH = { pattern: /^[^\0\n]+$/, what: 'the path of a file' }

/** What `target-config` says of HAProxy. */
export interface HaproxySettings {
  socket: string
  /** The backend. */
  name: string
  /** What each color is called there. */
  servers: Readonly<Record<string, string>>
  persistFile: string | undefined
}

/** @returns undefined after problems */
export function readHaproxy(
  config: unknown,
  options: Pick<ConnectOptions, 'via'>,
  problems: Problems,
): HaproxySettings | undefined {
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
  return { socket, name, servers, persistFile }
}
