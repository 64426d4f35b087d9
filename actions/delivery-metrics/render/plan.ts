import type { Inputs } from '../model.ts'

/** What would be asked of GitHub, before anything is; pure. */
export function describePlan(inputs: Inputs): string[] {
  const { repositories, period, comparison, deployments, environments, workflow, maxCalls, failures } = inputs
  const source =
    deployments === 'auto'
      ? `deployments to ${environments.join(', ')}, else releases, else version tags`
      : deployments === 'deployments'
        ? `deployments to ${environments.join(', ')}`
        : deployments === 'workflow'
          ? `runs of ${workflow}`
          : deployments
  return [
    `Deployments: ${source}.`,
    `Period: ${iso(period.since)} to ${iso(period.until)}; compared with ${iso(comparison.since)} to ${iso(comparison.until)}.`,
    `A deployment is a failed one by: ${failures.join(', ')}.`,
    ...repositories.map((repository) => `  ${repository}`),
    `At most ${maxCalls} calls.`,
  ]
}

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`
