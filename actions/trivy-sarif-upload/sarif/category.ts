import { joinWords, plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Analysis, Run } from './model.ts'
import { withoutTag } from './trivy.ts'

/** A run and where it came from. */
export interface SourcedRun {
  run: Run
  /** Path or `scan`. */
  source: string
  /** Of a scan: what was scanned. */
  target?: string | undefined
  /** Of a scan of several targets: the end of its category. */
  part?: string | undefined
  /** Files and packages that a scan looked at. */
  covered?: number | undefined
  /** It comes from a file of the user. */
  isFile?: boolean
}

/** An analysis with the runs that it is made of. */
export interface Grouped {
  analysis: Omit<Analysis, 'run'>
  /** Indices of runs, in order; never empty. */
  members: readonly number[]
  /** What follows the category in the id. */
  rest: string
}

/** A key whose value changes from build to build, whatever it is. */
const CHANGING = /^(?:tag|digest|sha|commit|revision|image[-_]tag|git[-_]sha)$/i
const IMAGE = /^[\w.-]+(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/i
const COMMIT = /[-_.:@/]?\b(?:[0-9a-f]{40}|[0-9a-f]{64})\b/gi
const MAX_SOURCES = 5

/**
 * `workflow/job`, and `/key:value` for each key of the matrix in alphabetical order. What changes from build to build, a
 * tag, a digest, a commit id, is left out: alerts of a category that never comes again would stay open for ever.
 */
export function defaultCategory(
  workflow: string,
  job: string,
  matrix: Readonly<Record<string, string>>,
): string {
  const values = Object.entries(matrix)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => {
      const lasting = CHANGING.test(key) ? '' : lastingPart(value)
      return lasting === '' ? [] : [`${key}:${lasting}`]
    })
  const parts = [workflow, job, ...values].map((part) => oneLine(part, 200)).filter((part) => part !== '')
  return parts.join('/') || 'default'
}

/** A value of a matrix without tag, digest and commit id; of one that is JSON, that of its values. */
function lastingPart(value: string): string {
  if (/^[[{]/.test(value)) {
    try {
      return JSON.stringify(JSON.parse(value), (key, each: unknown) =>
        CHANGING.test(key) ? undefined : typeof each === 'string' ? lastingPart(each) : each,
      )
    } catch {
      // It only looks like JSON.
    }
  }
  const image = IMAGE.test(value) ? withoutTag(value) : value
  return image.replace(COMMIT, '')
}

/**
 * Says which runs make one analysis: GitHub opens and closes alerts within tool and category, so that all runs with both
 * in common are one, however many files they come in, and whichever of these are there today. An id that a run brings
 * keeps its category.
 */
export function groupRuns(
  runs: readonly SourcedRun[],
  category: string,
): { groups: Grouped[]; notes: string[] } {
  const byKey = new Map<string, { category: string; members: number[] }>()
  for (const [index, { run, part = '' }] of runs.entries()) {
    const full = categoryOf(run) ?? [category, part].filter((each) => each !== '').join('/')
    const key = JSON.stringify([run.tool.driver.name.toLowerCase(), full])
    const group = byKey.get(key)
    if (group === undefined) byKey.set(key, { category: full, members: [index] })
    else group.members.push(index)
  }
  const notes: string[] = []
  const groups = [...byKey.values()].map(({ category: full, members }): Grouped => {
    const own = members.map((index) => runs[index] as SourcedRun)
    const [first] = own as [SourcedRun]
    const tool = first.run.tool.driver.name
    if (own.length > 1) {
      notes.push(
        `${plural(own.length, 'run')} of ${oneLine(tool, 60)} in category "${oneLine(full, 200)}" are one analysis: ${sourceOf(own)}.`,
      )
    }
    return {
      members,
      rest: own.length === 1 ? restOf(first.run) : '',
      analysis: {
        tool,
        category: full,
        source: own.length === 1 ? first.source : sourceOf(own),
        complete: own.every(({ run }) => isComplete(run)),
        ...(first.target === undefined ? {} : { target: first.target }),
      },
    }
  })
  return { groups, notes }
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

function sourceOf(runs: readonly SourcedRun[]): string {
  const names = [...new Set(runs.map(({ source }) => oneLine(source, 100)))]
  const shown = names.slice(0, MAX_SOURCES)
  return joinWords(names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown)
}

function isComplete({ invocations = [] }: Run): boolean {
  return invocations.every(({ executionSuccessful }) => executionSuccessful !== false)
}
