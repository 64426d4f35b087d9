import { type InputReader, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import type { ReportFile } from '../model.ts'
import type { ScanSettings } from '../trivy/model.ts'
import { argumentProblems, hasCredentials, scanProblems } from './arguments.ts'
import { versionProblem } from './release.ts'

const KINDS = ['none', 'image', 'fs', 'repo', 'rootfs', 'config', 'sbom'] as const
const SCANNERS = ['vuln', 'misconfig', 'secret', 'license'] as const
const TOOLS = ['bandit', 'safety', 'pip-audit', 'npm-audit'] as const
/** Without a target these scan the workspace. */
const HERE: readonly string[] = ['fs', 'repo', 'config']

/** Everything about running Trivy; undefined with `scan: none`. */
export function readScan(inputs: InputReader): ScanSettings | undefined {
  const kind = inputs.read('scan', (text) => rules.choice(text, KINDS), 'none')
  const targets = parseList(inputs.text('target') ?? '')
  const version = inputs.read<string | undefined>('trivy-version', trivyVersion, undefined)
  const sha256 = inputs.read<string | undefined>('trivy-sha256', checksum, undefined)
  const scanners = inputs.read<string[]>(
    'scanners',
    (text) => each(text, (item) => rules.choice(item, SCANNERS)),
    [],
  )
  const ignoreUnfixed = inputs.read('ignore-unfixed', rules.boolean, false)
  const ignoreFile = inputs.text('ignore-file')
  const trivyConfig = inputs.text('trivy-config')
  const secretConfig = inputs.text('secret-config')
  const sbomFile = inputs.text('sbom-file')
  const trivyArgs = inputs.read<string[]>('trivy-args', trivyArguments, [])
  const timeout = inputs.read(
    'scan-timeout',
    (text) => rules.duration(text, { min: 1_000, max: 21_600_000 }),
    900_000,
  )
  const cache = inputs.read('cache', rules.boolean, true)
  if (kind === 'none') {
    if (sbomFile !== undefined) inputs.add('sbom-file', 'there is no scan to make it of: set "scan".')
    if (targets.length > 0)
      inputs.add('target', 'there is no scan of it: set "scan" to image, fs or another kind.')
    return undefined
  }
  if (targets.length === 0 && !HERE.includes(kind))
    inputs.add('target', `missing: what does \`scan: ${kind}\` look at?`)
  for (const problem of targetProblems(targets)) inputs.add('target', problem)
  for (const { input, message } of scanProblems({ kind, scanners, ignoreUnfixed, version, sha256 })) {
    inputs.add(input, message)
  }
  return {
    kind,
    targets: targets.length === 0 ? ['.'] : [...new Set(targets)],
    trivyVersion: version,
    trivySha256: sha256,
    scanners,
    ignoreUnfixed,
    ignoreFile,
    trivyConfig,
    secretConfig,
    trivyArgs,
    sbom: sbomFile === undefined ? undefined : /spdx/i.test(sbomFile) ? 'spdx-json' : 'cyclonedx',
    cache,
    timeout,
  }
}

const MAX_TARGETS = 50

function targetProblems(targets: readonly string[]): string[] {
  const problems = targets.flatMap((target) => {
    if (target.startsWith('-'))
      return [`${shown(target)} begins with a hyphen: Trivy would take it for an option.`]
    if (hasCredentials(target))
      return [
        'it holds a password or token, which would stand in the log, the report and the result. Check the repository out before this step, or set GITHUB_TOKEN or GITLAB_TOKEN for the step.',
      ]
    return []
  })
  return targets.length > MAX_TARGETS
    ? [...problems, `${targets.length} targets are more than ${MAX_TARGETS}.`]
    : problems
}

/** `tool=path`, one a line or separated by commas. */
export function readReportFiles(inputs: InputReader): ReportFile[] {
  return inputs.read<ReportFile[]>('report-file', (text) => each(text, reportFile), [])
}

function reportFile(item: string): Reading<ReportFile> {
  const at = item.indexOf('=')
  const path = item.slice(at + 1).trim()
  if (at < 1 || path === '')
    return { problem: `${shown(item)} is not tool=path, such as bandit=bandit.json.` }
  const tool = rules.choice(item.slice(0, at).trim(), TOOLS)
  return 'problem' in tool ? tool : { value: { tool: tool.value, path } }
}

function trivyVersion(text: string): Reading<string> {
  const bare = text.replace(/^v/, '')
  const problem = versionProblem(bare)
  return problem === undefined ? { value: bare } : { problem }
}

function checksum(text: string): Reading<string> {
  const digits = text.toLowerCase().replace(/^sha256:/, '')
  return /^[0-9a-f]{64}$/.test(digits)
    ? { value: digits }
    : { problem: `${shown(text)} is no SHA-256 checksum (64 hexadecimal digits).` }
}

/** One a line: a comma or a blank may be part of an argument. */
function trivyArguments(text: string): Reading<string[]> {
  const items = text
    .split(/\r?\n/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
  const problems = argumentProblems(items)
  if (problems.length > 0) return { problem: problems.join(' ') }
  return { value: items }
}

export function each<T>(text: string, rule: (item: string) => Reading<T>): Reading<T[]> {
  const readings = parseList(text).map(rule)
  const problems = readings.flatMap((reading) => ('problem' in reading ? [reading.problem] : []))
  if (problems.length > 0) return { problem: problems.join(' ') }
  return { value: readings.flatMap((reading) => ('value' in reading ? [reading.value] : [])) }
}
