import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** How a workflow run went. */
export interface WorkflowRun {
  /** 0 when every job passed. */
  code: number | null
  /** What the steps printed, line by line. */
  output: string
  /** Error annotations. */
  errors: string[]
  /** `job/step` → `success`, `failure` or `skipped`. */
  steps: Record<string, string>
}

export interface WorkflowOptions {
  act: string
  /** Files of the repository that the workflow runs in, path → content. */
  files: ReadonlyMap<string, Buffer | string>
  /** Files that `uses: <repository>@<ref>` stands for, by `<repository>@<ref>`. */
  actions?: Record<string, ReadonlyMap<string, Buffer>>
  event: string
  payload?: object
  variables?: Record<string, string>
  /** On top of what act sets for every step. */
  env?: Record<string, string>
  /** Adds to the repository, which has one commit with the files. */
  prepare?: (folder: string) => void
  /** A folder with programs that come before those of this machine. */
  programs?: string
}

/** One entry of `act --json`. */
interface Entry {
  msg?: string
  raw_output?: boolean
  command?: string
  arg?: string
  jobID?: string
  step?: string
  stepResult?: string
  stage?: string
}

/** Runs a workflow with nektos/act in host mode: no containers, no network, no trace outside a temporary folder. */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-act-'))
  try {
    const repository = join(folder, 'repository')
    writeFiles(repository, options.files)
    commit(repository)
    options.prepare?.(repository)
    writeFileSync(join(folder, 'event.json'), JSON.stringify(options.payload ?? {}))
    const argv = [
      options.event,
      '--json',
      '-P',
      'ubuntu-latest=-self-hosted',
      '-P',
      'self-hosted=-self-hosted',
      '-e',
      join(folder, 'event.json'),
    ]
    argv.push('--pull=false', '--action-offline-mode', '--no-cache-server')
    for (const [index, [uses, files]] of Object.entries(options.actions ?? {}).entries()) {
      const tree = join(folder, `tree-${index}`)
      writeFiles(tree, files)
      argv.push('--local-repository', `${uses}=${tree}`)
    }
    for (const [name, value] of Object.entries(options.variables ?? {}))
      argv.push('--var', `${name}=${value}`)
    for (const [name, value] of Object.entries(options.env ?? {})) argv.push('--env', `${name}=${value}`)
    return await read(options, argv, repository, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function read(
  { act, programs }: WorkflowOptions,
  argv: readonly string[],
  cwd: string,
  home: string,
): Promise<WorkflowRun> {
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`
  return new Promise((resolve, reject) => {
    const child = spawn(act, argv, {
      cwd,
      // act starts the first `node` on PATH, whatever an action.yml says.
      env: {
        PATH: programs === undefined ? path : `${programs}:${path}`,
        HOME: home,
        XDG_CACHE_HOME: join(home, 'cache'),
        TMPDIR: home,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    })
    const text = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (data: string) => (text.stdout += data))
    child.stderr.setEncoding('utf8').on('data', (data: string) => (text.stderr += data))
    child.once('error', reject)
    child.once('close', (code) => {
      const run: WorkflowRun = { code, output: '', errors: [], steps: {} }
      for (const line of text.stdout.split('\n').filter((line) => line.startsWith('{'))) {
        const entry = JSON.parse(line) as Entry
        if (entry.raw_output === true) run.output += entry.msg ?? ''
        if (entry.command === 'error') run.errors.push(entry.arg ?? '')
        if (entry.stepResult !== undefined && entry.stage === 'Main') {
          run.steps[`${entry.jobID}/${entry.step}`] = entry.stepResult
        }
      }
      if (Object.keys(run.steps).length > 0) resolve(run)
      else reject(new Error(`act ran no step (exit ${code}):\n${text.stdout}${text.stderr}`))
    })
  })
}

function writeFiles(folder: string, files: ReadonlyMap<string, Buffer | string>): void {
  for (const [path, content] of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

/** act reads `github.sha` and the ref from a repository. */
function commit(folder: string): void {
  const identity = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.invalid',
    '-c',
    'commit.gpgsign=false',
  ]
  for (const argv of [
    ['init', '--quiet'],
    ['add', '--all'],
    [...identity, 'commit', '--quiet', '-m', 'test'],
  ]) {
    execFileSync('git', argv, { cwd: folder, stdio: 'ignore' })
  }
}
