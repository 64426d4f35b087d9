import { oneLine } from '../../shared/text/untrusted.ts'
import type { IssuePlan } from './code-scanning/model.ts'
import type { Gate, Inputs, Observation, Plan, Sendable } from './model.ts'
import { accepted, unused } from './plan/accept.ts'
import { againstBases, baselineToKeep, judgesNew } from './plan/baseline.ts'
import { planComment } from './plan/comment.ts'
import { againstEarlier } from './plan/earlier.ts'
import { countFindings, gateOf, isCounted } from './plan/gate.ts'
import { planIssues } from './plan/issues.ts'
import { orphansOf } from './plan/orphans.ts'
import { updatesOf } from './plan/updates.ts'
import { decideUpload } from './plan/upload.ts'
import { type Finding, SEVERITIES } from './sarif/model.ts'

/** No report is no clean report. */
const NO_GATE: Gate = { verdict: 'off', reasons: ['There is no report to judge.'], offending: [] }

/** Decides on everything: what counts, the gate, what is uploaded, which issues change. Pure; nothing is written. */
export function decide(inputs: Inputs, observation: Observation): Plan {
  const { prepared, base, baseline, missing, scan, target, today } = observation
  const onlyNew = judgesNew(inputs)
  const stated = accepted(prepared.findings, inputs.accept, today)
  const findings = againstBases(stated, observation)
  const wanted = inputs.upload !== 'never' || inputs.outputFile !== undefined
  const hidden = (scan?.targets ?? []).flatMap((target) => target.hidden)
  const incomplete = prepared.analyses.filter(({ complete }) => !complete)
  const against = againstEarlier(prepared.analyses, findings, observation.earlier, inputs.allowShrink)
  const sent = sendable(observation, inputs, findings).filter(
    ({ analysis }) => !against.held.has(analysis.run),
  )
  const told = {
    findings,
    counts: countFindings(findings, hidden.length),
    gate: prepared.runs.length === 0 ? NO_GATE : gateOf(findings, { ...inputs, onlyNew }),
    updates: updatesOf(findings),
    fixed: against.fixed,
    upload: decideUpload(inputs, target, sent.length, [...against.held.values()]),
  }
  const troubles = [...observation.troubles, ...against.troubles]
  return {
    ...told,
    sboms: (scan?.targets ?? []).flatMap(({ sbom }) => sbom ?? []),
    troubles: against.troubles,
    send: wanted ? sent : [],
    target,
    database: observation.database,
    issues: issuesOf(inputs, observation, findings),
    comment: planComment({ comment: inputs.comment, onlyNew }, observation, told, troubles),
    orphans: orphansOf(inputs, observation),
    keptBaseline: baselineToKeep(observation, findings),
    hidden,
    notices: [
      ...missing.map(
        (name) => `"${oneLine(name, 200)}" is not there: nothing is uploaded for it, and no alert is closed.`,
      ),
      ...incomplete.map(
        ({ tool, source }) =>
          `${oneLine(tool, 60)} says that it did not come to a good end (${oneLine(source, 100)}): its report may lack findings.`,
      ),
      ...against.notices,
      ...(scan?.notices ?? []),
      ...(target.said ?? []),
      ...(base?.said ?? []),
      ...(baseline?.said ?? []),
      ...unused(prepared.findings, inputs.accept).map(
        ({ rule }) => `accept: no finding has the rule "${oneLine(rule, 100)}" (any more).`,
      ),
      ...prepared.notes,
    ],
  }
}

/**
 * What is sent: with `accept-mode: omit` nothing that is accepted or suppressed, and where alerts cannot be dismissed
 * neither (in pull requests and on other branches they would stay open).
 */
function sendable(
  { prepared, target }: Observation,
  { acceptMode, upload }: Pick<Inputs, 'acceptMode' | 'upload'>,
  findings: readonly Finding[],
): Sendable[] {
  const all = acceptMode === 'dismiss' && (target.onDefaultBranch || upload === 'never')
  const byRun: Map<number, Finding>[] = prepared.runs.map(() => new Map())
  for (const finding of findings) {
    if (finding.unreadable !== true && (all || isCounted(finding)))
      byRun[finding.run]?.set(finding.result, finding)
  }
  const rankOf = (finding: Finding | undefined): number =>
    finding === undefined
      ? SEVERITIES.length * 2
      : SEVERITIES.indexOf(finding.severity) + (isCounted(finding) ? 0 : SEVERITIES.length)
  return prepared.runs.flatMap((run, index) => {
    const analysis = prepared.analyses[index]
    const own = byRun[index]
    if (analysis === undefined || own === undefined) return []
    return [{ run, analysis, findings: own, rank: (result: number) => rankOf(own.get(result)) }]
  })
}

function issuesOf(
  inputs: Inputs,
  { prepared, missing, target, issues, repository: { name: repository, serverUrl } }: Observation,
  findings: readonly Finding[],
): IssuePlan | undefined {
  if (inputs.issues === 'none' || issues === undefined) return undefined
  const { analyses } = prepared
  return planIssues({ inputs, findings, analyses, missing, target, known: issues, serverUrl, repository })
}
