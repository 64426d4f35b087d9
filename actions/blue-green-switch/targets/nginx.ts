import type { Problems } from '../../../shared/action/inputs.ts'
import { type Argv, configReader } from './config.ts'
import { PLAIN_PATH } from './paths.ts'
import type { ConnectOptions } from './target.ts'

const PATH = { pattern: /^[^\0\n]+$/, what: 'the path of a file' }
const NAME = {
  pattern: /^[\w.-]{1,128}$/,
  what: 'the name of an upstream: letters, digits, ".", "_" and "-"',
}
const ADDRESS = {
  pattern: /^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?$|^unix:[\w@%+=:,./-]+$/,
  what: 'an address as in a "server" line, such as 127.0.0.1:8081',
}
/** What `target-config` says of nginx. */
export interface NginxSettings {
  /** The file with the upstream. */
  file: string
  /** The upstream. */
  name: string
  servers: Readonly<Record<string, string>>
  reload: Argv | undefined
  test: Argv | undefined
  /** The error log. */
  log: string | undefined
}

/** @returns undefined after problems */
export function readNginx(
  config: unknown,
  options: Pick<ConnectOptions, 'via'>,
  problems: Problems,
): NginxSettings | undefined {
  const before = problems.list.length
  const keys = ['file', 'upstream', 'servers', 'reload', 'test', 'error-log']
  const reader = configReader(config, keys, problems)
  const file = reader.text('file', PATH)
  const name = reader.text('upstream', NAME)
  const servers = reader.colors('servers', ADDRESS)
  const reload = reader.argv('reload')
  const test = reader.argv('test')
  const log = reader.optional('error-log', PATH)
  if (options.via.length > 0) {
    for (const [key, path] of Object.entries({ file, 'error-log': log ?? '' })) {
      if (path !== '' && !PLAIN_PATH.test(path))
        reader.add(key, 'with `via` it may hold no blanks or quotes.')
    }
  }
  if (problems.list.length > before) return undefined
  return { file, name, servers, reload, test, log }
}
