import type { ReportFile } from '../../model.ts'
import type { Log, Run } from '../../sarif/model.ts'
import { banditRun } from './bandit.ts'
import { npmAuditRun } from './npm-audit.ts'
import { pipAuditRun } from './pip-audit.ts'
import { type Reader, reader } from './reader.ts'
import { safetyRun } from './safety.ts'

const TOOLS: Readonly<
  Record<ReportFile['tool'], { command: string; run: (read: Reader, source: string) => Run }>
> = {
  bandit: { command: 'bandit -f json', run: banditRun },
  safety: { command: 'safety check --json', run: safetyRun },
  'pip-audit': { command: 'pip-audit -f json', run: pipAuditRun },
  'npm-audit': { command: 'npm audit --json', run: npmAuditRun },
}

/**
 * SARIF of a native JSON report; pure. What the tool could not look at makes the run unfinished
 * (`executionSuccessful: false`).
 *
 * @param document the parsed report
 * @param source its path as the user gave it
 * @throws ActionError that names the JSON path, what was expected and what was seen
 */
export function convertReport(tool: ReportFile['tool'], document: unknown, source: string): Log {
  const { command, run } = TOOLS[tool]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run(reader(document, command, source), source)],
  }
}
