import type { Entry, Place, Placement } from '../model.ts'
import { labelKey, labelsOfType } from './bridge.ts'
import { type Checker, isMap } from './check.ts'

/** Both lower case, the authors without the `[bot]` of an app. */
interface Exclude {
  labels: readonly string[]
  authors: readonly string[]
}

interface Category extends Exclude {
  title: string
  /** Lower case; `*` is every pull request. */
  wanted: readonly string[]
}

/** As GitHub titles what no category takes, and everything when there are none. */
const OTHER = 'Other Changes'
const ALL = "What's Changed"

/**
 * GitHub's own `.github/release.yml`. The first category that takes a pull request has it; what none takes is under
 * Other Changes. Labels and logins do not differ in case, as everywhere at GitHub.
 *
 * @see https://docs.github.com/repositories/releasing-projects-on-github/automatically-generated-release-notes
 */
export function readGitHubConfig(changelog: unknown, check: Checker): Place {
  const at = ['changelog']
  const map = check.map(at, changelog ?? {}, ['exclude', 'categories'])
  const exclude = readExclude(map['exclude'], [...at, 'exclude'], check)
  const given = map['categories'] ?? []
  if (!Array.isArray(given)) check.add([...at, 'categories'], 'it is not a list of categories.')
  const categories = Array.isArray(given)
    ? given.map((one, index) => readCategory(one, [...at, 'categories', index], check))
    : []
  return (entry) => place(entry, exclude, categories)
}

function readCategory(given: unknown, at: readonly (string | number)[], check: Checker): Category {
  const map = check.map(at, given, ['title', 'labels', 'exclude'])
  const title = map['title']
  if (typeof title !== 'string' || title.trim() === '') check.add(at, 'a category needs a title.')
  const wanted = texts(map['labels'], [...at, 'labels'], check)
  if (isMap(given) && (map['labels'] ?? undefined) === undefined)
    check.add(at, 'a category needs labels; "*" takes every pull request.')
  return {
    title: typeof title === 'string' ? title.trim() : '',
    wanted,
    ...readExclude(map['exclude'], [...at, 'exclude'], check),
  }
}

function readExclude(given: unknown, at: readonly (string | number)[], check: Checker): Exclude {
  const map = check.map(at, given ?? {}, ['labels', 'authors'])
  return {
    labels: texts(map['labels'], [...at, 'labels'], check),
    authors: texts(map['authors'], [...at, 'authors'], check).map(authorKey),
  }
}

function texts(given: unknown, at: readonly (string | number)[], check: Checker): string[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) {
    check.add(at, 'it is not a list. Write each on a line of its own, after "- ".')
    return []
  }
  return given.flatMap((item, index) => {
    if (['string', 'number', 'boolean'].includes(typeof item)) return [String(item).trim().toLowerCase()]
    check.add([...at, index], 'it is no text.')
    return []
  })
}

function place(entry: Entry, exclude: Exclude, categories: readonly Category[]): Placement {
  const labels = labelsOf(entry)
  const author = authorOf(entry)
  const label = exclude.labels.find(labels.has)
  if (label !== undefined) return { excluded: `label ${label}` }
  if (author !== undefined && exclude.authors.includes(author)) return { excluded: `author ${author}` }
  for (const [order, category] of categories.entries()) {
    if (category.labels.some(labels.has) || category.authors.includes(author ?? '')) continue
    if (category.wanted.some((wanted) => wanted === '*' || labels.has(wanted)))
      return { title: category.title, rank: order, order }
  }
  const last = categories.length
  return { title: last === 0 ? ALL : OTHER, rank: last, order: last }
}

/** Those of its pull request; of a commit without one, or of whose pull request nothing is known, those of its type. */
function labelsOf(entry: Entry): { has: (label: string) => boolean } {
  const pull = entry.pullRequest
  if (pull !== undefined && 'labels' in pull) {
    const labels = new Set(pull.labels.map((label) => label.toLowerCase()))
    return { has: (label) => labels.has(label) }
  }
  const labels = labelsOfType(entry)
  return { has: (label) => labels.has(labelKey(label)) }
}

function authorOf({ pullRequest, authors }: Entry): string | undefined {
  const pull = pullRequest !== undefined && 'author' in pullRequest ? pullRequest.author : undefined
  const name = pull ?? authors[0]?.login ?? authors[0]?.name
  return name === undefined ? undefined : authorKey(name)
}

/** People write an app with and without what REST puts after its login. */
function authorKey(login: string): string {
  return login.toLowerCase().replace(/\[bot]$/, '')
}
