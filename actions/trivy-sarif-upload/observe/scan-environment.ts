import { childEnvironment } from '../../../shared/action/environment.ts'

/** What a registry or a server is logged in with; everything else of Trivy is an input of the step. */
const CREDENTIALS = /^TRIVY_(?:USERNAME|PASSWORD|REGISTRY_TOKEN|TOKEN|TOKEN_HEADER)$/i
/** Where the step itself looks. */
const OURS = /^TRIVY_CACHE_DIR$/i
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
  const names = Object.keys(env).filter((name) => isTrivy(name) && !CREDENTIALS.test(name))
  return {
    env: childEnvironment(
      {
        ...Object.fromEntries(names.map((name) => [name, undefined])),
        // As variables, because a command that does not have the option would refuse it as an argument.
        TRIVY_SHOW_SUPPRESSED: 'true',
        TRIVY_LIST_ALL_PKGS: 'true',
        TRIVY_MODULE_DIR: modules,
        TRIVY_NO_PROGRESS: 'true',
        TRIVY_SKIP_VERSION_CHECK: 'true',
        TRIVY_DISABLE_TELEMETRY: 'true',
      },
      env,
    ),
    refused: names.filter((name) => !OURS.test(name)).sort(),
  }
}
