import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ActionError } from '../../../shared/action/errors.ts'
import { joinWords, plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Trouble } from '../model.ts'
import type { Log } from '../sarif/model.ts'
import type { LogFacts } from '../trivy/log.ts'
import type { Hidden, ScanSettings, TargetScan } from '../trivy/model.ts'
import { amountOf, hiddenIn, lookedAtOf, type TrivyReport } from '../trivy/report.ts'
import type { Control } from './control.ts'
import { inlineIgnores } from './inline-ignores.ts'
import { withResults } from './reports/read.ts'
import { readJson, readSarif } from './sarif-file.ts'

/** One target, scanned. */
export interface ScannedTarget {
  scan: TargetScan
  /** Its SARIF; undefined where nothing was looked at. */
  log: Log | undefined
  /** Sentences. */
  notices: readonly string[]
  /** What Trivy says its version is. */
  version?: string
  /** The scan of this target failed. */
  failed?: Trouble
}

interface Scan {
  /** Trivy's JSON report. */
  report: string
  target: string
  workspace: string
  settings: ScanSettings
  facts: LogFacts
  control: Pick<Control, 'ignores'>
}

const MAX_NAMED = 5
/** What Trivy reads packages from; one of these that does not parse leaves vulnerabilities unseen. */
const MANIFEST =
  /(?:^|\/)(?:[\w.-]*lock[\w.-]*|go\.(?:mod|sum)|pom\.xml|[\w.-]*requirements[\w.-]*\.txt|Pipfile|build\.gradle[\w.]*|[\w.-]+\.(?:deps\.json|csproj|gemspec|sbt)|packages\.(?:config|props)|Podfile|pubspec\.\w+|conan\w*\.\w+|a file)$/i

/**
 * Reads what a scan left: its SARIF, made from the JSON report, and from report and log together what was looked at, what
 * could not be, and what was hidden.
 *
 * @param convert makes SARIF of the report
 * @throws ActionError when the report cannot be read
 */
export async function readTargetScan(
  { report, target, workspace, settings, facts, control }: Scan,
  convert: (from: string, to: string) => Promise<void>,
): Promise<ScannedTarget> {
  const own = { workspace: '', temp: dirname(report) }
  const read = readJson(report, 'the report of Trivy', own)
  if (!read.found) throw new Error(`Trivy's report ${report} is gone.`)
  const document = read.value as TrivyReport
  if (document?.SchemaVersion === undefined) throw notAReport(target, settings.kind)
  const asked = settings.kind === 'config' ? ['misconfig'] : settings.scanners
  const lookedAt = lookedAtOf(document, facts, asked)
  const hidden = hiddenIn(document).map((each) => withFile(each, control.ignores))
  const nothing = nothingIn(lookedAt, facts, settings.kind)
  const scan: TargetScan = {
    target,
    lookedAt,
    unread: facts.unread,
    hidden,
    ...(nothing === undefined ? {} : { nothing }),
  }
  const notices = [
    ...unreadWords(facts, target),
    ...facts.errors,
    ...inlineIgnores(facts, folderOf(resolve(workspace, target))),
  ]
  if (nothing !== undefined) return { scan, log: undefined, notices }
  const sarif = `${report}.sarif`
  await convert(report, sarif)
  const made = readSarif(sarif, 'the report of Trivy', own)
  if (!made.found)
    throw new ActionError('Trivy wrote no report', 'trivy convert left no SARIF. That is no clean scan.')
  const { runs, empty } = withResults(made.value.log)
  if (runs.length === 0 || empty.length > 0) throw withoutResults(target, settings.kind, empty[0]?.reason)
  const version = document.Trivy?.Version
  return {
    scan,
    notices,
    ...(version === undefined ? {} : { version: oneLine(String(version), 40) }),
    log: placed(made.value.log, facts, rootOf(settings.kind, target, workspace)),
  }
}

function withoutResults(target: string, kind: string, why = 'it has no runs.'): ActionError {
  return new ActionError(
    'Trivy reported nothing',
    `trivy ${kind} of "${oneLine(target, 200)}" left a report without results: ${why} That is no clean scan. Look at what Trivy said above.`,
  )
}

function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? dirname(path) : path
}

function notAReport(target: string, kind: string): ActionError {
  return new ActionError(
    'Trivy reported nothing',
    `trivy ${kind} of "${oneLine(target, 200)}" left a file that is not its JSON report. That is no clean scan. Look at what Trivy said above.`,
  )
}

/** Why there is no report to speak of; undefined when there is. */
function nothingIn(lookedAt: TargetScan['lookedAt'], { unread }: LogFacts, kind: string): string | undefined {
  const broken = unread.filter(({ file }) => MANIFEST.test(file))
  const words = broken.length === 0 ? '' : `: ${namedFiles(broken)}`
  if (amountOf(lookedAt) > 0) {
    const { vuln } = lookedAt
    if (vuln === undefined || vuln.packages !== 0 || broken.length === 0) return undefined
    return `its packages could not be read${words}`
  }
  if (unread.length > 0) return `none of its files could be read: ${namedFiles(unread)}`
  return kind === 'image' || kind === 'rootfs'
    ? 'Trivy found no packages and no files that it knows in it'
    : 'Trivy found nothing in it that it knows, no lock file and no other file to look at (is there a checkout before this step, and is "target" right?)'
}

function unreadWords({ unread }: LogFacts, target: string): string[] {
  if (unread.length === 0) return []
  return [
    `Trivy did not look at ${plural(unread.length, 'file')} of "${oneLine(target, 200)}", so this scan is unfinished: ${namedFiles(unread)}.`,
  ]
}

function namedFiles(unread: LogFacts['unread']): string {
  const shown = unread
    .slice(0, MAX_NAMED)
    .map(({ file, why }) => `${oneLine(file, 200)} (${oneLine(why, 200)})`)
  const more = unread.length - shown.length
  return joinWords(more > 0 ? [...shown, `${more} more`] : shown)
}

/** Trivy names the one file that it was given, which is put together from several. */
function withFile(hidden: Hidden, ignores: Control['ignores']): Hidden {
  if (hidden.status !== 'ignored' || !/ignore\.yaml$/.test(hidden.source)) return hidden
  const kind = {
    vulnerability: 'vulnerabilities',
    misconfiguration: 'misconfigurations',
    secret: 'secrets',
    license: 'licenses',
  }[hidden.kind]
  const isOld = (id: string): boolean =>
    id.replace(/^AVD-/i, '').replace(/-/g, '') === hidden.rule.replace(/-/g, '')
  for (const { file, entries } of ignores) {
    const entry = entries.find(
      (each) =>
        (each.kind === undefined || each.kind === kind) && (each.id === hidden.rule || isOld(each.id)),
    )
    if (entry === undefined) continue
    const { until, statement } = entry
    return { ...hidden, source: file, until, statement: hidden.statement ?? statement }
  }
  return { ...hidden, source: ignores[0]?.file ?? hidden.source }
}

/** The SARIF of `convert` begins at the folder of the JSON report. What could not be read makes the run unfinished. */
function placed(log: Log, { unread }: LogFacts, root: string): Log {
  for (const run of log.runs) {
    run.originalUriBaseIds = { ...run.originalUriBaseIds, ROOTPATH: { uri: root } }
    if (unread.length === 0) continue
    const notifications = unread.map(({ file, why }) => ({
      level: 'error',
      message: { text: `${file} was not looked at: ${why}` },
    }))
    run.invocations = [{ executionSuccessful: false, toolExecutionNotifications: notifications }]
  }
  return log
}

/** What results are relative to, as a URI. */
function rootOf(kind: ScanSettings['kind'], target: string, workspace: string): string {
  const path = resolve(workspace, target)
  const stats = kind === 'image' || kind === 'sbom' ? undefined : statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'file:///'
  return `${pathToFileURL(stats.isDirectory() ? path : dirname(path)).href.replace(/\/$/, '')}/`
}
