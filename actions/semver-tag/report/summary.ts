import { plural } from '../../../shared/text/list.ts'
import { codeBlock, codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'

import type { Applied, Inputs, Plan, Reason } from '../model.ts'

/** Lines of commits in the log, and rows in the summary; `result-file` has all. */
const MAX_LINES = 1_000
const MAX_ROWS = 500

/** The plan for the log, with its reasons commit by commit; pure. */
export function planLines(plan: Plan, { dryRun }: Pick<Inputs, 'dryRun'>): string[] {
  const { reasons } = plan
  const shown = dryRun ? reasons : reasons.filter(counts)
  const lines = shown.slice(0, MAX_LINES).map((reason) => `  ${reasonLine(reason)}`)
  if (shown.length > lines.length)
    lines.push(`  … and ${plural(shown.length - lines.length, 'more commit', 'more commits')}`)
  const head = plan.kind === 'refused' ? plan.title : `${changeOf(plan)}: ${plan.why}`
  const would =
    dryRun && 'moves' in plan ? plan.moves.map(({ name, to }) => `  would move ${name} to ${short(to)}`) : []
  return [head, ...lines, ...would, ...whyNot(plan)]
}

/** The job summary as Markdown blocks, the most important first; pure. */
export function summaryBlocks(plan: Plan, applied: Applied | undefined, dryRun: boolean): string[] {
  const deciding = plan.reasons.filter(counts)
  const rest = plan.reasons.filter((reason) => !counts(reason))
  return [
    `### ${headline(plan, applied, dryRun)}`,
    ...problems(plan, applied),
    ...(plan.kind === 'refused' ? [] : [escapeMarkdown(sentence(plan))]),
    ...created(plan, applied, dryRun),
    ...(deciding.length === 0 ? [] : [`**Why**\n\n${commitTable(deciding)}`]),
    ...(plan.imageTags.length === 0 ? [] : [`**Image tags**\n\n${codeBlock(plan.imageTags.join('\n'))}`]),
    ...(rest.length === 0
      ? []
      : [
          details(
            plural(rest.length, 'commit that asks for nothing', 'commits that ask for nothing'),
            commitTable(rest),
          ),
        ]),
  ]
}

function headline(plan: Plan, applied: Applied | undefined, dryRun: boolean): string {
  if (plan.kind === 'refused') return `❌ ${escapeMarkdown(plan.title)}`
  const change = changeOf(plan, codeSpan)
  if (applied?.failure !== undefined || applied?.raced !== undefined) return `❌ ${change}`
  if ((applied?.refused.length ?? 0) > 0) return `⚠️ ${change}`
  if (plan.kind === 'nothing')
    return `💤 Nothing to release${plan.tag === undefined ? '' : `: ${codeSpan(plan.tag)} stays`}`
  if (plan.kind === 'already-released' && !plan.resumed) return `💤 ${codeSpan(plan.tag)} is already released`
  if (dryRun) return `🔍 Dry run: ${change}`
  if (plan.kind === 'rollback') return `⏪ ${change}`
  return plan.whyNot === undefined ? `🏷️ ${change}` : `🔍 ${change}, not created`
}

/** `v1.2.3 → v1.3.0`, or what there is of it. */
function changeOf(plan: Exclude<Plan, { kind: 'refused' }>, mark = (text: string): string => text): string {
  const { previousTag: from, tag } = plan
  if (plan.kind === 'rollback') return `back to ${mark(plan.tag)}`
  if (tag === undefined) return 'no version yet'
  if (plan.kind === 'nothing' || from === undefined || from === tag) return mark(tag)
  return `${mark(from)} → ${mark(tag)}`
}

function sentence(plan: Exclude<Plan, { kind: 'refused' }>): string {
  const level = plan.bump === 'none' ? '' : `${plan.bump}: `
  return [`${level}${plan.why}.`, ...whyNot(plan)].join(' ')
}

function whyNot(plan: Plan): string[] {
  if (!('whyNot' in plan) || plan.whyNot === undefined) return []
  return [plan.whyNot.endsWith('.') ? plan.whyNot : `Nothing is created: ${plan.whyNot}.`]
}

function problems(plan: Plan, applied: Applied | undefined): string[] {
  const lines = [
    ...(plan.kind === 'refused' ? [plan.reason] : []),
    ...(applied?.failure === undefined ? [] : [applied.failure.message]),
    ...(applied?.raced === undefined ? [] : [applied.raced]),
    ...(applied?.refused ?? []).map(({ name, why }) => `${name} was not moved: ${why}`),
  ]
  return lines.length === 0 ? [] : [lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')]
}

/** What was created, moved, and left alone. */
function created(plan: Plan, applied: Applied | undefined, dryRun: boolean): string[] {
  if (!('moves' in plan)) return []
  const will = (done: boolean, would: string, did: string): string =>
    done ? did : dryRun ? `would be ${did}` : would
  const rows: string[][] = []
  if (plan.createTag) {
    rows.push([
      codeSpan(plan.tag),
      will(applied?.created === true, 'not created', 'created'),
      codeSpan(short(plan.sha)),
    ])
  }
  for (const move of plan.moves) {
    const isDone = applied?.moved.some(({ name }) => name === move.name) === true
    const from = move.fromCommit === undefined ? 'created' : `moved from ${codeSpan(short(move.fromCommit))}`
    rows.push([codeSpan(move.name), will(isDone, 'not moved', from), codeSpan(short(move.to))])
  }
  const left = plan.whyNot === undefined ? plan.left : []
  for (const { name, why } of left) rows.push([codeSpan(name), `left alone: ${escapeMarkdown(why)}`, ''])
  if (plan.createRelease) {
    const { release } = applied ?? {}
    const link =
      release === undefined ? '' : `[${escapeMarkdown(release.name || plan.tag)}](${encodeURI(release.url)})`
    rows.push([
      'Release',
      will(release !== undefined, 'not made', release?.draft ? 'made as a draft' : 'made'),
      link,
    ])
  }
  return rows.length === 0 ? [] : [table(['', 'What', 'Where'], rows)]
}

function commitTable(reasons: readonly Reason[]): string {
  const rows = reasons
    .slice(0, MAX_ROWS)
    .map((reason) => [
      codeSpan(short(reason.sha)),
      escapeMarkdown(levelOf(reason)),
      escapeMarkdown(typeOf(reason)),
      escapeMarkdown(oneLine(reason.subject, 200)),
    ])
  const left = reasons.length - rows.length
  return (
    table(['Commit', 'Level', 'Type', 'Subject'], rows) +
    (left > 0 ? `\n\n… and ${left} more, see \`result-file\`.` : '')
  )
}

function reasonLine(reason: Reason): string {
  return `${short(reason.sha)}  ${levelOf(reason).padEnd(5)}  ${oneLine(reason.subject, 200)}${
    reason.by === 'label' ? ` (label of #${reason.pullRequest ?? '?'})` : ''
  }${reason.cancelledBy === undefined ? '' : ` (cancels with ${short(reason.cancelledBy)})`}`
}

function levelOf({ level, by }: Reason): string {
  return by === 'label' ? `${level} (label)` : level
}

function typeOf({ type = '', breaking, cancelledBy }: Reason): string {
  if (cancelledBy !== undefined) return `${type} (cancels with ${short(cancelledBy)})`.trim()
  return breaking ? `${type}, breaking`.replace(/^, /, '') : type
}

function counts({ level }: Reason): boolean {
  return level !== 'none'
}

function short(sha: string): string {
  return sha.slice(0, 7)
}
