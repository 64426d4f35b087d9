/** As much of a SARIF log as the stage looks at. */
export interface StageLog {
  version?: string
  runs?: StageRun[]
}

export interface StageRun {
  tool?: { driver?: { name?: string; rules?: StageRule[] }; extensions?: unknown[] }
  automationDetails?: { id?: string }
  results?: StageResult[]
}

interface StageRule {
  id?: string
  properties?: { tags?: unknown[] }
}

export interface StageResult {
  ruleId?: string
  message?: { text?: string }
  locations?: {
    physicalLocation?: { artifactLocation?: { uri?: string }; region?: { startLine?: number } }
  }[]
  partialFingerprints?: Record<string, string>
  codeFlows?: { threadFlows?: { locations?: unknown[] }[] }[]
}

/**
 * What GitHub has against a log when it processes it.
 *
 * @see https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
 */
export function rejections({ version, runs = [] }: StageLog, defaultSetup: boolean): string[] {
  const found = new Set<string>()
  const atMost = (what: string, had: number, limit: number): void => {
    if (had > limit) found.add(`rejecting SARIF, as there are more ${what} than allowed (${had} > ${limit})`)
  }
  if (version !== '2.1.0') found.add(`rejecting SARIF, as its version is ${version}: only 2.1.0 is supported`)
  atMost('runs', runs.length, 20)
  const categories = new Set<string>()
  for (const { tool, automationDetails, results = [] } of runs) {
    const rules = tool?.driver?.rules ?? []
    atMost('results per run', results.length, 25_000)
    atMost('rules per run', rules.length, 25_000)
    atMost('extensions per run', tool?.extensions?.length ?? 0, 100)
    for (const { properties } of rules) atMost('tags per rule', properties?.tags?.length ?? 0, 20)
    for (const result of results) checkResult(result, found, atMost)
    const name = tool?.driver?.name ?? ''
    const key = `${name}\n${categoryOf(automationDetails?.id)}`
    if (categories.has(key)) found.add('A delivery cannot contain multiple runs with the same category')
    categories.add(key)
    if (defaultSetup && name === 'CodeQL') {
      found.add(
        'CodeQL analyses from advanced configurations cannot be processed when the default setup is enabled',
      )
    }
  }
  return [...found]
}

function checkResult(
  { message, locations = [], codeFlows = [] }: StageResult,
  found: Set<string>,
  atMost: (what: string, had: number, limit: number) => void,
): void {
  atMost('locations per result', locations.length, 1_000)
  const steps = codeFlows.flatMap(({ threadFlows = [] }) => threadFlows)
  atMost(
    'thread flow locations per result',
    steps.reduce((sum, flow) => sum + (flow.locations?.length ?? 0), 0),
    10_000,
  )
  if (message?.text === undefined) found.add('rejecting SARIF, as a result has no message')
  const uri = locations[0]?.physicalLocation?.artifactLocation?.uri
  if (locations.length === 0) found.add('locationFromSarifResult: expected at least one location')
  else if (uri === undefined) found.add('locationFromSarifResult: expected artifact location')
  else if (/^[a-z]:\\|^file:\/{4}|%(?![0-9a-f]{2})/i.test(uri))
    found.add(`an invalid URI was provided as a SARIF location: ${uri}`)
}

/** `automationDetails.id` without what follows its last slash; none, where there is no slash. */
export function categoryOf(id = ''): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('/')))
}
