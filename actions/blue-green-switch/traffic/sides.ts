/** How a side stands by its own checks, asked straight. `unknown`: they do not tell. */
export interface Health {
  state: 'healthy' | 'dead' | 'unknown'
  /** Which check said what. */
  reason: string
}

/** What is known about both sides when traffic is to be put back. */
export interface Sides {
  old: Health
  fresh: Health
}

/** What one check came to, as far as it tells whether a side lives. */
export interface CheckResult {
  good: boolean
  /** The class of the failure. */
  failure?: string | undefined
  /** HTTP */
  status?: number | undefined
}

/** Nobody answered, or the answer says itself that the service is not well. */
const DEAD = new Set(['dns', 'connect', 'tls', 'timeout', 'protocol', 'health', 'exit'])

/**
 * Whether a failed check means that its side is dead; pure. The checks are about the new release: another version, and
 * what else only the new one has, say nothing about the old side, unless it passed the very same before.
 *
 * @param wasHealthy it passed its checks before anything was written
 */
export function isDead({ good, failure, status }: CheckResult, wasHealthy: boolean): boolean {
  if (good || failure === 'version' || failure === 'config' || failure === 'cancelled') return false
  if (failure === 'status' && (status ?? 0) >= 500) return true
  return wasHealthy || DEAD.has(failure ?? '')
}
