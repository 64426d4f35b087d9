import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { contains } from '../../../shared/files/regular.ts'
import type { Checkout } from '../sarif/layout.ts'

/** The top of the checkout that a folder is in: the nearest one with `.git`, at most the workspace; the workspace without one. */
export function checkoutRoot(workspace: string, folder: string): string {
  const top = resolve(workspace)
  for (let at = resolve(folder); contains(top, at); at = dirname(at))
    if (existsSync(join(at, '.git'))) return at
  return top
}

/**
 * The checkout as reports are held against it.
 *
 * @param top see {@link checkoutRoot}
 * @param folder the input `checkout-path`, absolute
 */
export function checkoutOf(top: string, folder: string, workspace: string): Checkout {
  const roots = [top]
  try {
    roots.push(realpathSync(top))
  } catch {
    // A report may belong to sources that are not here.
  }
  // Containers of jobs see the workspace there.
  if (top === resolve(workspace)) roots.push('/github/workspace')
  const known = new Map<string, 'file' | 'folder' | undefined>()
  const kindOf = (path: string): 'file' | 'folder' | undefined => {
    if (known.has(path)) return known.get(path)
    const stats = path.includes('\0') ? undefined : kindAt(join(top, path))
    known.set(path, stats)
    return stats
  }
  return {
    roots: [...new Set(roots.map((root) => root.replaceAll('\\', '/').replace(/\/+$/, '')))],
    prefix: contains(top, folder) ? relative(top, folder).replaceAll('\\', '/') : '',
    hasFile: (path) => path !== '' && kindOf(path) === 'file',
    hasFolder: (path) => path !== '' && kindOf(path) === 'folder',
  }
}

function kindAt(path: string): 'file' | 'folder' | undefined {
  try {
    const stats = statSync(path)
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : undefined
  } catch {
    // Not there, a name that is too long, or not for this user.
    return undefined
  }
}
