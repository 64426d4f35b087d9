import { type Count, count, countOf, type Files, NotCoverage, note, type Report, some } from './report.ts'
import { type Attributes, readXml } from './xml.ts'

/** A report that is an XML document, by its root. @throws NotCoverage */
export function readXmlReport(xml: string): Report {
  let reader: Reader | undefined
  readXml(xml, (path, attributes) => {
    reader ??= readerOf(path[0] ?? '', attributes)
    reader.visit(path, attributes)
  })
  if (reader === undefined) throw new NotCoverage('it is empty')
  return reader.end()
}

interface Reader {
  visit(path: readonly string[], attributes: Attributes): void
  /** @throws NotCoverage when nothing was counted */
  end(): Report
}

function readerOf(root: string, attributes: Attributes): Reader {
  if (root === 'report') return jacoco()
  if (root === 'CoverageSession') return openCover()
  if (root !== 'coverage')
    throw new NotCoverage(`its root <${root.slice(0, 40)}> is not that of a known format`)
  return attributes('line-rate') === '' ? clover() : cobertura(attributes)
}

/** Counters repeat at each level; those of the root are the sum. Without debug information there are no lines. */
function jacoco(): Reader {
  const counters = new Map<string, Count>()
  return {
    visit(path, attributes) {
      if (path.length !== 2 || path[1] !== 'counter') return
      const [missed, covered] = [Number(attributes('missed')), Number(attributes('covered'))]
      const found = count(covered, missed + covered)
      if (found !== undefined) counters.set(attributes('type'), found)
    },
    end() {
      const lines = some(counters.get('LINE'))
      const found = lines ?? counters.get('INSTRUCTION') ?? { covered: 0, total: 0 }
      const metric = lines === undefined ? 'instructions' : 'lines'
      return {
        format: 'JaCoCo',
        metric,
        count: found,
        branches: some(counters.get('BRANCH')),
        files: undefined,
      }
    },
  }
}

/** `Summary` repeats at each level, too. */
function openCover(): Reader {
  let points: Count | undefined
  let branches: Count | undefined
  return {
    visit(path, attributes) {
      if (path.length !== 2 || path[1] !== 'Summary' || points !== undefined) return
      points = count(attributes('visitedSequencePoints'), attributes('numSequencePoints'))
      branches = count(attributes('visitedBranchPoints'), attributes('numBranchPoints'))
    },
    end: () => ({
      format: 'OpenCover',
      metric: 'sequence points',
      count: needed(points),
      branches: some(branches),
      files: undefined,
    }),
  }
}

function clover(): Reader {
  let statements: Count | undefined
  let conditionals: Count | undefined
  return {
    visit(path, attributes) {
      if (path.length !== 3 || path[1] !== 'project' || path[2] !== 'metrics') return
      statements = count(attributes('coveredstatements'), attributes('statements'))
      conditionals = count(attributes('coveredconditionals'), attributes('conditionals'))
    },
    end: () => ({
      format: 'Clover',
      metric: 'statements',
      count: needed(statements),
      branches: some(conditionals),
      files: undefined,
    }),
  }
}

/**
 * Counts stand at the root, but not every writer puts them there. Lines stand again below methods, and one file may be
 * in several classes. A `branch-rate` without branches is 0 for one writer and 1 for another: it is not looked at.
 */
function cobertura(root: Attributes): Reader {
  const lines = some(count(root('lines-covered'), root('lines-valid')))
  const branches = some(count(root('branches-covered'), root('branches-valid')))
  const files: Files = new Map()
  const conditions = new Map<string, Count>()
  let file = ''
  return {
    visit(path, attributes) {
      const [owner, list, name] = path.slice(-3)
      if (path.at(-1) === 'class') file = attributes('filename').replaceAll('\\', '/')
      if (name !== 'line' || list !== 'lines' || owner !== 'class') return
      const number = attributes('number')
      note(files, file, number, Number(attributes('hits')) || 0)
      const [, covered, total] = /\((\d+)\/(\d+)\)/.exec(attributes('condition-coverage')) ?? []
      const found = count(covered, total)
      const key = `${file}:${number}`
      if (found !== undefined && found.covered >= (conditions.get(key)?.covered ?? 0))
        conditions.set(key, found)
    },
    end() {
      const sum = [...conditions.values()].reduce(
        (all, each) => ({ covered: all.covered + each.covered, total: all.total + each.total }),
        { covered: 0, total: 0 },
      )
      return {
        format: 'Cobertura',
        metric: 'lines',
        count: lines ?? countOf(files),
        branches: branches ?? some(sum),
        files,
      }
    },
  }
}

function needed(found: Count | undefined): Count {
  if (found === undefined) throw new NotCoverage('the sums that this format has are missing')
  return found
}
