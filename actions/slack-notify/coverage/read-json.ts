import { type Count, count, countOf, type Files, NotCoverage, note, type Report, some } from './report.ts'

type Data = Readonly<Record<string, unknown>>

/** A report that is a JSON document, by its shape. @throws NotCoverage */
export function readJsonReport(text: string): Report {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new NotCoverage('it is not valid JSON')
  }
  const data = mapOf(value)
  const meta = mapOf(data['meta'])
  if (data['totals'] !== undefined && meta['version'] !== undefined) return coveragePy(data)
  if (meta['simplecov_version'] !== undefined) return simpleCov(data)
  if (mapOf(mapOf(data['total'])['lines'])['total'] !== undefined)
    return istanbulSummary(mapOf(data['total']))
  if (Object.values(data).some((file) => mapOf(file)['statementMap'] !== undefined)) return istanbul(data)
  throw new NotCoverage('its keys are not those of a known format')
}

/** `percent_covered` mixes lines and branches: it is not looked at. */
function coveragePy(data: Data): Report {
  const totals = mapOf(data['totals'])
  const files: Files = new Map()
  for (const [name, each] of Object.entries(mapOf(data['files']))) {
    const file = name.replaceAll('\\', '/')
    for (const line of listOf(mapOf(each)['executed_lines'])) note(files, file, Number(line), 1)
    for (const line of listOf(mapOf(each)['missing_lines'])) note(files, file, Number(line), 0)
  }
  return {
    format: 'coverage.py',
    metric: 'lines',
    count: needed(count(totals['covered_lines'], totals['num_statements'])),
    branches: some(count(totals['covered_branches'], totals['num_branches'])),
    files: files.size > 0 ? files : undefined,
  }
}

/** `pct` is the text "Unknown" when there is nothing; `branchesTrue` is something else than branches. */
function istanbulSummary(total: Data): Report {
  const part = (name: string): Count | undefined =>
    count(mapOf(total[name])['covered'], mapOf(total[name])['total'])
  return {
    format: 'Istanbul',
    metric: 'lines',
    count: needed(part('lines')),
    branches: some(part('branches')),
    files: undefined,
  }
}

/** A line is that on which a statement begins, with the most hits of those. */
function istanbul(data: Data): Report {
  const files: Files = new Map()
  const branches = { covered: 0, total: 0 }
  for (const [name, each] of Object.entries(data)) {
    const { statementMap, s, b, path } = mapOf(each)
    if (statementMap === undefined) continue
    const file = (typeof path === 'string' ? path : name).replaceAll('\\', '/')
    for (const [id, place] of Object.entries(mapOf(statementMap))) {
      const line = Number(mapOf(mapOf(place)['start'])['line'])
      if (Number.isSafeInteger(line)) note(files, file, line, Number(mapOf(s)[id]) || 0)
    }
    for (const hits of Object.values(mapOf(b)).flatMap(listOf)) {
      branches.total += 1
      if (Number(hits) > 0) branches.covered += 1
    }
  }
  return { format: 'Istanbul', metric: 'lines', count: countOf(files), branches: some(branches), files }
}

/** Newer versions have sums; older ones lists of hits, with null for what is not code. */
function simpleCov(data: Data): Report {
  const total = mapOf(data['total'])
  const lines = mapOf(total['lines'])
  const sums = count(lines['covered'], lines['total'])
  const files: Files = new Map()
  for (const [name, each] of Object.entries(mapOf(data['coverage']))) {
    for (const [index, hits] of listOf(mapOf(each)['lines']).entries()) {
      if (typeof hits === 'number') note(files, name.replaceAll('\\', '/'), index + 1, hits)
    }
  }
  const branches = mapOf(total['branches'])
  return {
    format: 'SimpleCov',
    metric: 'lines',
    count: sums ?? countOf(files),
    branches: some(count(branches['covered'], branches['total'])),
    files: files.size > 0 ? files : undefined,
  }
}

function needed(found: Count | undefined): Count {
  if (found === undefined) throw new NotCoverage('the sums that this format has are missing')
  return found
}

function mapOf(value: unknown): Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Data) : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
