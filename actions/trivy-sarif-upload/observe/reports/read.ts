import { isAbsolute, relative, resolve } from 'node:path'
import { ActionError, messageOf } from '../../../../shared/action/errors.ts'
import { log } from '../../../../shared/action/log.ts'
import { findFiles } from '../../../../shared/files/find.ts'
import { isFolder } from '../../../../shared/files/regular.ts'
import { isGlob } from '../../../../shared/text/glob.ts'
import { plural } from '../../../../shared/text/list.ts'
import { oneLine } from '../../../../shared/text/untrusted.ts'
import type { Inputs, Trouble } from '../../model.ts'
import { isProblem } from '../../sarif/findings.ts'
import type { Log, ReadLog, Run } from '../../sarif/model.ts'
import { type ReportPlace, readJson, readSarif } from '../sarif-file.ts'

const MAX_TOLD = 5

/** What `sarif-file` and `report-file` name. */
export interface Reports {
  logs: readonly ReadLog[]
  /** Names that `if-missing` lets go. */
  missing: readonly string[]
  /** What a tool left out, in sentences. */
  notes: readonly string[]
  /** Reports that are not there or cannot be read: red in the end, whatever the others say. */
  troubles: readonly Trouble[]
}

type Wanted = Pick<Inputs, 'sarifFiles' | 'reportFiles' | 'ifMissing'>

/**
 * Reads all reports. A file that is not there, a glob that finds none, and a run that says of itself that nothing was
 * looked at, are missing: never a clean report. One that cannot be read does not keep the others from being judged.
 *
 * @param already what is missing before any file is read, with the reason: targets of a scan
 */
export async function readReports(
  { sarifFiles, reportFiles, ifMissing }: Wanted,
  place: ReportPlace,
  already: readonly { name: string; reason: string }[] = [],
): Promise<Reports> {
  const { workspace } = place
  const troubles: Trouble[] = []
  const attempt = async (read: () => Promise<void> | void): Promise<void> => {
    try {
      await read()
    } catch (error) {
      if (!(error instanceof ActionError)) throw error
      troubles.push({ title: error.title, message: error.message })
    }
  }
  const logs: ReadLog[] = []
  const missing: string[] = []
  const notes: string[] = []
  const why: string[] = []
  const miss = (name: string, reason: string): void => {
    missing.push(name)
    why.push(`"${oneLine(name, 200)}" ${reason}`)
  }
  for (const { name, reason } of already) miss(name, reason)
  const take = (log: Log, source: string, origin: ReadLog['origin']): void => {
    const { runs, empty } = withResults(log)
    for (const { index, reason } of empty) miss(source, `has no results in runs[${index}]: ${reason}`)
    if (runs.length > 0) logs.push({ log: { ...log, runs }, source, origin })
    else if (empty.length === 0) miss(source, 'has no runs: the tool did not get as far as looking.')
  }
  const seen = new Set<string>()
  for (const name of sarifFiles) {
    let paths: string[] = []
    let failed = true
    await attempt(() => {
      paths = expand(name, workspace)
      failed = false
    })
    if (failed) continue
    if (paths.length === 0)
      miss(name, isGlob(name) ? 'matches no file.' : 'is a folder without *.sarif files.')
    for (const path of paths) {
      if (seen.has(path)) continue
      seen.add(path)
      const shown = isGlob(name) ? shortened(path, workspace) : name
      await attempt(() => {
        const read = readSarif(path, shown, place)
        if (!read.found) return miss(shown, 'is not there.')
        troubles.push(...read.value.troubles)
        notes.push(...read.value.notes)
        take(read.value.log, shown, 'sarif-file')
      })
    }
  }
  for (const { tool, path } of reportFiles) {
    await attempt(async () => {
      const document = readJson(path, path, place)
      if (!document.found) return miss(path, 'is not there.')
      // Loaded on use: most reports are SARIF.
      const { convertReport } = await import('./convert.ts')
      const value = convertReport(tool, document.value, path)
      notes.push(...leftOut(value))
      take(value, path, 'report-file')
    })
  }
  if (missing.length > 0) troubles.push(...tell(why, ifMissing))
  return { logs, missing, notes, troubles }
}

function leftOut({ runs }: Log): string[] {
  const notifications = runs
    .flatMap(({ invocations = [] }) => invocations)
    .flatMap(
      (invocation) => (invocation['toolExecutionNotifications'] ?? []) as { message: { text?: string } }[],
    )
  const told = notifications.slice(0, MAX_TOLD).map(({ message }) => oneLine(message.text ?? '', 300))
  const more = notifications.length - told.length
  return more > 0 ? [...told, `… and ${more} more.`] : told
}

function tell(why: readonly string[], ifMissing: Wanted['ifMissing']): Trouble[] {
  const title = why.length === 1 ? 'Report missing' : `${plural(why.length, 'report')} missing`
  if (ifMissing === 'error') {
    const remedy =
      'Whatever should have written it failed before, or wrote elsewhere: look at its step. An empty report in its place would close every alert. `if-missing: warn` goes on without it.'
    return [{ title, message: [...why, remedy].join('\n') }]
  }
  if (ifMissing === 'warn') log.warning(title, why.join('\n'))
  else log.info(why.join('\n'))
  return []
}

/** SARIF 3.14.23: results that are null or absent say that nothing was looked at; an empty list, that nothing was found. */
export function withResults({ runs }: Log): { runs: Run[]; empty: { index: number; reason: string }[] } {
  const empty: { index: number; reason: string }[] = []
  const kept = runs.filter((run, index) => {
    if (!Array.isArray(run.results)) {
      empty.push({
        index,
        reason: `${run.results === null ? 'null' : 'no list'} says that nothing was looked at.`,
      })
      return false
    }
    const failed = run.invocations?.some(({ executionSuccessful }) => executionSuccessful === false) ?? false
    if (failed && !run.results.some(isProblem)) {
      empty.push({ index, reason: 'it says that the tool failed (executionSuccessful: false).' })
      return false
    }
    return true
  })
  return { runs: kept, empty }
}

/** A path as it is, a folder's *.sarif, or what a glob finds. */
function expand(name: string, workspace: string): string[] {
  const path = resolve(workspace, name)
  try {
    if (isFolder(path)) return findFiles('**/*.sarif', path)
    if (!isGlob(name)) return [path]
    return findFiles(process.platform === 'win32' ? name.replaceAll('\\', '/') : name, workspace)
  } catch (error) {
    throw new ActionError('Wrong input', `sarif-file: "${oneLine(name, 200)}": ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

function shortened(path: string, workspace: string): string {
  const way = relative(workspace, path)
  return way.startsWith('..') || isAbsolute(way) ? path : way.replaceAll('\\', '/')
}
