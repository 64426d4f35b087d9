import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Command, compare, median, ratio } from '../measure.ts'
import { installPeer } from '../peers.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'semver-tag', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
const CLIFF = '2.14.2'
const RECOMMENDED = '11.2.0'
const action = 'semver-tag'

/** Every row of semver-tag. `quick` takes fewer runs, to see that the bench itself works. */
export async function semverTag(quick: boolean): Promise<Row[]> {
  const pairs = quick ? 3 : 21
  const stage = mkdtempSync(join(tmpdir(), 'nexus-bench-semver-'))
  try {
    return [
      await wrongInput(stage, pairs),
      ...(await tenUnreleased(stage, pairs)),
      await within(
        stage,
        pairs,
        '20,000 unreleased commits',
        { commits: 20_000, tags: 1, unreleased: 19_999 },
        0.8,
      ),
      await within(stage, pairs, '16,000 tags', { commits: 16_010, tags: 16_000, unreleased: 10 }, 0.5),
    ]
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function wrongInput(stage: string, pairs: number): Promise<Row> {
  const runs = await compare(step(stage, stage, { bump: 'mayor' }), BARE, pairs)
  const cpuRatio = ratio(runs, 'cpu')
  const peak = median(runs.a.map((run) => run.peak))
  const figures = { cpuRatio, wallRatio: ratio(runs, 'wall'), peak }
  return { action, what: 'wrong input', who: action, ...figures, budget: '≤ 1.8 × CPU', met: cpuRatio <= 1.8 }
}

async function tenUnreleased(stage: string, pairs: number): Promise<Row[]> {
  const what = '20,000 commits, 2,000 tags, 10 unreleased'
  const repository = makeRepository(stage, { commits: 20_000, tags: 2_000, unreleased: 10 })
  const ours = step(stage, repository, { 'dry-run': 'true' })
  const runs = await compare(ours, BARE, pairs)
  const [cpuRatio, peak] = [ratio(runs, 'cpu'), median(runs.a.map((run) => run.peak))]
  const good = runs.a.every(({ exitCode }) => exitCode === 0)
  const bare = wholeTree([process.execPath, '-e', '0'], repository, pairs)
  const tree = (argv: readonly string[], env?: NodeJS.ProcessEnv): Pick<Row, 'more' | 'wallRatio'> => {
    const { cpu, wall } = wholeTree(argv, repository, pairs, env)
    return {
      wallRatio: wall / bare.wall,
      more: `${(cpu / bare.cpu).toFixed(2)} × CPU with the git processes it starts`,
    }
  }
  const rows: Row[] = [
    {
      ...{ action, what, who: action, cpuRatio, peak, ...tree([process.execPath, ...ours.argv], ours.env) },
      budget: '≤ 2.5 × CPU, ≤ 60 MiB',
      met: cpuRatio <= 2.5 && peak <= 60 && good,
    },
    { action, what, who: 'bare git describe --tags', ...tree(['git', 'describe', '--tags']) },
  ]
  // Both peers start git or read the repository themselves; --ignore-scripts leaves the binary where npm put it.
  const wrapper = installPeer('git-cliff', CLIFF, 'package.json')
  const cliff = join(
    dirname(wrapper ?? ''),
    '..',
    `git-cliff-${process.platform}-${process.arch}`,
    'bin',
    'git-cliff',
  )
  if (wrapper !== undefined && existsSync(cliff)) {
    const who = `git-cliff ${CLIFF} --unreleased --bumped-version`
    rows.push({ action, what, who, ...tree([cliff, '--unreleased', '--bumped-version']) })
  }
  const peer = installPeer('conventional-recommended-bump', RECOMMENDED, 'dist/cli/index.js')
  if (peer !== undefined) {
    const config = join(stage, 'bump.cjs')
    writeFileSync(
      config,
      'module.exports = { whatBump: (commits) => ({ level: commits.length > 0 ? 1 : 2 }) }',
    )
    const theirs = await compare({ argv: [peer, '--config', config], cwd: repository }, BARE, pairs)
    const who = `conventional-recommended-bump ${RECOMMENDED} (bump only)`
    const figures = { cpuRatio: ratio(theirs, 'cpu'), peak: median(theirs.a.map((run) => run.peak)) }
    rows.push({ action, what, who, ...figures, ...tree([process.execPath, peer, '--config', config]) })
  }
  return rows
}

async function within(
  stage: string,
  pairs: number,
  what: string,
  shape: Shape,
  seconds: number,
): Promise<Row> {
  const repository = makeRepository(stage, shape)
  const runs = await compare(step(stage, repository, { 'dry-run': 'true' }), BARE, Math.ceil(pairs / 2))
  const wall = median(runs.a.map((run) => run.wall)) / 1_000
  return {
    ...{ action, what, who: action, cpuRatio: ratio(runs, 'cpu'), wallRatio: ratio(runs, 'wall') },
    peak: median(runs.a.map((run) => run.peak)),
    more: `${wall.toFixed(2)} s`,
    budget: `≤ ${seconds} s`,
    met: wall <= seconds && runs.a.every(({ exitCode }) => exitCode === 0),
  }
}

/** The bundle as the runner starts it, without a token. */
function step(stage: string, workspace: string, inputs: Readonly<Record<string, string>>): Command {
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => {
      const file = join(stage, name)
      writeFileSync(file, '')
      return [`GITHUB_${name}`, file]
    }),
  )
  const event = join(stage, 'event.json')
  writeFileSync(event, '{"repository":{"default_branch":"main"}}')
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const sha = existsSync(join(workspace, '.git'))
    ? gitOf(workspace, 'rev-parse', 'HEAD').trim()
    : '0'.repeat(40)
  const context = { GITHUB_SHA: sha, GITHUB_REF: 'refs/heads/main', GITHUB_EVENT_NAME: 'push' }
  const env = { ...files, ...context, GITHUB_EVENT_PATH: event, GITHUB_WORKSPACE: workspace }
  return { argv: [BUNDLE], env: { ...env, ...Object.fromEntries(given) } }
}

interface Shape {
  commits: number
  tags: number
  unreleased: number
}

/** Tags are spread evenly; the highest stands `unreleased` commits before the tip. */
function makeRepository(stage: string, { commits, tags, unreleased }: Shape): string {
  const path = mkdtempSync(join(stage, 'repo-'))
  gitOf(path, 'init', '--quiet', '--initial-branch=main')
  const lines: string[] = []
  const every = Math.floor((commits - unreleased) / tags)
  for (let index = 1, tag = 0; index <= commits; index++) {
    const message = `${['feat', 'fix', 'docs', 'chore'][index % 4]}(part-${index % 7}): change ${index}\n\nA body.\n`
    const who = `Ada <ada@example.invalid> ${1_600_000_000 + index} +0000`
    lines.push(
      `commit refs/heads/main\nmark :${index}\ncommitter ${who}\ndata ${message.length}\n${message}\n`,
    )
    const isLast = index === commits - unreleased
    if (isLast || (tag < tags - 1 && index % every === 0)) {
      const name = `v1.${Math.floor(tag / 100)}.${tag % 100}`
      lines.push(`reset refs/tags/${isLast ? 'v2.0.0' : name}\nfrom :${index}\n\n`)
      tag++
    }
  }
  execFileSync('git', ['-C', path, 'fast-import', '--quiet'], { input: lines.join('') })
  gitOf(path, 'pack-refs', '--all')
  return path
}

function gitOf(path: string, ...argv: string[]): string {
  return execFileSync('git', ['-C', path, ...argv], { encoding: 'utf8' })
}

/** Medians of CPU (user and system, children included) and wall clock, in seconds; bash tells the CPU. */
function wholeTree(
  argv: readonly string[],
  cwd: string,
  runs: number,
  env: NodeJS.ProcessEnv = {},
): { cpu: number; wall: number } {
  const measured = Array.from({ length: runs + 1 }, () => {
    const started = performance.now()
    const { stdout } = spawnSync('bash', ['-c', '"$@" >/dev/null 2>&1; times', 'bash', ...argv], {
      ...{ cwd, encoding: 'utf8' },
      env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    })
    const wall = (performance.now() - started) / 1_000
    const children = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
    return { wall, cpu: children.reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0) }
  }).slice(1)
  return { cpu: median(measured.map(({ cpu }) => cpu)), wall: median(measured.map(({ wall }) => wall)) }
}
