import type { Package, Run } from '../../sarif/model.ts'
import { beside, buildRun, type Entry, packageMessage } from './builder.ts'
import type { Node, Reader } from './reader.ts'

/**
 * What `safety check --json` writes (Safety 2 and 3), and what `safety scan --output json` writes (report schema 3.0).
 * A finding without a CVSS score has the level `warning`. What Safety was told to ignore is suppressed.
 *
 * @see https://docs.safetycli.com/safety-docs/output/json-output
 */
export function safetyRun(read: Reader, source: string): Run {
  const { root, child } = read
  const isScan = read.has(root, 'scan_results')
  const meta = isScan ? child(child(root, 'meta'), 'telemetry') : child(root, 'report_meta')
  const entries = isScan ? scanEntries(read) : checkEntries(read, source)
  const version = read.optionalText(child(meta, 'safety_version'))
  return buildRun({ name: 'Safety', version, informationUri: 'https://safetycli.com/' }, entries, [])
}

function checkEntries(read: Reader, source: string): Entry[] {
  const { root, child, items } = read
  const affected = child(root, 'affected_packages')
  const open = items(child(root, 'vulnerabilities'))
  const ignored = read.has(root, 'ignored_vulnerabilities')
    ? items(child(root, 'ignored_vulnerabilities'))
    : []
  return [...open, ...ignored].map((item, index) => {
    const field = (name: string): Node => child(item, name)
    const name = read.text(field('package_name'))
    const fixes = read.has(item, 'fixed_versions') ? items(field('fixed_versions')).map(read.text) : []
    const cve = field('CVE')
    return entryOf({
      // Safety 3 gives an object, Safety 2 a text.
      cve:
        typeof cve.value === 'object' && cve.value !== null
          ? read.optionalText(child(cve, 'name'))
          : read.optionalText(cve),
      id: read.text(field('vulnerability_id')),
      advisory: read.optionalText(field('advisory')),
      helpUri: read.optionalText(field('more_info_url')),
      score: scoreOf(field('severity').value),
      package: {
        name,
        installed: read.text(field('analyzed_version')),
        ...(fixes.length === 0 ? {} : { fixed: fixes.join(', ') }),
      },
      uri: fileOf(affected.value, name) ?? beside(source, 'requirements.txt'),
      ignored:
        index < open.length
          ? undefined
          : (read.optionalText(field('ignored_reason')) ?? 'Ignored by Safety.'),
    })
  })
}

/** Where Safety found the package, when that is a file and not an environment. */
function fileOf(affected: unknown, name: string): string | undefined {
  const found = (affected as Record<string, { found?: unknown }> | null | undefined)?.[name]?.found
  return typeof found === 'string' && /\.(txt|toml|lock|cfg|in|ya?ml)$/i.test(found) ? found : undefined
}

function scoreOf(severity: unknown): number | undefined {
  const { cvssv3, cvssv2 } = (severity ?? {}) as Record<string, { base_score?: unknown } | null | undefined>
  const score = Number(cvssv3?.base_score ?? cvssv2?.base_score ?? Number.NaN)
  return score > 0 && score <= 10 ? score : undefined
}

function scanEntries(read: Reader): Entry[] {
  const { root, child, items } = read
  const results = child(root, 'scan_results')
  const own = read.has(results, 'files') ? items(child(results, 'files')) : []
  const projects = read.has(results, 'projects') ? items(child(results, 'projects')) : []
  const files = [...own, ...projects.flatMap((project) => items(child(project, 'files')))]
  return files.flatMap((file) =>
    items(child(child(file, 'results'), 'dependencies')).flatMap((dependency) =>
      items(child(dependency, 'specifications')).flatMap((specification) =>
        specificationEntries(
          read,
          specification,
          read.text(child(dependency, 'name')),
          read.text(child(file, 'location')),
        ),
      ),
    ),
  )
}

function specificationEntries(read: Reader, specification: Node, name: string, uri: string): Entry[] {
  const { child } = read
  const vulnerabilities = child(specification, 'vulnerabilities')
  const remediation = child(vulnerabilities, 'remediation').value as
    | { recommended?: unknown }
    | null
    | undefined
  const fixed = typeof remediation?.recommended === 'string' ? remediation.recommended : ''
  const installed = /===?\s*([^\s;,#]+)/.exec(read.text(child(specification, 'raw')))?.[1]
  return read.items(child(vulnerabilities, 'known_vulnerabilities')).map((item) => {
    const ignored = child(item, 'ignored')
    const reason = (ignored.value as { reason?: unknown } | null | undefined)?.reason
    return entryOf({
      id: read.text(child(item, 'id')),
      package: {
        name,
        ...(installed === undefined ? {} : { installed }),
        ...(fixed === '' ? {} : { fixed }),
      },
      uri,
      ignored: ignored.value ? String(reason || 'Ignored by Safety.') : undefined,
    })
  })
}

interface Vulnerability {
  id: string
  cve?: string | undefined
  advisory?: string | undefined
  helpUri?: string | undefined
  score?: number | undefined
  package: Package
  uri: string
  ignored: string | undefined
}

function entryOf(found: Vulnerability): Entry {
  const {
    id,
    cve,
    advisory,
    helpUri = `https://data.safetycli.com/v/${encodeURIComponent(id)}/`,
    score,
  } = found
  const rule = `SAFETY-${id}`
  return {
    rule: {
      id: rule,
      title: advisory ?? `Vulnerability ${id} in ${found.package.name}`,
      description: advisory,
      helpUri,
      score,
      tags: ['vulnerability', ...(cve === undefined ? [] : [cve])],
    },
    level: score === undefined ? 'warning' : score >= 7 ? 'error' : score >= 4 ? 'warning' : 'note',
    message: packageMessage(found.package, rule, [
      ...(cve === undefined ? [] : [`Also known as: ${cve}`]),
      `Link: ${helpUri}`,
    ]),
    uri: found.uri,
    package: found.package,
    ignored: found.ignored,
  }
}
