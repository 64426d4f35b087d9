// npm run check — everything that a change has to pass besides its tests. One line per check, a count at the end.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { actionNames, ROOT } from './actions.ts'
import { findProgram } from './find-program.ts'
import { rebuiltElsewhere } from './rebuild.ts'
import { archiveBytes, releaseTree } from './tree.ts'

/** What a runner downloads, as a gzipped archive: 1.5 MB is the aim, of which seven copies of the YAML parser are 0.25. */
const MAX_ALL = 1_600_000
const MAX_ONE = 400_000

/** Nothing when all is well, otherwise what is not; undefined when it cannot be said here. */
type Finding = string[] | undefined

const CHECKS: Record<string, () => Finding> = {
  'format and lint': () => tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off'),
  types: () => tool('typescript/bin/tsc'),
  'READMEs are in step with action.yml': () => node(join('scripts', 'docs.ts'), '--check'),
  'dist is what its sources make, built elsewhere': rebuiltElsewhere,
  'bundles are small': budgets,
  // actionlint 1.7.12 does not know the self-repository syntax (`uses: $/…`) that zizmor asks for.
  'workflows: actionlint': () =>
    program('actionlint', '-no-color', '-ignore', 'specifying action "[$]/', ...workflows()),
  'workflows: zizmor': () =>
    program('zizmor', '--quiet', '--offline', '--no-progress', '--color=never', '--pedantic', '.github'),
}

const count = { passed: 0, failed: 0, skipped: 0 }
for (const [name, check] of Object.entries(CHECKS)) {
  const start = performance.now()
  const finding = attempt(check)
  const time = `${((performance.now() - start) / 1_000).toFixed(1)} s`
  if (finding === undefined && process.env['NEXUS_REQUIRE_ALL'] !== '1') {
    count.skipped++
    console.log(`skipped: ${name}: its program is not installed`)
  } else if (finding?.length === 0) {
    count.passed++
    console.log(`passed: ${name} (${time})`)
  } else {
    count.failed++
    console.log(`FAILED: ${name} (${time})`)
    const lines = finding ?? ['its program is not installed, and NEXUS_REQUIRE_ALL=1 allows no skipped check']
    console.log(lines.join('\n').replace(/^/gm, '  '))
  }
}
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
process.exitCode = count.failed > 0 ? 1 : 0

function attempt(check: () => Finding): Finding {
  try {
    return check()
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

function budgets(): string[] {
  const files = [...releaseTree('1.0.0')]
  const size = (wanted: (path: string) => boolean): number =>
    archiveBytes(new Map(files.filter(([path]) => wanted(path))), gzipSync)
  const found = actionNames().map((action) => ({
    what: action,
    bytes: size((path) => path.startsWith(`${action}/`)),
    max: MAX_ONE,
  }))
  found.push({ what: 'the whole release tree', bytes: size(() => true), max: MAX_ALL })
  return found
    .filter(({ bytes, max }) => bytes > max)
    .map(({ what, bytes, max }) => `${what}: ${bytes} bytes compressed, allowed are ${max}`)
}

function workflows(): string[] {
  return listed('.github/workflows/*.yml', 'examples/*.yml')
}

/** Files that git knows or would add. */
function listed(...patterns: readonly string[]): string[] {
  const { stdout } = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  return stdout.split('\n').filter((path) => path !== '')
}

function tool(path: string, ...argv: readonly string[]): string[] {
  return node(join('node_modules', path), ...argv)
}

function node(...argv: readonly string[]): string[] {
  return outcome(process.execPath, argv)
}

function program(name: string, ...argv: readonly string[]): Finding {
  const path = findProgram(name)
  return path === undefined ? undefined : outcome(path, argv)
}

function outcome(path: string, argv: readonly string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(path, argv, { cwd: ROOT, encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim()]
}
