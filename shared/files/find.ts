import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { globTest } from '../text/glob.ts'
import { pathProblem } from './inside.ts'

/** Folders and files looked at before it is clear that the pattern is too wide. */
const MAX_ENTRIES = 500_000

/**
 * Regular files that match a glob, sorted, as absolute paths. Folders are walked without following links, and `.git` is
 * left out; links to files are found, so that reading them can say why they are refused.
 *
 * @param glob forward slashes; relative to `folder`, or absolute
 * @throws Error when it is no path of this system, or more than 500,000 entries had to be looked at
 */
export function findFiles(glob: string, folder: string): string[] {
  const problem = pathProblem(glob)
  if (problem !== undefined) throw new Error(`it ${problem}`)
  const isAbsolute = /^(\/|[A-Za-z]:\/)/.test(glob)
  const segments = glob.replace(/^(\.\/+)+/, '').split('/')
  const first = segments.findIndex((segment) => /[*?]/.test(segment))
  const base = segments.slice(0, first).join('/')
  const root = isAbsolute ? base || '/' : join(folder, base)
  const test = globTest(segments.slice(first).join('/'), { ignoreCase: process.platform === 'win32' })
  const deep = segments.slice(first).some((segment) => segment.includes('**'))
  const depth = deep ? Number.POSITIVE_INFINITY : segments.length - first - 1
  const found: string[] = []
  let left = MAX_ENTRIES
  const open: { path: string; level: number }[] = [{ path: '', level: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of entriesOf(join(root, next.path))) {
      if (left-- === 0) throw new Error('it matches too wide a part of the disk: begin it with a folder')
      const path = next.path === '' ? entry.name : `${next.path}/${entry.name}`
      if (entry.isDirectory()) {
        if (next.level < depth && entry.name !== '.git') open.push({ path, level: next.level + 1 })
      } else if (test(path)) found.push(join(root, path))
    }
  }
  return found.sort()
}

function entriesOf(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // Not there, or not for this user: nothing in it matches.
    return []
  }
}
