import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import type { Applied, Observation, Plan, Target } from '../../../actions/trivy-sarif-upload/model.ts'
import { worstFirst } from '../../../actions/trivy-sarif-upload/plan/worst.ts'
import { uploadFacts } from '../../../actions/trivy-sarif-upload/report/facts.ts'
import { planLines } from '../../../actions/trivy-sarif-upload/report/plan-lines.ts'
import { summaryBlocks } from '../../../actions/trivy-sarif-upload/report/summary.ts'
import type { Finding } from '../../../actions/trivy-sarif-upload/sarif/model.ts'

const INPUTS = { dryRun: false, onlyNew: false }

function finding(more: Partial<Finding> = {}): Finding {
  return {
    ...{
      run: 0,
      result: 0,
      tool: 'Trivy',
      category: 'ci/scan',
      rule: 'CVE-1',
      title: 'a title',
      message: 'm',
    },
    ...{ severity: 'high', fingerprints: {}, state: 'open' },
    ...more,
  }
}

const TARGET: Target = {
  ref: 'refs/heads/main',
  sha: '4f1e2d3c',
  baseRef: 'refs/heads/main',
  pullRequest: undefined,
  onDefaultBranch: true,
  isPublic: false,
  readOnly: undefined,
}

function plan(findings: readonly Finding[], more: Partial<Plan> = {}): Plan {
  const counted = findings.filter(({ state }) => state === 'open' || state === 'expired')
  const of = (severity: string): number => counted.filter((each) => each.severity === severity).length
  return {
    findings,
    counts: {
      ...{
        critical: of('critical'),
        high: of('high'),
        medium: of('medium'),
        low: of('low'),
        unknown: of('unknown'),
      },
      ...{ total: counted.length, new: counted.length, suppressed: findings.length - counted.length },
    },
    gate: { verdict: 'off', reasons: [], offending: [] },
    ...{
      send: [],
      target: TARGET,
      database: undefined,
      upload: { go: true },
      issues: undefined,
      comment: undefined,
      orphans: undefined,
      keptBaseline: undefined,
      hidden: [],
      updates: [],
      sboms: [],
      fixed: undefined,
      troubles: [],
      notices: [],
    },
    ...more,
  }
}

const OBSERVATION: Observation = {
  category: 'ci/scan',
  standing: undefined,
  now: 0,
  prepared: {
    runs: [],
    analyses: [
      {
        run: 0,
        tool: 'Trivy',
        category: 'ci/scan',
        source: 'scan',
        complete: true,
        target: 'team/api:1.4.2',
      },
    ],
    findings: [],
    notes: [],
  },
  missing: [],
  database: undefined,
  earlier: [],
  scan: { kind: 'image', targets: [], version: '0.72.0', from: 'path', notices: [] },
  target: TARGET,
  repository: { name: 'team/api', serverUrl: 'https://github.com' },
  ...{
    base: undefined,
    baseline: undefined,
    baselineCache: undefined,
    issues: undefined,
    today: '2026-11-21',
    troubles: [],
  },
}

const APPLIED: Applied = {
  trimmed: [],
  ...{
    uploads: [],
    dismissed: [],
    reopened: [],
    issues: [],
    orphansDeleted: [],
    commentUrl: undefined,
    analysisUrl: undefined,
    files: [],
  },
  ...{ troubles: [], warnings: [] },
}

const upload = (status: 'complete' | 'failed' | 'pending', sarifId: string | undefined = 'id') => ({
  ...{ sarifId, url: undefined, status },
  document: { analyses: [], results: 1 },
})

const markdown = (
  decided: Plan,
  {
    inputs = INPUTS,
    observation = OBSERVATION,
    applied = APPLIED,
  }: { inputs?: typeof INPUTS; observation?: Observation; applied?: Applied } = {},
): string => summaryBlocks(inputs, observation, decided, applied).join('\n\n')

describe('the headline is the verdict', () => {
  const failedGate = {
    verdict: 'failed',
    reasons: ['1 finding of severity high or worse (fail-on: high).'],
    offending: [0],
  } as const
  const trouble = { title: 'Not permitted to upload', message: 'Give the job permissions.' }

  test.each<[string, Plan, Applied, boolean]>([
    ['### ✅ No findings', plan([]), APPLIED, false],
    [
      '### 🔍 1 critical, 2 low',
      plan([finding({ severity: 'critical' }), finding({ severity: 'low' }), finding({ severity: 'low' })]),
      APPLIED,
      false,
    ],
    [
      '### ✅ Gate passed: 1 high',
      plan([finding()], { gate: { verdict: 'passed', reasons: [], offending: [] } }),
      APPLIED,
      false,
    ],
    ['### ❌ Gate failed: 1 high', plan([finding()], { gate: failedGate }), APPLIED, false],
    // Both are told: the gate in the headline, the trouble below.
    [
      '### ❌ Gate failed: 1 high',
      plan([finding()], { gate: failedGate }),
      { ...APPLIED, troubles: [trouble] },
      false,
    ],
    ['### ❌ Not everything went well: no findings', plan([]), { ...APPLIED, troubles: [trouble] }, false],
    [
      '### ❌ Gate passed, but not everything went well: no findings',
      plan([], { gate: { verdict: 'passed', reasons: [], offending: [] } }),
      { ...APPLIED, troubles: [trouble] },
      false,
    ],
    ['### 🔍 Dry run · ❌ Gate failed: 1 high', plan([finding()], { gate: failedGate }), APPLIED, true],
  ])('%s', (headline, decided, applied, dryRun) => {
    const text = markdown(decided, { inputs: { ...INPUTS, dryRun }, applied })
    expect(text.split('\n')[0]).toBe(headline)
    for (const { title, message } of applied.troubles) expect(text).toContain(`> **${title}**: ${message}`)
    for (const reason of decided.gate.reasons) expect(text.replaceAll('\\', '')).toContain(`- ${reason}`)
  })
})

describe('what a person can act on', () => {
  test('the worst findings, with package, versions, place and a link to the rule', () => {
    const text = markdown(
      plan([
        finding({ severity: 'low', rule: 'DS-0026', path: 'docker/Dockerfile', line: 1 }),
        finding({
          ...{
            severity: 'critical',
            rule: 'CVE-2023-45853',
            helpUri: 'https://avd.aquasec.com/nvd/cve-2023-45853',
          },
          ...{ target: 'team/api', path: 'team/api', title: 'zlib: integer overflow' },
          package: { name: 'zlib1g', installed: '1:1.2.13', fixed: '1:1.3' },
        }),
      ]),
    )
    const rows = text.split('\n').filter((line) => /CVE-2023|DS-0026/.test(line))
    expect(rows).toEqual([
      '| 🟥 Critical | [`CVE-2023-45853`](<https://avd.aquasec.com/nvd/cve-2023-45853>) | `zlib1g` | `1:1.2.13` | `1:1.3` | `team/api` | zlib: integer overflow |',
      '| 🟦 Low | `DS-0026` |  |  |  | `docker/Dockerfile:1` | a title |',
    ])
  })

  test('what fails the gate and what is new comes first among equals; what does not count is not there', () => {
    const findings = [
      finding({ rule: 'known', isNew: false }),
      finding({ rule: 'accepted', state: 'accepted', severity: 'critical' }),
      finding({ rule: 'new', isNew: true }),
      finding({ rule: 'offending', isNew: false }),
      finding({ rule: 'expired', state: 'expired', severity: 'critical' }),
    ]
    const order = worstFirst({ findings, gate: { verdict: 'failed', reasons: [], offending: [3] } })
    expect(order.map(({ rule }) => rule)).toEqual(['expired', 'offending', 'new', 'known'])
  })

  test('accepted findings with reason and day, and those whose day has passed', () => {
    const text = markdown(
      plan([
        finding({
          rule: 'A',
          state: 'accepted',
          acceptedReason: 'not reachable',
          acceptedUntil: '2027-01-31',
        }),
        finding({
          rule: 'B',
          state: 'expired',
          acceptedReason: 'until the update',
          acceptedUntil: '2026-11-20',
        }),
        finding({ rule: 'C', state: 'suppressed' }),
      ]),
    )
    expect(text).toContain('**No longer accepted:** the day until which it was has passed.')
    expect(text).toContain('| High | `B` |  | 2026-11-20 | until the update |')
    expect(text).toContain('<summary>1 accepted finding</summary>')
    expect(text).toContain('| High | `A` |  | 2027-01-31 | not reachable |')
    expect(text).toContain('<summary>1 finding suppressed in the report</summary>')
  })

  test('what was cut, what is missing, and what was looked at', () => {
    const trimmed = [
      {
        what: 'results',
        had: 26_000,
        limit: 25_000,
        kept: 25_000,
        said: '1,000 results were left out: GitHub takes 25,000.',
      },
    ] as const
    const observation = { ...OBSERVATION, missing: ['semgrep.sarif'] }
    const text = markdown(plan([], { notices: ['The database is 3 h old.'] }), {
      observation,
      applied: { ...APPLIED, trimmed },
    })
    expect(text).toContain('- 1,000 results were left out: GitHub takes 25,000.')
    expect(text).toContain('- The database is 3 h old.')
    expect(text).toContain('| Trivy | `ci/scan` | image `team/api:1.4.2`, Trivy 0.72.0 | 0 |  |')
    expect(text).toContain('|  |  | `semgrep.sarif` |  | ⚠️ missing |')
  })

  test('the number of rows has an end, which is told', () => {
    const text = markdown(plan(Array.from({ length: 5_000 }, () => finding())))
    expect(text.match(/🟧 High/g)).toHaveLength(50)
    expect(text).toContain('… and 4,950 more, see the alerts or `result-file`.')
    expect(planLines(plan(Array.from({ length: 30 }, () => finding())), INPUTS)).toContain('  … and 10 more')
  })
})

test.each<[string, Pick<Plan, 'upload'>, Applied | undefined, object]>([
  [
    'taken and processed',
    { upload: { go: true } },
    { ...APPLIED, uploads: [upload('complete')] },
    { uploaded: true, status: 'complete', skippedReason: '' },
  ],
  [
    'still pending',
    { upload: { go: true } },
    { ...APPLIED, uploads: [upload('complete'), upload('pending')] },
    { uploaded: true, status: 'pending' },
  ],
  [
    'one of two refused',
    { upload: { go: true } },
    { ...APPLIED, uploads: [upload('complete'), { ...upload('failed'), sarifId: undefined }] },
    { uploaded: false, status: 'failed' },
  ],
  [
    'never tried',
    { upload: { go: true } },
    APPLIED,
    { uploaded: false, status: 'skipped', skippedReason: '' },
  ],
  [
    'not to be',
    { upload: { go: false, reason: 'never', said: 's' } },
    APPLIED,
    { uploaded: false, status: 'skipped', skippedReason: 'never' },
  ],
  [
    'a token that turned out to be read-only',
    { upload: { go: true } },
    { ...APPLIED, skipped: { go: false, reason: 'fork', said: 's' } },
    { uploaded: false, status: 'skipped', skippedReason: 'fork' },
  ],
])('an upload that was %s', (_, decided, applied, facts) => {
  expect(uploadFacts(decided, applied)).toMatchObject(facts)
})

test('no text of a report becomes markup, a mention, a link or another row', () => {
  const pieces = fc.constantFrom(
    ...[
      '<script>',
      '</details>',
      '<img src=x onerror=y>',
      '|',
      '\n',
      '`',
      '``',
      '](',
      ')',
      '[a](https://evil.example)',
    ],
    ...[
      '@everyone',
      '#1',
      'javascript:alert(1)',
      '"',
      '>',
      '\\',
      '##[error]',
      '::error::',
      '\u202e',
      '***',
      'a',
      ' ',
    ],
  )
  const text = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      const hostile = finding({
        ...{
          rule: a,
          title: b,
          message: c,
          path: d,
          helpUri: `https://rules.example/${a}`,
          acceptedReason: b,
        },
        package: { name: c, installed: d, fixed: a },
      })
      const decided = plan([hostile, { ...hostile, state: 'accepted' }], { notices: [a, b] })
      const html = micromark(markdown(decided), {
        extensions: [gfm()],
        htmlExtensions: [gfmHtml()],
        allowDangerousHtml: true,
      })
      expect(html).not.toMatch(/<script|<img|<[^>]*\son\w+=|href="(?!https:\/\/rules\.example\/)/i)
      expect(html.match(/<tr>/g)).toHaveLength(2 + 2 + 2 + 2)
      expect(html.replace(/<code>.*?<\/code>|<[^>]*>/gs, '')).not.toMatch(/@everyone/)
    }),
  )
})
