import { ActionError } from '../../../../shared/action/errors.ts'
import { oneLine } from '../../../../shared/text/untrusted.ts'
import type { Level, Package, Run } from '../../sarif/model.ts'
import { beside, buildRun, type Entry, packageMessage } from './builder.ts'
import type { Node, Reader } from './reader.ts'

/** npm's words, the bands of code scanning for them, and a score for an advisory whose own is not in the band. */
const BANDS: Readonly<Record<string, { level: Level; from: number; to: number; score?: number }>> = {
  critical: { level: 'error', from: 9, to: 10, score: 9.5 },
  high: { level: 'error', from: 7, to: 8.9, score: 8 },
  moderate: { level: 'warning', from: 4, to: 6.9, score: 5.5 },
  low: { level: 'note', from: 0.1, to: 3.9, score: 2 },
  info: { level: 'note', from: 0, to: 0 },
}

/**
 * What `npm audit --json` writes (version 2 of the report, npm 7 and newer), and its older form, which `pnpm audit
 * --json` still has. It names no file: each finding stands in the package-lock.json beside the report.
 *
 * @see https://docs.npmjs.com/cli/commands/npm-audit
 * @throws ActionError when npm could not ask the registry: that is no clean report
 */
export function npmAuditRun(read: Reader, source: string): Run {
  const { root, child } = read
  const uri = beside(source, 'package-lock.json')
  const failure = failureOf(read)
  if (failure !== undefined) {
    throw new ActionError(
      'The audit itself failed',
      `${source}: npm audit found out nothing: ${failure}. Run it again where it reaches the registry.`,
    )
  }
  const entries = read.has(root, 'advisories')
    ? read.entries(child(root, 'advisories')).map(([, advisory]) => older(read, advisory, uri))
    : read.entries(child(root, 'vulnerabilities')).flatMap(([, vulnerable]) => newer(read, vulnerable, uri))
  return buildRun(
    { name: 'npm audit', informationUri: 'https://docs.npmjs.com/cli/commands/npm-audit' },
    entries,
    [],
  )
}

function failureOf(read: Reader): string | undefined {
  const { root, child } = read
  if (!read.has(root, 'error')) return undefined
  const error = child(root, 'error').value as { summary?: unknown; code?: unknown } | null
  const said = [error?.summary, child(root, 'message').value, error?.code].find(
    (text) => typeof text === 'string' && text !== '',
  )
  return oneLine(String(said ?? 'no reason given'), 300).replace(/\.$/, '')
}

/** One package, and an entry for each advisory about itself; a `via` that is a name is told where it belongs. */
function newer(read: Reader, vulnerable: Node, uri: string): Entry[] {
  const name = read.text(read.child(vulnerable, 'name'))
  const fix = read.child(vulnerable, 'fixAvailable')
  const fixed = fixOf(read, fix, name)
  const nodes = read.items(read.child(vulnerable, 'nodes')).map(read.text)
  return read
    .items(read.child(vulnerable, 'via'))
    .filter(({ value }) => typeof value !== 'string')
    .map((advisory) => {
      const field = (key: string): Node => read.child(advisory, key)
      const cvss = field('cvss').value as { score?: unknown } | null | undefined
      return entryOf(
        {
          id: idOf(read.optionalText(field('url')), read.number(field('source'))),
          title: read.text(field('title')),
          url: read.optionalText(field('url')),
          severity: read.text(field('severity')),
          score: typeof cvss?.score === 'number' ? cvss.score : undefined,
          vulnerable: read.optionalText(field('range')),
          paths: nodes,
        },
        {
          name,
          ...(fixed === undefined ? {} : { fixed }),
          ...(fix.value === true ? { remedy: 'npm audit fix' } : {}),
        },
        uri,
      )
    })
}

/** `false`, `true` (some version that npm found), or the package whose new version brings the fix. */
function fixOf(read: Reader, fix: Node, name: string): string | undefined {
  if (fix.value === undefined || fix.value === null || typeof fix.value === 'boolean') return undefined
  const [by, version] = [read.text(read.child(fix, 'name')), read.text(read.child(fix, 'version'))]
  return by === name ? version : `${by} ${version}`
}

function older(read: Reader, advisory: Node, uri: string): Entry {
  const field = (key: string): Node => read.child(advisory, key)
  const findings = read.items(field('findings'))
  const versions = findings.map((finding) => read.text(read.child(finding, 'version')))
  const paths = findings.flatMap((finding) => read.items(read.child(finding, 'paths')).map(read.text))
  const fixed = read.optionalText(field('patched_versions'))
  const cvss = field('cvss').value as { score?: unknown } | null | undefined
  return entryOf(
    {
      id: idOf(read.optionalText(field('url')), read.number(field('id'))),
      title: read.text(field('title')),
      url: read.optionalText(field('url')),
      severity: read.text(field('severity')),
      score: typeof cvss?.score === 'number' ? cvss.score : undefined,
      vulnerable: read.optionalText(field('vulnerable_versions')),
      paths,
    },
    {
      name: read.text(field('module_name')),
      ...(versions.length === 0 ? {} : { installed: [...new Set(versions)].join(', ') }),
      // npm writes `<0.0.0` where there is no fix.
      ...(fixed === undefined || fixed === '<0.0.0' ? {} : { fixed }),
    },
    uri,
  )
}

interface Advisory {
  id: string
  title: string
  url: string | undefined
  severity: string
  score: number | undefined
  vulnerable: string | undefined
  paths: readonly string[]
}

function entryOf(advisory: Advisory, found: Package, uri: string): Entry {
  const { id, title, url, severity, vulnerable, paths } = advisory
  const band = BANDS[severity]
  const inBand = (score: number): boolean => band !== undefined && score >= band.from && score <= band.to
  const score = advisory.score !== undefined && inBand(advisory.score) ? advisory.score : band?.score
  return {
    rule: { id, title, helpUri: url, score, tags: ['vulnerability'] },
    level: band?.level ?? 'warning',
    message: packageMessage(found, id, [
      `Severity: ${severity}`,
      ...(vulnerable === undefined ? [] : [`Vulnerable: ${vulnerable}`]),
      ...(paths.length === 0 ? [] : [`Found in: ${oneLine(paths.join(', '), 500)}`]),
      ...(url === undefined ? [] : [`Link: ${url}`]),
    ]),
    uri,
    package: found,
  }
}

function idOf(url: string | undefined, source: number): string {
  return /\bGHSA(?:-[0-9a-z]{4}){3}\b/.exec(url ?? '')?.[0] ?? `npm-${source}`
}
