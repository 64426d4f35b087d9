import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, compare, median, ratio } from '../measure.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'trivy-sarif-upload', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
const action = 'trivy-sarif-upload'
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN']
const LINES = 20_000

interface Size {
  what: string
  results: number
  rules: number
  /** All results in one source file, instead of an image. */
  inSource?: boolean
  /** CPU seconds. */
  budget: number
  mebibytes?: number
  /** github/codeql-action upload-sarif 4.36.3 on a file like this, in test mode: quoted, measured once elsewhere. */
  peer?: string
}

const SIZES: readonly Size[] = [
  { what: '1 MB, 400 results', results: 400, rules: 60, budget: 0.15, peer: '0.78 s CPU, 119 MiB' },
  { what: '10 MB, 4,000 results', results: 4_000, rules: 400, budget: 0.8, peer: '3.31 s CPU, 211 MiB' },
  {
    ...{ what: '52 MB, 20,000 results', results: 20_000, rules: 2_000, budget: 3, mebibytes: 300 },
    peer: '17.6 s CPU, 461 MiB',
  },
  {
    ...{ what: '52 MB, 20,000 results in one file of 20,000 lines', results: 20_000, rules: 2_000 },
    ...{ inSource: true, budget: 4, mebibytes: 300, peer: 'not done after 50 s' },
  },
]

/** Every row of trivy-sarif-upload: read, check, normalise, fingerprint, gate, trim and gzip; all but the upload itself. */
export async function trivySarifUpload(quick: boolean): Promise<Row[]> {
  const pairs = quick ? 3 : 21
  const stage = mkdtempSync(join(tmpdir(), 'nexus-bench-sarif-'))
  try {
    writeFileSync(
      join(stage, 'big.ts'),
      Array.from(
        { length: LINES },
        (_, line) => `const value${line} = compute(${line}, 'text') // ${line}\n`,
      ).join(''),
    )
    const wrong = await compare(step(stage, { upload: 'perhaps' }), BARE, pairs)
    const rows: Row[] = [
      {
        ...{ action, what: 'wrong input', who: action, ...figures(wrong), budget: '≤ 1.8 × CPU' },
        met: ratio(wrong, 'cpu') <= 1.8 && wrong.a.every(({ exitCode }) => exitCode === 1),
      },
    ]
    for (const size of SIZES) rows.push(...(await measured(stage, size, quick ? 1 : 7)))
    return rows
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function measured(stage: string, size: Size, pairs: number): Promise<Row[]> {
  const { what, budget, mebibytes = Number.POSITIVE_INFINITY, peer } = size
  const file = join(stage, 'report.sarif')
  writeFileSync(file, report(size))
  const megabytes = (statSync(file).size / 1e6).toFixed(1)
  const runs = await compare(step(stage, { 'sarif-file': 'report.sarif', 'fail-on': 'none' }), BARE, pairs)
  const cpu = median(runs.a.map((run) => run.cpu)) / 1_000
  const peak = median(runs.a.map((run) => run.peak))
  const good = runs.a.every(({ exitCode }) => exitCode === 0)
  const limit = Number.isFinite(mebibytes) ? `, ≤ ${mebibytes} MiB` : ''
  const rows: Row[] = [
    {
      ...{ action, what, who: action, ...figures(runs) },
      more: `${cpu.toFixed(2)} s CPU for ${megabytes} MB${good ? '' : ', FAILED'}`,
      ...{ budget: `≤ ${budget} s CPU${limit}`, met: good && cpu <= budget && peak <= mebibytes },
    },
  ]
  if (peer !== undefined)
    rows.push({ action, what, who: 'github/codeql-action upload-sarif 4.36.3 (quoted)', more: peer })
  return rows
}

function figures(runs: Awaited<ReturnType<typeof compare>>): Pick<Row, 'cpuRatio' | 'wallRatio' | 'peak'> {
  return {
    ...{ cpuRatio: ratio(runs, 'cpu'), wallRatio: ratio(runs, 'wall') },
    peak: median(runs.a.map((run) => run.peak)),
  }
}

/** As Trivy writes it, indented: about 2.6 KB per result. */
function report({ results, rules, inSource = false }: Size): string {
  const id = (rule: number): string => `CVE-2026-${10_000 + rule}`
  const link = (rule: number): string => `https://avd.aquasec.com/nvd/${id(rule).toLowerCase()}`
  const driver = {
    ...{ name: inSource ? 'Scanner' : 'Trivy', version: '0.72.0' },
    rules: Array.from({ length: rules }, (_, rule) => ({
      ...{ id: id(rule), name: 'OsPackageVulnerability', helpUri: link(rule) },
      shortDescription: { text: `package-${rule}: overflow ${rule} in a parser` },
      fullDescription: { text: `A flaw was found in package-${rule}. `.repeat(6) },
      defaultConfiguration: { level: 'error' },
      help: {
        text: `Vulnerability ${id(rule)} `.repeat(30),
        markdown: `**Vulnerability ${id(rule)}** `.repeat(30),
      },
      properties: { 'security-severity': '8.0', tags: ['vulnerability', 'security', SEVERITIES[rule % 5]] },
    })),
  }
  const result = (index: number): object => {
    const rule = index % rules
    const mark = (Math.imul(index, 2_654_435_761) >>> 0).toString(36)
    const region = { startLine: inSource ? (index % LINES) + 1 : 1, startColumn: 1, endColumn: 1 }
    const text = [
      ...[
        `Package: package-${index}`,
        `Installed Version: 1.${index % 50}.${mark}`,
        `Vulnerability ${id(rule)}`,
      ],
      ...[
        `Severity: ${SEVERITIES[rule % 5]}`,
        `Fixed Version: 2.${index % 90}.0`,
        `Link: [${id(rule)}](${link(rule)})`,
      ],
    ].join('\n')
    const uri = inSource ? 'big.ts' : `usr/lib/${index % 3_000}/package-${index}`
    return {
      ...{ ruleId: id(rule), ruleIndex: rule, level: 'error', message: { text } },
      locations: [{ physicalLocation: { artifactLocation: { uri, uriBaseId: 'ROOTPATH' }, region } }],
      properties: { layers: `${mark} installed in layer sha256:${mark.repeat(6)} `.repeat(20) },
    }
  }
  const run = {
    tool: { driver },
    results: Array.from({ length: results }, (_, index) => result(index)),
    ...(inSource
      ? {}
      : {
          originalUriBaseIds: { ROOTPATH: { uri: 'file:///' } },
          properties: { imageName: 'registry.example/app:1.2' },
        }),
  }
  return JSON.stringify({ version: '2.1.0', runs: [run] }, null, 2)
}

/** The bundle as the runner starts it, on a dry run: everything but what goes to GitHub. */
function step(stage: string, inputs: Readonly<Record<string, string>>): Command {
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => {
      const file = join(stage, name)
      writeFileSync(file, '')
      return [`GITHUB_${name}`, file]
    }),
  )
  const event = join(stage, 'event.json')
  const repository = { full_name: 'octo/demo', default_branch: 'main', private: true }
  writeFileSync(event, JSON.stringify({ repository }))
  const given = Object.entries({ 'dry-run': 'true', token: 'x', ...inputs }).map(([name, value]) => [
    ...[`INPUT_${name.toUpperCase()}`, value],
  ])
  const context = {
    ...{ GITHUB_SHA: '4f1e2d3c5b6a79880716253443526170f1e2d3c4', GITHUB_REF: 'refs/heads/main' },
    ...{ GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: event, GITHUB_WORKSPACE: stage },
    ...{ GITHUB_REPOSITORY: 'octo/demo', GITHUB_WORKFLOW: 'ci', GITHUB_JOB: 'scan', RUNNER_TEMP: stage },
  }
  return { argv: [BUNDLE], env: { ...files, ...context, ...Object.fromEntries(given) } }
}
