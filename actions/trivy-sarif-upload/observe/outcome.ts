import type { ProgramResult } from '../../../shared/action/program.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { ScanSettings } from '../trivy/model.ts'

/** How a run of Trivy ended; pure. A clean scan is `done` with a report, and nothing else is. */
export type Ending =
  | { kind: 'done' }
  | { kind: 'database'; limited: boolean; why: string }
  | { kind: 'failed'; title: string; message: string }

const MAX_WORDS = 1_000

/**
 * Tells apart what Trivy's exit code, its standard error and the report say; pure.
 *
 * @param reportBytes size of the report file; undefined when there is none
 */
export function endingOf(
  settings: { kind: ScanSettings['kind']; target: string },
  result: Pick<ProgramResult, 'code' | 'endedBy' | 'stderr'>,
  reportBytes: number | undefined,
): Ending {
  const { code, endedBy, stderr } = result
  const what = `trivy ${settings.kind} of "${oneLine(settings.target, 200)}"`
  if (code === 0 && reportBytes !== undefined && reportBytes > 0) {
    return { kind: 'done' }
  }
  if (code === 0) {
    const empty = reportBytes === 0 ? 'an empty report' : 'no report'
    return failed(
      'Trivy wrote no report',
      `${what} ended with exit code 0, but left ${empty}. That is no clean scan. ${lastWords(stderr)}`,
    )
  }
  const why = reasonOf(stderr)
  if (code === null) {
    return failed(
      'Trivy was killed',
      `${what} was ended by ${endedBy ?? 'a signal'}. Did the runner run out of memory? ${lastWords(stderr)}`,
    )
  }
  if (/--skip-(?:java-)?db-update cannot be specified on the first run/.test(why)) {
    return failed(
      'No vulnerability database',
      `${what}: there is no database, and \`--skip-db-update\` forbids to download one. Take it out of "trivy-args", or put a database into the folder of TRIVY_CACHE_DIR before this step.`,
    )
  }
  const limited = isLimited(stderr)
  if (/\bDB error\b|\bJava DB\b|trivy-(?:java-)?db\b/.test(why)) return { kind: 'database', limited, why }
  return failed(
    'Trivy failed',
    `${what} ended with exit code ${code}: ${why || 'it said nothing'}.${remedyFor(why, limited, settings.kind)}`,
  )
}

/** A registry that limits how often it is asked: Docker Hub, GitHub and Google say it in these words. */
function isLimited(stderr: string): boolean {
  return /TOOMANYREQUESTS|toomanyrequests|429 Too Many Requests|status code 429|pull rate limit/.test(stderr)
}

function remedyFor(why: string, limited: boolean, kind: ScanSettings['kind']): string {
  if (limited) {
    return ' The registry limits how often it is asked: log in before this step (docker/login-action), or use a mirror.'
  }
  if (
    /UNAUTHORIZED|DENIED|authentication required|\b401\b|403 Forbidden|Not Authorized|no basic auth|unauthenticated/i.test(
      why,
    )
  ) {
    return ` ${loginFor(why)} Or set TRIVY_USERNAME and TRIVY_PASSWORD for this step.`
  }
  if (/unable to find the specified image|MANIFEST_UNKNOWN/.test(why)) {
    return ' Is the image built, loaded into Docker (load: true), or pushed, before this step?'
  }
  if (/unknown (?:shorthand )?flag/.test(why)) return ' Look at "trivy-args".'
  if (/no such file or directory/.test(why) && kind !== 'image') {
    return ' Is there a checkout before this step, and is "target" right?'
  }
  if (/deadline exceeded/.test(why)) return ' Give it more time with "scan-timeout".'
  return ''
}

/** How to log in, by the registry that an error names. */
function loginFor(why: string): string {
  if (/\.dkr\.ecr[.-]/.test(why) || /public\.ecr\.aws/.test(why))
    return 'Log in to ECR before this step: aws-actions/configure-aws-credentials, then aws-actions/amazon-ecr-login.'
  if (/\bghcr\.io\b/.test(why))
    return 'Log in to ghcr.io before this step: docker/login-action with `registry: ghcr.io`, and give the job `permissions: { packages: read }`.'
  if (/\.azurecr\.io\b|aka\.ms\/acr/.test(why))
    return 'Log in to ACR before this step: azure/login, then `az acr login --name <registry>`.'
  if (/\bgcr\.io\b|\.pkg\.dev\b/.test(why))
    return 'Log in before this step: google-github-actions/auth, then docker/login-action.'
  return 'Log in to the registry before this step (docker/login-action).'
}

function failed(title: string, message: string): Ending {
  return { kind: 'failed', title, message }
}

/** What Trivy gave up with, on one line: with `--debug` each step of it has a line, and its place in the sources below. */
function reasonOf(stderr: string): string {
  const fatal = stderr.lastIndexOf('\tFATAL\t')
  if (fatal < 0) return tail(stderr)
  const text = stderr.slice(fatal + '\tFATAL\t'.length).replace(/^Fatal error(?:\t|\n(?= {2}- ))/, '')
  const steps = text.includes('\n  - ') || text.startsWith('  - ')
  const plain = steps
    ? text
        .split('\n')
        .filter((line) => !/^ {4}\S*github\.com\/|^ {4}\S+\.\S+$|^ {8}\S*\.go:\d+$/.test(line))
        .map((line) => line.replace(/^ {2}- /, ''))
        .join(' ')
    : text
  return oneLine(plain.replace(/^run error: /, ''), MAX_WORDS).replace(/[.:]$/, '')
}

function lastWords(stderr: string): string {
  const words = tail(stderr)
  return words === '' ? 'It said nothing.' : `The last that it said: ${words}`
}

function tail(stderr: string): string {
  return oneLine(stderr.trimEnd().split('\n').slice(-3).join(' '), MAX_WORDS)
}
