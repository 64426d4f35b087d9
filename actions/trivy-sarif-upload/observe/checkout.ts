import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { contains } from '../../../shared/files/regular.ts'

/** The top of the checkout that a folder is in: the nearest one with `.git`, at most the workspace; the workspace without one. */
export function checkoutRoot(workspace: string, folder: string): string {
  const top = resolve(workspace)
  for (let at = resolve(folder); contains(top, at); at = dirname(at))
    if (existsSync(join(at, '.git'))) return at
  return top
}
