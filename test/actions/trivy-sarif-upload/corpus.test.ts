import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import type { Ajv as AjvClass } from 'ajv'
import fc from 'fast-check'
import { documentsOf } from '../../../actions/trivy-sarif-upload/apply/documents.ts'
import { readInputs } from '../../../actions/trivy-sarif-upload/inputs.ts'
import type { Inputs, Observation, Target } from '../../../actions/trivy-sarif-upload/model.ts'
import { checkoutOf } from '../../../actions/trivy-sarif-upload/observe/checkout.ts'
import { prepare } from '../../../actions/trivy-sarif-upload/observe/prepare.ts'
import { readReports } from '../../../actions/trivy-sarif-upload/observe/reports/read.ts'
import { decide } from '../../../actions/trivy-sarif-upload/plan.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import '../../support/seed.ts'

const CORPUS = join(import.meta.dirname, 'corpus')
const FILES = readdirSync(CORPUS).filter((name) => name.endsWith('.sarif'))
const TOOLS = join(import.meta.dirname, 'tools')

const { Ajv } = createRequire(import.meta.url)('ajv') as { Ajv: typeof AjvClass }
const ajv = new Ajv({ strict: false, allErrors: false })
ajv.addFormat('uri', (text) => /^[a-z][a-z0-9+.-]*:/i.test(text) && !/[\s<>"{}|\\^`]/.test(text))
ajv.addFormat(
  'uri-reference',
  (text) => !/[\s<>"{}|\\^`]|%(?![0-9a-f]{2})/i.test(text) && !/[^\u0020-\u007e]/.test(text),
)
ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)))
const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'support', 'sarif', 'sarif-schema-2.1.0.json'), 'utf8'),
) as Record<string, unknown>
delete schema['$schema']
// The schema says it in the wrong place, where it means nothing.
delete (schema as { definitions?: { region?: { properties?: { anyOf?: unknown } } } }).definitions?.region
  ?.properties?.anyOf
const isValid = ajv.compile(schema)

const TARGET: Target = {
  ref: 'refs/heads/main',
  sha: '4f1e2d3c5b6a79880716253443526170f1e2d3c4',
  baseRef: 'refs/heads/main',
  pullRequest: undefined,
  onDefaultBranch: true,
  isPublic: false,
  readOnly: undefined,
}

interface Sent {
  documents: unknown[]
  /** Results that are sent. */
  sent: number
  /** Findings of the gate: each result that says that something is wrong. */
  total: number
  /** Everything that was told. */
  told: string
}

/** Takes one file through reading, preparing, deciding and packing. @throws what the step would end with */
async function through(path: string, workspace: string, more: Record<string, string> = {}): Promise<Sent> {
  const given = { 'sarif-file': path, category: 'app', token: 't', ...more }
  const inputs: Inputs = await readInputs(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  )
  const read = await readReports(inputs, { workspace, temp: '' })
  const prepared = prepare(read.logs, {
    category: 'app',
    checkout: checkoutOf(workspace, workspace, workspace),
  })
  const observation = {
    prepared: { ...prepared, notes: [...prepared.notes, ...read.notes] },
    missing: read.missing,
    scan: undefined,
    database: undefined,
    earlier: [],
    target: TARGET,
    repository: { name: 'octo/demo', serverUrl: 'https://github.com' },
    base: undefined,
    issues: undefined,
    today: '2026-12-01',
    troubles: read.troubles,
  } as unknown as Observation
  const plan = decide(inputs, observation)
  const { documents, trimmed } = await documentsOf(plan.send, inputs)
  const told = [
    ...plan.notices,
    ...trimmed.map(({ said }) => said),
    ...read.troubles.map(({ message }) => message),
  ]
  return {
    documents: documents.map(({ gzip }) => JSON.parse(gunzipSync(gzip).toString('utf8')) as unknown),
    sent: documents.reduce((sum, { results }) => sum + results, 0),
    total: plan.findings.length,
    told: told.join('\n'),
  }
}

/** Results of a file that say that something is wrong, counted by another way than the action's. */
function inFile(path: string): number | undefined {
  try {
    const { runs } = JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, '')) as {
      runs: { results?: unknown[] }[]
    }
    return runs
      .flatMap(({ results }) => results ?? [])
      .filter((result) => {
        const { kind, baselineState } = (result ?? {}) as { kind?: string; baselineState?: string }
        return !['pass', 'notApplicable', 'informational'].includes(kind ?? '') && baselineState !== 'absent'
      }).length
  } catch {
    return undefined
  }
}

describe('SARIF that nobody here wrote', () => {
  test.each([
    ...FILES.map((name) => join(CORPUS, name)),
    ...readdirSync(TOOLS)
      .filter((name) => name.endsWith('.sarif'))
      .map((name) => join(TOOLS, name)),
  ])('%s', async (path) => {
    const result = await through(path, join(path, '..'))
    for (const document of result.documents) {
      expect(isValid(document) ? [] : isValid.errors).toEqual([])
    }
    const there = inFile(path)
    if (result.documents.length === 0) {
      // Not a word of it can be used: that is said, with the reason.
      expect(result.told).not.toBe('')
      return
    }
    expect(result.total).toBe(there)
    const lost = (there ?? 0) - result.sent
    if (lost > 0) expect(result.told).toMatch(/cannot be read counts as critical/)
  })
})

describe('whatever is broken in a report', () => {
  const report = (): Record<string, unknown> =>
    JSON.parse(
      readFileSync(join(CORPUS, 'tutorial-CodeFlows.sarif'), 'utf8').replace(/^\ufeff/, ''),
    ) as Record<string, unknown>
  const rich = {
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'S',
            informationUri: 'https://s.example',
            rules: [
              {
                id: 'a',
                help: { text: 'h' },
                helpUri: 'https://a.example',
                defaultConfiguration: { level: 'note' },
                properties: { tags: ['x'], 'security-severity': '4.1' },
              },
            ],
          },
        },
        invocations: [{ executionSuccessful: true, endTimeUtc: '2026-01-01T00:00:00Z' }],
        versionControlProvenance: [{ repositoryUri: 'https://g.example' }],
        artifacts: [{ location: { uri: 'src/a.c' } }],
        results: [
          {
            ruleId: 'a',
            ruleIndex: 0,
            level: 'error',
            kind: 'fail',
            message: { text: 'm' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'src/a.c', index: 0 },
                  region: { startLine: 3, endColumn: 4 },
                },
              },
            ],
            fixes: [
              {
                artifactChanges: [
                  { artifactLocation: { uri: 'a' }, replacements: [{ deletedRegion: { startLine: 1 } }] },
                ],
              },
            ],
            stacks: [{ frames: [] }],
            suppressions: [{ kind: 'inSource' }],
            partialFingerprints: { a: 'b' },
            properties: { tags: ['y'] },
          },
          { ruleId: 'a', message: { text: 'the other one' } },
        ],
      },
    ],
  }

  /** Every place in a value. */
  function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
    const inside = typeof value === 'object' && value !== null ? Object.entries(value) : []
    return [
      ...(path.length === 0 ? [] : [path]),
      ...inside.flatMap(([key, each]) => places(each, [...path, Array.isArray(value) ? Number(key) : key])),
    ]
  }

  const folder = tempFolder('nexus-broken-')

  test.each([
    ['one with everything', rich],
    ['one with code flows', report()],
  ])(
    'what is sent is valid, and no result is lost in silence: %s',
    async (_, good) => {
      const all = places(good)
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...all),
          fc.constantFrom<unknown>(null, 3, 'x', [], {}, true, ['x'], { a: 1 }, -7),
          async (place, value) => {
            const broken = structuredClone(good) as unknown
            let at = broken as Record<string | number, unknown>
            for (const step of place.slice(0, -1)) at = at[step] as Record<string | number, unknown>
            at[place.at(-1) ?? ''] = value
            const path = join(folder, 'report.sarif')
            writeFileSync(path, JSON.stringify(broken))
            const had = inFile(path)
            const result = await through(path, folder)
            for (const document of result.documents)
              expect(isValid(document) ? [] : isValid.errors).toEqual([])
            if (result.documents.length === 0) expect(result.told).not.toBe('')
            else if (result.total !== had) expect(result.told).toMatch(/nothing is wrong|left out/)
          },
        ),
        { numRuns: 300 },
      )
    },
    120_000,
  )
})
