import { joinWords } from '../../../text/list.ts'
import type { ProbeFailure } from '../../failure.ts'

/** What is needed of a connection here. */
interface Teller {
  failure(failure: 'health', message: string): ProbeFailure
  quote(text: string): string
}
type Call<Line> = (line: Line, words: readonly [string, ...string[]]) => Promise<unknown>

/** A node may answer PING while its cluster serves nobody. @see https://redis.io/docs/latest/commands/cluster-info/ */
export async function clusterState<Line extends Teller>(line: Line, call: Call<Line>): Promise<string> {
  const info = String(await call(line, ['CLUSTER', 'INFO']))
  const field = (name: string): string => new RegExp(`^${name}:(\\w+)`, 'm').exec(info)?.[1] ?? 'unknown'
  const state = field('cluster_state')
  if (state === 'ok') return `cluster of ${field('cluster_size')} masters`
  const slots = `${field('cluster_slots_ok')} of 16384 slots are served`
  throw line.failure('health', `the Redis cluster is down (CLUSTERDOWN, cluster_state: ${state}; ${slots})`)
}

/** A sentinel is there to tell of its masters. @see https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ */
export async function sentinelState<Line extends Teller>(line: Line, call: Call<Line>): Promise<string> {
  const info = String(await call(line, ['INFO', 'sentinel']))
  const masters = [...info.matchAll(/^master\d+:name=([^,]*),status=(\w+)/gm)].map(
    ([, name = '', status = '']) => ({
      name: line.quote(name),
      status,
    }),
  )
  const down = masters.filter(({ status }) => status !== 'ok')
  if (down.length > 0) {
    const told = down.map(({ name, status }) => `${name} (${status})`)
    throw line.failure(
      'health',
      `the sentinel says that ${joinWords(told)} ${down.length === 1 ? 'is' : 'are'} down`,
    )
  }
  return `sentinel of ${joinWords(masters.map(({ name }) => name)) || 'no master'}`
}

const ROLES: Readonly<Record<string, string>> = { primary: 'master', slave: 'replica' }

/** `?role=`; a replica must also be connected to its master. */
export async function expectedRole<Line extends Teller>(
  line: Line,
  call: Call<Line>,
  given: string | null,
): Promise<string | undefined> {
  if (given === null) return undefined
  const wanted = ROLES[given] ?? given
  const reply = await call(line, ['ROLE'])
  const [word, host, port, link] = Array.isArray(reply) ? reply.map(String) : []
  const role = line.quote(word === 'slave' ? 'replica' : (word ?? 'unknown'))
  if (role !== wanted) {
    const of = word === 'slave' ? ` of ${line.quote(`${host}:${port}`)}` : ''
    throw line.failure('health', `Redis is a ${role}${of}, expected a ${wanted}`)
  }
  if (role === 'replica' && link !== 'connected') {
    const master = line.quote(`${host}:${port}`)
    throw line.failure(
      'health',
      `Redis is a replica that is not connected to its master ${master} (${line.quote(String(link))})`,
    )
  }
  return role
}

/** `?key=` must exist, and with `?value=` be the string that is given. */
export async function expectedKey<Line extends Teller>(
  line: Line,
  call: Call<Line>,
  query: URLSearchParams,
): Promise<string | undefined> {
  const key = query.get('key')
  if (key === null) return undefined
  const name = line.quote(key)
  const value = query.get('value')
  if (value === null) {
    if ((await call(line, ['EXISTS', key])) !== 1) throw line.failure('health', `Redis has no key ${name}`)
    return `key ${name} exists`
  }
  const seen = await call(line, ['GET', key])
  if (seen === null) throw line.failure('health', `Redis has no key ${name}`)
  if (String(seen) !== value) {
    throw line.failure(
      'health',
      `the key ${name} is "${line.quote(String(seen))}", expected "${line.quote(value)}"`,
    )
  }
  return `key ${name} is as expected`
}
