import { shown } from '../../../shared/action/inputs.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { ScanSettings } from '../trivy/model.ts'
import { PINNED_VERSION } from './release.ts'

/** Options that this action gives, and why nobody else may. */
const OURS: Readonly<Record<string, string>> = {
  '-c': 'use "trivy-config"',
  '-d': 'it is always on, and the log is read',
  '-q': 'what Trivy says is read',
  '-f': 'the report has to be SARIF',
  '-o': 'use "output-file"',
  '-s': 'what is not reported cannot be counted; "fail-on" decides what fails',
  '-t': 'the report has to be SARIF',
  '--cache-dir': 'set the variable TRIVY_CACHE_DIR',
  '--compliance': 'compliance reports are not SARIF',
  '--config': 'use "trivy-config"',
  '--debug': 'it is always on, and the log is read',
  '--exit-code': 'use "fail-on": with an exit code of its own, findings look like a scan that failed',
  '--exit-on-eol': 'findings must not look like a scan that failed',
  '--format': 'the report has to be SARIF',
  '--generate-default-config': 'it scans nothing',
  '--help': 'it scans nothing',
  '--ignore-unfixed': 'use "ignore-unfixed"',
  '--ignorefile': 'use "ignore-file"',
  '--output': 'use "output-file"',
  '--password': 'set the variable TRIVY_PASSWORD: arguments are seen by every program of the machine',
  '--registry-token':
    'set the variable TRIVY_REGISTRY_TOKEN: arguments are seen by every program of the machine',
  '--quiet': 'what Trivy says is read',
  '--report': 'the report has to be SARIF',
  '--scanners': 'use "scanners"',
  '--secret-config': 'use "secret-config"',
  '--security-checks': 'use "scanners"',
  '--severity': 'what is not reported cannot be counted; "fail-on" decides what fails',
  '--template': 'the report has to be SARIF',
  '--token': 'set the variable TRIVY_TOKEN: arguments are seen by every program of the machine',
  '--timeout': 'use "scan-timeout"',
  '--version': 'use "trivy-version"',
}

/** Whether an address holds a user's password or token, as in `https://user:token@host`. */
export function hasCredentials(text: string): boolean {
  return /:\/\/[^/\s@]+@/.test(text)
}

/** What is wrong with the lines of the input `trivy-args`, sentences; pure. */
export function argumentProblems(args: readonly string[]): string[] {
  return args.flatMap((arg) => {
    const name = arg.replace(/[=\s].*$/s, '')
    if (hasCredentials(arg)) {
      const option = oneLine(name.startsWith('--') ? name : 'one of them', 60)
      return `${option} holds a password in its address: arguments are seen by every program of the machine. Use a variable of Trivy (TRIVY_…), or log in before this step.`
    }
    if (Object.hasOwn(OURS, name)) return `${shown(name)} is set by this action: ${OURS[name]}.`
    if (arg === '--') return '"--" ends the options, and "target" already names what to scan.'
    // A short form can be several options in one, such as -qf.
    if (/^-[^-]/.test(arg)) return `${shown(arg)}: write the long form, one that begins with "--".`
    if (!arg.startsWith('--')) return `${shown(arg)} is no option. Write --name=value.`
    if (/^--[\w-]+\s/.test(arg)) return `${shown(arg)}: write --name=value; one line is one argument.`
    return []
  })
}

/** Problems that only show when several inputs are seen together; pure. */
export function scanProblems(found: {
  kind: ScanSettings['kind']
  scanners: readonly string[]
  ignoreUnfixed: boolean
  version: string | undefined
  sha256: string | undefined
}): { input: string; message: string }[] {
  const { kind, scanners, ignoreUnfixed, version, sha256 } = found
  const only = 'with `scan: config` Trivy only looks for misconfigurations; leave it out.'
  const isOther = version !== undefined && version !== PINNED_VERSION
  return [
    ...(isOther && sha256 === undefined
      ? [
          {
            input: 'trivy-sha256',
            message: `missing: ${version} is not the pinned ${PINNED_VERSION}, so give the checksum of its release archive for this runner.`,
          },
        ]
      : []),
    ...(kind === 'config' && scanners.length > 0 ? [{ input: 'scanners', message: only }] : []),
    ...(kind === 'config' && ignoreUnfixed ? [{ input: 'ignore-unfixed', message: only }] : []),
  ]
}

/** Whether the scan looks vulnerabilities up. Those of `config` never do; the default of the others does. */
export function needsDatabase({ kind, scanners }: Pick<ScanSettings, 'kind' | 'scanners'>): boolean {
  return kind !== 'config' && (scanners.length === 0 || scanners.includes('vuln'))
}

/** All of them: what is not reported cannot be counted, or be seen as hidden. */
const SEVERITIES = 'UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL'

/** Options whose values are files and folders, or lists of them. */
const FILES =
  /^--(?:ca-?cert|config-check|config-data|config-file-schemas|policy|data|ignore-policy|vex|tf-vars|cf-params|helm-values|ansible-inventory|input|skip-files|skip-dirs)$/

/**
 * The arguments of Trivy, the target behind `--`, so that none can be an option; pure. `--exit-code 0` beats what a
 * configuration says: a code other than 0 then means that the scan failed.
 */
export function trivyArguments(
  settings: ScanSettings,
  target: string,
  files: { report: string; cache: string },
  more: readonly string[] = [],
): string[] {
  const { kind, scanners, ignoreUnfixed, timeout } = settings
  return [
    kind,
    ...['--format', 'json', '--output', files.report, '--exit-code', '0', '--severity', SEVERITIES],
    ...['--debug', '--cache-dir', files.cache, '--timeout', `${Math.ceil(timeout / 1_000)}s`],
    ...(scanners.length === 0 ? [] : ['--scanners', scanners.join(',')]),
    ...(ignoreUnfixed ? ['--ignore-unfixed'] : []),
    ...more,
    ...['--', target],
  ]
}

/**
 * An argument of the input `trivy-args` with paths that are relative to the workspace made absolute, because Trivy does
 * not run there; pure.
 *
 * @param absolute gives the absolute path of what exists there, else undefined
 */
export function absoluteArgument(arg: string, absolute: (path: string) => string | undefined): string {
  const at = arg.indexOf('=')
  if (at < 0 || !FILES.test(arg.slice(0, at))) return arg
  const values = arg.slice(at + 1).split(',')
  return `${arg.slice(0, at)}=${values.map((value) => absolute(value) ?? value).join(',')}`
}
