import type { Group, Release } from '../model.ts'
import { inline } from './inline.ts'
import { releaseModel } from './json.ts'
import {
  breakingParagraphs,
  comparison,
  contributorLines,
  elsewhereLines,
  entryLine,
  heading,
  keptGroups,
} from './lines.ts'
import { cutNote, type RenderOptions, withEnd } from './options.ts'

/**
 * The notes of releases as one text that ends with a line feed; empty when there are none. The same bytes for the same
 * releases. Asynchronous only because what a template needs is loaded on use.
 *
 * @throws ActionError for a fault of the template
 */
export async function renderNotes(releases: readonly Release[], options: RenderOptions): Promise<string> {
  if (options.format === 'json') return json(releases, options)
  if (options.format === 'template') {
    const { renderTemplate } = await import('./template.ts')
    return renderTemplate(releases, options)
  }
  const parts = releases.map((release) => sectionOf(release, options))
  return withEnd([...parts.filter((part) => part !== ''), ...cutNote(releases, options)].join('\n\n'))
}

/** One release, without line ends around it. */
function sectionOf(release: Release, options: RenderOptions): string {
  const { links } = options
  const isKept = options.format === 'keep-a-changelog'
  const groups = isKept ? keptGroups(release.groups) : release.groups
  const people = options.contributors ? contributorLines(release, links) : []
  const compared = options.heading ? '' : comparison(release, links)
  return [
    ...(options.heading ? [heading(release, links)] : []),
    ...groups.map((group) => groupText(group, options)),
    ...(groups.length === 0 && release.elsewhere === undefined && !options.heading
      ? ['No notable changes.']
      : []),
    ...elsewhereLines(release, links),
    ...(people.length === 0 ? [] : [peopleText(people)]),
    ...(compared === '' ? [] : [`**Full changelog:** ${compared}`]),
  ].join('\n\n')
}

function groupText(group: Group, { links, authors, rendered }: RenderOptions): string {
  const known = rendered?.get(group)
  if (known !== undefined) return known
  const { title, entries } = group
  const lines = entries.flatMap((entry) => [
    `- ${entryLine(entry, title, links, authors)}`,
    ...breakingParagraphs(entry, links).flatMap((paragraph) => ['', `  ${paragraph}`]),
  ])
  const text = [`### ${inline(title, undefined)}`, '', ...lines].join('\n')
  rendered?.set(group, text)
  return text
}

/** A list needs an empty line before it only where a paragraph stands there. */
function peopleText(lines: readonly string[]): string {
  return lines
    .map((line) => (line.startsWith('**New') ? `\n${line}\n` : line))
    .join('\n')
    .trim()
}

/** The model as it is, for programs. */
function json(releases: readonly Release[], { cut, contributors }: RenderOptions): string {
  const all = releases.map((release) =>
    releaseModel(contributors ? release : { ...release, contributors: [], newContributors: [] }),
  )
  return `${JSON.stringify({ releases: all, ...(cut === undefined ? {} : { cut: cut.said }) }, null, 2)}\n`
}
