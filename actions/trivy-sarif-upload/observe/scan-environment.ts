/** What a registry or a server is logged in with; everything else of Trivy is an input of the step. */
const CREDENTIALS = /^TRIVY_(?:USERNAME|PASSWORD|REGISTRY_TOKEN|TOKEN|TOKEN_HEADER)$/i
/** Where the step itself looks. */
const OURS = /^TRIVY_CACHE_DIR$/i
/** Inputs, credentials of the runner and its command files are not a scanner's business. */
const THEIRS = /^(?:INPUT_|ACTIONS_|STATE_|GITHUB_(?:OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$)/i

/**
 * The variables for Trivy; pure. `TRIVY_…` ones are options by another name, set by whichever step came before (one that
 * ran code of a pull request, too): only credentials are passed on.
 *
 * @param modules an empty folder: WebAssembly modules of the home folder could change findings
 */
export function scanEnvironment(
  env: NodeJS.ProcessEnv,
  modules: string,
): { env: NodeJS.ProcessEnv; refused: string[] } {
  const isTrivy = (name: string): boolean => /^TRIVY_/i.test(name)
  const names = Object.keys(env).filter((name) => !THEIRS.test(name))
  const kept = names.filter((name) => !isTrivy(name) || CREDENTIALS.test(name))
  return {
    env: {
      ...Object.fromEntries(kept.map((name) => [name, env[name]])),
      // As variables, because a command that does not have the option would refuse it as an argument.
      TRIVY_SHOW_SUPPRESSED: 'true',
      TRIVY_LIST_ALL_PKGS: 'true',
      TRIVY_MODULE_DIR: modules,
      TRIVY_NO_PROGRESS: 'true',
      TRIVY_SKIP_VERSION_CHECK: 'true',
      TRIVY_DISABLE_TELEMETRY: 'true',
    },
    refused: names.filter((name) => isTrivy(name) && !CREDENTIALS.test(name) && !OURS.test(name)).sort(),
  }
}
