import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { cut } from '../../shared/text/untrusted.ts'
import type { Applied, Counts, Gate, Inputs, Observation, Plan } from './model.ts'
import { judgesNew } from './plan/baseline.ts'
import { countWords } from './plan/words.ts'
import { worstFirst } from './plan/worst.ts'
import { annotateFindings } from './report/annotations.ts'
import { troublesOf, uploadFacts } from './report/facts.ts'
import { lookedAtTogether } from './report/looked-at.ts'
import { summaryBlocks } from './report/summary.ts'
import type { Finding } from './sarif/model.ts'

/** Findings in `result`, the worst first: as many as a person may want; the SARIF has all. */
const MAX_FINDINGS = 1_000

/** Sets the outputs, writes the summary, and says how the step ends: red for the gate, red for trouble, told both. */
export function report(
  inputs: Inputs,
  observation: Observation,
  plan: Plan,
  applied: Applied | undefined,
  { context }: Step,
): Outcome {
  const { counts, gate } = plan
  const upload = uploadFacts(plan, applied)
  const troubles = troublesOf(observation, plan, applied)
  const worst = worstFirst(plan)
  setOutputs({
    ...counts,
    gate: gate.verdict,
    uploaded: upload.uploaded,
    'skipped-reason': upload.skippedReason,
    'sarif-id': upload.ids[0] ?? '',
    'sarif-ids': upload.ids.join('\n'),
    'processing-status': upload.status,
    'sarif-file': applied?.files[0] ?? '',
    'analysis-url': applied?.analysisUrl ?? '',
    issues: (applied?.issues ?? []).join('\n'),
    orphans: plan.orphans?.length ?? '',
    'comment-url': applied?.commentUrl ?? '',
    fixed: plan.fixed ?? '',
    'looked-at': observation.scan === undefined ? '' : JSON.stringify(lookedAtTogether(observation.scan)),
  })
  const result = {
    dryRun: inputs.dryRun,
    gate: { verdict: gate.verdict, reasons: gate.reasons },
    counts,
    uploaded: upload.uploaded,
    skippedReason: upload.skippedReason,
    processingStatus: upload.status,
    uploads:
      applied?.uploads.map(({ sarifId = null, status, document }) => ({ sarifId, status, ...document })) ??
      [],
    analysisUrl: applied?.analysisUrl ?? null,
    files: applied?.files ?? [],
    scan: observation.scan ?? null,
    analyses: observation.prepared.analyses.map(({ tool, category, source, complete }) => ({
      tool,
      category,
      source,
      complete,
    })),
    missing: observation.missing,
    updates: plan.updates
      .slice(0, MAX_FINDINGS)
      .map(({ installed = null, ...more }) => ({ installed, ...more })),
    fixed: plan.fixed ?? null,
    hidden: plan.hidden
      .slice(0, MAX_FINDINGS)
      .map(({ package: of = null, statement = null, until = null, ...more }) => ({
        ...more,
        package: of,
        statement,
        until,
      })),
    trimmed: applied?.trimmed ?? [],
    dismissed: applied?.dismissed ?? [],
    reopened: applied?.reopened ?? [],
    issues: applied?.issues ?? [],
    orphans: (plan.orphans ?? []).slice(0, MAX_FINDINGS).map(({ tool, category, createdAt }) => ({
      tool,
      category,
      since: createdAt,
    })),
    commentUrl: applied?.commentUrl ?? null,
    troubles,
    notices: [...plan.notices, ...(applied?.warnings ?? [])],
    findingCount: worst.length,
    findings: worst.slice(0, MAX_FINDINGS).map(findingOf),
  }
  setResult('trivy-sarif-upload', result, context.temp)
  writeSummary(
    summaryBlocks({ dryRun: inputs.dryRun, onlyNew: judgesNew(inputs) }, observation, plan, applied),
  )

  tellStory(context, {
    action: 'trivy-sarif-upload',
    outcome: storyOutcome(gate.verdict, troubles.length),
    text: storyText(counts, gate),
  })

  // GitHub shows ten annotations of each level: what a person has to know comes before the findings.
  if (upload.said !== '' && upload.skippedReason !== 'never') log.notice('Not uploaded', upload.said)
  for (const notice of plan.notices) log.notice('Trivy SARIF upload', notice)
  for (const { said } of applied?.trimmed ?? []) log.warning('A limit of GitHub', said)
  for (const warning of applied?.warnings ?? []) log.warning('Trivy SARIF upload', warning)
  annotateFindings(worst.slice(0, inputs.annotations))
  if (applied?.analysisUrl !== undefined) log.info(`Alerts: ${applied.analysisUrl}`)

  const red = troubles.map(({ title, message }) => `${title}: ${message}`)
  if (gate.verdict === 'failed') {
    return failed(`Gate failed: ${countWords(counts)}`, [...gate.reasons, ...red].join('\n'))
  }
  if (troubles.length > 0) return failed(troubles[0]?.title ?? '', red.join('\n'))
  return passed
}

/**
 * Every output, for a step that failed before there was a plan: nothing is known, and nothing was done. A gate that could
 * not look has not passed.
 */
export function reportFailure(
  { dryRun, failOn, maxFindings }: Pick<Inputs, 'dryRun' | 'failOn' | 'maxFindings'>,
  { context }: Step,
): void {
  const unknown = ['critical', 'high', 'medium', 'low', 'unknown', 'total', 'new', 'suppressed']
  const empty = [
    'fixed',
    'looked-at',
    'skipped-reason',
    'sarif-id',
    'sarif-ids',
    'sarif-file',
    'analysis-url',
    'issues',
    'comment-url',
    'orphans',
  ]
  setOutputs({
    ...Object.fromEntries([...unknown, ...empty].map((name) => [name, ''])),
    gate: failOn === 'none' && Object.keys(maxFindings).length === 0 ? 'off' : 'failed',
    uploaded: false,
    'processing-status': 'skipped',
  })
  setResult('trivy-sarif-upload', { dryRun, uploaded: false, failed: true }, context.temp)
  const text = 'There is no report that could be judged.'
  tellStory(context, { action: 'trivy-sarif-upload', outcome: 'failed', text })
}

function storyOutcome(verdict: Gate['verdict'], troubles: number): string {
  if (verdict === 'failed' || troubles > 0) return 'failed'
  return verdict === 'passed' ? 'passed' : 'scanned'
}

function storyText(counts: Counts, { verdict }: Gate): string {
  const words = countWords(counts)
  return verdict === 'off' ? `Findings: ${words}.` : `Gate ${verdict}: ${words}.`
}

/** One finding in `result`; its shape is documented in the README. */
function findingOf(finding: Finding) {
  const { severity, tool, category, rule, title, message, path, line, target, state, helpUri } = finding
  return {
    ...{ severity, tool, category, rule },
    title: cut(title, 300),
    message: cut(message, 1_000),
    path: path ?? null,
    line: line ?? null,
    target: target ?? null,
    package: finding.package ?? null,
    state,
    isNew: finding.isNew ?? true,
    helpUri: helpUri ?? null,
  }
}
