import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { plural } from '../../shared/text/list.ts'
import type { Kept } from './model/kept.ts'
import type { PackageApplied } from './model/packages.ts'
import type { Applied, Inputs, Observation, Plan } from './model.ts'
import { highestBump, packageBlocks, toldOf } from './report/packages.ts'
import { summaryBlocks } from './report/summary.ts'

/** Commits in `result`: as many as a person may want, not a second history. */
const MAX_COMMITS = 2_000

/** How a step went. */
interface Ended {
  inputs: Inputs
  observation: Observation
  plan: Plan
  /** Absent when nothing was to be written. */
  applied: Applied | undefined
  /** With `mode: pull-request`. */
  kept?: Kept
}

/** Sets the outputs, writes the summary, and says how the step ends. */
export function report({ inputs, observation, plan, applied, kept }: Ended, { context }: Step): Outcome {
  const { dryRun } = inputs
  const wasMade = applied?.created === true || (plan.kind === 'already-released' && plan.resumed)
  const released = wasMade && !dryRun
  const floating = dryRun ? [] : standing(plan, inputs, observation, applied)
  setOutputs({
    version: plan.kind === 'refused' ? '' : (plan.version ?? ''),
    tag: plan.kind === 'refused' ? '' : (plan.tag ?? ''),
    'previous-version': plan.previousVersion ?? '',
    'previous-tag': plan.previousTag ?? '',
    bump: plan.kind === 'refused' ? 'none' : plan.bump,
    released,
    ...parts(plan),
    sha: plan.sha,
    commits: plan.reasons.length,
    'floating-tags': floating.join('\n'),
    'image-tags': plan.imageTags.join('\n'),
    'image-tags-json': JSON.stringify(plan.imageTagsByImage),
    'release-id': applied?.release?.id ?? '',
    'release-url': applied?.release?.url ?? '',
    'release-ready': kept?.ready ?? isReady(plan),
    'release-pull-request': kept?.request ?? '',
    packages: '',
  })
  const result = resultOf({ inputs, observation, plan, applied }, released)
  setResult('semver-tag', { ...result, releasePullRequest: kept?.request ?? null }, context.temp)
  writeSummary(summaryBlocks(plan, applied, dryRun))
  for (const notice of [...plan.notices, ...(kept?.notices ?? [])]) log.notice('Semver tag', notice)
  if (applied?.created === true && plan.kind === 'release') log.info(`Created ${plan.tag} on ${plan.sha}.`)
  for (const { name, to } of applied?.moved ?? []) log.info(`Moved ${name} to ${to}.`)
  if (applied?.release !== undefined) log.info(`Release: ${applied.release.url}`)
  const ending = outcome(plan, applied, dryRun)
  tellStory(context, { action: 'semver-tag', ...storyOf({ inputs, observation, plan, applied }, ending) })
  return ending
}

function storyOf({ inputs, plan, applied }: Ended, ending: Outcome): { outcome: string; text: string } {
  if (ending !== passed)
    return { outcome: 'failed', text: plan.kind === 'refused' ? plan.title : `${plan.tag} failed` }
  if (plan.kind === 'refused') return { outcome: 'failed', text: plan.title }
  const tag = plan.tag ?? 'no version yet'
  if (applied?.created === true && !inputs.dryRun)
    return { outcome: 'released', text: `${tag} was released: ${plan.why}` }
  if (plan.kind === 'rollback' && !inputs.dryRun) return { outcome: 'rolled-back', text: plan.why }
  if (plan.kind === 'release') return { outcome: 'ready', text: `${tag} would be next: ${plan.why}` }
  return { outcome: 'unchanged', text: `${tag}: ${plan.why}` }
}

/** The same for many packages. */
export function reportPackages(
  {
    inputs,
    packages,
    raced,
  }: { inputs: Inputs; packages: readonly PackageApplied[]; raced?: string | undefined },
  { context }: Step,
): Outcome {
  const { dryRun, sha } = inputs
  const told = packages.map((one) => toldOf(one, dryRun))
  const released = told.some((one) => one.released)
  const floating = dryRun
    ? []
    : packages.flatMap(({ applied }) => applied?.moved.map(({ name }) => name) ?? [])
  setOutputs({
    ...nothing(sha),
    bump: highestBump(told.map(({ bump }) => bump)),
    released,
    'release-ready': packages.some(({ plan }) => isReady(plan)),
    commits: new Set(packages.flatMap(({ plan }) => plan.reasons.map((reason) => reason.sha))).size,
    'floating-tags': floating.join('\n'),
    packages: JSON.stringify(told),
  })
  const details = packages.map(({ name, plan: { reasons, imageTags: _, ...plan }, applied }) => ({
    name,
    ...plan,
    commitCount: reasons.length,
    commits: reasons.slice(0, MAX_COMMITS),
    created: applied?.created ?? false,
    release: applied?.release ?? null,
  }))
  setResult('semver-tag', { dryRun, released, kind: 'packages', packages: details }, context.temp)
  writeSummary(packageBlocks(packages, dryRun))
  const notices = new Set(packages.flatMap(({ plan }) => plan.notices))
  for (const notice of notices) log.notice('Semver tag', notice)
  for (const { plan, applied } of packages) {
    if (applied?.created === true && plan.kind === 'release') log.info(`Created ${plan.tag} on ${plan.sha}.`)
    if (applied?.release !== undefined) log.info(`Release: ${applied.release.url}`)
  }
  const ending = packagesOutcome(packages, raced)
  if (dryRun) log.info('Dry run: nothing was written.')
  const names = told.filter((one) => one.released).map(({ tag }) => tag)
  const text =
    names.length === 0
      ? 'no package was released'
      : `${plural(names.length, 'package')} released: ${names.join(', ')}`
  tellStory(context, {
    action: 'semver-tag',
    outcome: ending === passed ? (released ? 'released' : 'unchanged') : 'failed',
    text,
  })
  return ending
}

function packagesOutcome(packages: readonly PackageApplied[], raced: string | undefined): Outcome {
  const refused = packages.flatMap(({ name, plan }) =>
    plan.kind === 'refused' ? [`${name}: ${plan.title}. ${plan.reason}`] : [],
  )
  if (refused.length > 0) return failed('Packages', `${refused.join('\n')}\nNothing was written.`)
  const failures = packages.flatMap(({ name, applied }) => [
    ...(applied?.failure === undefined ? [] : [`${name}: ${applied.failure.message}`]),
    ...(applied?.refused ?? []).map((one) => `${name}: ${one.name} was not moved: ${one.why}`),
  ])
  if (failures.length > 0)
    return failed('Packages', `${failures.join('\n')}\nRun the job again to go on from there.`)
  if (raced === undefined) return passed
  return failed('Other runs were faster', `${raced}. It was worked out again three times: run the job again.`)
}

/** Whether there is something to release, whatever `create` says. */
function isReady(plan: Plan): boolean {
  return plan.kind === 'release' || (plan.kind === 'already-released' && plan.resumed)
}

/** For a step that failed before there was a plan. */
export function reportFailure({ sha, dryRun }: Inputs, { context }: Step): void {
  setOutputs(nothing(sha))
  setResult('semver-tag', { dryRun, released: false, kind: 'failed' }, context.temp)
}

/** Every output where there is nothing to tell. */
function nothing(sha: string): Record<string, string | number | boolean> {
  const empty = [
    ...['version', 'tag', 'previous-version', 'previous-tag', 'major', 'minor', 'patch', 'prerelease'],
    ...['floating-tags', 'image-tags', 'release-id', 'release-url', 'release-pull-request', 'packages'],
  ]
  return {
    ...Object.fromEntries(empty.map((name) => [name, ''])),
    bump: 'none',
    released: false,
    'is-prerelease': false,
    'image-tags-json': '{}',
    'release-ready': false,
    sha,
    commits: 0,
  }
}

/** Green when all that was wanted stands; what does stand is told in any case. */
function outcome(plan: Plan, applied: Applied | undefined, dryRun: boolean): Outcome {
  if (plan.kind === 'refused') return failed(plan.title, plan.reason)
  const { failure, raced, refused = [] } = applied ?? {}
  if (failure !== undefined)
    return failed(failure.title, `${failure.message}${whatStands(applied, plan.tag)}`)
  if (raced !== undefined) {
    return failed(
      'Other runs were faster',
      `${raced}. It was worked out again three times: run the job again.`,
    )
  }
  if (refused.length > 0) {
    const lines = refused.map(({ name, why }) => `${name} was not moved: ${why}`)
    return failed('Floating tag refused', [...lines, `${plan.tag} stands.`].join('\n'))
  }
  if (dryRun) log.info('Dry run: nothing was written.')
  return passed
}

function whatStands(applied: Applied | undefined, tag = ''): string {
  return applied?.created === true ? `\n${tag} stands: run the job again to go on from there.` : ''
}

/** The floating tags that stand on the commit of the plan, in the order in which they were asked for. */
function standing(
  plan: Plan,
  { floatingTags }: Inputs,
  { floating }: Observation,
  applied: Applied | undefined,
): string[] {
  if (!('moves' in plan)) return []
  return [...plan.moves, ...plan.left]
    .filter(
      ({ name }) =>
        applied?.moved.some((move) => move.name === name) ||
        floating.some((tag) => tag.name === name && tag.commit === plan.sha),
    )
    .sort((a, b) => floatingTags.indexOf(a.kind) - floatingTags.indexOf(b.kind))
    .map(({ name }) => name)
}

function parts(plan: Plan): Record<string, string | number | boolean> {
  const { major = '', minor = '', patch = '', prerelease = '' } = plan.kind === 'refused' ? {} : plan
  return { major, minor, patch, prerelease, 'is-prerelease': prerelease !== '' }
}

/** `result`; its shape is documented in the README. */
function resultOf({ inputs, observation, plan, applied }: Ended, released: boolean): Record<string, unknown> {
  const { dryRun } = inputs
  const { source } = observation
  const { reasons, imageTags, imageTagsByImage: _, notices, ...rest } = plan
  const facts = dryRun ? undefined : applied
  return {
    dryRun,
    released,
    source,
    ...rest,
    imageTags,
    notices,
    created: facts?.created ?? false,
    moved: facts?.moved.map(({ name }) => name) ?? [],
    refused: facts?.refused ?? [],
    release: facts?.release ?? null,
    commitCount: reasons.length,
    commits: reasons.slice(0, MAX_COMMITS),
  }
}
