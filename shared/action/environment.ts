/** What the runner tells a step: its inputs, its state, its credentials and the files that it obeys. */
const OURS = /^(INPUT_.*|STATE_.*|ACTIONS_.*|GITHUB_(ENV|OUTPUT|PATH|STATE|STEP_SUMMARY))$/i

/**
 * The one environment of every program that a step starts: that of the step without its inputs, its state, the
 * runner's credentials (`ACTIONS_RUNTIME_TOKEN`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN` …) and the files with which a step
 * changes the job. What the author of the workflow set by `env` stays: that is how a program gets what it needs.
 *
 * @param extra set on top of it; `undefined` takes a variable away
 */
export function childEnvironment(
  extra: Readonly<Record<string, string | undefined>> = {},
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries({ ...env, ...extra }).filter(
    ([name, value]) => value !== undefined && (name in extra || !OURS.test(name)),
  )
  return Object.fromEntries(kept)
}
