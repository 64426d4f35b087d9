import { relative, sep } from 'node:path'
import type { RunContext } from '../../../shared/action/context.ts'
import { findFiles } from '../../../shared/files/find.ts'
import { isGlob } from '../../../shared/text/glob.ts'
import { FORMATS, readReport, totalOf } from '../coverage/read.ts'
import { NotCoverage, type Report } from '../coverage/report.ts'
import { type Coverage, percentOf } from '../message/coverage.ts'
import type { CoverageInputs } from '../model.ts'
import { readText, refusalOf } from './files.ts'

/** Of one file, in bytes: it is read as a whole. */
const MAX_FILE = 67_108_864
const MAX_FILES = 200

/**
 * What coverage files say; undefined when none was given.
 *
 * @param problems gets a sentence for each file that could not be read
 */
export function observeCoverage(
  { files, threshold, previous, maxDrop }: CoverageInputs,
  context: RunContext,
  problems: string[],
): Coverage | undefined {
  const before = typeof previous === 'string' ? readPercent(previous, context, problems) : previous
  if (files.length === 0) {
    if (threshold === undefined && before === undefined && maxDrop === undefined) return undefined
    return { value: undefined, metric: '', branches: undefined, threshold, previous: before, maxDrop }
  }
  const reports = files
    .flatMap((file) => expand(file, context, problems))
    .flatMap((path) => readOne(path, context, problems))
  const total = totalOf(reports)
  if (total.note !== undefined) problems.push(total.note)
  if (reports.length > 0 && total.percent === undefined)
    problems.push('coverage-file: there is nothing to cover in it.')
  return {
    value: total.percent,
    metric: total.metric,
    branches: total.branches,
    threshold,
    previous: before,
    maxDrop,
  }
}

function expand(file: string, context: RunContext, problems: string[]): string[] {
  if (!isGlob(file)) return [file]
  try {
    const found = findFiles(file.split(sep).join('/'), context.workspace || '.')
    if (found.length === 0) problems.push(`coverage-file: nothing matches ${file}.`)
    if (found.length > MAX_FILES)
      problems.push(`coverage-file: ${found.length} files match ${file}; ${MAX_FILES} are read.`)
    return found.slice(0, MAX_FILES)
  } catch (error) {
    problems.push(`coverage-file: ${file}: ${refusalOf(error)}.`)
    return []
  }
}

function readOne(path: string, context: RunContext, problems: string[]): Report[] {
  try {
    return [readReport(readText(path, context, MAX_FILE))]
  } catch (error) {
    problems.push(`coverage-file: ${shortPath(path, context)} could not be read: ${reasonOf(error)}.`)
    return []
  }
}

/** A percentage in a file: the text of one, a coverage file, or SimpleCov's `.last_run.json`. */
function readPercent(path: string, context: RunContext, problems: string[]): number | undefined {
  try {
    const text = readText(path, context, MAX_FILE)
    const plain = percentOf(text)
    if (plain !== undefined) return plain
    const last = lastRun(text)
    if (last !== undefined) return last
    return totalOf([readReport(text)]).percent
  } catch (error) {
    problems.push(`coverage-previous: ${shortPath(path, context)} could not be read: ${reasonOf(error)}.`)
    return undefined
  }
}

function lastRun(text: string): number | undefined {
  if (text.length > 10_000) return undefined
  try {
    const { result } = (JSON.parse(text) ?? {}) as { result?: { line?: unknown; covered_percent?: unknown } }
    const value = result?.line ?? result?.covered_percent
    return typeof value === 'number' && value >= 0 && value <= 100 ? value : undefined
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof NotCoverage) return error.message
  if (error instanceof RangeError) return `it is too large or too deep for a report of ${FORMATS}`
  return refusalOf(error)
}

function shortPath(path: string, { workspace }: RunContext): string {
  const way = workspace === '' ? path : relative(workspace, path)
  return way.startsWith('..') || way === '' ? path : way
}
