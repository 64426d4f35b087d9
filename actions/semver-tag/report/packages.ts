import { plural } from '../../../shared/text/list.ts'
import { codeSpan, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { highestLevel, type Level } from '../../../shared/version/bump.ts'
import type { PackageApplied, PackagePlan } from '../model/packages.ts'
import type { Bump, Plan } from '../model.ts'

/** One entry of the output `packages`. */
export interface PackageTold {
  name: string
  version: string
  tag: string
  'previous-tag': string
  bump: Bump
  released: boolean
}

export function toldOf({ name, plan, applied }: PackageApplied, dryRun: boolean): PackageTold {
  const wasMade = applied?.created === true || (plan.kind === 'already-released' && plan.resumed)
  const { version = '', tag = '', bump } = plan.kind === 'refused' ? { bump: 'none' as const } : plan
  return { name, version, tag, 'previous-tag': plan.previousTag ?? '', bump, released: wasMade && !dryRun }
}

/** The farthest of several; a pre-release when there is nothing else. */
export function highestBump(bumps: readonly Bump[]): Bump {
  const level = highestLevel(bumps.filter((bump): bump is Level => bump !== 'prerelease'))
  return level === 'none' && bumps.includes('prerelease') ? 'prerelease' : level
}

/** The plans for the log: those that are released, and how many are not. */
export function packageLines(plans: readonly PackagePlan[]): string[] {
  const lines = plans.flatMap(({ name, plan }) =>
    plan.kind === 'refused'
      ? [`${name}: ${plan.title}`]
      : plan.kind === 'release'
        ? [`${name}: ${plan.previousTag ?? 'nothing'} → ${plan.tag} (${plan.why})`]
        : [],
  )
  const left = plans.length - lines.length
  return left === 0 ? lines : [...lines, `${plural(left, 'package')} without anything to release.`]
}

/** The job summary; pure. */
export function packageBlocks(packages: readonly PackageApplied[], dryRun: boolean): string[] {
  const moving = packages.filter(({ plan }) => plan.kind === 'release' || plan.kind === 'refused')
  const made = packages.filter((one) => toldOf(one, dryRun).released)
  const left = packages.length - moving.length
  const headline =
    moving.length === 0
      ? '💤 Nothing to release'
      : made.length > 0
        ? `🏷️ ${plural(made.length, 'package')} released`
        : `🔍 ${plural(moving.length, 'package')} would be released`
  const rows = moving.map(({ name, plan, applied }) => [
    codeSpan(name),
    plan.previousTag === undefined ? '' : codeSpan(plan.previousTag),
    'tag' in plan && plan.tag !== undefined ? codeSpan(plan.tag) : '',
    escapeMarkdown(applied?.failure?.message ?? whyOf(plan)),
  ])
  return [
    `### ${headline}`,
    ...(rows.length === 0 ? [] : [table(['package', 'from', 'to', 'why'], rows)]),
    ...(left === 0 ? [] : [`${plural(left, 'package')} without anything to release.`]),
  ]
}

function whyOf(plan: Plan): string {
  return plan.kind === 'refused' ? plan.reason : plan.why
}
