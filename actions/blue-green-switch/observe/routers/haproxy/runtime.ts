import { createConnection, type Socket } from 'node:net'
import { messageOf } from '../../../../../shared/action/errors.ts'
import { connectTcp } from '../../../../../shared/http/connect.ts'
import { codeOf } from '../../../../../shared/http/errors.ts'
import { oneLine } from '../../../../../shared/text/untrusted.ts'
import { type ConnectOptions, TargetError } from '../../../targets/target.ts'
import { runCommand } from '../programs.ts'

/** Where the runtime API listens: a path, or a host and port. */
export type Address = { path: string } | { host: string; port: number }

/** One line of commands to the runtime API, and what it answers. @throws TargetError */
export type Say = (line: string, signal: AbortSignal) => Promise<string>

const PATIENCE_MS = 5_000
/** `show servers state` of some ten thousand servers. */
const MAX_ANSWER = 4_194_304

/**
 * The runtime API of HAProxy. A line is carried out as a whole, also when we die in the middle of it; the answer is
 * text without a status, and ends when HAProxy closes.
 *
 * @see https://docs.haproxy.org/2.6/management.html#9.3
 */
export function runtimeApi(address: Address, programs: ConnectOptions): Say {
  const where = 'path' in address ? address.path : `${address.host}:${address.port}`
  const answered = (text: string): string => {
    if (!text.startsWith('Permission denied')) return text
    throw new TargetError(
      `HAProxy answers "Permission denied" on ${where}: that socket lacks rights. Write "level admin" behind its "stats socket" line.`,
    )
  }
  if (programs.via.length > 0) {
    // socat waits half a second for the answer unless told otherwise.
    const to = 'path' in address ? `UNIX-CONNECT:${address.path}` : `TCP:${where}`
    return async (line, signal) => {
      const argv = ['socat', '-t', String(PATIENCE_MS / 1_000), '-', to] as const
      const { stdout } = await runCommand(programs, argv, {
        signal,
        input: `${line}\n`,
        timeout: 2 * PATIENCE_MS,
      })
      return answered(stdout)
    }
  }
  return async (line, signal) => {
    const socket = await connected(address, where, signal)
    return answered(await exchange(socket, line, where, signal))
  }
}

async function connected(address: Address, where: string, signal: AbortSignal): Promise<Socket> {
  try {
    if (!('path' in address)) {
      const deadline = performance.now() + PATIENCE_MS
      return (await connectTcp({ ...address, deadline, signal })).socket
    }
    return await new Promise((resolve, reject) => {
      const socket = createConnection(address.path, () => resolve(socket))
      socket.once('error', reject)
    })
  } catch (error) {
    throw new TargetError(`The runtime API of HAProxy at ${where}: ${advice(error)}`)
  }
}

function advice(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'there is no such socket. Is HAProxy running, and does its "stats socket" line name this path?'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not open the socket. Give it the "group" or "mode" of the "stats socket" line.'
    case 'ECONNREFUSED':
      return 'nobody listens there any more. Is HAProxy running?'
    default:
      return `${messageOf(error)}.`
  }
}

function exchange(socket: Socket, line: string, where: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (problem?: string): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
      if (problem === undefined) resolve(Buffer.concat(chunks).toString('utf8'))
      // Once sent, the line may have been carried out whatever happened to the answer.
      else reject(new TargetError(`The runtime API of HAProxy at ${where} ${problem}.`, 'unknown'))
    }
    const abort = (): void => finish('had not answered when it was given up')
    const timer = setTimeout(
      () => finish(`gave no whole answer to "${oneLine(line, 80)}" in time`),
      PATIENCE_MS,
    )
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_ANSWER) finish('answered more than 4 MiB')
    })
    socket.once('error', (error) => finish(`broke off: ${messageOf(error)}`))
    // Every answer ends in an empty line; an end without one is a connection that was cut.
    socket.once('end', () =>
      chunks.at(-1)?.at(-1) === 10 ? finish() : finish('closed the connection before its answer was whole'),
    )
    socket.once('close', () => finish('closed the connection before its answer was whole'))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) return abort()
    socket.write(`${line}\n`)
  })
}
