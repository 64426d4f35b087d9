import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { ourPart, withOurPart, withState } from '../code-scanning/issue-marker.ts'
import { issuesRefusal } from '../code-scanning/issues-refusal.ts'
import type { IssuePlan, IssueText, KnownIssue } from '../code-scanning/model.ts'
import { alertsPage } from '../code-scanning/page.ts'
import type { Inputs, Target, Threshold } from '../model.ts'
import { type Analysis, type Finding, SEVERITIES, type Severity } from '../sarif/model.ts'
import { keyOf, nameOf, overviewKey, toolIn } from './issue-key.ts'
import { type Group, groupLines, overviewLines, titleOf } from './issue-text.ts'

export interface IssueScene {
  inputs: Pick<Inputs, 'issueLabels' | 'issueSeverity' | 'issueLimit' | 'issueGroup' | 'issuesPublic'>
  findings: readonly Finding[]
  analyses: readonly Pick<Analysis, 'tool' | 'category' | 'complete'>[]
  /** Reports that are not there: then nothing is closed. */
  missing: readonly string[]
  target: Target
  known: readonly KnownIssue[]
  serverUrl: string
  repository: string
}

type Writable<T> = { -readonly [key in keyof T]: T[key] }
type Draft = Writable<Omit<IssuePlan, 'create' | 'update' | 'close' | 'keep' | 'said'>> & {
  create: IssueText[]
  update: (IssueText & { number: number; reopen: boolean })[]
  close: { number: number; key: string; body: string; reason: 'completed' | 'not_planned' }[]
  keep: number[]
  said: string[]
}

/**
 * What becomes of the issues; pure. One for each rule and target of findings that count and are bad enough. Those that
 * have an issue keep it; new ones take what `issue-limit` leaves, the worst first, and the rest is in one overview. An
 * issue is closed when its finding is gone or accepted, and only by a scan that saw everything. An issue that a person
 * has closed stays closed. The same findings make the same texts, so that a second run writes nothing.
 */
export function planIssues(scene: IssueScene): IssuePlan {
  const { inputs, findings, analyses, target, known } = scene
  const draft: Draft = { create: [], update: [], close: [], keep: [], said: [], refused: undefined }
  draft.refused = issuesRefusal(inputs, target)
  if (draft.refused !== undefined) return draft
  const issues = new Map<string, KnownIssue>()
  // Should there be two, the older open one is it.
  for (const issue of [...known].sort((a, b) => Number(b.open) - Number(a.open) || a.number - b.number)) {
    const name = nameOf(issue)
    if (!issues.has(name)) issues.set(name, issue)
  }
  const groups = groupsOf(findings, inputs.issueGroup)
  const due = groups.filter(({ severity }) => isAsBad(severity, inputs.issueSeverity))
  const page = (rule?: string): string => alertsPage(scene.serverUrl, scene.repository, target, rule)
  const rest = assign(due, issues, inputs, page, draft)
  overviews(rest, analyses, issues, inputs, page, draft)
  closeGone(scene, groups, rest, issues, draft)
  return draft
}

/** Gives groups their issues. @returns those that are beyond the limit */
function assign(
  due: readonly Group[],
  issues: ReadonlyMap<string, KnownIssue>,
  { issueLimit, issueLabels }: IssueScene['inputs'],
  page: (rule?: string) => string,
  draft: Draft,
): Group[] {
  const rest: Group[] = []
  let room = issueLimit - due.filter((group) => issues.get(nameOf(group))?.open).length
  for (const group of due) {
    const issue = issues.get(nameOf(group))
    if (issue !== undefined && !issue.open && !issue.gone) {
      draft.said.push(`Issue #${issue.number} was closed by somebody, and stays closed although it is found.`)
      continue
    }
    if (!issue?.open && room <= 0) {
      rest.push(group)
      continue
    }
    if (!issue?.open) room -= 1
    const { key, category } = group
    const lines = groupLines(group, page(group.findings[0]?.rule))
    const part = ourPart({ key, category, state: 'open' }, lines)
    const text = { key, title: titleOf(group), labels: issueLabels }
    bring(issue, part, text, draft)
  }
  return rest
}

/** Creates an issue, brings it up to date, or leaves it as it is. */
function bring(
  issue: KnownIssue | undefined,
  part: string,
  text: Omit<IssueText, 'body'>,
  draft: Draft,
): void {
  if (issue === undefined) {
    draft.create.push({ ...text, body: part })
    return
  }
  const body = withOurPart(issue.body, part)
  if (issue.open && body === issue.body) draft.keep.push(issue.number)
  else draft.update.push({ ...text, title: issue.title, body, number: issue.number, reopen: !issue.open })
}

/** One overview for each tool and category that have more than the limit. */
function overviews(
  rest: readonly Group[],
  analyses: IssueScene['analyses'],
  issues: ReadonlyMap<string, KnownIssue>,
  { issueLimit, issueLabels }: IssueScene['inputs'],
  page: () => string,
  draft: Draft,
): void {
  for (const { tool, category } of analyses) {
    const groups = rest.filter((group) => group.category === category && group.findings[0]?.tool === tool)
    if (groups.length === 0) continue
    const key = overviewKey(tool)
    const part = ourPart({ key, category, state: 'open' }, overviewLines(groups, issueLimit, page()))
    const issue = issues.get(nameOf({ key, category }))
    const title = cut(
      `Further findings of ${oneLine(tool, 60)}${category === '' ? '' : ` in ${category}`}`,
      200,
    )
    if (issue === undefined || issue.open || issue.gone)
      bring(issue, part, { key, title, labels: issueLabels }, draft)
    draft.said.push(`${groups.length} findings are in the overview issue: \`issue-limit\` is ${issueLimit}.`)
  }
}

function closeGone(
  { inputs, analyses, missing, findings, known }: IssueScene,
  groups: readonly Group[],
  rest: readonly Group[],
  issues: ReadonlyMap<string, KnownIssue>,
  draft: Draft,
): void {
  const present = new Set(groups.map(nameOf))
  for (const {
    category,
    findings: [first],
  } of rest) {
    present.add(nameOf({ key: overviewKey(first?.tool ?? ''), category }))
  }
  const accepted = new Set(
    findings.flatMap((finding) =>
      counts(finding) ? [] : [nameOf({ key: keyOf(finding, inputs.issueGroup), ...finding })],
    ),
  )
  let kept = 0
  for (const issue of known) {
    const name = nameOf(issue)
    const isSecond = issues.get(name) !== issue
    if (!issue.open || (present.has(name) && !isSecond)) continue
    // Another step of the job may look with another tool in the same category.
    const tool = toolIn(issue.key)
    const own = analyses.filter((each) => each.category === issue.category && each.tool === tool)
    if (own.length === 0) continue
    if (missing.length > 0 || own.some(({ complete }) => !complete)) {
      kept += 1
      draft.keep.push(issue.number)
      continue
    }
    const reason = accepted.has(name) || isSecond ? 'not_planned' : 'completed'
    const body = withState(issue.body, 'gone')
    draft.close.push({ number: issue.number, key: issue.key, body, reason })
  }
  // An issue whose finding is no longer bad enough is neither closed nor forgotten.
  const touched = new Set([...draft.keep, ...draft.close.map(({ number }) => number)])
  for (const { number } of draft.update) touched.add(number)
  for (const issue of known) {
    if (issue.open && present.has(nameOf(issue)) && !touched.has(issue.number)) draft.keep.push(issue.number)
  }
  if (kept > 0) {
    draft.said.push(`${kept} issues stay open although nothing was found: this scan did not see everything.`)
  }
}

/** Findings that count, by category, rule and target; the worst first, always in the same order. */
function groupsOf(findings: readonly Finding[], group: Inputs['issueGroup']): Group[] {
  const byName = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (!counts(finding)) continue
    const name = nameOf({ key: keyOf(finding, group), category: finding.category })
    const list = byName.get(name)
    if (list === undefined) byName.set(name, [finding])
    else list.push(finding)
  }
  return [...byName.values()]
    .map((list): Group => {
      const sorted = [...list].sort(
        (a, b) =>
          rank(a.severity) - rank(b.severity) || order(placeOf(a), placeOf(b)) || order(a.message, b.message),
      )
      const [first] = sorted as [Finding]
      return {
        key: keyOf(first, group),
        by: group,
        category: first.category,
        severity: first.severity,
        findings: sorted,
      }
    })
    .sort((a, b) => rank(a.severity) - rank(b.severity) || order(nameOf(a), nameOf(b)))
}

function counts({ state }: Finding): boolean {
  return state === 'open' || state === 'expired'
}

function placeOf({ path = '', line = 0, package: found }: Finding): string {
  return `${path}\n${String(line).padStart(9, '0')}\n${found?.name ?? ''}`
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

function isAsBad(severity: Severity, threshold: Threshold): boolean {
  return threshold === 'any' || (severity !== 'unknown' && rank(severity) <= rank(threshold))
}

/** By code unit: the same everywhere. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
