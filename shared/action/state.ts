import * as core from '@actions/core'

/**
 * Keeps a JSON value for the post step of this very step. The runner shows state in debug logs and keeps it on
 * disk: never put a secret in it.
 */
export function saveState(name: string, value: unknown): void {
  core.saveState(name, JSON.stringify(value))
}

/** What an earlier phase of this step kept, or undefined. */
export function readState(name: string, env: NodeJS.ProcessEnv = process.env): unknown {
  const text = env[`STATE_${name}`]
  return text ? JSON.parse(text) : undefined
}
