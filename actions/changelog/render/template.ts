import Mustache, { type OpeningAndClosingTags, type TemplateSpans } from 'mustache'
import { ActionError } from '../../../shared/action/errors.ts'
import { nearest } from '../../../shared/text/nearest.ts'
import type { Entry, Group, Links, Person, Release } from '../model.ts'
import { commitUrl, compareUrl, inline, issueUrl } from './inline.ts'
import { comparison, elsewhereLines, entryLine, personText } from './lines.ts'
import { cutNote, type RenderOptions, withEnd } from './options.ts'

/** Markdown that we made ourselves; it is not escaped again. */
class Safe {
  readonly #markdown: string
  constructor(markdown: string) {
    this.#markdown = markdown
  }
  toString(): string {
    return this.#markdown
  }
}

/** What a template finds for a release; the README documents it. `''` and `false` are nothing to a section. */
type Fields = { [name: string]: string | number | boolean | Safe | Fields | Fields[] }

/**
 * A Mustache template, rendered once for each release; `{{name}}` is escaped, `{{{name}}}` is not. A name that the model
 * does not have is an error, and so are partials and functions: nothing but the model can be reached.
 *
 * @throws ActionError that names the line of the template
 * @see https://mustache.github.io/mustache.5.html
 */
export function renderTemplate(releases: readonly Release[], options: RenderOptions): string {
  const { template = '', links } = options
  check(parse(template), [EXAMPLE], template)
  const escapeValue = (value: unknown): string =>
    value instanceof Safe ? value.toString() : inline(String(value), links)
  const texts = releases.map((release) =>
    Mustache.render(template, fieldsOf(release, options), undefined, { escape: escapeValue }),
  )
  return withEnd([...texts, ...cutNote(releases, options).map((note) => `${note}\n`)].join('\n'))
}

function parse(template: string): TemplateSpans {
  try {
    return Mustache.parse(template)
  } catch (error) {
    const message = (error as Error).message
    const at = / at (\d+)$/.exec(message)
    const where = at === null ? '' : ` (line ${lineOf(template, Number(at[1]))})`
    throw new ActionError(
      'Template',
      `The template cannot be read: ${message.replace(/ at \d+$/, '')}${where}.`,
    )
  }
}

/** Refuses what the model does not have, in the section where it stands. */
function check(spans: TemplateSpans, scopes: readonly Fields[], template: string): void {
  for (const span of spans) {
    const [kind, name, start] = span
    const where = (): string => `line ${lineOf(template, start)}`
    if (kind === '>')
      throw new ActionError('Template', `${where()}: partials such as {{> ${name}}} cannot be used.`)
    if (kind !== 'name' && kind !== '&' && kind !== '#' && kind !== '^') continue
    const value = name === '.' ? '' : lookUp(name, scopes)
    if (value === undefined) {
      const known = [...new Set(scopes.flatMap((scope) => Object.keys(scope)))]
      const near = nearest(name, known)
      const hint = near === undefined ? `Known here: ${known.sort().join(', ')}.` : `Did you mean "${near}"?`
      throw new ActionError('Template', `${where()}: there is no "${name}" here. ${hint}`)
    }
    if ((kind === 'name' || kind === '&') && typeof value === 'object' && !(value instanceof Safe)) {
      throw new ActionError(
        'Template',
        `${where()}: "${name}" is no text: write {{#${name}}} … {{/${name}}} around what is to be said of it.`,
      )
    }
    const inner = (span as { 4?: OpeningAndClosingTags | TemplateSpans })[4]
    if ((kind !== '#' && kind !== '^') || !Array.isArray(inner)) continue
    const item = Array.isArray(value) ? value[0] : value
    const isScope = kind === '#' && typeof item === 'object' && !(item instanceof Safe)
    check(inner as TemplateSpans, isScope ? [...scopes, item] : scopes, template)
  }
}

function lookUp(name: string, scopes: readonly Fields[]): Fields[string] | undefined {
  const [first = '', ...rest] = name.split('.')
  let value: Fields[string] | undefined = scopes.findLast((scope) => Object.hasOwn(scope, first))?.[first]
  for (const part of rest) {
    if (typeof value !== 'object' || value instanceof Safe || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, part) ? value[part] : undefined
  }
  return value
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

function fieldsOf(release: Release, { links, contributors, authors = false }: RenderOptions): Fields {
  const { version, tag, date, from, to, fromSha, toSha, groups, counts } = release
  return {
    ...{ version: version ?? 'Unreleased', isReleased: version !== undefined, tag: tag ?? '', date },
    ...{ from: from ?? '', to, fromSha: fromSha ?? '', toSha },
    compareUrl: links === undefined ? '' : new Safe(compareUrl(links, from, to)),
    compareLink: new Safe(comparison(release, links)),
    isEmpty: groups.length === 0,
    groups: groups.map((group) => groupFields(group, { links, authors })),
    elsewhere: elsewhereLines(release, links).map((line) => ({ line: new Safe(line) })),
    contributors: contributors ? release.contributors.map((person) => personFields(person)) : [],
    newContributors: contributors
      ? release.newContributors.map(({ person, pullRequest }) => ({
          ...personFields(person),
          number: pullRequest ?? '',
          url: pullRequest === undefined || links === undefined ? '' : new Safe(issueUrl(links, pullRequest)),
        }))
      : [],
    counts: { ...counts },
  }
}

interface Shown {
  links: Links | undefined
  authors: boolean
}

function groupFields({ title, entries }: Group, shown: Shown): Fields {
  return { title, count: entries.length, entries: entries.map((entry) => entryFields(entry, title, shown)) }
}

function entryFields(entry: Entry, group: string, { links, authors }: Shown): Fields {
  const [sha = ''] = entry.shas
  const pull = entry.pullRequest
  return {
    line: new Safe(entryLine(entry, group, links, authors)),
    ...{ type: entry.type ?? '', scope: entry.scope ?? '', subject: entry.subject },
    ...{ sha, shortSha: sha.slice(0, 7), commits: entry.shas.map((each) => ({ sha: each })) },
    commitUrl: links === undefined ? '' : new Safe(commitUrl(links, sha)),
    isBreaking: entry.breaking !== undefined,
    breaking: (entry.breaking ?? []).filter((text) => text.trim() !== '').map((text) => ({ text })),
    authors: entry.authors.map(personFields),
    pullRequest:
      pull === undefined
        ? false
        : {
            number: pull.number,
            url: links === undefined ? '' : new Safe(issueUrl(links, pull.number)),
            title: 'title' in pull ? pull.title : '',
            author: 'author' in pull ? (pull.author ?? '') : '',
            labels: 'labels' in pull ? pull.labels.map((name) => ({ name })) : [],
          },
  }
}

function personFields(person: Person): Fields {
  return { name: person.name, login: person.login ?? '', mention: new Safe(personText(person)) }
}

/** A release with one of everything: its names are the names that there are. */
const NOBODY: Person = { name: 'n', login: 'n', bot: false }
const EXAMPLE: Fields = fieldsOf(
  {
    ...{ version: '1.0.0', tag: 'v1.0.0', date: '2026-01-01', from: 'a', to: 'b', fromSha: 'a', toSha: 'b' },
    groups: [
      {
        ...{ title: 't', rank: 0 },
        entries: [
          {
            ...{ shas: ['a'], type: 't', scope: 's', subject: 's', breaking: ['b'], references: [] },
            ...{ authors: [NOBODY], notable: true },
            pullRequest: { number: 1, title: 't', author: 'n', labels: ['l'] },
          },
        ],
      },
    ],
    contributors: [NOBODY],
    newContributors: [{ person: NOBODY, pullRequest: 1 }],
    elsewhere: [{ versions: ['v1.0.0'], pullRequests: [1], changes: 1 }],
    counts: { range: 1, listed: 1, reverted: 0, merged: 0, excluded: 0 },
    excluded: new Map(),
  },
  { format: 'template', contributors: true, heading: false },
)
