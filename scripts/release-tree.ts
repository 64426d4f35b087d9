// npm run release-tree -- <version> <folder> — lays out what the tag of a version will point at.
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { ROOT } from './actions.ts'
import { releaseTree, writeTree } from './tree.ts'

const SOURCES = ['actions', 'dist', 'LICENSE', 'README.md']

try {
  const [version, folder, ...rest] = process.argv.slice(2)
  if (version === undefined || folder === undefined || rest.length > 0) {
    throw new Error('Usage: npm run release-tree -- <version> <folder>')
  }
  const files = releaseTree(version)
  const changed = execFileSync('git', ['status', '--porcelain', '--', ...SOURCES], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (changed !== '')
    throw new Error(`Commit first; a release is made from a commit. Changed:\n${changed.trimEnd()}`)
  writeTree(resolve(folder), files)
  console.log(`${files.size} files of version ${version} in ${folder}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
