import { type Problems, shown } from '../../../shared/action/inputs.ts'
import { configReader, isRecord } from './config.ts'
import type { ConnectOptions } from './target.ts'

const ADMIN = 'http://127.0.0.1:2019'
const ID = {
  pattern: /^[\w.~-]{1,128}$/,
  what: 'the "@id" of the handler: letters, digits, ".", "_", "~" and "-"',
}
/** Caddy itself accepts a port that is a word, and answers 200. */
const DIAL = {
  pattern: /^(?:tcp\/)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}$|^unix\/\/[^\0\s]+$/,
  what: 'an address with a port, such as 127.0.0.1:8081',
}

/** What `target-config` says of Caddy. */
export interface CaddySettings {
  /** The admin API. */
  base: URL
  /** The `@id` of the handler. */
  id: string
  upstreams: Readonly<Record<string, string>>
}

/** @returns undefined after problems */
export function readCaddy(
  config: unknown,
  options: Pick<ConnectOptions, 'via'>,
  problems: Problems,
): CaddySettings | undefined {
  const before = problems.list.length
  const reader = configReader(config, ['admin', 'id', 'upstreams'], problems)
  const base = reader.url('admin', ADMIN)
  if (base === undefined && isRecord(config) && config['admin'] == null) {
    reader.add('admin', `it is missing. Give the URL of the admin API, such as ${ADMIN}.`)
  }
  const id = reader.text('id', ID)
  const upstreams = reader.colors('upstreams', DIAL)
  for (const [color, dial] of Object.entries(upstreams)) {
    const port = /:(\d+)$/.exec(dial)?.[1]
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
      reader.add(`upstreams.${color}`, `${shown(dial)} has a port that is not one: 1 to 65535.`)
    }
  }
  if (options.via.length > 0) {
    problems.add(
      'via',
      'caddy runs no command. Bring its admin API here instead: ssh -L 2019:127.0.0.1:2019 host.',
    )
  }
  if (base === undefined || problems.list.length > before) return undefined
  return { base, id, upstreams }
}
