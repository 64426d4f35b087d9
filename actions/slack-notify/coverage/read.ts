import { readJsonReport } from './read-json.ts'
import { readGo, readLcov } from './read-lines.ts'
import { readXmlReport } from './read-xml.ts'
import { type Count, countOf, type Files, NotCoverage, note, type Report } from './report.ts'

/** For messages. */
export const FORMATS =
  'Cobertura, lcov, coverage.py (JSON), Istanbul (JSON), JaCoCo, Go, SimpleCov, OpenCover and Clover'

/** What all files together say. */
export interface Total {
  /** 0 to 100; undefined when there is nothing to cover. */
  percent: number | undefined
  metric: string
  branches: number | undefined
  format: string
  /** What could not be put together, as a sentence. */
  note: string | undefined
}

/** A report of any known format, known by what is in it and not by its name. @throws NotCoverage */
export function readReport(text: string): Report {
  const start = text.replace(/^[\ufeff\s]+/, '').slice(0, 200)
  if (start === '') throw new NotCoverage('it is empty')
  if (start.startsWith('<')) return readXmlReport(text)
  if (start.startsWith('{')) return readJsonReport(text.replace(/^\ufeff/, ''))
  if (start.startsWith('mode:')) return readGo(text)
  if (/^(?:TN:|SF:|VER:|#)/.test(start)) return readLcov(text.replace(/^\ufeff/, ''))
  throw new NotCoverage(`it is not a report of ${FORMATS}`)
}

/**
 * Reports of several files as one: lines of one source that several of them have count once, others are added up.
 * Branches of one source cannot be put together, and are left out then.
 */
export function totalOf(reports: readonly Report[]): Total {
  const [first] = reports
  const metrics = new Set(reports.map(({ metric }) => metric))
  const formats = [...new Set(reports.map(({ format }) => format))].join(', ')
  if (first === undefined || reports.length === 1) {
    const {
      count: all,
      branches,
      metric = '',
    } = first ?? { count: { covered: 0, total: 0 }, branches: undefined }
    return {
      percent: percentage(all),
      metric,
      branches: branches === undefined ? undefined : percentage(branches),
      format: formats,
      note: undefined,
    }
  }
  const merged = mergedFiles(reports)
  const all = merged === undefined ? sum(reports.map((report) => report.count)) : countOf(merged.files)
  const overlaps = merged === undefined || merged.overlaps
  const branches = reports.flatMap((report) => (report.branches === undefined ? [] : [report.branches]))
  return {
    percent: percentage(all),
    metric: metrics.size === 1 ? first.metric : [...metrics].join(' and '),
    branches: overlaps || branches.length === 0 ? undefined : percentage(sum(branches)),
    format: formats,
    note:
      metrics.size === 1
        ? undefined
        : `The files count different things (${[...metrics].join(', ')}); they are added up.`,
  }
}

/** Undefined when a report has no lines of its own. */
function mergedFiles(reports: readonly Report[]): { files: Files; overlaps: boolean } | undefined {
  const files: Files = new Map()
  let overlaps = false
  for (const report of reports) {
    if (report.files === undefined || report.files.size === 0) return undefined
    for (const [file, lines] of report.files) {
      overlaps ||= files.has(file)
      for (const [line, hits] of lines) note(files, file, line, hits)
    }
  }
  return { files, overlaps }
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (all, each) => ({ covered: all.covered + each.covered, total: all.total + each.total }),
    { covered: 0, total: 0 },
  )
}

function percentage({ covered, total }: Count): number | undefined {
  return total === 0 ? undefined : (covered / total) * 100
}
