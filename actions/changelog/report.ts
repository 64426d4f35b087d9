import { log } from '../../shared/action/log.ts'
import { setOutputFile, setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { plural } from '../../shared/text/list.ts'
import type { Applied, Notes, Plan } from './model/plan.ts'
import type { Entry, Inputs, Release } from './model.ts'
import { releaseModel } from './render/json.ts'
import { summaryBlocks } from './report/summary.ts'

/** Lines that `result` could hold at most: 16 KiB hold no more. */
const MAX_LINES = 400

/** How a step went. */
interface Ended {
  inputs: Inputs
  plan: Plan
  /** Absent when nothing was to be written. */
  applied: Applied | undefined
}

/** Sets the outputs, writes the summary, and says how the step ends. */
export function report({ inputs, plan, applied }: Ended, step: Step): Outcome {
  const { context } = step
  if (plan.kind === 'refused') {
    reportFailure(inputs, step)
    tellStory(context, { action: 'changelog', outcome: 'failed', text: plan.title })
    writeSummary(summaryBlocks(plan, applied, inputs.dryRun))
    return failed(plan.title, plan.reason)
  }
  const entries = entriesOf(plan)
  const pulls = new Set(
    entries.flatMap(({ pullRequest, otherPullRequests = [] }) =>
      [pullRequest?.number ?? [], otherPullRequests].flat(),
    ),
  )
  setOutputs({
    changelog: plan.text,
    from: plan.from?.name ?? '',
    to: plan.to.name,
    commits: plan.counts.range,
    'pull-requests': pulls.size,
    breaking: entries.some(({ breaking }) => breaking !== undefined),
    'is-empty': entries.length === 0,
    contributors: JSON.stringify(contributorsOf(plan)),
    file: applied?.file?.path ?? '',
    'release-id': applied?.release?.id ?? '',
    'release-url': applied?.release?.url ?? '',
  })
  const ending = inputs.format === 'json' ? 'json' : 'md'
  setOutputFile('changelog-file', plan.text, `nexus-changelog-notes.${ending}`, context.temp)
  const result = resultOf(inputs, plan, applied)
  setResult('changelog', { ...result, releases: plan.releases.map(onDemand) }, context.temp, {
    ...result,
    ...shortened(plan.releases),
  })
  writeSummary(summaryBlocks(plan, applied, inputs.dryRun))
  for (const notice of plan.notices) log.notice('Changelog', notice)
  for (const warning of plan.warnings) log.warning('Changelog', warning)
  const end = outcome(plan, applied, inputs.dryRun)
  const [newest] = plan.releases
  const text = `${newest?.version ?? 'Unreleased'}: ${plural(entries.length, 'change')}${applied?.release === undefined ? '' : `, ${applied.release.url}`}`
  tellStory(context, { action: 'changelog', outcome: end === passed ? 'written' : 'failed', text })
  return end
}

/** For a step that failed before there were notes. */
export function reportFailure({ to, dryRun }: Inputs, { context }: Step): void {
  const empty = ['changelog', 'changelog-file', 'from', 'file', 'release-id', 'release-url']
  setOutputs({
    ...Object.fromEntries(empty.map((name) => [name, ''])),
    ...{ to, commits: 0, 'pull-requests': 0, breaking: false, 'is-empty': true, contributors: '[]' },
  })
  setResult('changelog', { dryRun, kind: 'failed' }, context.temp)
}

function outcome({ file, release }: Notes, applied: Applied | undefined, dryRun: boolean): Outcome {
  if (applied?.failure !== undefined) {
    const stands = applied.file?.changed === true ? `\n${applied.file.path} has been written.` : ''
    return failed(applied.failure.title, `${applied.failure.message}${stands}`)
  }
  if (dryRun && (file !== undefined || release !== undefined)) log.info('Dry run: nothing was written.')
  if (applied?.file !== undefined)
    log.info(`${applied.file.changed ? 'Wrote' : 'Nothing to change in'} ${applied.file.path}.`)
  if (applied?.release !== undefined) {
    const what = applied.releaseChanged ? 'Release' : 'Nothing to change in the release'
    log.info(`${what}: ${applied.release.url}`)
  }
  return passed
}

function entriesOf({ releases }: Notes): Entry[] {
  return releases.flatMap(({ groups }) => groups.flatMap(({ entries }) => entries))
}

/** Everybody once, over all versions. */
function contributorsOf({ releases }: Notes): { name: string; login: string }[] {
  const people = new Map<string, { name: string; login: string }>()
  for (const { name, login = '', email } of releases.flatMap(({ contributors }) => contributors)) {
    const key = login === '' ? (email ?? name) : `@${login.toLowerCase()}`
    if (!people.has(key)) people.set(key, { name, login })
  }
  return [...people.values()]
}

/** `result`; its shape is documented in the README. E-mail addresses are nobody's business. */
function resultOf(
  { dryRun, format, include }: Inputs,
  plan: Notes,
  applied: Applied | undefined,
): Record<string, unknown> {
  const { source, from, to } = plan
  const facts = dryRun ? undefined : applied
  return {
    dryRun,
    ...{ format, include: include ?? null, source },
    from: from ?? null,
    to: { name: to.name, sha: to.sha },
    counts: plan.counts,
    cut: plan.cut,
    decisions: plan.decisions,
    profile: plan.profile,
    notices: plan.notices,
    warnings: plan.warnings,
    file: facts?.file ?? null,
    release: facts?.release === undefined ? null : releaseFacts(facts),
  }
}

/** As many of the newest versions as have a chance to fit into `result`. */
function shortened(releases: readonly Release[]): Record<string, unknown> {
  let lines = 0
  const end = releases.findIndex(({ counts }) => {
    lines += 1 + counts.listed
    return lines > MAX_LINES
  })
  // The first one always: how it is cut is left to what cuts every result.
  const some = end < 0 ? releases : releases.slice(0, Math.max(1, end))
  const truncated = some.length < releases.length ? { truncated: true } : {}
  return { ...truncated, releases: some.map(releaseModel) }
}

function releaseFacts({ release, releaseChanged }: Applied): Record<string, unknown> {
  const { id, url, tag, draft, prerelease } = release ?? {}
  return { id, url, tag, draft, prerelease, changed: releaseChanged }
}

/** The model of a release when it is written, and not of thousands at once. */
function onDemand(release: Release): { toJSON(): unknown } {
  return { toJSON: () => releaseModel(release) }
}
