export const TARGET_NAMES = ['haproxy', 'nginx', 'caddy', 'traefik', 'command'] as const

export type TargetName = (typeof TARGET_NAMES)[number]

/** Declared for those who write workflows now. */
export const LATER_TARGETS: readonly string[] = [
  'gateway-api',
  'aws-alb',
  'kubernetes',
  'kubernetes-rollout',
  'aws-ecs',
  'docker-swarm',
]
