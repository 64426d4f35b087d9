import type { FailureClass, ProbeFailure } from '../../failure.ts'
import type { Line } from '../line.ts'
import { signEd25519 } from './ed25519.ts'
import { CAPABILITY, clientFlags, type Greeting, type Packet, packet, readError, textOf } from './packets.ts'
import { cachingSha2, cleartext, encrypted, nativePassword } from './passwords.ts'

/** What a login needs beside the line. */
export interface Login {
  greeting: Greeting
  /** Of the packet that the login answers. */
  sequence: number
  database: string
  /** Whether a public key may be asked for where others may put theirs in its place. */
  takesAnyKey: boolean
}

/** Numbers of errors about who we are; every other one is about the server. */
const ABOUT_US: ReadonlySet<number> = new Set([
  1044, 1045, 1130, 1131, 1142, 1227, 1251, 1698, 1820, 1862, 3118, 3159, 4151,
])
const PLUGINS = [
  'mysql_native_password',
  'caching_sha2_password',
  'sha256_password',
  'mysql_clear_password',
  'client_ed25519',
]
const ASK_FOR_KEY: Readonly<Record<string, number>> = { caching_sha2_password: 2, sha256_password: 1 }

/** Logs in, whatever way the server asks for the password. */
export async function logIn(
  line: Line<Packet>,
  { greeting, sequence, database, takesAnyKey }: Login,
): Promise<void> {
  let { plugin, salt } = greeting
  // The salt of the greeting is too short for Ed25519: the server asks again.
  const first =
    PLUGINS.includes(plugin) && plugin !== 'client_ed25519' ? answerTo(line, plugin, salt) : Buffer.alloc(0)
  const more = (line.secured ? CAPABILITY.SSL : 0) | (database === '' ? 0 : CAPABILITY.CONNECT_WITH_DB)
  line.send(
    packet(
      sequence + 1,
      clientFlags(more),
      Buffer.from(`${line.username || 'root'}\0`),
      Buffer.from([first.length]),
      first,
      database === '' ? Buffer.alloc(0) : Buffer.from(`${database}\0`),
      Buffer.from(`${plugin}\0`),
    ),
  )
  for (;;) {
    const { sequence: last, payload } = await next(line, 'answer to the login')
    const rest = payload.subarray(1)
    const reply = (bytes: Uint8Array): void => line.send(packet(last + 1, bytes))
    switch (payload[0]) {
      case 0x00:
        return
      case 0xfe:
        if (rest.length === 0) throw unknownPlugin(line, 'mysql_old_password')
        plugin = textOf(rest)
        salt = rest.subarray(plugin.length + 1, plugin.length + 1 + (plugin === 'client_ed25519' ? 32 : 20))
        if (!PLUGINS.includes(plugin)) throw unknownPlugin(line, plugin)
        reply(answerTo(line, plugin, salt))
        break
      case 0x01:
        // 3: the password was in the cache of the server, and is right. 4: it wants the password itself.
        if (plugin === 'caching_sha2_password' && rest[0] === 3) break
        if (plugin === 'caching_sha2_password' && rest[0] === 4) {
          if (line.secured) reply(cleartext(line.password))
          else reply(askForKey(line, plugin, takesAnyKey))
          break
        }
        if (!rest.includes('PUBLIC KEY')) throw unexpected(line)
        reply(encryptedFor(line, salt, rest.toString('latin1')))
        break
      default:
        throw unexpected(line)
    }
  }

  function answerTo(to: Line<Packet>, name: string, given: Buffer): Buffer {
    if (name === 'mysql_native_password') return nativePassword(to.password, given)
    if (name === 'caching_sha2_password') return cachingSha2(to.password, given)
    if (name === 'client_ed25519') return signEd25519(to.password, given)
    if (to.password === '') return Buffer.alloc(name === 'sha256_password' ? 1 : 0)
    if (to.secured) return cleartext(to.password)
    if (name === 'mysql_clear_password') {
      throw to.failure('authentication', 'the server wants the password in the clear, which needs TLS')
    }
    return askForKey(to, name, takesAnyKey)
  }
}

function askForKey(line: Line<Packet>, plugin: string, isAllowed: boolean): Buffer {
  if (isAllowed) return Buffer.from([ASK_FOR_KEY[plugin] ?? 0])
  throw line.failure(
    'authentication',
    `the server wants the password by ${plugin}, which needs TLS (or allowPublicKeyRetrieval=true in the URL, where nobody can get between)`,
  )
}

function encryptedFor(line: Line<Packet>, salt: Buffer, key: string): Buffer {
  try {
    return encrypted(line.password, salt, key)
  } catch {
    throw line.failure('protocol', 'the server sends a public key that cannot be read')
  }
}

/** The next packet that is no error. @throws ProbeFailure for an error of the server */
export async function next(line: Line<Packet>, what: string): Promise<Packet> {
  const got = await line.next(what)
  if (got.payload[0] === 0xff) throw refusal(line, got.payload)
  return got
}

/** An error of the server in words. */
export function refusal(
  line: Pick<Line<unknown>, 'failure' | 'quote' | 'password'>,
  payload: Buffer,
): ProbeFailure {
  const { code, state, message } = readError(payload)
  const failure: FailureClass = ABOUT_US.has(code) ? 'authentication' : 'health'
  const number = state === '' ? `${code}` : `${code}, ${line.quote(state)}`
  // Too many connections that never logged in, as a check with tcp:// makes them.
  const remedy = code === 1129 ? ': FLUSH HOSTS lets it in again; tcp:// on this port brings it about' : ''
  const empty = code === 1045 && line.password === '' ? ', and the URL has no password' : ''
  return line.failure(failure, `${line.quote(message)} (${number})${empty}${remedy}`)
}

function unknownPlugin(line: Line<Packet>, plugin: string): ProbeFailure {
  const known = 'use a user with caching_sha2_password or mysql_native_password for the check'
  return line.failure(
    'authentication',
    `the server wants the password by ${line.quote(plugin)}, which is not known here: ${known}`,
  )
}

function unexpected(line: Line<Packet>): ProbeFailure {
  return line.failure('protocol', 'the server asks for something unknown while logging in')
}
