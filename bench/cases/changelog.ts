import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gitOf, makeHistory } from '../histories.ts'
import { type Command, compare, median, ratio } from '../measure.ts'
import { installPeer } from '../peers.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'changelog', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
/** The last fast one, and the one that people get today (2.13 began to read the diff of every commit). */
const CLIFFS = ['2.12.0', '2.14.2']
const FAST_CLIFF = '2.12.0'
const CONVENTIONAL = '8.1.3'
const action = 'changelog'

/**
 * Every row of changelog: one release, and a whole history by version, of generated repositories or of the one given.
 *
 * @param quick fewer runs, and no peer that takes minutes
 * @param repository path of a repository to measure instead
 */
export async function changelog(quick: boolean, repository?: string): Promise<Row[]> {
  const pairs = quick ? 3 : 11
  const stage = mkdtempSync(join(tmpdir(), 'nexus-bench-changelog-'))
  try {
    const rows = [await wrongInput(stage, pairs)]
    const given = repository === undefined ? undefined : resolve(repository)
    const histories =
      given === undefined
        ? [
            { commits: 15_000, tags: 700, newest: 12 },
            { commits: 31_000, tags: 3_700, newest: 12 },
          ].map((shape) => ({
            name: `${shape.commits.toLocaleString('en')} commits, ${shape.tags.toLocaleString('en')} tags`,
            path: makeHistory(stage, shape),
          }))
        : [{ name: `${given}, ${gitOf(given, 'rev-list', '--count', 'HEAD').trim()} commits`, path: given }]
    for (const { name, path } of histories) {
      rows.push(...oneRelease(stage, name, path, pairs))
      rows.push(...wholeHistory(stage, name, path, quick))
    }
    return rows
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function wrongInput(stage: string, pairs: number): Promise<Row> {
  const { argv, env } = step(stage, stage, { format: 'markdwn' })
  const runs = await compare({ argv: argv.slice(1), ...(env === undefined ? {} : { env }) }, BARE, pairs)
  const cpuRatio = ratio(runs, 'cpu')
  const peak = median(runs.a.map((run) => run.peak))
  const figures = { cpuRatio, wallRatio: ratio(runs, 'wall'), peak }
  return { action, what: 'wrong input', who: action, ...figures, budget: '≤ 1.8 × CPU', met: cpuRatio <= 1.8 }
}

function oneRelease(stage: string, name: string, path: string, pairs: number): Row[] {
  const what = `one release; ${name}`
  const bare = measure(stage, { argv: [process.execPath, '-e', '0'] }, pairs)
  const ours = measure(stage, step(stage, path, {}), pairs)
  const range = measure(stage, git(path, 'describe', '--tags', '--abbrev=0'), pairs)
  const peers = cliffs(path, ['--latest']).map(({ who, command }) => ({
    who,
    figures: measure(stage, command, Math.min(3, pairs)),
  }))
  const current = peers.find(({ who }) => who.includes(CLIFFS.at(-1) ?? ''))?.figures
  const isHalf = current === undefined || ours.wall <= 0.5 * current.wall
  return [
    {
      ...row(what, action, ours, bare),
      budget: `≤ 0.25 s, ≤ 0.5 × git-cliff ${CLIFFS.at(-1)}`,
      met: ours.wall <= 0.25 && isHalf && ours.good,
    },
    row(what, 'bare git describe --tags', range, bare),
    ...peers.map(({ who, figures }) => row(what, who, figures, bare)),
    ...conventional(path, '1').map(({ who, command }) => row(what, who, measure(stage, command, 1), bare)),
  ]
}

function wholeHistory(stage: string, name: string, path: string, quick: boolean): Row[] {
  const what = `whole history; ${name}`
  const runs = quick ? 1 : 5
  const bare = measure(stage, { argv: [process.execPath, '-e', '0'] }, runs)
  const ours = measure(stage, step(stage, path, { history: 'true' }), runs)
  const log = measure(stage, git(path, 'log', '--format=%H%x00%B'), runs)
  const peers = cliffs(path, [])
    .filter(({ who }) => !quick || who.includes(FAST_CLIFF))
    .map(({ who, command }) => ({
      who,
      figures: measure(stage, command, who.includes(FAST_CLIFF) ? Math.min(3, runs) : 1),
    }))
  const fast = peers.find(({ who }) => who.includes(FAST_CLIFF))?.figures
  const [toLog, isHalf] = [ours.wall / log.wall, fast === undefined || ours.cpu <= 0.5 * fast.cpu]
  const shown = row(what, action, ours, bare)
  return [
    {
      ...shown,
      more: `${shown.more}; ${toLog.toFixed(1)} × git log${fast === undefined ? '' : `, ${(ours.cpu / fast.cpu).toFixed(2)} × CPU of git-cliff ${FAST_CLIFF}`}`,
      budget: `≤ 2.5 × git log, ≤ 0.5 × CPU of git-cliff ${FAST_CLIFF}, ≤ 120 MiB`,
      met: toLog <= 2.5 && isHalf && ours.peak <= 120 && ours.good,
    },
    row(what, 'bare git log', log, bare),
    ...peers.map(({ who, figures }) => row(what, who, figures, bare)),
    ...(quick ? [] : conventional(path, '0')).map(({ who, command }) =>
      row(what, who, measure(stage, command, 1), bare),
    ),
  ]
}

function row(what: string, who: string, figures: Figures, bare: Figures): Row {
  return {
    ...{ action, what, who, peak: figures.peak },
    cpuRatio: figures.cpu / bare.cpu,
    wallRatio: figures.wall / bare.wall,
    more: `${figures.wall.toFixed(2)} s`,
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
  const given = Object.entries({ 'pull-requests': 'false', ...inputs }).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ])
  const sha = existsSync(join(workspace, '.git'))
    ? gitOf(workspace, 'rev-parse', 'HEAD').trim()
    : '0'.repeat(40)
  const context = { GITHUB_SHA: sha, GITHUB_REPOSITORY: 'octo/demo', RUNNER_TEMP: stage }
  const env = { ...files, ...context, GITHUB_WORKSPACE: workspace, ...Object.fromEntries(given) }
  return { argv: [process.execPath, BUNDLE], env }
}

function git(path: string, ...argv: string[]): Command {
  return { argv: ['git', '--no-pager', ...argv], cwd: path }
}

/** The binaries themselves: --ignore-scripts leaves them where npm put them. */
function cliffs(path: string, options: readonly string[]): { who: string; command: Command }[] {
  return CLIFFS.flatMap((version) => {
    const wrapper = installPeer('git-cliff', version, 'package.json')
    const folder = `git-cliff-${process.platform}-${process.arch}`
    const binary = join(dirname(wrapper ?? ''), '..', folder, 'bin', 'git-cliff')
    if (wrapper === undefined || !existsSync(binary)) return []
    const argv = [binary, '--offline', ...options]
    return [{ who: `git-cliff ${version} ${options.join(' ')}`.trim(), command: { argv, cwd: path } }]
  })
}

function conventional(path: string, releases: string): { who: string; command: Command }[] {
  const cli = installPeer('conventional-changelog', CONVENTIONAL, 'dist/cli/index.js')
  if (cli === undefined) return []
  const argv = [process.execPath, cli, '--stdout', '-r', releases]
  return [{ who: `conventional-changelog ${CONVENTIONAL} -r ${releases}`, command: { argv, cwd: path } }]
}

interface Figures {
  /** Seconds; user and system, children included. */
  cpu: number
  wall: number
  /** MiB, of the largest process. */
  peak: number
  good: boolean
}

/** Medians. A small Node process in between tells what its children took. */
function measure(stage: string, { argv, env = {}, cwd = stage }: Command, runs: number): Figures {
  const all = Array.from({ length: runs + 1 }, () => {
    const { stdout } = spawnSync('bash', ['-c', PROBE, 'bash', ...argv], {
      ...{ cwd, encoding: 'utf8' },
      env: { PATH: process.env['PATH'], HOME: stage, LC_ALL: 'C', ...env },
    })
    return figuresOf(stdout)
  })
  const counted = all.length > 1 ? all.slice(1) : all
  return {
    cpu: median(counted.map(({ cpu }) => cpu)),
    wall: median(counted.map(({ wall }) => wall)),
    peak: median(counted.map(({ peak }) => peak)),
    good: counted.every(({ good }) => good),
  }
}

/** bash tells the CPU of what it started, GNU time the memory where there is one. */
const PROBE = `
time=$(command -v time) || time=
start=$(date +%s%N)
if [ -x /usr/bin/time ]; then /usr/bin/time -f 'peak %M' -o "$HOME/peak" "$@" >/dev/null 2>&1; else "$@" >/dev/null 2>&1; fi
code=$?
echo "wall $(( $(date +%s%N) - start ))"
echo "code $code"
[ -f "$HOME/peak" ] && tail -n 1 "$HOME/peak"
times
`

function figuresOf(stdout: string): Figures {
  const number = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stdout)?.[1])
  const children = [...(stdout.trimEnd().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return {
    wall: number('wall') / 1e9,
    cpu: children.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0),
    peak: number('peak') / 1_024,
    good: number('code') === 0,
  }
}
