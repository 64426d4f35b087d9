import { statSync } from 'node:fs'
import { join } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import { runProgram } from '../../../shared/action/program.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { ownFolder } from '../../../shared/tool/files.ts'
import { verifiedTool } from '../../../shared/tool/verified.ts'
import { needsDatabase, trivyArguments } from '../inputs/arguments.ts'
import { trivyTool } from '../inputs/release.ts'
import type { KeptDatabase, ScanFacts, ScanSettings } from '../model.ts'
import { databaseTime, withoutUpdates } from './database.ts'
import { type Ending, endingOf } from './outcome.ts'

export interface ScanPlace {
  /** Trivy runs in here: it finds trivy.yaml and .trivyignore as on a command line. */
  workspace: string
  temp: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

export interface Scanned {
  /** The SARIF file that Trivy wrote. */
  path: string
  facts: ScanFacts
  /** Absent where the Actions cache has no part in it. */
  database: KeptDatabase | undefined
}

const MAX_OUTPUT = 8_388_608

/**
 * Scans with a Trivy whose checksum is right. Everything takes at most `settings.timeout`.
 *
 * @throws ActionError for everything but a whole scan with a report: whatever happened, it was no clean scan
 */
export async function scan(settings: ScanSettings, place: ScanPlace, now = Date.now()): Promise<Scanned> {
  const { temp, env, signal } = place
  const until = performance.now() + settings.timeout
  const left = (): number => Math.max(1, until - performance.now())
  const tool = trivyTool(settings, process)
  const found = await verifiedTool(tool, { temp, env, signal, timeout: left() })
  log.info(`Trivy ${tool.version}: ${found.path} (${found.from})`)

  const folder = ownFolder(temp, 'nexus-trivy')
  const report = join(folder, 'report.sarif')
  // Whoever names a folder keeps it, so nothing has to be restored.
  const own = env['TRIVY_CACHE_DIR'] || undefined
  const kept = own ?? join(temp, 'nexus-trivy-cache')
  const isCached = settings.cache && own === undefined && needsDatabase(settings)
  // Loaded on use: it brings the whole client of Azure's storage.
  const store = isCached ? await import('./cache.ts') : undefined
  // A cache that hangs leaves the scan the better part of the time.
  const restored = await store?.restoreDatabase(kept, now, left() / 3)
  const cache = restored === 'late' ? join(folder, 'cache') : kept

  const attempt = async (more: readonly string[]): Promise<Ending> => {
    const argv = trivyArguments(settings, { report, cache }, more)
    log.info(`Running: trivy ${argv.join(' ')}`)
    const result = await runProgram([found.path, ...argv], {
      timeout: left(),
      signal,
      maxOutput: MAX_OUTPUT,
      cwd: place.workspace === '' ? folder : place.workspace,
      env: childEnvironment(env),
    })
    log.group('What Trivy said', `${result.stderr}${result.stdout}`.trimEnd().split('\n'))
    if (signal.aborted) throw new ActionError('Cancelled', 'The scan was stopped before it was through.')
    if (result.timedOut) throw tooLong(settings)
    return endingOf(settings, result, statSync(report, { throwIfNoEntry: false })?.size)
  }

  let ending = await attempt([])
  const notices: string[] = []
  if (ending.kind === 'database') {
    const time = databaseTime(cache)
    if (time === undefined) throw withoutDatabase(ending, isCached)
    notices.push(oldDatabase(ending, now - time))
    ending = await attempt(withoutUpdates(cache))
  }
  if (ending.kind === 'database') throw withoutDatabase(ending, isCached)
  if (ending.kind === 'failed') throw new ActionError(ending.title, ending.message)
  return {
    path: report,
    database: isCached && restored !== 'late' ? { folder: cache, restored } : undefined,
    facts: {
      kind: settings.kind,
      target: settings.target,
      version: tool.version,
      from: found.from,
      notices: [...notices, ...ending.notices],
    },
  }
}

/** Inputs, credentials of the runner and its command files are none of a scanner's business. */
function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const theirs = /^(?:INPUT_|ACTIONS_|STATE_|GITHUB_(?:OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$)/i
  const kept = Object.entries(env).filter(([name]) => !theirs.test(name))
  return {
    TRIVY_NO_PROGRESS: 'true',
    TRIVY_SKIP_VERSION_CHECK: 'true',
    TRIVY_DISABLE_TELEMETRY: 'true',
    ...Object.fromEntries(kept),
  }
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
