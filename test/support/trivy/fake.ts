import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { tempFolder } from '../runner/cleanup.ts'

/** What one run of the fake does, in this order. */
export interface FakeRun {
  /** The database that it downloads: ISO 8601, when that was made. */
  downloads?: string
  stderr?: string
  /**
   * What `convert` makes of the report: SARIF. The scan itself writes a JSON report on one lock file with one package; a
   * text is written as it is instead. Nothing is written without it.
   */
  report?: object | string
  /** The JSON report, instead. */
  json?: object
  exit?: number
  /** Goes on until it is stopped. */
  hangs?: boolean
}

export interface FakeCall {
  argv: string[]
  /** The folder that it ran in. */
  cwd: string
  /** Names of its variables. */
  variables: string[]
}

export interface FakeTrivy {
  /** To be put on PATH. */
  folder: string
  path: string
  sha256: string
  /** PATH with it, and without any other Trivy. */
  env: Record<string, string>
  /** Scans, without what `convert` was asked for. */
  calls(): FakeCall[]
}

/** A program called trivy that does as told, once per run; later runs do what the last one did. */
export function fakeTrivy(...runs: readonly FakeRun[]): FakeTrivy {
  const folder = tempFolder('nexus-fake-trivy-')
  const path = join(folder, 'trivy')
  const log = join(folder, 'calls.jsonl')
  writeFileSync(path, `#!${process.execPath}\n(${main.toString()})(${JSON.stringify({ runs, log })})\n`, {
    mode: 0o755,
  })
  return {
    folder,
    path,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    env: { PATH: [folder, process.env['PATH'] ?? ''].join(delimiter) },
    calls: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as FakeCall)
            .filter(({ argv }) => argv[0] !== 'convert')
        : [],
  }
}

/** The SARIF of a scan with these rules, as Trivy writes it for files. */
export function trivySarif(...rules: readonly { id: string; severity: string; file: string }[]): object {
  return {
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Trivy',
            version: '0.72.0',
            rules: rules.map(({ id, severity }) => ({
              id,
              properties: { tags: ['secret', 'security', severity] },
            })),
          },
        },
        results: rules.map(({ id, severity, file }, ruleIndex) => ({
          ruleId: id,
          ruleIndex,
          level: 'error',
          message: { text: `Artifact: ${file}\nType: \nSecret ${id}\nSeverity: ${severity}\nMatch: ***` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file, uriBaseId: 'ROOTPATH' },
                region: { startLine: 1 },
              },
            },
          ],
        })),
      },
    ],
  }
}

/** Makes a folder look like one that Trivy has downloaded its database to. */
export function writeDatabase(cache: string, updatedAt: string): void {
  mkdirSync(join(cache, 'db'), { recursive: true })
  writeFileSync(join(cache, 'db', 'trivy.db'), `database of ${updatedAt}`)
  writeFileSync(join(cache, 'db', 'metadata.json'), JSON.stringify({ Version: 2, UpdatedAt: updatedAt }))
}

/** The fake itself; its text is the program, so it knows nothing but what it is given. */
function main({ runs, log }: { runs: FakeRun[]; log: string }): void {
  const fs = process.getBuiltinModule('node:fs')
  const argv = process.argv.slice(2)
  const before = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trimEnd().split('\n') : []
  const scans = before.filter((line) => !line.startsWith('{"argv":["convert"')).length
  fs.appendFileSync(
    log,
    `${JSON.stringify({ argv, cwd: process.cwd(), variables: Object.keys(process.env) })}\n`,
  )
  const isConvert = argv[0] === 'convert'
  const run = runs[Math.min(isConvert ? scans - 1 : scans, runs.length - 1)] ?? {}
  const option = (name: string): string => argv[argv.indexOf(name) + 1] ?? ''
  if (isConvert) {
    fs.writeFileSync(option('--output'), JSON.stringify(run.report))
    return
  }
  if (run.downloads !== undefined) {
    const folder = `${option('--cache-dir')}/db`
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(`${folder}/trivy.db`, `database of ${run.downloads}`)
    fs.writeFileSync(`${folder}/metadata.json`, JSON.stringify({ Version: 2, UpdatedAt: run.downloads }))
  }
  if (run.stderr !== undefined) process.stderr.write(run.stderr)
  if (run.report !== undefined || run.json !== undefined) {
    const lockFile = {
      Target: 'package-lock.json',
      Class: 'lang-pkgs',
      Packages: [{ Name: 'a', Version: '1.0.0' }],
    }
    const json = run.json ?? {
      SchemaVersion: 2,
      Results: [lockFile, { Target: 'Dockerfile', Class: 'config' }, { Target: 'a', Class: 'secret' }],
    }
    fs.writeFileSync(option('--output'), typeof run.report === 'string' ? run.report : JSON.stringify(json))
  }
  if (run.hangs === true) setInterval(() => {}, 60_000)
  else process.exitCode = run.exit ?? 0
}
