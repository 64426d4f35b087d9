import type { RunContext } from '../../../shared/action/context.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import type { Observation, Target, Trouble } from '../model.ts'
import type { ReadLog } from '../sarif/model.ts'
import { withoutTag } from '../sarif/trivy.ts'
import type { ScanFacts, ScanSettings } from '../trivy/model.ts'
import { amountOf } from '../trivy/report.ts'
import { filesAt } from './base-files.ts'
import { writeControl } from './control.ts'
import type { EventPayload } from './event.ts'
import { scan } from './scan.ts'
import { steeringReader } from './steering.ts'
import { steeringBase } from './steering-base.ts'

/** What a scan gives to the rest of the step. */
export interface ScanOutcome {
  logs: ReadLog[]
  facts: ScanFacts
  database: Observation['database']
  /** Targets in which nothing was looked at, with the reason. */
  missing: { name: string; reason: string }[]
  /** Targets whose scan failed. */
  troubles: Trouble[]
}

export interface ScanScene {
  context: RunContext
  event: EventPayload
  target: Pick<Target, 'pullRequest'>
  /** Top of the checkout. */
  root: string
  workspace: string
  today: string
  connect: (() => Promise<GitHub>) | undefined
  signal: AbortSignal
}

/** Runs Trivy on every target, steered by what may steer it. @throws ActionError when there is no Trivy, database or control file */
export async function runScan(settings: ScanSettings, scene: ScanScene): Promise<ScanOutcome> {
  const { context, event, target, root, workspace, today, connect, signal } = scene
  const base = steeringBase(context, event, target)
  const atBase = base.kind === 'commit' ? filesAt(base.sha, root, connect, signal) : undefined
  const reader = steeringReader(base, { root, workspace }, atBase)
  const done = await scan(settings, {
    workspace,
    temp: context.temp,
    env: process.env,
    signal,
    control: (folder) => writeControl(settings, reader, folder, { workspace, today }),
  })
  const names = namesOf(settings.targets)
  const notices = [...done.facts.notices, ...done.targets.flatMap((each) => each.notices)]
  return {
    logs: done.targets.flatMap(({ log, scan: { target: name, lookedAt } }, index) =>
      log === undefined
        ? []
        : [
            {
              log,
              source: 'scan',
              origin: 'scan' as const,
              target: name,
              part: names[index] ?? '',
              covered: amountOf(lookedAt),
            },
          ],
    ),
    facts: { ...done.facts, notices, targets: done.targets.map(({ scan: each }) => each) },
    database: done.database,
    missing: done.targets.flatMap(({ scan: { target: name, nothing } }) =>
      nothing === undefined ? [] : [{ name, reason: `is not a report on anything: ${nothing}.` }],
    ),
    troubles: done.targets.flatMap(({ failed }) => failed ?? []),
  }
}

/** What keeps the analyses of several targets apart, from run to run of the workflow; nothing for a single one. */
function namesOf(targets: readonly string[]): string[] {
  if (targets.length < 2) return targets.map(() => '')
  const seen = new Map<string, number>()
  return targets.map((target) => {
    const name = withoutTag(target.replaceAll('\\', '/'))
      .replace(/[^A-Za-z0-9._/-]+/g, '-')
      .replace(/^[-/.]+|[-/]+$/g, '')
    const clean = name === '' ? 'root' : name
    const count = (seen.get(clean) ?? 0) + 1
    seen.set(clean, count)
    return count === 1 ? clean : `${clean}-${count}`
  })
}
