import type { Edit } from './model.ts'

/**
 * The text with every edit carried out; everything else stays as it is, byte for byte.
 *
 * @throws RangeError when two edits want different things at one place
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = 0
  let last: Edit | undefined
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (last !== undefined && edit.start === last.start && edit.end === last.end && edit.text === last.text)
      continue
    if (edit.start < at || edit.end < edit.start) throw new RangeError('two edits overlap')
    parts.push(text.slice(at, edit.start), edit.text)
    at = edit.end
    last = edit
  }
  return parts.join('') + text.slice(at)
}

/** The line, from 1, of a place in a text. */
export function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The folder of a path, empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** A path relative to a folder that a file has; undefined when it leads out of the repository. */
export function resolvePath(folder: string, relative: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of relative.split(/[\\/]/)) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** A folder and all folders above it, the nearest first; the top is an empty text. */
export function upwards(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split('/')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/')).concat('')
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
