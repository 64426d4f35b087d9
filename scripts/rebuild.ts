import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './actions.ts'
import { filesBelow } from './tree.ts'

const SOURCES = ['actions', 'bundle', 'scripts', 'shared', 'package.json', 'tsconfig.json']

/**
 * Builds a copy of this checkout that lies elsewhere, and compares. What comes back is how the committed dist differs
 * from what its sources make, file by file; nothing when it is what anybody else would get too.
 */
export function rebuiltElsewhere(): string[] {
  mkdirSync(join(ROOT, '.scratch'), { recursive: true })
  const copy = mkdtempSync(join(ROOT, '.scratch', 'rebuild-'))
  try {
    for (const path of SOURCES) cpSync(join(ROOT, path), join(copy, path), { recursive: true })
    linkFolder(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const build = spawnSync(process.execPath, [join('scripts', 'build.ts')], { cwd: copy, encoding: 'utf8' })
    if (build.status !== 0) return [`the build fails:\n${build.stdout}${build.stderr}`]
    return differences(join(ROOT, 'dist'), join(copy, 'dist'))
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** How one folder differs from what it should be. */
export function differences(is: string, should: string): string[] {
  const [have, want] = [is, should].map((folder) => new Set(existsSync(folder) ? filesBelow(folder) : []))
  return [...new Set([...(have ?? []), ...(want ?? [])])].sort().flatMap((file) => {
    if (!want?.has(file)) return [`dist/${file} is not made by the build`]
    if (!have?.has(file)) return [`dist/${file} is missing`]
    return readFileSync(join(is, file)).equals(readFileSync(join(should, file)))
      ? []
      : [`dist/${file} differs`]
  })
}

/** A real folder of its own without the time and space of a copy. Links to elsewhere (node_modules/.bin) are left out. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) linkFolder(join(from, entry.name), join(to, entry.name))
    else if (entry.isFile()) linkSync(join(from, entry.name), join(to, entry.name))
  }
}
