import { type Count, countOf, type Files, NotCoverage, note, type Report, some } from './report.ts'

/**
 * lcov's tracefile. Sums (`LF`, `LH`) are missing in some and wrong in others after merging, so that lines are counted;
 * a record may stand several times.
 *
 * @throws NotCoverage
 * @see https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1
 */
export function readLcov(text: string): Report {
  const files: Files = new Map()
  const branches: Files = new Map()
  const sums: Count = { covered: 0, total: 0 }
  let file: string | undefined
  let hasLines = false
  let records = 0
  let sum = { covered: 0, total: 0 }
  eachLine(text, (line) => {
    const colon = line.indexOf(':')
    const [key, value] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)]
    if (key === 'SF') {
      file = value.replaceAll('\\', '/')
      hasLines = false
      sum = { covered: 0, total: 0 }
    } else if (file === undefined) return
    else if (key === 'DA') {
      const [number = '', hits = ''] = value.split(',', 2)
      hasLines = true
      note(files, file, Number(number), Number(hits) || 0)
    } else if (key === 'BRDA') {
      // The name of a branch may have commas.
      const last = value.lastIndexOf(',')
      note(branches, file, value.slice(0, last), Number(value.slice(last + 1)) || 0)
    } else if (key === 'LF') sum.total = Number(value) || 0
    else if (key === 'LH') sum.covered = Number(value) || 0
    else if (key === 'end_of_record') {
      if (!hasLines && sum.covered <= sum.total) {
        sums.total += sum.total
        sums.covered += sum.covered
      }
      file = undefined
      records += 1
    }
  })
  if (file !== undefined || records === 0)
    throw new NotCoverage('it is cut: the end of its last record is missing')
  const { covered, total } = countOf(files)
  return {
    format: 'lcov',
    metric: 'lines',
    count: { covered: covered + sums.covered, total: total + sums.total },
    branches: some(countOf(branches)),
    files,
  }
}

/**
 * A profile of `go test -coverprofile`: statements. With `-coverpkg` a block stands once for each package that was
 * tested; it is covered when one of them came by.
 *
 * @throws NotCoverage
 */
export function readGo(text: string): Report {
  const blocks = new Map<string, { statements: number; isCovered: boolean }>()
  eachLine(text, (line) => {
    if (line.startsWith('mode:') || line.trim() === '') return
    const [, place, statements, hits] = /^(.{1,4000}:\d+\.\d+,\d+\.\d+) (\d+) (\d+)$/.exec(line) ?? []
    if (place === undefined) throw new NotCoverage('a line of it is not one of a Go profile')
    const known = blocks.get(place)
    const isCovered = Number(hits) > 0 || known?.isCovered === true
    blocks.set(place, { statements: Number(statements), isCovered })
  })
  const count = { covered: 0, total: 0 }
  for (const { statements, isCovered } of blocks.values()) {
    count.total += statements
    if (isCovered) count.covered += statements
  }
  return { format: 'Go', metric: 'statements', count, branches: undefined, files: undefined }
}

function eachLine(text: string, visit: (line: string) => void): void {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const line = text.slice(from, end < 0 ? text.length : end)
    visit(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (end < 0) return
    from = end + 1
  }
}
