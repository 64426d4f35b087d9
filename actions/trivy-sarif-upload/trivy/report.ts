import { oneLine } from '../../../shared/text/untrusted.ts'
import type { LogFacts } from './log.ts'
import type { Hidden, LookedAt } from './model.ts'

/** As much of Trivy's JSON report as is looked at. Every text in it is untrusted. */
export interface TrivyReport {
  SchemaVersion?: number
  Trivy?: { Version?: string }
  ArtifactName?: string
  ArtifactType?: string
  Metadata?: { OS?: { Family?: string; Name?: string; EOSL?: boolean } }
  Results?: TrivyResult[]
}

export interface TrivyResult {
  Target?: string
  Class?: string
  Type?: string
  Packages?: TrivyPackage[]
  Vulnerabilities?: unknown[]
  Misconfigurations?: unknown[]
  Secrets?: unknown[]
  Licenses?: unknown[]
  ExperimentalModifiedFindings?: ModifiedFinding[]
}

export interface TrivyPackage {
  ID?: string
  Name?: string
  Version?: string
  Identifier?: { PURL?: string }
  Relationship?: string
  Dev?: boolean
  DependsOn?: string[]
}

interface ModifiedFinding {
  Type?: string
  Status?: string
  Statement?: string
  Source?: string
  Finding?: Record<string, unknown>
}

const list = <T>(value: T[] | null | undefined): T[] => (Array.isArray(value) ? value : [])

/**
 * What was looked at, by scanner, from report and log together; pure. The report alone cannot tell a clean scan from one
 * that found nothing to look at.
 *
 * @param asked the scanners that were asked for; those that said that they are enabled when empty
 */
export function lookedAtOf(report: TrivyReport, log: LogFacts, asked: readonly string[]): LookedAt {
  const results = list(report.Results)
  const ofClass = (...classes: string[]): TrivyResult[] =>
    results.filter((result) => classes.includes(result.Class ?? ''))
  const packaged = ofClass('lang-pkgs', 'os-pkgs')
  const packages = packaged.reduce((sum, { Packages }) => sum + list(Packages).length, 0)
  const files = (some: readonly TrivyResult[]): number => new Set(some.map(({ Target }) => Target)).size
  const all: Record<string, { files: number; packages?: number }> = {
    vuln: { files: files(packaged), packages },
    misconfig: { files: Math.max(log.config.size, files(ofClass('config'))) },
    secret: { files: Math.max(log.secret, files(ofClass('secret'))) },
    license: { files: files([...packaged, ...ofClass('license', 'license-file')]), packages },
  }
  const wanted = asked.length > 0 ? asked : [...log.enabled]
  return Object.fromEntries(
    Object.entries(all).filter(([scanner, { files: seen }]) =>
      wanted.length > 0 ? wanted.includes(scanner) : seen > 0,
    ),
  )
}

/** Files and packages of all scanners together: 0 is nothing. */
export function amountOf(looked: LookedAt): number {
  return Object.values(looked).reduce((sum, { files, packages = 0 }) => sum + files + packages, 0)
}

/** What ignore files and VEX took out of the report, in order; pure. */
export function hiddenIn(report: TrivyReport): Hidden[] {
  return list(report.Results).flatMap(({ Target = '', ExperimentalModifiedFindings }) =>
    list(ExperimentalModifiedFindings).map(({ Status, Statement, Source, Finding = {}, Type }): Hidden => {
      const text = (key: string): string | undefined => {
        const value = Finding[key]
        return typeof value === 'string' && value !== '' ? oneLine(value, 300) : undefined
      }
      return {
        rule: text('VulnerabilityID') ?? text('AVDID') ?? text('ID') ?? text('RuleID') ?? text('Name') ?? '?',
        kind: oneLine(Type ?? '', 60),
        severity: (text('Severity') ?? 'UNKNOWN').toLowerCase(),
        package: text('PkgName'),
        path: oneLine(text('PkgPath') ?? Target, 300),
        status: oneLine(Status ?? '', 60),
        statement: Statement === undefined || Statement === '' ? undefined : oneLine(Statement, 300),
        source: oneLine(Source ?? '', 300),
        until: undefined,
      }
    }),
  )
}
