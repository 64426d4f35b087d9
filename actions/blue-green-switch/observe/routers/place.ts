import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../../../shared/action/errors.ts'
import { replaceFile } from '../../../../shared/files/replace.ts'
import { codeOf } from '../../../../shared/http/errors.ts'
import { type ConnectOptions, TargetError } from '../../targets/target.ts'
import { runCommand } from './programs.ts'

/** A file of the router: on this machine, or where `via` leads. */
export interface Place {
  path: string
  /** @throws TargetError */
  read(signal: AbortSignal): Promise<string>
  /** Readers find the old content or the new one, never a part. @throws TargetError */
  replace(content: string, signal: AbortSignal): Promise<void>
}

const MAX_BYTES = 1_048_576

export function placeOf(path: string, options: ConnectOptions): Place {
  return options.via.length === 0 ? here(path) : elsewhere(path, options)
}

function here(path: string): Place {
  return {
    path,
    async read() {
      try {
        const content = await readFile(path, 'utf8')
        if (content.length <= MAX_BYTES) return content
      } catch (error) {
        throw new TargetError(`${path} cannot be read: ${wordsFor(error, path)}.`)
      }
      throw new TargetError(`${path} is larger than 1 MiB.`)
    },
    async replace(content) {
      try {
        await replaceFile(path, content)
      } catch (error) {
        throw new TargetError(`${path} cannot be written: ${wordsFor(error, path)}. It is as it was.`)
      }
    },
  }
}

function wordsFor(error: unknown, path: string): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `this user may not (the folder ${dirname(path)} has to be writable too)`
    case 'EBUSY':
      return 'it is a mount of its own, which cannot be replaced. Mount its folder instead'
    default:
      return messageOf(error)
  }
}

/** By programs that every system has. The copy comes first, because it keeps mode and owner. */
function elsewhere(path: string, options: ConnectOptions): Place {
  const fresh = `${dirname(path)}/.${path.slice(path.lastIndexOf('/') + 1)}.nexus-new`
  return {
    path,
    async read(signal) {
      return (await runCommand(options, ['cat', path], { signal })).stdout
    },
    async replace(content, signal) {
      try {
        await runCommand(options, ['cp', '-p', path, fresh], { signal })
        await runCommand(options, ['tee', fresh], { signal, input: content })
      } catch (error) {
        throw new TargetError(`${path} cannot be written: ${messageOf(error)} It is as it was.`)
      }
      await runCommand(options, ['mv', '-f', fresh, path], { signal })
    },
  }
}
