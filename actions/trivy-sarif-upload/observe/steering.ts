import { isAbsolute, relative, resolve } from 'node:path'
import { ActionError, messageOf } from '../../../shared/action/errors.ts'
import { contains, FileRefused, readRegularFile } from '../../../shared/files/regular.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { FilesAt } from './base-files.ts'
import type { SteeringBase } from './steering-base.ts'

/** Who asks for a steering file. */
export interface Candidate {
  /** As the user wrote it, or the name by which it is found. */
  name: string
  /** The input that names it; undefined where it is found by its name. */
  input: string | undefined
}

/** Reads steering files by the rule of the house. */
export interface SteeringReader {
  /** The text; undefined where there is none, or it must not be obeyed. @throws ActionError when a named one is not there */
  read(candidate: Candidate): Promise<string | undefined>
  /** Sentences: what differs from the base, what was not obeyed and why. */
  readonly said: string[]
}

const MAX_BYTES = 1_048_576

/**
 * Gives the files that steer a gate: on pull requests and merge groups as the base commit has them, because otherwise a
 * change could switch off the gate that is to judge it; everywhere else as they are checked out.
 *
 * @param place `root` is the top of the checkout; inputs are relative to `workspace`; `maxBytes` is 1 MiB when not given
 */
export function steeringReader(
  base: SteeringBase,
  place: { root: string; workspace: string; maxBytes?: number },
  filesAtBase: FilesAt | undefined,
): SteeringReader {
  const said: string[] = []
  return {
    said,
    async read(candidate) {
      const { name, input } = candidate
      const path = resolve(input === undefined ? place.root : place.workspace, name)
      const shown = `"${oneLine(name, 100)}"`
      const here = readHere(path, place, candidate, said)
      // A file from elsewhere was made by the workflow, not by the change.
      if (!contains(place.root, path) || base.kind === 'checkout') {
        if (here === undefined && input !== undefined) throw missing(input, name)
        return here
      }
      if (base.kind === 'unknown' || filesAtBase === undefined) {
        if (here !== undefined)
          said.push(
            `${shown} of this checkout is not obeyed: it is not known which commit it is to be judged by.`,
          )
        return undefined
      }
      const at = base.sha.slice(0, 7)
      let there: string | undefined
      try {
        there = await filesAtBase(relative(place.root, path).replaceAll('\\', '/'))
      } catch (error) {
        if (here !== undefined)
          said.push(
            `${shown} is not obeyed: it steers the gate, and the base commit ${at} cannot be read (${oneLine(messageOf(error), 200)}).`,
          )
        return undefined
      }
      if (there !== here) said.push(`${shown} ${difference(here, there, at)}`)
      return there
    },
  }
}

function difference(here: string | undefined, there: string | undefined, at: string): string {
  if (there === undefined)
    return `is new here, and is not obeyed: the base commit ${at} does not have it, and a change does not steer the gate that judges it.`
  const what = here === undefined ? 'is not in this checkout' : 'differs from the base commit'
  return here === undefined
    ? `${what}, but in the base commit ${at}, which the gate goes by.`
    : `${what} ${at}; the gate goes by the one of the base.`
}

function readHere(
  path: string,
  { root, maxBytes = MAX_BYTES }: { root: string; maxBytes?: number },
  { name, input }: Candidate,
  said: string[],
): string | undefined {
  try {
    return readRegularFile(path, maxBytes, root)
      .toString('utf8')
      .replace(/^\ufeff/, '')
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
    if (error.kind === 'missing') return undefined
    const why = `"${oneLine(name, 100)}" is not obeyed: ${error.message}.`
    if (input !== undefined) throw new ActionError('Wrong input', `${input}: ${why}`, { cause: error })
    said.push(why)
    return undefined
  }
}

function missing(input: string, name: string): ActionError {
  const where = isAbsolute(name) ? '' : ' in the workspace'
  return new ActionError(
    'Wrong input',
    `${input}: "${oneLine(name, 200)}" is not there${where}. Name a file that exists, or leave the input out.`,
  )
}
