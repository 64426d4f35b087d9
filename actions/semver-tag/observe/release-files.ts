import { lstatSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { InputError } from '../../../shared/action/errors.ts'
import { findFiles } from '../../../shared/files/find.ts'
import { FileRefused, readRegularFile } from '../../../shared/files/regular.ts'
import { isGlob } from '../../../shared/text/glob.ts'
import type { ReleaseFile } from '../model/kept.ts'
import type { Inputs } from '../model.ts'

/** Of the text of a release; a character has 4 bytes at most. */
const MAX_NOTES = 125_000
/** Of one file of a release. */
export const MAX_ASSET = 2_147_483_647

/**
 * The inputs with the notes of their file in place of its name, so that nothing else has to know of it.
 *
 * @throws InputError when it cannot be read, or is longer than GitHub takes
 */
export function withNotes(inputs: Inputs, workspace: string): Inputs {
  const { releaseNotesFile: file } = inputs
  if (file === undefined) return inputs
  const problem = (message: string): InputError => new InputError([{ input: 'release-notes-file', message }])
  let bytes: Buffer
  try {
    bytes = readRegularFile(resolve(workspace, file), MAX_NOTES * 4, workspace)
  } catch (error) {
    if (error instanceof FileRefused) throw problem(`${file}: ${error.message}.`)
    throw error
  }
  const releaseNotes = bytes.toString('utf8').replace(/^\ufeff/, '')
  // Of a request the notes are cut; of a release they are what somebody has signed off.
  if (releaseNotes.length > MAX_NOTES && inputs.mode !== 'pull-request') {
    throw problem(`${releaseNotes.length} characters are more than the ${MAX_NOTES} that GitHub takes.`)
  }
  return { ...inputs, releaseNotes }
}

/**
 * The files that are to be attached; found before anything is written.
 *
 * @throws InputError when a pattern matches none, or two have the same name
 */
export function findReleaseFiles({ releaseFiles }: Inputs, workspace: string): ReleaseFile[] {
  const found = new Map<string, string>()
  const problems: string[] = []
  for (const item of releaseFiles) {
    const paths = isGlob(item) ? findFiles(item.replaceAll('\\', '/'), workspace) : [resolve(workspace, item)]
    if (paths.length === 0) problems.push(`no file matches ${item}.`)
    for (const path of paths) {
      const name = basename(path)
      const other = found.get(name)
      if (other !== undefined && other !== path) problems.push(`two files have the name ${name}.`)
      found.set(name, path)
    }
  }
  for (const [name, path] of found) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isFile() !== true)
      problems.push(`${name}: ${stats === undefined ? 'there is no such file' : 'it is not a regular file'}.`)
    else if (stats.size > MAX_ASSET) problems.push(`${name}: GitHub takes files below 2 GiB.`)
  }
  if (problems.length > 0) {
    throw new InputError(problems.map((message) => ({ input: 'release-files', message })))
  }
  return [...found].map(([name, path]) => ({ name, path }))
}
