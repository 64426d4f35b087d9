// The parser of a client, without the client: one that reconnects, queues and opens sockets of its own is more than
// one PING needs.
import { Decoder } from 'ioredis/built/resp/decoder.js'
import { formatDuration } from '../../text/duration.ts'
import type { Check, Observation } from '../check.ts'
import { ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { converse, type Protocol } from './converse.ts'
import type { Line } from './line.ts'
import { clusterState, expectedKey, expectedRole, sentinelState } from './redis/state.ts'

/** An error is an Error whose message begins with a code: `NOAUTH Authentication required.` */
type Reply = { value: unknown } | { error: string }

/** RESP2: simple strings, errors, integers, bulk strings, arrays. */
const REPLY = /^[-+:$*]/

/** What Redis says about itself, by the first word of its error. */
const STATES: Readonly<Record<string, string>> = {
  LOADING: 'Redis is still loading its data (LOADING)',
  MASTERDOWN: 'Redis is a replica that has lost its master (MASTERDOWN)',
  BUSY: 'Redis is busy with a script (BUSY)',
  CLUSTERDOWN: 'the Redis cluster is down (CLUSTERDOWN)',
  MISCONF: 'Redis cannot write its data to disk (MISCONF)',
}

/**
 * PING, after AUTH and SELECT where the URL asks for them, is answered with PONG; a node of a cluster says that the
 * cluster works, a sentinel that its masters are up. `?role=` and `?key=` ask for more.
 */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  if (check.target.scheme === 'exec') throw new TypeError('not a Redis target')
  const { url } = check.target
  const protocol: Protocol<Reply> = {
    name: 'Redis',
    useTls: 'use rediss',
    begins: REPLY,
    tls: url.protocol === 'rediss:',
    decoder: (push) => {
      const decoder = new Decoder({
        onReply: (value) => push({ value }),
        onErrorReply: (error: unknown) => push({ error: error instanceof Error ? error.message : '' }),
        onPush: () => undefined,
        getTypeMapping: () => ({}),
      })
      return (chunk) => decoder.write(chunk)
    },
  }
  return converse(check, attempt, protocol, async (line) => {
    const { username, password } = line
    if (username !== '' || password !== '') {
      await call(line, username === '' ? ['AUTH', password] : ['AUTH', username, password])
    }
    const database = url.pathname.slice(1)
    if (database !== '') await call(line, ['SELECT', database])
    const begun = performance.now()
    const pong = await call(line, ['PING'])
    if (pong !== 'PONG') {
      throw line.failure('protocol', `the answer to PING is not PONG but "${line.quote(String(pong))}"`)
    }
    const took = formatDuration(performance.now() - begun)
    const { version, mode } = await serverOf(line)
    const told = [`PONG in ${took}`, version]
    if (mode === 'cluster') told.push(await clusterState(line, call))
    if (mode === 'sentinel') told.push(await sentinelState(line, call))
    told.push(await expectedRole(line, call, url.searchParams.get('role')))
    told.push(await expectedKey(line, call, url.searchParams))
    return {
      note: told.filter((part) => part !== undefined).join(', '),
      goodbye: command(['QUIT']),
    }
  })
}

/** The value of the reply. @throws ProbeFailure for an error reply */
async function call(line: Line<Reply>, words: readonly [string, ...string[]]): Promise<unknown> {
  line.send(command(words))
  const reply = await line.next(`answer to ${words[0]}`)
  if ('value' in reply) return reply.value
  throw refusal(line, words, reply.error)
}

/** Server name, version and mode; undefined where INFO is not allowed or, behind a proxy, not known. */
async function serverOf(line: Line<Reply>): Promise<{ version?: string; mode?: string | undefined }> {
  try {
    const info = String(await call(line, ['INFO', 'server']))
    const mode = /^(?:redis|server)_mode:(\w+)/m.exec(info)?.[1]
    const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
    if (valkey !== undefined) return { version: `Valkey ${line.quote(valkey)}`, mode }
    const redis = /^redis_version:(\S+)/m.exec(info)?.[1]
    return redis === undefined ? { mode } : { version: `Redis ${line.quote(redis)}`, mode }
  } catch (error) {
    // It has answered PING: that is what was asked. A try that was stopped from outside is another matter.
    if (error instanceof ProbeFailure && error.failure === 'cancelled') throw error
    return {}
  }
}

/** An error reply in words. */
function refusal(line: Line<Reply>, words: readonly [string, ...string[]], error: string): ProbeFailure {
  const code = /^[A-Z]+/.exec(error)?.[0] ?? ''
  const [name] = words
  const state = STATES[code]
  if (state !== undefined) return line.failure('health', state)
  if (code === 'MOVED' || code === 'ASK') {
    const where = line.quote(error.split(' ')[2] ?? '')
    return line.failure(
      'health',
      `another node of the cluster holds ${words[1]} (${code} to ${where}): ask that one`,
    )
  }
  if (code === 'NOAUTH') return line.failure('authentication', 'Redis wants a password (NOAUTH)')
  if (code === 'NOPERM') {
    return line.failure('authentication', `the user may not call ${name} (NOPERM)`)
  }
  if (code === 'DENIED') {
    return line.failure(
      'authentication',
      'Redis runs in protected mode: without a password it answers its own machine only (DENIED)',
    )
  }
  if (name === 'AUTH' && code === 'WRONGPASS') {
    return line.failure('authentication', 'Redis refuses the user name or the password (WRONGPASS)')
  }
  if (name === 'AUTH') {
    const why = /wrong number of arguments/i.test(error)
      ? 'Redis is older than 6 and knows no user names: write ":password" without one'
      : /without any password|no password is set/i.test(error)
        ? 'Redis has no password, but the URL has one'
        : /invalid password/i.test(error)
          ? 'Redis refuses the password'
          : 'Redis refuses AUTH'
    return line.failure('authentication', `${why} ("${line.quote(error)}")`)
  }
  if (name === 'SELECT' && /out of range|invalid DB index/i.test(error)) {
    return line.failure('health', `Redis has no database ${words[1]} ("${line.quote(error)}")`)
  }
  return line.failure('health', `Redis answers ${name} with "${line.quote(error)}"`)
}

/** An array of bulk strings, which is how a client speaks. */
function command(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`)
}
