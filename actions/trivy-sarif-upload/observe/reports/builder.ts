import { createHash } from 'node:crypto'
import { cut, oneLine } from '../../../../shared/text/untrusted.ts'
import type { Level, Package, ReportingDescriptor, Result, Run } from '../../sarif/model.ts'

/** One finding of a native report. */
export interface Entry {
  rule: {
    id: string
    /** One line. */
    title: string
    description?: string | undefined
    helpUri?: string | undefined
    /** A CVSS score from 0.1 to 10; the level counts where it is absent. */
    score?: number | undefined
    tags?: readonly string[]
  }
  level: Level
  message: string
  /** As the tool wrote it. */
  uri: string
  region?: { startLine: number; startColumn?: number; endLine?: number } | undefined
  package?: Package | undefined
  /** Why the tool itself was told to ignore it. */
  ignored?: string | undefined
}

export interface ReportTool {
  name: string
  version?: string | undefined
  informationUri: string
}

/** Of which a run counts as unfinished: what the tool could not look at, in sentences. */
export type Gaps = readonly string[]

const MAX_TITLE = 200
const MAX_TEXT = 4_000

/**
 * A SARIF run of the findings of a native report; pure.
 *
 * @param skipped what the tool leaves out by its nature; it is told, and the run is whole
 */
export function buildRun(
  tool: ReportTool,
  entries: readonly Entry[],
  gaps: Gaps,
  skipped: readonly string[] = [],
): Run {
  const notification = (level: Level, text: string) => ({ level, message: { text: cut(text, MAX_TEXT) } })
  const rules: ReportingDescriptor[] = []
  const indexes = new Map<string, number>()
  const results = entries.map((entry) => {
    let index = indexes.get(entry.rule.id)
    if (index === undefined) {
      index = rules.push(ruleOf(entry.rule)) - 1
      indexes.set(entry.rule.id, index)
    }
    return resultOf(entry, index)
  })
  return {
    tool: {
      driver: {
        name: tool.name,
        informationUri: tool.informationUri,
        ...(tool.version === undefined ? {} : { version: tool.version }),
        rules,
      },
    },
    invocations: [
      {
        executionSuccessful: gaps.length === 0,
        ...(gaps.length + skipped.length === 0
          ? {}
          : {
              toolExecutionNotifications: [
                ...gaps.map((text) => notification('error', text)),
                ...skipped.map((text) => notification('warning', text)),
              ],
            }),
      },
    ],
    results,
  }
}

function ruleOf({ id, title, description, helpUri, score, tags = [] }: Entry['rule']): ReportingDescriptor {
  const line = oneLine(title, MAX_TITLE)
  const text = cut(description ?? title, MAX_TEXT)
  return {
    id,
    shortDescription: { text: line },
    fullDescription: { text },
    help: { text: helpUri === undefined ? text : `${text}\n\n${helpUri}` },
    ...(helpUri === undefined ? {} : { helpUri }),
    properties: {
      tags: ['security', ...tags],
      ...(score === undefined ? {} : { 'security-severity': score.toFixed(1) }),
    },
  }
}

function resultOf(entry: Entry, ruleIndex: number): Result {
  const { rule, level, message, uri, region, ignored } = entry
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: cut(message, MAX_TEXT) },
    locations: [
      { physicalLocation: { artifactLocation: { uri }, region: { ...(region ?? { startLine: 1 }) } } },
    ],
    ...(entry.package === undefined ? {} : packageFacts(rule.id, uri, entry.package)),
    ...(ignored === undefined ? {} : { suppressions: [{ kind: 'external', justification: ignored }] }),
  }
}

/**
 * The package for {@link packageOf} in sarif/trivy.ts, and a fingerprint of its own: what stands in line 1 of a lock
 * file says nothing about the finding, and would open the alert anew whenever that line changes.
 */
function packageFacts(rule: string, uri: string, found: Package): Partial<Result> {
  const hash = createHash('sha256')
    .update(JSON.stringify([rule, found.name, uri]))
    .digest('hex')
  return {
    partialFingerprints: { primaryLocationLineHash: `${hash.slice(0, 16)}:1` },
    properties: { package: { ...found } },
  }
}

/** The file of that name beside the report: what tools of packages look at, but do not name. */
export function beside(source: string, name: string): string {
  const folder = source.replaceAll('\\', '/').replace(/[^/]*$/, '')
  return `${folder}${name}`
}

/** `Package: …` and so on, each on its line, those that are known; as Trivy writes its messages. */
export function packageMessage(found: Package, rule: string, more: readonly (string | undefined)[]): string {
  return [
    `Package: ${oneLine(found.name, MAX_TITLE)}`,
    ...(found.installed === undefined ? [] : [`Installed Version: ${oneLine(found.installed, MAX_TITLE)}`]),
    `Vulnerability ${oneLine(rule, MAX_TITLE)}`,
    ...(found.fixed === undefined ? [] : [`Fixed Version: ${oneLine(found.fixed, MAX_TITLE)}`]),
    ...(found.remedy === undefined ? [] : [`Fix: ${oneLine(found.remedy, MAX_TITLE)}`]),
    ...more.filter((line) => line !== undefined),
  ].join('\n')
}
