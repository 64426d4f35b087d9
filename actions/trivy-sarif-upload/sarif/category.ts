import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Analysis, Run } from './model.ts'
import { withoutTag } from './trivy.ts'

/** A run and where it came from. */
export interface SourcedRun {
  run: Run
  /** Path or `scan`. */
  source: string
}

/** `workflow/job`, and `/key:value` for each key of the matrix in alphabetical order. */
export function defaultCategory(
  workflow: string,
  job: string,
  matrix: Readonly<Record<string, string>>,
): string {
  const values = Object.entries(matrix)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`)
  const parts = [workflow, job, ...values].map((part) => oneLine(part, 200)).filter((part) => part !== '')
  return parts.join('/') || 'default'
}

/**
 * Gives each run an id, in place: GitHub opens and closes alerts within tool and category, and refuses a file in which
 * two runs have both in common. An id that a run brings keeps its category. Runs that would share one get a name of
 * their own behind it, made of image, file or order, all of them, so that neither depends on which came first.
 */
export function assignCategories(
  runs: readonly SourcedRun[],
  category: string,
): { analyses: Analysis[]; notes: string[] } {
  const wanted = runs.map(({ run }) => ({ own: categoryOf(run), rest: restOf(run) }))
  const groups = new Map<string, number[]>()
  for (const [index, { run }] of runs.entries()) {
    const key = JSON.stringify([run.tool.driver.name.toLowerCase(), wanted[index]?.own ?? category])
    const members = groups.get(key)
    if (members === undefined) groups.set(key, [index])
    else members.push(index)
  }
  const notes: string[] = []
  const taken = new Set<string>()
  const analyses: Analysis[] = []
  for (const members of groups.values()) {
    const names = members.length > 1 ? namesOf(members.map((index) => runs[index] as SourcedRun)) : ['']
    for (const [at, index] of members.entries()) {
      const { run, source } = runs[index] as SourcedRun
      const { own, rest = '' } = wanted[index] ?? {}
      const tool = run.tool.driver.name
      const full = free(
        taken,
        tool,
        [own ?? category, names[at] ?? ''].filter((part) => part !== '').join('/'),
      )
      run.automationDetails = { ...run.automationDetails, id: `${full}/${rest}` }
      analyses[index] = { run: index, tool, category: full, source, complete: isComplete(run) }
    }
    if (members.length > 1) {
      const { tool } = analyses[members[0] ?? 0] ?? { tool: '' }
      const list = members.map((index) => `"${oneLine(analyses[index]?.category ?? '', 200)}"`)
      notes.push(
        `${members.length} runs of ${oneLine(tool, 60)} have the same category, which GitHub refuses: they are uploaded as ${list.join(', ')}.`,
      )
    }
  }
  return { analyses, notes }
}

/** What stands before the last slash of an id; undefined when there is none. */
export function categoryOf({ automationDetails }: Run): string | undefined {
  const id = automationDetails?.id ?? ''
  const slash = id.lastIndexOf('/')
  return slash > 0 ? id.slice(0, slash) : undefined
}

function restOf({ automationDetails }: Run): string {
  const id = automationDetails?.id ?? ''
  return id.slice(id.lastIndexOf('/') + 1)
}

/** What tells runs of one tool apart from run to run of the workflow. */
function namesOf(runs: readonly SourcedRun[]): string[] {
  const ways: ((run: SourcedRun) => string)[] = [
    ({ run }) => slug(withoutTag(String(run.properties?.['imageName'] ?? ''))),
    ({ source }) => slug(fileName(source)),
    ({ source }) => slug(source),
  ]
  for (const way of ways) {
    const names = runs.map(way)
    if (!names.includes('') && new Set(names).size === names.length) return names
  }
  return runs.map((_, index) => String(index + 1))
}

function fileName(path: string): string {
  return (path.replaceAll('\\', '/').split('/').at(-1) ?? '').replace(/(\.sarif)?(\.json)?$/i, '')
}

function slug(text: string): string {
  return text.replace(/[^A-Za-z0-9._/-]+/g, '-').replace(/^[-/.]+|[-/]+$/g, '')
}

/** Two groups may still meet: one named by its runs, one by us. */
function free(taken: Set<string>, tool: string, category: string): string {
  for (let count = 1; ; count++) {
    const each = count === 1 ? category : `${category}/${count}`
    const key = JSON.stringify([tool.toLowerCase(), each])
    if (taken.has(key)) continue
    taken.add(key)
    return each
  }
}

function isComplete({ invocations = [] }: Run): boolean {
  return invocations.every(({ executionSuccessful }) => executionSuccessful !== false)
}
