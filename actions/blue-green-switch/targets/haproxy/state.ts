export const STATES = ['ready', 'drain', 'maint'] as const

/** What HAProxy says about one server of a backend. */
export interface Server {
  name: string
  /** The weight of `set server … weight`, 0 to 256; it stays what it was while the server is drained. */
  weight: number
  /** The weight in its configuration. */
  configured: number
  /** What an operator has set: `drain` and `maint` take the traffic away whatever the weight is. */
  state: (typeof STATES)[number]
  /** It is out, by an operator or by a server that it tracks, by DNS or by its agent. */
  out: boolean
  /** Only used when all others are down. */
  backup: boolean
  /** Sessions that are open on it. */
  sessions: number
  /** Of its health check: `UP`, `DOWN`, `no check`, `MAINT (via a/b)` … */
  status: string
}

export interface BackendState {
  servers: readonly Server[]
  /** `roundrobin`, `source` … */
  algorithm: string
  /** The name of the cookie that binds users to a server; empty where there is none. */
  cookie: string
}

/** Bits of srv_admin_state, see `enum srv_admin` in HAProxy's server-t.h. */
const FORCED_MAINT = 0x01
/** Its configuration says `disabled`; it stays set when the server has been made ready since. */
const CONFIGURED_MAINT = 0x04
const FORCED_DRAIN = 0x08

/** In one line, so that they are about the same moment. The numbers of `show stat`: backends and servers. */
export const question = (backend: string): string =>
  `show servers state ${backend}; show stat ${backend} 6 -1`

/** Reads the answer to {@link question}; pure. Undefined when it is something else, such as an error in words. */
export function parseBackend(answer: string): BackendState | undefined {
  const lines = answer.split('\n')
  const states = table(lines, /^# be_id /, (line) => line.split(' '))
  const stats = table(lines, /^# pxname,/, cells)
  if (states === undefined || stats === undefined) return undefined
  const servers = states.map((row): Server => {
    const name = row['srv_name'] ?? ''
    const stat = stats.find((other) => other['svname'] === name) ?? {}
    const admin = Number(row['srv_admin_state'])
    return {
      name,
      weight: Number(row['srv_uweight']),
      configured: Number(row['srv_iweight']),
      state: stateOf(admin),
      out: (admin & ~CONFIGURED_MAINT) !== 0,
      backup: stat['bck'] === '1',
      sessions: Number(stat['scur'] ?? 0) || 0,
      status: stat['status'] ?? '',
    }
  })
  if (servers.some(({ weight }) => !Number.isInteger(weight))) return undefined
  const whole = stats.find(({ svname }) => svname === 'BACKEND')
  return {
    servers,
    algorithm: whole?.['algo'] ?? '',
    // Which servers have a value of theirs says whether it binds.
    cookie: stats.some((row) => row !== whole && row['cookie'] !== '') ? (whole?.['cookie'] ?? '') : '',
  }
}

function stateOf(admin: number): Server['state'] {
  if ((admin & FORCED_MAINT) !== 0) return 'maint'
  return (admin & FORCED_DRAIN) !== 0 ? 'drain' : 'ready'
}

type Row = Readonly<Record<string, string>>

/** The rows below a head line, by the names of their columns; they end at an empty line. */
function table(
  lines: readonly string[],
  head: RegExp,
  split: (line: string) => readonly string[],
): Row[] | undefined {
  const at = lines.findIndex((line) => head.test(line))
  if (at < 0) return undefined
  const names = split((lines[at] ?? '').slice(2))
  const end = lines.indexOf('', at)
  return lines.slice(at + 1, end < 0 ? undefined : end).map((line) => {
    const values = split(line)
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
  })
}

/** The cells of a line of CSV, RFC 4180: texts of health checks may be quoted. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}
