import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'

/** As much of a sent run as tests look at. */
export interface SentRun {
  tool: {
    driver: {
      name: string
      rules?: { id: string; properties?: { tags?: string[]; 'security-severity'?: string } }[]
    }
    extensions?: unknown[]
  }
  automationDetails: { id: string }
  results: SentResult[]
}

export interface SentResult {
  ruleId: string
  ruleIndex?: number
  message: { text: string }
  locations: {
    physicalLocation: {
      artifactLocation: { uri: string; uriBaseId?: string }
      region?: { startLine?: number; endLine?: number }
    }
  }[]
  partialFingerprints?: Record<string, string>
  codeFlows?: { threadFlows: { locations: unknown[] }[] }[]
}

export interface Sent extends StepResult {
  /** The files that `output-file` made, in order. */
  files: { runs: SentRun[] }[]
  /** primaryLocationLineHash of the results of the first run. */
  hashes(): (string | undefined)[]
}

const SHA = '4f1e2d3c5b6a79880716253443526170f1e2d3c4'

export interface FileOptions extends Omit<Partial<RunOptions>, 'action' | 'inputs'> {
  inputs?: Readonly<Record<string, string>>
  /** Further files of the workspace. */
  files?: Readonly<Record<string, string | Buffer>>
}

/**
 * Runs the bundle on a report without GitHub, and reads what it would have sent.
 *
 * @param report a log (the version is put in), or what the file holds
 */
export async function sent(
  report: object | string | Buffer | undefined,
  options: FileOptions = {},
): Promise<Sent> {
  const { inputs = {}, files = {}, context, ...more } = options
  const workspace = more.workspace ?? tempFolder('nexus-sarif-')
  const all = { ...files }
  if (report !== undefined) {
    all['report.sarif'] =
      typeof report === 'string' || Buffer.isBuffer(report)
        ? report
        : JSON.stringify({ version: '2.1.0', ...report })
  }
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), content)
  }
  const step = await runAction({
    action: 'trivy-sarif-upload',
    event: {
      name: 'push',
      payload: { repository: { full_name: 'octo/demo', default_branch: 'main', private: true } },
    },
    ...more,
    workspace,
    inputs: {
      'sarif-file': 'report.sarif',
      ...{ category: 'app', upload: 'never', 'output-file': 'out/sent.sarif' },
      ...inputs,
    },
    context: { repository: 'octo/demo', ref: 'refs/heads/main', sha: SHA, ...context },
  })
  const out = join(workspace, 'out')
  const names = step.outputs['sarif-file'] ? readdirSync(out).sort(byNumber) : []
  const sentFiles = names.map(
    (name) => JSON.parse(readFileSync(join(out, name), 'utf8')) as { runs: SentRun[] },
  )
  return {
    ...step,
    files: sentFiles,
    hashes: () =>
      (sentFiles[0]?.runs[0]?.results ?? []).map(
        ({ partialFingerprints }) => partialFingerprints?.['primaryLocationLineHash'],
      ),
  }
}

/** The first run of the first file. @throws Error when nothing was sent */
export function read(step: Sent): SentRun {
  const run = step.files[0]?.runs[0]
  if (run === undefined) throw new Error(`Nothing was sent.\n${step.log}`)
  return run
}

/** A log of one run. */
export function log(results: readonly object[], driver: object = {}, run: object = {}): { runs: object[] } {
  return { runs: [{ tool: { driver: { name: 'Scanner', ...driver } }, ...run, results }] }
}

/** A result at a place; `more` on top. */
export function result(ruleId = 'r', uri = 'src/a.ts', more: object = {}): object {
  const locations = [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }]
  return { ruleId, message: { text: `about ${ruleId}` }, locations, ...more }
}

/** What the annotations of a level say. */
export function said(step: StepResult, level: 'error' | 'warning' | 'notice' = 'error'): string {
  return step.annotations
    .filter((annotation) => annotation.level === level)
    .map(({ title, message }) => `${title}: ${message}`)
    .join('\n')
}

/** The five counts of severity. */
export function counts({ outputs }: StepResult): number[] {
  return ['critical', 'high', 'medium', 'low', 'unknown'].map((name) => Number(outputs[name]))
}

function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}
