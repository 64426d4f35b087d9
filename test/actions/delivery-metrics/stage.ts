import { afterEach, expect } from '@jest/globals'
import { type DeliveryGitHub, startDeliveryGitHub } from '../../support/delivery/github.ts'
import type { World } from '../../support/delivery/world.ts'
import { runAction, type StepResult } from '../../support/runner.ts'

const open: DeliveryGitHub[] = []

afterEach(async () => {
  for (const github of open.splice(0)) {
    await github.close()
    expect(github.violations).toEqual([])
  }
})

export async function stage(world: World): Promise<DeliveryGitHub> {
  const github = await startDeliveryGitHub(world)
  open.push(github)
  return github
}

/** The action over November 2026, unless the inputs say otherwise. */
export function measure(
  github: DeliveryGitHub,
  inputs: Record<string, string> = {},
  env: Record<string, string> = {},
): Promise<StepResult> {
  return runAction({
    action: 'delivery-metrics',
    inputs: { since: '2026-11-01', until: '2026-12-01', token: 'ghs_delivery_metrics_token', ...inputs },
    context: { repository: 'octo/demo', apiUrl: github.apiUrl, graphqlUrl: `${github.apiUrl}/graphql` },
    env,
  })
}
