import { joinWords, plural } from '../../../shared/text/list.ts'
import type { Entry, Group, Links, Person, Reference, Release } from '../model.ts'
import { commitUrl, compareUrl, inline, issueUrl } from './inline.ts'

/** More commits behind one line than this are counted. */
const MAX_SHAS = 5
/** GitHub's rule for logins; `name[bot]` is one that cannot be mentioned. */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i

/** One line of the notes without its bullet, and the paragraphs below it about what breaks. */
export function entryLine(
  entry: Entry,
  groupTitle: string,
  links: Links | undefined,
  authors = false,
): string {
  const { scope, subject, breaking } = entry
  // Where the group does not say so already.
  const alarm = breaking !== undefined && !/break/i.test(groupTitle) ? '**Breaking:** ' : ''
  const where = scope === undefined || scope.trim() === '' ? '' : `**${inline(scope, undefined, 60)}:** `
  const text = inline(subject, links)
  const lead = alarm + where
  const by = authors ? byline(entry) : ''
  return `${lead}${lead === '' && text === '' ? '(no subject)' : text}${sources(entry, links)}${by}`
}

/** ` by @ada and @grace`; a program only where nobody else was. */
function byline({ authors }: Entry): string {
  const people = authors.filter(({ bot }) => !bot)
  const named = (people.length > 0 ? people : authors).map(personText).filter((name) => name !== '')
  return named.length === 0 ? '' : ` by ${joinWords(named)}`
}

/** More pull requests that another version has too are counted only. */
const MAX_ELSEWHERE = 20

/** `Also in 22.0.1 … 22.0.7: 56 changes`, for each line of versions. */
export function elsewhereLines({ elsewhere = [] }: Release, links: Links | undefined): string[] {
  return elsewhere.map(({ versions, pullRequests, changes }) => {
    const [first = '', last = ''] = [versions[0], versions.at(-1)].map((tag) =>
      tag?.replace(/^.*?(?=\d+\.\d+\.\d)/, ''),
    )
    const span =
      first === last ? inline(first, undefined) : `${inline(first, undefined)} … ${inline(last, undefined)}`
    const isShort = pullRequests.length > 0 && pullRequests.length <= MAX_ELSEWHERE
    const numbers = isShort ? ` (${pullRequests.map((number) => numberLink(number, links)).join(', ')})` : ''
    return `Also in ${span}: ${plural(changes, 'change')}${numbers}`
  })
}

/** What people have to do, a paragraph each; the subject says it already when the note is the same. */
export function breakingParagraphs({ breaking, subject }: Entry, links: Links | undefined): string[] {
  return (breaking ?? [])
    .flatMap((note) => note.split(/(?:\r?\n|\r)[^\S\n]*(?:\r?\n|\r)/))
    .filter((paragraph) => paragraph.trim() !== '' && paragraph.trim() !== subject.trim())
    .map((paragraph) => inline(paragraph, links, 2_000))
}

/** ` (#12, closes #3)`: the pull request, else the commits, and the issues that it closes. */
function sources(entry: Entry, links: Links | undefined): string {
  const { pullRequest, otherPullRequests = [], shas, references } = entry
  const numbers = pullRequest === undefined ? [] : [pullRequest.number, ...otherPullRequests]
  const origin =
    numbers.length === 0 ? commits(shas, links) : numbers.map((number) => numberLink(number, links))
  const closed = references
    .filter(({ number }) => number !== pullRequest?.number)
    .filter(({ action }) => action !== undefined && /^(?:close|fix|resolve)/.test(action))
    .map((reference) => referenceText(reference, links))
  const parts = [...origin, ...(closed.length > 0 ? [`closes ${[...new Set(closed)].join(', ')}`] : [])]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function commits(shas: readonly string[], links: Links | undefined): string[] {
  const shown = shas.slice(0, MAX_SHAS).map((sha) => {
    const short = `\`${sha.slice(0, 7)}\``
    return links === undefined ? short : `[${short}](${commitUrl(links, sha)})`
  })
  return shas.length > MAX_SHAS ? [...shown, `${shas.length - MAX_SHAS} more`] : shown
}

export function numberLink(number: number, links: Links | undefined): string {
  return links === undefined ? `#${number}` : `[#${number}](${issueUrl(links, number)})`
}

/** An issue of another repository is named, not linked. */
function referenceText({ owner, repository, number }: Reference, links: Links | undefined): string {
  if (repository === undefined) return numberLink(number, links)
  const name = `${owner ?? ''}/${repository}`
  return name.toLowerCase() === links?.repository.toLowerCase()
    ? numberLink(number, links)
    : inline(`${name}#${number}`, undefined)
}

/** A live mention for a login that GitHub resolved, else the name as text. */
export function personText({ name, login, bot }: Person): string {
  return login !== undefined && !bot && LOGIN.test(login)
    ? `@${login}`
    : inline(login ?? name, undefined, 100)
}

/** `**Contributors:** …`, new ones with their first pull request; empty when there is nobody. */
export function contributorLines(
  { contributors, newContributors }: Release,
  links: Links | undefined,
): string[] {
  const everybody = contributors.map(personText).join(', ')
  const news = newContributors.map(({ person, pullRequest }) => {
    const where = pullRequest === undefined ? '' : ` in ${numberLink(pullRequest, links)}`
    return `- ${personText(person)} made their first contribution${where}`
  })
  return [
    ...(everybody === '' ? [] : [`**Contributors:** ${everybody}`]),
    ...(news.length === 0 ? [] : ['**New contributors:**', ...news]),
  ]
}

/** `v1.2.0...v1.3.0` with its link; nothing without links. */
export function comparison({ from, to, fromSha, toSha }: Release, links: Links | undefined): string {
  if (links === undefined) return ''
  const name =
    from === undefined ? inline(to, undefined) : `${inline(from, undefined)}...${inline(to, undefined)}`
  return `[${name}](${compareUrl(links, endOf(from, fromSha), endOf(to, toSha) ?? to)})`
}

/** A short SHA may become ambiguous some day. */
function endOf(name: string | undefined, sha: string | undefined): string | undefined {
  return name !== undefined && sha?.startsWith(name) === true ? sha : name
}

/** `## [1.2.0](…) - 2026-01-31`, `## [Unreleased](…)`: Keep a Changelog 1.1.0, with the link in its place. */
export function heading(release: Release, links: Links | undefined): string {
  const { version, date, from, to, fromSha, toSha } = release
  const name = version === undefined ? 'Unreleased' : inline(version, undefined)
  const url =
    links === undefined ? '' : `(${compareUrl(links, endOf(from, fromSha), endOf(to, toSha) ?? to)})`
  return `## [${name}]${url}${version === undefined ? '' : ` - ${date}`}`
}

/** The sections of Keep a Changelog 1.1.0, in its order. */
const KEPT = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const

/** The lines by the sections of Keep a Changelog, whatever groups they were in; pure. */
export function keptGroups(groups: readonly Group[]): Group[] {
  const sections = new Map<string, Entry[]>(KEPT.map((title) => [title, []]))
  for (const { entries } of groups) {
    for (const entry of entries) sections.get(keptSection(entry))?.push(entry)
  }
  // Most missed when there is no room: what breaks something, then in this order.
  const order = ['Security', 'Removed', 'Added', 'Fixed', 'Deprecated', 'Changed']
  const rankOf = (title: string, entries: readonly Entry[]): number =>
    order.indexOf(title) + (entries.some(({ breaking }) => breaking !== undefined) ? 0 : order.length)
  return [...sections].flatMap(([title, entries]) =>
    entries.length === 0 ? [] : [{ title, entries, rank: rankOf(title, entries) }],
  )
}

function keptSection({ type, scope }: Entry): (typeof KEPT)[number] {
  if (type === 'security' || (type === 'fix' && scope?.toLowerCase() === 'security')) return 'Security'
  if (type === 'feat' || type === 'feature' || type === 'add') return 'Added'
  if (type === 'fix' || type === 'bugfix' || type === 'hotfix') return 'Fixed'
  if (type === 'deprecate' || type === 'deprecated') return 'Deprecated'
  return type === 'remove' || type === 'removed' || type === 'revert' ? 'Removed' : 'Changed'
}
