import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ReportFile } from '../../../actions/trivy-sarif-upload/model.ts'
import { convertReport } from '../../../actions/trivy-sarif-upload/observe/reports/convert.ts'
import { trivyFacts } from '../../../actions/trivy-sarif-upload/sarif/trivy.ts'
import { ActionError } from '../../../shared/action/errors.ts'
import { expectConclusion } from '../../support/runner.ts'
import { sent } from './files.ts'

/** Written by the tools themselves: see reports/make.ts. */
const real = (tool: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'reports', `${tool}.json`), 'utf8'))

/** What a person would want to know of each result, on one line. */
function told(tool: ReportFile['tool'], document: unknown, source = `${tool}.json`): string[] {
  const [run] = convertReport(tool, document, source).runs
  if (run === undefined) throw new Error('no run')
  return (run.results ?? []).map((result) => {
    const rule = run.tool.driver.rules?.[result.ruleIndex ?? -1]
    expect(rule?.id).toBe(result.ruleId)
    const { package: found } = trivyFacts(run, rule, result)
    const place = result.locations?.[0]?.physicalLocation
    return [
      result.ruleId,
      result.level,
      rule?.properties?.['security-severity'] ?? '-',
      `${place?.artifactLocation?.uri}:${place?.region?.startLine}`,
      found === undefined ? '-' : `${found.name} ${found.installed ?? '?'} -> ${found.fixed ?? '?'}`,
    ].join(' | ')
  })
}

describe('reports that the tools wrote', () => {
  test('Bandit', () => {
    expect(told('bandit', real('bandit'))).toEqual([
      'B403 | note | - | app/handler.py:1 | -',
      'B404 | note | - | app/handler.py:2 | -',
      'B301 | warning | - | app/handler.py:9 | -',
      'B602 | error | - | app/handler.py:13 | -',
      'B101 | note | - | app/handler.py:17 | -',
      'B506 | warning | - | app/handler.py:18 | -',
      'B105 | note | - | app/handler.py:21 | -',
    ])
    const [run] = convertReport('bandit', real('bandit'), 'bandit.json').runs
    expect(run?.results?.[3]).toEqual({
      ruleId: 'B602',
      ruleIndex: 3,
      level: 'error',
      message: {
        text: 'subprocess call with shell=True identified, security issue.\nConfidence: high',
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'app/handler.py' },
            region: { startLine: 13, startColumn: 12 },
          },
        },
      ],
    })
    expect(run?.tool.driver.rules?.[3]).toMatchObject({
      shortDescription: { text: 'B602: subprocess popen with shell equals true' },
      helpUri: expect.stringContaining('https://bandit.readthedocs.io/'),
      properties: { tags: ['security', 'external/cwe/cwe-78'] },
    })
    expect(run?.invocations).toEqual([{ executionSuccessful: true }])
  })

  test('Safety', () => {
    expect(told('safety', real('safety'))).toEqual([
      'SAFETY-37076 | warning | - | requirements.txt:1 | jinja2 2.10 -> 2.10.1',
      'SAFETY-36546 | error | 9.8 | requirements.txt:1 | requests 2.19.0 -> 2.20.0',
    ])
  })

  test('pip-audit', () => {
    expect(told('pip-audit', real('pip-audit'), 'reports/pip.json')).toEqual([
      'PYSEC-2019-217 | warning | - | reports/requirements.txt:1 | jinja2 2.10 -> 2.10.1',
      'PYSEC-2019-132 | warning | - | reports/requirements.txt:1 | urllib3 1.24.1 -> 1.24.3',
    ])
    const [run] = convertReport('pip-audit', real('pip-audit'), 'pip.json').runs
    expect(run?.results?.[0]?.message.text).toBe(
      [
        'Package: jinja2',
        'Installed Version: 2.10',
        'Vulnerability PYSEC-2019-217',
        'Fixed Version: 2.10.1',
        'Also known as: CVE-2019-10906, GHSA-462w-v97r-4m45',
        'Link: https://osv.dev/vulnerability/PYSEC-2019-217',
      ].join('\n'),
    )
  })

  test('npm audit', () => {
    expect(told('npm-audit', real('npm-audit'), 'web\\npm-audit.json')).toEqual([
      'GHSA-29mw-wpgm-hmr9 | warning | 5.3 | web/package-lock.json:1 | lodash ? -> 4.17.21',
      'GHSA-35jh-r3h4-6jhm | error | 7.2 | web/package-lock.json:1 | lodash ? -> 4.17.21',
      'GHSA-xvch-5gv4-984h | error | 9.8 | web/package-lock.json:1 | minimist ? -> mkdirp 0.5.6',
    ])
  })
})

describe('other forms of the same reports', () => {
  test('the older npm audit, which pnpm still writes', () => {
    const advisory = {
      id: 1,
      module_name: 'minimist',
      title: 'Prototype Pollution',
      severity: 'low',
      url: 'https://npmjs.com/advisories/1',
      vulnerable_versions: '<0.2.1',
      patched_versions: '<0.0.0',
      // Of another band than the word: the word counts.
      cvss: { score: 9.8 },
      findings: [
        { version: '0.0.8', paths: ['mkdirp>minimist'] },
        { version: '0.0.8', paths: ['tape>minimist'] },
      ],
    }
    expect(told('npm-audit', { advisories: { 1: advisory } })).toEqual([
      'npm-1 | note | 2.0 | package-lock.json:1 | minimist 0.0.8 -> ?',
    ])
  })

  test('safety scan, with a vulnerability that is ignored', () => {
    const known_vulnerabilities = [
      { id: '1', vulnerable_spec: '<2' },
      { id: '2', vulnerable_spec: '<2', ignored: { code: 'manual', reason: 'not reachable', expires: null } },
    ]
    const dependency = {
      name: 'jinja2',
      specifications: [
        {
          raw: 'jinja2==2.10 # pinned',
          vulnerabilities: { known_vulnerabilities, remediation: { recommended: '3.1.6' } },
        },
      ],
    }
    const file = {
      location: '/work/app/requirements.txt',
      type: 'requirements.txt',
      results: { dependencies: [dependency] },
    }
    const document = {
      meta: { telemetry: { safety_version: '3.2.0' } },
      scan_results: { projects: [{ files: [file] }] },
    }
    expect(told('safety', document)).toEqual([
      'SAFETY-1 | warning | - | /work/app/requirements.txt:1 | jinja2 2.10 -> 3.1.6',
      'SAFETY-2 | warning | - | /work/app/requirements.txt:1 | jinja2 2.10 -> 3.1.6',
    ])
    const { runs } = convertReport('safety', document, 's.json')
    expect(runs[0]?.results?.map(({ suppressions }) => suppressions)).toEqual([
      undefined,
      [{ kind: 'external', justification: 'not reachable' }],
    ])
  })

  test('pip-audit before 2.0 was a bare list', () => {
    const vulns = [{ id: 'PYSEC-1', fix_versions: [], description: '' }]
    expect(told('pip-audit', [{ name: 'a', version: '1', vulns }])).toEqual([
      'PYSEC-1 | warning | - | requirements.txt:1 | a 1 -> ?',
    ])
  })
})

describe('a report that is not whole', () => {
  test('what pip-audit skipped is told; the rest is a clean report', async () => {
    const dependencies = [
      { name: 'own', skip_reason: 'Dependency not found on PyPI' },
      { name: 'flask', version: '3.1.0', vulns: [] },
    ]
    const step = await sent(undefined, {
      files: { 'p.json': JSON.stringify({ dependencies }) },
      inputs: { 'sarif-file': '', 'report-file': 'pip-audit=p.json', 'fail-on': 'any' },
    })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ gate: 'passed', total: '0' })
    expect(step.summary).toContain('did not look at own: Dependency not found on PyPI')
  })

  test('a pip-audit that skipped everything makes the run unfinished', () => {
    const { runs } = convertReport(
      'pip-audit',
      { dependencies: [{ name: 'own', skip_reason: 'not on PyPI' }] },
      'p.json',
    )
    expect(runs[0]?.results).toEqual([])
    expect(runs[0]?.invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: 'error', message: { text: 'pip-audit did not look at own: not on PyPI.' } },
        ],
      },
    ])
  })

  test('a file that Bandit could not parse does so, too', () => {
    const errors = [{ filename: 'app/bad.py', reason: 'syntax error while parsing AST from file' }]
    const { runs } = convertReport('bandit', { errors, results: [] }, 'b.json')
    expect(runs[0]?.invocations?.[0]?.executionSuccessful).toBe(false)
  })

  test('an audit that failed is no clean report', () => {
    const document = {
      message: '405 Method Not Allowed - POST https://registry.example/audit',
      error: { summary: '', detail: '' },
    }
    expect(() => convertReport('npm-audit', document, 'n.json')).toThrow(
      'n.json: npm audit found out nothing: 405 Method Not Allowed - POST https://registry.example/audit.',
    )
  })

  test.each<[ReportFile['tool'], unknown, string]>([
    ['bandit', [], '$ is a list, expected an object'],
    ['bandit', { results: {} }, '$.results is an object, expected a list'],
    [
      'bandit',
      { results: [{ issue_severity: 'HIGH', test_id: 7 }] },
      '$.results[0].test_id is "7", expected a text',
    ],
    ['safety', { report_meta: {} }, '$.vulnerabilities is not there, expected a list'],
    ['safety', null, '$ is null, expected an object'],
    ['pip-audit', {}, '$.dependencies is not there, expected a list'],
    [
      'npm-audit',
      { vulnerabilities: { 'a b': { name: 'a' } } },
      '$.vulnerabilities["a b"].nodes is not there, expected a list',
    ],
    [
      'npm-audit',
      JSON.parse('{"vulnerabilities": {"__proto__": 1}}'),
      '$.vulnerabilities.__proto__ is "1", expected an object',
    ],
  ])('%s: %j', (tool, document, message) => {
    expect(() => convertReport(tool, document, 'r.json')).toThrow(`r.json: ${message}. Give the JSON that`)
  })

  test('whatever it holds, it is converted or refused in words', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ReportFile['tool']>('bandit', 'safety', 'pip-audit', 'npm-audit'),
        fc.anything({ maxDepth: 5 }),
        fc.constantFrom('results', 'vulnerabilities', 'dependencies', 'advisories', 'scan_results'),
        (tool, value, key) => {
          try {
            expect(convertReport(tool, { [key]: value }, 'r.json').version).toBe('2.1.0')
          } catch (error) {
            expect(error).toBeInstanceOf(ActionError)
          }
        },
      ),
    )
  })
})

test('the alert of a package survives changes of the lock file, and tells packages apart', () => {
  const prints = (source: string): unknown[] =>
    (convertReport('npm-audit', real('npm-audit'), source).runs[0]?.results ?? []).map(
      ({ partialFingerprints }) => partialFingerprints?.['primaryLocationLineHash'],
    )
  expect(prints('a.json')).toEqual(prints('b.json'))
  expect(new Set([...prints('a.json'), ...prints('x/a.json')]).size).toBe(6)
})
