import { joinWords, plural } from '../../../shared/text/list.ts'
import { codeBlock, codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import type { Applied, Notes, Plan } from '../model/plan.ts'
import type { Counts } from '../model.ts'

/** The plan for the log; pure. */
export function planLines(plan: Plan): string[] {
  if (plan.kind === 'refused') return [plan.title]
  return [
    ...plan.decisions,
    ...(plan.profile === '' ? [] : [plan.profile]),
    countsSentence(plan.counts),
    ...excludedReasons(plan).map(([reason, count]) => `  left out: ${reason} (${count})`),
    ...cutSentences(plan),
    ...(plan.file === undefined
      ? []
      : [
          plan.file.before === plan.file.after
            ? 'The file says all this already.'
            : `To be written: ${plan.file.path}`,
        ]),
    ...(plan.release === undefined ? [] : [`Release ${plan.release.tag}: ${plan.release.kind}`]),
  ]
}

/** The job summary as Markdown blocks, the most important first: the notes, then the counts, then how they came about. */
export function summaryBlocks(plan: Plan, applied: Applied | undefined, dryRun: boolean): string[] {
  if (plan.kind === 'refused') return [`### ❌ ${escapeMarkdown(plan.title)}`, escapeMarkdown(plan.reason)]
  const failure = applied?.failure
  return [
    `### ${headline(plan, applied, dryRun)}`,
    ...(failure === undefined ? [] : [`> [!CAUTION]\n> ${escapeMarkdown(failure.message)}`]),
    ...plan.warnings.map((warning) => `> [!WARNING]\n> ${escapeMarkdown(warning)}`),
    ...plan.notices.map((notice) => `> [!NOTE]\n> ${escapeMarkdown(notice)}`),
    // What is JSON is shown as it is; Markdown of ours is safe, a template's is its author's.
    plan.text.startsWith('{') ? codeBlock(plan.text, 'json') : plan.text.trim(),
    ...cutSentences(plan).map((sentence) => `> [!NOTE]\n> ${escapeMarkdown(sentence)}`),
    countsTable(plan.counts),
    ...written(plan, applied, dryRun),
    ...excludedBlock(plan),
    details(
      'How the range was found',
      [...plan.decisions, plan.profile]
        .filter((text) => text !== '')
        .map((text) => `- ${escapeMarkdown(text)}`)
        .join('\n'),
    ),
  ].filter((block) => block !== '')
}

function headline({ releases, counts }: Notes, applied: Applied | undefined, dryRun: boolean): string {
  const [newest] = releases
  const name = codeSpan(newest?.version ?? 'Unreleased')
  const what =
    releases.length > 1
      ? `Changelog of ${plural(releases.length, 'version', 'versions')}, up to ${name}`
      : `Changelog of ${name}`
  if (applied?.failure !== undefined) return `❌ ${what}`
  if (dryRun) return `🔍 Dry run: ${what}`
  return counts.listed === 0 ? `💤 ${what}: nothing to tell` : `📝 ${what}`
}

function countsSentence({ range, listed, reverted, merged, excluded }: Counts): string {
  return `${plural(range, 'commit', 'commits')}: ${listed} listed, ${reverted} cancelled by reverts, ${merged} merged into other lines, ${excluded} left out.`
}

function countsTable({ range, listed, reverted, merged, excluded }: Counts): string {
  return table(
    ['commits', 'listed', 'reverted', 'merged', 'left out'],
    [[range, listed, reverted, merged, excluded].map(String)],
    'rrrrr',
  )
}

function cutSentences({ cut: { versions, groups, lines } }: Notes): string[] {
  if (versions === 0 && groups === 0 && lines === 0) return []
  const parts = [
    ...(versions > 0 ? [plural(versions, 'older version', 'older versions')] : []),
    ...(groups > 0 ? [plural(groups, 'group', 'groups')] : []),
    ...(lines > 0 ? [plural(lines, 'line', 'lines')] : []),
  ]
  return [`${joinWords(parts)} did not fit into max-length and are counted at the end of the notes.`]
}

function written({ file, release }: Notes, applied: Applied | undefined, dryRun: boolean): string[] {
  const would = dryRun ? 'would be ' : ''
  return [
    ...(file === undefined
      ? []
      : [
          file.before === file.after
            ? `${codeSpan(file.path)} says all this already.`
            : `${codeSpan(file.path)} ${would}written.`,
        ]),
    ...(applied?.release === undefined
      ? release === undefined || !dryRun
        ? []
        : [
            `The release of ${codeSpan(release.tag)} would be ${release.kind === 'unchanged' ? 'left as it is' : `${release.kind}d`}.`,
          ]
      : [
          `[Release ${escapeMarkdown(applied.release.tag)}](${applied.release.url})${applied.releaseChanged ? '' : ', unchanged'}`,
        ]),
  ]
}

/** Over all versions, the most first. */
function excludedReasons({ releases }: Notes): [string, number][] {
  const sums = new Map<string, number>()
  for (const { excluded } of releases) {
    for (const [reason, count] of excluded) sums.set(reason, (sums.get(reason) ?? 0) + count)
  }
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}

function excludedBlock(plan: Notes): string[] {
  const reasons = excludedReasons(plan)
  if (reasons.length === 0) return []
  const rows = reasons.map(([reason, count]) => [escapeMarkdown(reason), String(count)])
  return [
    details(
      plural(plan.counts.excluded, 'commit left out', 'commits left out'),
      table(['why', 'commits'], rows, 'lr'),
    ),
  ]
}
