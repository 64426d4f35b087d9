import type { Package, ReportingDescriptor, Result, Run, Severity } from './model.ts'

/** What only Trivy's reports say, and those that this action made SARIF. */
export interface TrivyFacts {
  /** Trivy's own word, which beats `security-severity`. */
  severity?: Severity
  package?: Package
  /** Image, without tag and digest. */
  target?: string
  /** Of a misconfiguration: what is wrong just here, in one sentence. */
  detail?: string
}

/** Worst first, as Trivy writes them. */
const WORDS = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN']

/** Whether a run is Trivy's. */
export function isTrivy(run: Run): boolean {
  return /^trivy$/i.test(run.tool.driver.name)
}

/**
 * Reads the facts out of message, tags and properties of a result of Trivy; pure, linear. Of other tools it only tells
 * the package, where this action made the SARIF from their report.
 *
 * @see https://github.com/aquasecurity/trivy/blob/v0.72.0/pkg/report/sarif.go
 */
export function trivyFacts(run: Run, rule: ReportingDescriptor | undefined, result: Result): TrivyFacts {
  if (!isTrivy(run)) {
    const known = packageOf(result)
    return known === undefined ? {} : { package: known }
  }
  const lines = (result.message.text ?? '').split('\n')
  const found = packageIn(lines)
  const severity = found === undefined ? (tagged(rule) ?? written(lines)) : (written(lines) ?? tagged(rule))
  const target = imageOf(run)
  const detail = found === undefined ? labelled(lines, 'Message: ') : undefined
  return {
    ...(severity === undefined ? {} : { severity }),
    ...(found === undefined ? {} : { package: found }),
    ...(target === undefined ? {} : { target }),
    ...(detail === undefined ? {} : { detail }),
  }
}

/** The package of a result that this action made from a native report (see reports/builder.ts). */
export function packageOf({ properties }: Result): Package | undefined {
  const found = properties?.['package'] as Partial<Record<keyof Package, unknown>> | null | undefined
  if (typeof found !== 'object' || found === null || typeof found.name !== 'string') return undefined
  const { name, installed, fixed, remedy } = found
  return {
    name,
    ...(typeof installed === 'string' ? { installed } : {}),
    ...(typeof fixed === 'string' ? { fixed } : {}),
    ...(typeof remedy === 'string' ? { remedy } : {}),
  }
}

/** `registry.example/team/app` of `registry.example/team/app:1.2@sha256:…`. */
export function withoutTag(image: string): string {
  const name = image.replace(/@.*$/s, '')
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
}

/** Messages about a package begin with it; those about a file begin with `Artifact:`. */
function packageIn(lines: readonly string[]): Package | undefined {
  const name = after(lines[0], 'Package: ')
  if (name === undefined) return undefined
  const installed = labelled(lines, 'Installed Version: ')
  const fixed = labelled(lines, 'Fixed Version: ')
  return {
    name,
    ...(installed === undefined ? {} : { installed }),
    ...(fixed === undefined ? {} : { fixed }),
  }
}

function labelled(lines: readonly string[], label: string): string | undefined {
  return after(
    lines.find((line) => line.startsWith(label)),
    label,
  )
}

function after(line: string | undefined, label: string): string | undefined {
  return line?.startsWith(label) ? line.slice(label.length).trim() || undefined : undefined
}

/**
 * A CVE may be of another severity in another package, and only the message says so. Names of packages and files
 * stand in it, too, and may hold line feeds: the worst of several words counts, so that none of them can hide it.
 */
function written(lines: readonly string[]): Severity | undefined {
  return worst(lines.map((line) => after(line, 'Severity: ') ?? ''))
}

/** Of a check or a secret every finding has the severity of its rule. */
function tagged(rule: ReportingDescriptor | undefined): Severity | undefined {
  const tags: unknown = rule?.properties?.tags
  return Array.isArray(tags) ? worst(tags) : undefined
}

function worst(words: readonly unknown[]): Severity | undefined {
  return WORDS.find((word) => words.includes(word))?.toLowerCase() as Severity | undefined
}

function imageOf({ properties }: Run): string | undefined {
  const name = properties?.['imageName']
  return typeof name === 'string' && name !== '' ? withoutTag(name) : undefined
}
