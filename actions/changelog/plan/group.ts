import type { Entry, Exclude, Group, GroupRule, Include, Person, Place, Placement } from '../model.ts'
import type { Line } from './lines.ts'

/** Where everything comes that belongs nowhere else. */
export const OTHER = 'Other'

/** A type that only a label can give. */
function byLabel(type: string): string {
  return `label ${type}`
}

/** Types that share a title, in the order of the notes; breaking changes stand before them. */
const DEFAULT_GROUPS: readonly GroupRule[] = [
  { title: 'Breaking', breaking: true },
  { title: 'Features', types: ['feat', 'feature'] },
  { title: 'Fixes', types: ['fix', 'bugfix', 'hotfix'] },
  { title: 'Performance', types: ['perf'] },
  { title: 'Reverts', types: ['revert'] },
  // What no words but a label says.
  { title: 'Documentation', types: [byLabel('docs')] },
  { title: 'Dependencies', types: [byLabel('deps')] },
].map((rule) => ({ types: undefined, scopes: undefined, labels: undefined, breaking: false, ...rule }))

export interface Rules {
  groups: readonly GroupRule[] | undefined
  /** From the config file. */
  place: Place | undefined
  include: Include | undefined
  exclude: Exclude
}

/**
 * Where an entry comes, or why it is left out. `exclude` counts first, then `groups`, else the config file, else the
 * groups of the house; what a rule of `groups` names is wanted, whatever `include` says about the rest.
 */
export function placer({ groups, place, include, exclude }: Rules): Place {
  const rules = groups ?? DEFAULT_GROUPS
  const wanted = include ?? (groups === undefined && place !== undefined ? 'all' : 'notable')
  const byRule: Place = (entry) => {
    const at = rules.findIndex((rule) => matches(rule, entry))
    if (at >= 0 && (groups !== undefined || isWanted(entry, wanted)))
      return { title: rules[at]?.title ?? OTHER, rank: at, order: at }
    return { title: OTHER, rank: rules.length, order: rules.length }
  }
  const excludesNothing = Object.values(exclude).every((list) => list.length === 0)
  return (entry) => {
    const excluded = excludesNothing ? undefined : exclusion(exclude, entry)
    if (excluded !== undefined) return { excluded }
    if (groups === undefined && place !== undefined)
      return isWanted(entry, wanted) ? place(entry) : { excluded: nameOf(entry) }
    const found = byRule(entry)
    if ('title' in found && found.order < rules.length) return found
    return isWanted(entry, wanted) ? found : { excluded: nameOf(entry) }
  }
}

/** The lines by group, groups in their order and lines in theirs, and what was left out, by reason. */
export function grouped(
  lines: readonly Line[],
  place: Place,
): { groups: Group[]; listed: readonly Line[]; excluded: Map<string, number> } {
  const groups = new Map<string, { at: Placed; entries: Entry[] }>()
  const listed: Line[] = []
  const excluded = new Map<string, number>()
  for (const line of lines) {
    const at = place(line.entry)
    if ('excluded' in at) {
      excluded.set(at.excluded, (excluded.get(at.excluded) ?? 0) + line.commits)
      continue
    }
    listed.push(line)
    const group = groups.get(at.title)
    if (group === undefined) groups.set(at.title, { at, entries: [line.entry] })
    else group.entries.push(line.entry)
  }
  const inOrder = [...groups.values()].sort((a, b) => a.at.order - b.at.order)
  return {
    groups: inOrder.map(({ at: { title, rank }, entries }) => ({ title, rank, entries })),
    listed,
    excluded,
  }
}

type Placed = Extract<Placement, { title: string }>

function matches({ types, scopes, labels, breaking }: GroupRule, entry: Entry): boolean {
  if (breaking && entry.breaking === undefined) return false
  if (types !== undefined && !types.includes('*') && !isOfType(entry, types)) return false
  if (scopes !== undefined && !scopes.includes(entry.scope?.toLowerCase() ?? '')) return false
  return labels === undefined || labels.some((label) => labelsOf(entry).includes(label))
}

function isOfType({ type, labelled = '' }: Entry, types: readonly string[]): boolean {
  if (type !== undefined) return types.includes(type)
  return types.includes(labelled) || types.includes(`label ${labelled}`)
}

function labelsOf({ pullRequest }: Entry): string[] {
  if (pullRequest === undefined || !('labels' in pullRequest)) return []
  return pullRequest.labels.map((label) => label.toLowerCase())
}

function isWanted({ type, notable }: Entry, include: Include): boolean {
  return notable || include === 'all' || (include === 'conventional' && type !== undefined)
}

/** Why `exclude` leaves an entry out; nothing when it does not. */
function exclusion(exclude: Exclude, entry: Entry): string | undefined {
  const { type, scope, subject, authors, pullRequest } = entry
  if (type !== undefined && exclude.types.includes(type)) return type
  if (scope !== undefined && exclude.scopes.includes(scope.toLowerCase())) return `scope ${scope}`
  const label = labelsOf(entry).find((name) => exclude.labels.includes(name))
  if (label !== undefined) return `label ${label}`
  if (exclude.authors.length > 0) {
    const [first] = authors
    const pullAuthor = pullRequest !== undefined && 'author' in pullRequest ? pullRequest.author : undefined
    const author = authorIn(exclude.authors, [pullAuthor, first?.login, first?.name, first?.email])
    if (author !== undefined) return `author ${author}`
  }
  const line = firstLine(entry, subject)
  const pattern = exclude.patterns.find((each) => each.test(line))
  return pattern === undefined ? undefined : `regex ${pattern.source}`
}

/** Whether `exclude.authors` names a person, by login, name or address. */
export function isExcluded({ login, name, email }: Person, authors: readonly string[]): boolean {
  return authorIn(authors, [login, name, email]) !== undefined
}

function authorIn(authors: readonly string[], names: readonly (string | undefined)[]): string | undefined {
  const known = names.flatMap((name) => (name === undefined ? [] : [bare(name)]))
  return authors.find((author) => known.includes(bare(author)))
}

/** The first line of the message as it was, near enough. */
function firstLine({ type, scope, breaking, pullRequest }: Entry, subject: string): string {
  const number = pullRequest === undefined ? '' : ` (#${pullRequest.number})`
  if (type === undefined || /^(?:revert|reapply) "/i.test(subject)) return `${subject}${number}`
  return `${type}${scope === undefined ? '' : `(${scope})`}${breaking === undefined ? '' : '!'}: ${subject}${number}`
}

/** REST calls a bot `dependabot[bot]`, GraphQL `dependabot`. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^@/, '')
    .replace(/\[bot\]$/, '')
}

function nameOf({ type }: Entry): string {
  return type ?? 'not conventional'
}
