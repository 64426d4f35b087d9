import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'

interface Dependencies {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  optionalDependencies: Record<string, string>
}

/** Packages with an install script. `.npmrc` runs none of them, so each must work without. */
const INSTALL_SCRIPTS_NOT_NEEDED = [
  'node_modules/@parcel/watcher',
  'node_modules/fsevents',
  'node_modules/unrs-resolver',
]

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as Dependencies
const { packages } = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, { hasInstallScript?: boolean; optionalDependencies?: Record<string, string> }>
}
const all = Object.entries({
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
})

describe('dependencies', () => {
  test('have exact versions', () => {
    expect(all.filter(([, version]) => !isExact(version))).toEqual([])
  })

  test.each(['^1.0.0', '~1.0.0', '1.x', 'latest', '>=1', 'file:../a'])('%s is not exact', (version) => {
    expect(isExact(version)).toBe(false)
  })

  test('have a reason each in CONTRIBUTING.md, and no other has', () => {
    const reasons = [...read('CONTRIBUTING.md').matchAll(/^\| `([^`]+)` \| [^|]{10,}\|$/gm)].map(
      ([, name]) => name,
    )
    expect(reasons.sort()).toEqual(all.map(([name]) => name).sort())
  })

  // A lock file written where a registry lacks them forgets them, and then `npm ci` fails everywhere.
  test('are locked for every platform', () => {
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)))
    expect(missing).toEqual([])
  })

  test('need no install script', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
    const withScript = Object.entries(packages).filter(
      ([, { hasInstallScript }]) => hasInstallScript === true,
    )
    expect(
      withScript.map(([path]) => path).filter((path) => !INSTALL_SCRIPTS_NOT_NEEDED.includes(path)),
    ).toEqual([])
  })
})

describe('files', () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  })
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))

  test('name no path of a machine', () => {
    const found = files.filter((path) => machinePath(read(path), path))
    expect(found).toEqual([])
  })

  test('have no dead links', () => {
    const dead = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => links(read(path)).map((link) => ({ path, to: join(dirname(path), link) })))
      .filter(({ to }) => !existsSync(join(ROOT, to)))
    expect(dead).toEqual([])
  })

  test('the two tests above see', () => {
    expect(machinePath(`open ${ROOT}/x`, 'a.ts')).toBe(true)
    expect(machinePath(`/${'Users'}/ann/x`, 'a.ts')).toBe(true)
    expect(machinePath('/home/runner/work', 'a.ts')).toBe(false)
    expect(links('[a](b.md#c) [d](#e) ![f](g.png) [h](https://i.example/)')).toEqual(['b.md', 'g.png'])
  })
})

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(version)
}

/** This checkout's own place, or somebody's home. GitHub's runners have a well-known one. */
function machinePath(text: string, path: string): boolean {
  if (/\.(png|ico)$/.test(path)) return false
  return text.includes(`${ROOT}/`) || /(?<![\w.])\/(home|Users)\/(?!runner\b)[a-z]/.test(text)
}

/** Relative links of a Markdown text, without their anchors. */
function links(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map(([, link]) => link ?? '')
    .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
}
