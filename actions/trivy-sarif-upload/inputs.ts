import { isAbsolute } from 'node:path'
import { type InputReader, inputReader, type Reading, rules, shown } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { isObjectName } from '../../shared/git/revision.ts'
import { parseList } from '../../shared/text/list.ts'
import { readAccept, readMaxFindings } from './inputs/accept.ts'
import { readReportFiles, readScan } from './inputs/scan.ts'
import type { Inputs } from './model.ts'

const THRESHOLDS = ['critical', 'high', 'medium', 'low', 'any'] as const

/** @throws InputError with every problem of every input; nothing has been read or written then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const inputs = inputReader(env)
  const token = inputs.text('token')
  if (token !== undefined) maskSecret(token)
  const choice = <const T extends string>(name: string, choices: readonly T[], fallback: NoInfer<T>): T =>
    inputs.read(name, (text) => rules.choice(text, choices), fallback)
  const flag = (name: string, fallback: boolean): boolean => inputs.read(name, rules.boolean, fallback)
  const number = (name: string, min: number, max: number, fallback: number): number =>
    inputs.read(name, (text) => rules.integer(text, { min, max }), fallback)
  const optional = <T>(name: string, rule: (text: string) => Reading<T>): T | undefined =>
    inputs.read<T | undefined>(name, rule, undefined)

  const found: Inputs = {
    token,
    scan: readScan(inputs),
    sarifFiles: parseList(inputs.text('sarif-file') ?? ''),
    reportFiles: readReportFiles(inputs),
    ifMissing: choice('if-missing', ['error', 'warn', 'ignore'], 'error'),
    category: optional('category', category),
    matrix: inputs.read<Record<string, string>>('matrix', matrix, {}),
    checkoutPath: inputs.text('checkout-path'),
    ref: optional('ref', ref),
    sha: optional('sha', objectName),
    upload: choice('upload', ['auto', 'always', 'never'], 'auto'),
    wait: flag('wait', true),
    waitTimeout: inputs.read(
      'wait-timeout',
      (text) => rules.duration(text, { min: 1_000, max: 3_600_000 }),
      300_000,
    ),
    failOn: choice('fail-on', [...THRESHOLDS, 'none'], 'none'),
    onlyNew: flag('only-new', false),
    maxFindings: await readMaxFindings(inputs.text('max-findings'), inputs),
    accept: await readAccept(inputs.text('accept'), inputs),
    acceptMode: choice('accept-mode', ['dismiss', 'omit'], 'dismiss'),
    allowShrink: flag('allow-shrink', false),
    baseline: inputs.text('baseline'),
    orphans: choice('orphans', ['report', 'delete', 'ignore'], 'report'),
    orphansAfter: inputs.read(
      'orphans-after',
      (text) => rules.duration(text, { min: 86_400_000, max: 31_536_000_000 }),
      1_209_600_000,
    ),
    comment: flag('comment', false),
    issues: choice('issues', ['none', 'sync'], 'none'),
    issueLabels: inputs.read<string[]>('issue-labels', labels, ['security']),
    issueSeverity: choice('issue-severity', THRESHOLDS, 'high'),
    issueLimit: number('issue-limit', 1, 100, 20),
    issueGroup: choice('issue-group', ['rule', 'package', 'file'], 'rule'),
    issuesPublic: flag('issues-public', false),
    oversize: choice('oversize', ['trim', 'split', 'fail'], 'trim'),
    splitParts: optional('split-parts', (text) => rules.integer(text, { min: 2, max: 50 })),
    outputFile: optional('output-file', outputFile),
    sbomFile: optional('sbom-file', outputFile),
    annotations: number('annotations', 0, 50, 10),
    dryRun: flag('dry-run', false),
  }
  together(found, inputs)
  inputs.finish()
  return found
}

/** For what has no time of its own: reading reports, asking GitHub, writing issues. */
const REST_MS = 1_200_000

/** When the step has to be through, ms. */
export function deadlineOf({ scan, waitTimeout }: Inputs): number {
  return (scan?.timeout ?? 0) + waitTimeout + REST_MS
}

/** Problems that only show when several inputs are seen at once. */
function together(found: Inputs, inputs: InputReader): void {
  if (
    inputs.list.length === 0 &&
    found.scan === undefined &&
    found.sarifFiles.length + found.reportFiles.length === 0
  ) {
    inputs.add(
      'sarif-file',
      'missing: name a SARIF file, or set "scan" so that Trivy makes one, or give "report-file".',
    )
  }
  if (
    found.oversize === 'split' &&
    found.splitParts === undefined &&
    !inputs.list.some(({ input }) => input === 'split-parts')
  ) {
    inputs.add(
      'split-parts',
      'missing: `oversize: split` needs to know into how many parts, such as 4. Keep the number from run to run.',
    )
  }
  if (found.oversize !== 'split' && found.splitParts !== undefined) {
    inputs.add('split-parts', 'it has no meaning without `oversize: split`.')
  }
  const needs = [
    ...(found.upload === 'never' || found.dryRun ? [] : ['the upload']),
    ...(found.onlyNew ? ['only-new'] : []),
    ...(found.comment && !found.dryRun ? ['comment'] : []),
    ...(found.issues === 'sync' && !found.dryRun ? ['issues'] : []),
  ]
  if (found.token === undefined && needs.length > 0) {
    inputs.add(
      'token',
      `missing: ${needs.join(', ')} needs one. Leave it at its default, or set \`upload: never\`.`,
    )
  }
}

function category(text: string): Reading<string> {
  const clean = text.replace(/\/+$/, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are the point
  if (clean === '' || /[\u0000-\u001f\u007f]/.test(clean) || clean.length > 500)
    return {
      problem: `${shown(text)} is no category such as api or backend/image: one line, at most 500 characters.`,
    }
  return { value: clean }
}

/** `toJSON(matrix)`: null outside a matrix. Values that are no text become JSON. */
function matrix(text: string): Reading<Record<string, string>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: `${shown(text)} is not JSON. Leave this input at its default.` }
  }
  if (value === null) return { value: {} }
  if (typeof value !== 'object' || Array.isArray(value))
    return { problem: `${shown(text)} is no JSON object. Leave this input at its default.` }
  return {
    value: Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        typeof each === 'string' ? each : JSON.stringify(each),
      ]),
    ),
  }
}

function ref(text: string): Reading<string> {
  if (/^refs\/(heads|tags)\/\S+$/.test(text) || /^refs\/pull\/\d+\/(merge|head)$/.test(text))
    return { value: text }
  const hint = text.startsWith('refs/') ? '' : ` Did you mean "refs/heads/${text}"?`
  return {
    problem: `${shown(text)} is no full ref such as refs/heads/main, refs/tags/v1.2.3 or refs/pull/12/merge.${hint}`,
  }
}

function objectName(text: string): Reading<string> {
  const name = text.toLowerCase()
  return isObjectName(name)
    ? { value: name }
    : { problem: `${shown(text)} is no full commit id (40 or 64 hexadecimal digits).` }
}

/** GitHub's names of labels have at most 50 characters. */
function labels(text: string): Reading<string[]> {
  const items = [...new Set(parseList(text))]
  const long = items.find((item) => item.length > 50)
  return long === undefined
    ? { value: items }
    : { problem: `${shown(long)} is longer than the 50 characters of a label.` }
}

function outputFile(text: string): Reading<string> {
  const clean = text.replaceAll('\\', '/')
  if (/(^|\/)\.\.(\/|$)/.test(clean))
    return { problem: `${shown(text)} leaves the workspace. Write a path without "..".` }
  if (clean.endsWith('/'))
    return { problem: `${shown(text)} is a folder. Name a file, such as results.sarif.` }
  return isAbsolute(text) || !/[*?]/.test(text)
    ? { value: text }
    : { problem: `${shown(text)} is a pattern. Name one file, such as results.sarif.` }
}
