import type { ScanSettings } from '../plan/model.ts'

/** Options that this action gives, and why nobody else may. */
const OURS: Readonly<Record<string, string>> = {
  '--cache-dir': 'set the variable TRIVY_CACHE_DIR',
  '--compliance': 'compliance reports are not SARIF',
  '--exit-code': 'use "fail-on": with an exit code of its own, findings look like a scan that failed',
  '--exit-on-eol': 'findings must not look like a scan that failed',
  '--format': 'the report has to be SARIF',
  '--generate-default-config': 'it scans nothing',
  '--help': 'it scans nothing',
  '--ignore-unfixed': 'use "ignore-unfixed"',
  '--ignorefile': 'use "ignore-file"',
  '--output': 'use "output-file"',
  '--report': 'the report has to be SARIF',
  '--scanners': 'use "scanners"',
  '--security-checks': 'use "scanners"',
  '--template': 'the report has to be SARIF',
  '--version': 'use "trivy-version"',
}

/** Short forms that stand for themselves; any other could be several options in one. */
const SHORT: Readonly<Record<string, true>> = { '-c': true, '-d': true, '-q': true, '-s': true }

/** What is wrong with the input `trivy-args`, sentences; pure. */
export function argumentProblems(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const name = arg.replace(/=.*$/s, '')
    if (arg.includes('\0')) return 'an argument cannot hold a NUL character.'
    if (arg === '--') return '"--" ends the options, and "target" already names what to scan.'
    if (Object.hasOwn(OURS, name)) return `"${name}" is not for here: ${OURS[name]}.`
    if (/^-[^-]/.test(arg) && !Object.hasOwn(SHORT, arg))
      return `write the long form of "${name}", one that begins with "--".`
    if (index === 0 && !arg.startsWith('-')) return `"${arg}" is no option. "target" is what to scan.`
    return []
  })
}

/** What is wrong with inputs that Trivy has no option for, by input; pure. */
export function scanProblems(
  settings: Pick<ScanSettings, 'kind' | 'scanners' | 'ignoreUnfixed'>,
): { input: string; message: string }[] {
  if (settings.kind !== 'config') return []
  const message = 'with "scan: config" Trivy only looks for misconfigurations; leave it out.'
  return [
    ...(settings.scanners.length > 0 ? [{ input: 'scanners', message }] : []),
    ...(settings.ignoreUnfixed ? [{ input: 'ignore-unfixed', message }] : []),
  ]
}

/** Whether the scan looks vulnerabilities up. Those of `config` never do; the default of the others does. */
export function needsDatabase({ kind, scanners }: Pick<ScanSettings, 'kind' | 'scanners'>): boolean {
  return kind !== 'config' && (scanners.length === 0 || scanners.includes('vuln'))
}

/**
 * The arguments of Trivy, the target behind `--`, so that none can be an option; pure. `--exit-code 0` beats what
 * trivy.yaml and TRIVY_EXIT_CODE say: a code other than 0 then means that the scan failed.
 */
export function trivyArguments(
  settings: ScanSettings,
  files: { report: string; cache: string },
  more: readonly string[] = [],
): string[] {
  const { kind, target, scanners, ignoreUnfixed, ignoreFile, trivyArgs } = settings
  return [
    kind,
    ...['--format', 'sarif', '--output', files.report, '--exit-code', '0', '--cache-dir', files.cache],
    ...(scanners.length === 0 ? [] : ['--scanners', scanners.join(',')]),
    ...(ignoreUnfixed ? ['--ignore-unfixed'] : []),
    ...(ignoreFile === undefined ? [] : ['--ignorefile', ignoreFile]),
    ...more,
    ...trivyArgs,
    ...['--', target],
  ]
}
