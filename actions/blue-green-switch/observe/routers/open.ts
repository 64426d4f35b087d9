import type { Problems } from '../../../../shared/action/inputs.ts'
import type { TargetName } from '../../targets/names.ts'
import type { Connect, ConnectOptions, Target } from '../../targets/target.ts'

/** Loaded on use: a step pays for one router. */
const TARGETS = {
  haproxy: () => import('./haproxy.ts'),
  nginx: () => import('./nginx.ts'),
  caddy: () => import('./caddy.ts'),
  traefik: () => import('./traefik.ts'),
  command: () => import('./command.ts'),
} as const satisfies Record<TargetName, () => Promise<{ connect: Connect }>>

/** The router that `target` and `target-config` mean; without I/O. @returns undefined after problems */
export async function openTarget(
  name: TargetName,
  config: unknown,
  options: ConnectOptions,
  problems: Problems,
): Promise<Target | undefined> {
  const { connect } = await TARGETS[name]()
  return connect(config, options, problems)
}
