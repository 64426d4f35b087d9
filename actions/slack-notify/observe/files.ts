import type { RunContext } from '../../../shared/action/context.ts'
import { FileRefused, readRegularFile } from '../../../shared/files/regular.ts'

/** Texts are cut to what a message holds anyway. */
const MAX_TEXT = 1_048_576

/**
 * A file that an input names, as text.
 *
 * @throws FileRefused in words that end a sentence
 */
export function readText(path: string, context: RunContext, limit = MAX_TEXT): string {
  return readBytes(path, context, limit)
    .toString('utf8')
    .replace(/^\ufeff/, '')
}

/** A file that lies in the workspace or in RUNNER_TEMP and leads nowhere else. @throws FileRefused */
export function readBytes(path: string, { workspace, temp }: RunContext, limit: number): Buffer {
  const within = [workspace, temp].find((folder) => folder !== '' && path.startsWith(folder))
  return readRegularFile(path, limit, within)
}

/** Why a file could not be read, as the end of a sentence. */
export function refusalOf(error: unknown): string {
  return error instanceof FileRefused ? error.message : String(error)
}
