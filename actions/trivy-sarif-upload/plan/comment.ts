import { escapeMarkdown } from '../../../shared/text/markdown.ts'
import { cut } from '../../../shared/text/untrusted.ts'
import type { CommentPlan } from '../code-scanning/model.ts'
import { alertsPage } from '../code-scanning/page.ts'
import type { Inputs, Observation, Plan, Trouble } from '../model.ts'
import { countTable, findingTable, updateTable } from './tables.ts'
import { headline, seenOf } from './words.ts'
import { worstFirst } from './worst.ts'

/** GitHub refuses longer ones with 422. */
const MAX_LENGTH = 65_536
const MAX_ROWS = 20
const MAX_SENTENCES = 10
const CUT = 'There is more in the summary of the run.'

/** What a comment tells of. */
type Told = Pick<Plan, 'counts' | 'findings' | 'fixed' | 'gate' | 'updates' | 'upload'>

/**
 * The comment of a pull request; pure. Nothing in it is of one run only, so that the same findings make the same text,
 * and nobody is told twice.
 *
 * @returns undefined outside pull requests, and where the token of a fork could not write it
 */
export function planComment(
  { comment, onlyNew }: Pick<Inputs, 'comment' | 'onlyNew'>,
  observation: Pick<Observation, 'category' | 'missing' | 'prepared' | 'repository' | 'target'>,
  plan: Told,
  troubles: readonly Trouble[],
): CommentPlan | undefined {
  const { category, repository, target } = observation
  if (!comment || target.pullRequest === undefined || target.readOnly?.reason === 'fork') return undefined
  const marker = markerOf(category)
  const worst = worstFirst(plan)
  const hidden = worst.length - MAX_ROWS
  const page = alertsPage(repository.serverUrl, repository.name, target)
  const verdict = headline(plan, { dryRun: false, onlyNew }, troubles.length > 0, seenOf(observation))
  const blocks = [
    `### ${verdict}`,
    ...listed(plan.gate.reasons),
    ...listed(troubles.map(({ title, message }) => `${title}: ${message}`)),
    countTable(plan, onlyNew),
    ...updateTable(plan),
    ...(worst.length === 0 ? [] : [findingTable(worst.slice(0, MAX_ROWS), onlyNew)]),
    ...(hidden > 0 ? [`… and ${hidden.toLocaleString('en')} more in the summary of the run.`] : []),
    ...(plan.upload.go ? [`[Alerts](<${page}>)`] : []),
    `<sub>${escapeMarkdown(`trivy-sarif-upload, category ${cut(category, 200)}`)}</sub>`,
  ]
  return { pull: target.pullRequest, marker, body: fitted(marker, blocks) }
}

/** Invisible on the page, and the same for every run of one category; nothing in a category can end it. */
export function markerOf(category: string): string {
  const name = encodeURIComponent(category.toWellFormed()).replaceAll('-', '%2D')
  return `<!-- nexus-actions trivy-sarif-upload comment category=${name} -->`
}

/** As many blocks as fit, whole. */
function fitted(marker: string, blocks: readonly string[]): string {
  let body = `${marker}\n`
  for (const block of blocks) {
    if (body.length + block.length + CUT.length + 4 > MAX_LENGTH) return `${body}\n${CUT}\n`
    body += `\n${block}\n`
  }
  return body
}

function listed(sentences: readonly string[]): string[] {
  const shown = sentences
    .slice(0, MAX_SENTENCES)
    .map((sentence) => `- ${escapeMarkdown(cut(sentence, 1_000))}`)
  if (sentences.length > shown.length) shown.push(`- … and ${sentences.length - shown.length} more`)
  return shown.length === 0 ? [] : [shown.join('\n')]
}
