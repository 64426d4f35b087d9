import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import { type ProgramResult, runProgram } from '../../../shared/action/program.ts'
import { contains } from '../../../shared/files/regular.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { joinWords } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { ownFolder } from '../../../shared/tool/files.ts'
import { verifiedTool } from '../../../shared/tool/verified.ts'
import { absoluteArgument, needsDatabase, trivyArguments } from '../inputs/arguments.ts'
import { trivyTool } from '../inputs/release.ts'
import { type LogFacts, logReader } from '../trivy/log.ts'
import type { KeptDatabase, ScanFacts, ScanSettings } from '../trivy/model.ts'
import type { Control } from './control.ts'
import { databaseTime, withoutUpdates } from './database.ts'
import { type Ending, endingOf } from './outcome.ts'
import { scanEnvironment } from './scan-environment.ts'
import { readTargetScan, type ScannedTarget } from './target-scan.ts'

export interface ScanPlace {
  /** What targets and files are relative to; Trivy itself runs in an empty folder. */
  workspace: string
  temp: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  /** Puts what steers the scan into a folder of ours. */
  control: (folder: string) => Promise<Control>
}

export interface Scanned {
  targets: readonly ScannedTarget[]
  facts: Pick<ScanFacts, 'kind' | 'version' | 'from' | 'notices'>
  /** Absent where the Actions cache has no part in it. */
  database: KeptDatabase | undefined
}

const MAX_OUTPUT = 4_194_304
/** Of these a target is a path, where there is one of that name. */
const PATHS: readonly string[] = ['fs', 'repo', 'rootfs', 'config', 'sbom']

/**
 * Scans every target with a Trivy whose checksum is right: in a folder that holds nothing but what steers the scan, with
 * an absolute target, because Trivy obeys what it finds where it runs. Everything takes at most `settings.timeout`.
 *
 * @throws ActionError for everything but a whole scan with a report: whatever happened, it was no clean scan
 */
export async function scan(settings: ScanSettings, place: ScanPlace, now = Date.now()): Promise<Scanned> {
  const { temp, env, signal, workspace } = place
  const until = performance.now() + settings.timeout
  const left = (): number => Math.max(1, until - performance.now())
  const folder = ownFolder(temp, 'nexus-trivy')
  const control = await place.control(ownFolder(folder, 'control'))
  const tool = trivyTool(settings, process)
  const found = await verifiedTool(tool, { temp, env, signal, timeout: left() })
  log.info(`Trivy: ${found.path} (${found.from})`)

  // Whoever names a folder keeps it, so nothing has to be restored.
  const own = env['TRIVY_CACHE_DIR'] || undefined
  const kept = own ?? join(temp, 'nexus-trivy-cache')
  const isCached = settings.cache && own === undefined && needsDatabase(settings)
  // Loaded on use: it brings the whole client of Azure's storage.
  const store = isCached ? await import('./cache.ts') : undefined
  // A cache that hangs leaves the scan the better part of the time.
  const restored = await store?.restoreDatabase(kept, now, left() / 3)
  const cache = restored === 'late' ? join(folder, 'cache') : kept

  const child = scanEnvironment(env, ownFolder(folder, 'modules'))
  const notices = [...control.said, ...refusedVariables(child.refused)]
  const args = [
    ...control.args,
    ...settings.trivyArgs.map((arg) => absoluteArgument(arg, (path) => existing(path, workspace))),
  ]
  const trivy = async (
    argv: readonly string[],
    cwd: string,
    onErrorLine: (line: string) => boolean,
  ): Promise<ProgramResult> => {
    log.info(`Running: trivy ${argv.join(' ')}`)
    const result = await runProgram([found.path, ...argv], {
      timeout: left(),
      signal,
      maxOutput: MAX_OUTPUT,
      cwd,
      env: child.env,
      onErrorLine,
    })
    log.group('What Trivy said', `${result.stderr}${result.stdout}`.trimEnd().split('\n'))
    if (signal.aborted) throw new ActionError('Cancelled', 'The scan was stopped before it was through.')
    if (result.timedOut) throw tooLong(settings)
    return result
  }

  let offline: string[] = []
  const scanOne = async (target: string, report: string): Promise<LogFacts> => {
    const attempt = async (): Promise<{ ending: Ending; facts: LogFacts }> => {
      const reader = logReader()
      const { kind } = settings
      const what = trivyArguments(settings, absoluteTarget(kind, target, workspace), { report, cache }, [
        ...args,
        ...offline,
      ])
      const result = await trivy(what, control.folder, reader.line)
      const bytes = statSync(report, { throwIfNoEntry: false })?.size
      return { ending: endingOf({ kind, target }, result, bytes), facts: reader.facts() }
    }
    let { ending, facts } = await attempt()
    if (ending.kind === 'database' && offline.length === 0) {
      const time = databaseTime(cache)
      if (time === undefined) throw withoutDatabase(ending, isCached)
      notices.push(oldDatabase(ending, now - time))
      offline = withoutUpdates(cache)
      ;({ ending, facts } = await attempt())
    }
    if (ending.kind === 'database') throw withoutDatabase(ending, isCached)
    if (ending.kind === 'failed') throw new ActionError(ending.title, ending.message)
    return facts
  }

  const convertTo =
    (format: string) =>
    async (from: string, to: string): Promise<void> => {
      const argv = ['convert', '--format', format, '--output', to, '--', from]
      const { code, stderr } = await trivy(argv, ownFolder(folder, 'convert'), () => true)
      if (code !== 0) {
        const why = oneLine(stderr, 500)
        throw new ActionError('Trivy failed', `trivy convert ended with exit code ${code}: ${why}`)
      }
    }
  const targets: ScannedTarget[] = []
  for (const [index, target] of settings.targets.entries()) {
    const nothing = linkTrouble(settings.kind, target, workspace)
    if (nothing !== undefined) {
      targets.push({ scan: { ...unseen(target), nothing }, log: undefined, notices: [] })
      continue
    }
    const report = join(folder, `report-${index}.json`)
    try {
      const facts = await scanOne(target, report)
      const read = await readTargetScan(
        { report, target, workspace, settings, facts, control },
        convertTo('sarif'),
      )
      const sbom =
        settings.sbom === undefined || read.log === undefined ? undefined : `${report}.${settings.sbom}`
      if (sbom !== undefined) await convertTo(settings.sbom ?? '')(report, sbom)
      targets.push(sbom === undefined ? read : { ...read, scan: { ...read.scan, sbom } })
    } catch (error) {
      // The other targets are looked at all the same.
      if (!(error instanceof ActionError) || signal.aborted) throw error
      const { title, message } = error
      targets.push({ scan: unseen(target), log: undefined, notices: [], failed: { title, message } })
    }
  }
  return {
    targets,
    database: isCached && restored !== 'late' ? { folder: cache, restored } : undefined,
    facts: {
      kind: settings.kind,
      version: targets.find((each) => each.version !== undefined)?.version ?? tool.version,
      from: found.from,
      notices,
    },
  }
}

function unseen(target: string): ScannedTarget['scan'] {
  return { target, lookedAt: {}, unread: [], hidden: [] }
}

/** Absolute, where the target is a path that is there. */
function absoluteTarget(kind: ScanSettings['kind'], target: string, workspace: string): string {
  if (!PATHS.includes(kind)) return target
  const path = resolve(workspace, target)
  return kind === 'repo' && !existsSync(path) ? target : path
}

function existing(path: string, workspace: string): string | undefined {
  const absolute = resolve(workspace, path)
  return path !== '' && existsSync(absolute) ? absolute : undefined
}

/** Trivy scans a target that is a link as nothing, with exit code 0. */
function linkTrouble(kind: ScanSettings['kind'], target: string, workspace: string): string | undefined {
  if (!PATHS.includes(kind)) return undefined
  const path = resolve(workspace, target)
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  if (stats.isSymbolicLink())
    return 'it is a symbolic link, which Trivy does not follow: name what it leads to'
  const root = resolve(workspace)
  const isInside = path === root || contains(root, path)
  const real = realpathSync(path)
  return isInside && real !== realpathSync(root) && !contains(realpathSync(root), real)
    ? 'a symbolic link on the way to it leads out of the workspace'
    : undefined
}

function refusedVariables(names: readonly string[]): string[] {
  if (names.length === 0) return []
  const are = names.length === 1 ? 'The variable' : 'The variables'
  const have = names.length === 1 ? 'is' : 'are'
  return [
    `${are} ${joinWords(names.slice(0, 10).map((name) => oneLine(name, 60)))} ${have} not obeyed: a step before this one may have set them. Give what is meant as inputs or in "trivy-args".`,
  ]
}

function tooLong({ kind, timeout }: ScanSettings): ActionError {
  return new ActionError(
    'Trivy took too long',
    `trivy ${kind} was stopped: it was not through when "scan-timeout" (${formatDuration(timeout)}) had passed.`,
  )
}

function oldDatabase({ limited, why }: Ending & { kind: 'database' }, age: number): string {
  const cause = limited ? 'the registry limits how often it is asked' : `it could not be downloaded (${why})`
  return `The vulnerability database is ${formatDuration(Math.max(0, age))} old, from the cache: ${cause}.`
}

function withoutDatabase({ limited, why }: Ending & { kind: 'database' }, isCached: boolean): ActionError {
  const cause = limited ? `the registry limits how often it is asked (${why})` : why
  const remedy = isCached
    ? 'The cache holds none yet. Run it again later, or name a mirror in "trivy-args", such as --db-repository=public.ecr.aws/aquasecurity/trivy-db:2.'
    : 'With "cache: true" the last one is kept for such times.'
  return new ActionError('No vulnerability database', `Trivy has none to scan with: ${cause}. ${remedy}`)
}
