import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readReport, totalOf } from '../../../actions/slack-notify/coverage/read.ts'
import { NotCoverage } from '../../../actions/slack-notify/coverage/report.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { mentionsOf, readable } from '../../support/slack/limits.ts'
import { notify, said, slack } from './stage.ts'

const FILES = join(import.meta.dirname, 'coverage-files')

const JACOCO = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="shop"><sessioninfo id="a" start="1" dump="2"/>
<package name="p"><class name="p/A"><method name="m"><counter type="LINE" missed="9" covered="9"/></method>
<counter type="LINE" missed="9" covered="9"/></class><counter type="LINE" missed="9" covered="9"/></package>
<counter type="INSTRUCTION" missed="40" covered="60"/><counter type="BRANCH" missed="3" covered="1"/>
<counter type="LINE" missed="2" covered="6"/></report>`
const OPENCOVER = `<?xml version="1.0"?><CoverageSession><Summary numSequencePoints="8" visitedSequencePoints="5" numBranchPoints="4" visitedBranchPoints="1" sequenceCoverage="62,5"/>
<Modules><Module><Summary numSequencePoints="100" visitedSequencePoints="100"/></Module></Modules></CoverageSession>`
const SIMPLECOV = JSON.stringify({
  meta: { simplecov_version: '1.0.0' },
  total: { lines: { covered: 9, missed: 1, total: 10, percent: 90 }, branches: { covered: 1, total: 2 } },
  coverage: {},
})
const OLD_SIMPLECOV = JSON.stringify({
  meta: { simplecov_version: '0.22.0' },
  coverage: { '/app/a.rb': { lines: [1, null, 0, 'ignored', 3] } },
})
const COBERTURA = `<coverage line-rate="0.5" branch-rate="1" version="1"><packages><package><classes>
<class name="A" filename="a\\b.cs"><methods><method><lines><line number="1" hits="1"/><line number="2" hits="1"/></lines></method></methods>
<lines><line number="1" hits="1"/><line number="2" hits="0" branch="True" condition-coverage="50% (1/2)"/></lines></class>
<class name="A/B" filename="a/b.cs"><lines><line number="2" hits="3"/><line number="3" hits="0"/></lines></class>
</classes></package></packages></coverage>`
const LCOV = `TN:\nSF:/a.js\nDA:1,1\nDA:2,0\nBRDA:1,0,if (a, b),1\nBRDA:1,0,else,-\nend_of_record\nSF:/a.js\nDA:2,4\nDA:3,=====\nend_of_record\nSF:/b.js\nLF:4\nLH:1\nend_of_record\n`

/** Text, percent of the metric, metric, percent of branches. */
const ROWS: readonly (readonly [string, string, number | undefined, string, number | undefined])[] = [
  ['JaCoCo', JACOCO, 75, 'lines', 25],
  [
    'JaCoCo without debug information',
    JACOCO.replace(/<counter type="LINE" missed="2"[^>]*>/, ''),
    60,
    'instructions',
    25,
  ],
  ['an empty JaCoCo', '<report name="x"></report>', undefined, 'instructions', undefined],
  ['OpenCover', OPENCOVER, 62.5, 'sequence points', 25],
  ['SimpleCov', SIMPLECOV, 90, 'lines', 50],
  ['an older SimpleCov', OLD_SIMPLECOV, (2 / 3) * 100, 'lines', undefined],
  ['Cobertura without sums', COBERTURA, (2 / 3) * 100, 'lines', 50],
  ['lcov that was merged', LCOV, (3 / 7) * 100, 'lines', 50],
  [
    'Go with Windows line ends',
    'mode: atomic\r\na.go:1.2,3.4 3 0\r\na.go:5.2,6.4 1 9\r\n',
    25,
    'statements',
    undefined,
  ],
]

describe('what programs wrote', () => {
  test.each<[string, number, string, number | undefined]>([
    ['coverage-py.xml', (8 / 11) * 100, 'lines', (4 / 6) * 100],
    ['coverage-py.json', (8 / 11) * 100, 'lines', (4 / 6) * 100],
    ['coverage-py.lcov', (8 / 11) * 100, 'lines', (4 / 6) * 100],
    ['go.out', 60, 'statements', undefined],
    ['c8-summary.json', 87.5, 'lines', 60],
    ['c8-final.json', 87.5, 'lines', 60],
    ['c8-lcov.info', 87.5, 'lines', 60],
    ['c8-cobertura.xml', 87.5, 'lines', 60],
    ['c8-clover.xml', 87.5, 'statements', 60],
    ['nyc-summary.json', 80, 'lines', 50],
    ['nyc-final.json', 80, 'lines', 50],
    ['nyc-lcov.info', 80, 'lines', 50],
    ['nyc-cobertura.xml', 80, 'lines', 50],
    ['nyc-clover.xml', 80, 'statements', 50],
  ])('%s', async (file, percent, metric, branches) => {
    const { text, result } = await tell({ 'coverage-file': file }, [file])
    expect(result.annotations).toEqual([])
    const shown = Math.floor(percent * 100 + 1e-9) / 100
    expect(text).toContain(`Coverage ${shown} % of ${metric}`)
    if (branches === undefined) expect(text).not.toContain('branches')
    else expect(text).toContain(`branches ${Math.floor(branches * 100) / 100} %`)
    expect(JSON.parse(result.outputs['result'] ?? '').coverage).toBeCloseTo(percent)
  })

  test.each(ROWS)('%s', (_, text, percent, metric, branches) => {
    const total = totalOf([readReport(text)])
    expect(total.metric).toBe(metric)
    if (percent === undefined) expect(total.percent).toBeUndefined()
    else expect(total.percent).toBeCloseTo(percent)
    if (branches === undefined) expect(total.branches).toBeUndefined()
    else expect(total.branches).toBeCloseTo(branches)
  })

  test('files of one code that several jobs wrote: a line counts once', () => {
    const one = 'SF:a.js\nDA:1,1\nDA:2,0\nend_of_record\n'
    const two = 'SF:a.js\nDA:1,0\nDA:2,5\nend_of_record\nSF:b.js\nDA:1,0\nDA:2,0\nend_of_record\n'
    expect(totalOf([readReport(one), readReport(two)]).percent).toBeCloseTo(50)
  })
})

describe('what is refused, soon and without fetching anything', () => {
  const bomb = `<!DOCTYPE lolz [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><coverage line-rate="1"/>`
  test.each<[string, string]>([
    ['nothing', ''],
    ['a text', 'hello'],
    ['HTML', '<html><body>log in</body></html>'],
    ['entities of its own', bomb],
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><report/>'],
    ['an unknown entity', '<coverage line-rate="&x;"/>'],
    ['a document that is cut', JACOCO.slice(0, -20)],
    ['a document that is cut in a tag', JACOCO.slice(0, 300)],
    ['tags that do not match', '<report><a></b></report>'],
    ['two roots', '<report/><report/>'],
    ['deep nesting', `<report>${'<a>'.repeat(100_000)}`],
    ['deep JSON', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['JSON of another kind', '{"a":1}'],
    ['an lcov that is cut', 'TN:\nSF:a.js\nDA:1,1\n'],
    ['a Go profile with garbage', 'mode: set\nnonsense\n'],
    ['a tag of a megabyte', `<coverage ${'a="b" '.repeat(300_000)}/>`],
    ['quotes without end', `<coverage line-rate="${'x'.repeat(1_000_000)}`],
    ['angles', '<'.repeat(1_000_000)],
    ['comments', '<!--'.repeat(250_000)],
  ])('%s', (_, text) => {
    expect(() => readReport(text)).toThrow(NotCoverage)
  })
})

/** Through the bundle, with these files of the workspace. */
async function tell(
  inputs: Record<string, string>,
  files: readonly string[] | Record<string, string> = [],
  more: Parameters<typeof notify>[1] = {},
) {
  const workspace = tempFolder('nexus-coverage-')
  if (Array.isArray(files)) for (const file of files) copyFileSync(join(FILES, file), join(workspace, file))
  else {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, file)), { recursive: true })
      writeFileSync(join(workspace, file), text)
    }
  }
  const server = await slack()
  const result = await notify(
    { 'webhook-url': server.webhookUrl, template: 'coverage', ...inputs },
    { workspace, ...more },
  )
  const payload = server.messages[0]?.payload
  return { result, payload, text: payload === undefined ? '' : readable(payload) }
}

describe('threshold and drop', () => {
  test.each<[string, Record<string, string>, 'success' | 'failure', RegExp]>([
    [
      'fields below',
      { fields: '{coverage: 84.2, threshold: 90}' },
      'failure',
      /❌ Coverage 84\.2 %, below 90 %/,
    ],
    ['fields that meet it', { fields: '{coverage: 90, threshold: 90}' }, 'success', /✅ Coverage 90 %/],
    [
      'a hair below',
      { fields: '{coverage: 89.999, threshold: 90}' },
      'failure',
      /❌ Coverage 89\.99 %, below 90 %/,
    ],
    ['percent signs', { fields: '{Coverage: 84.2%, Threshold: 90 %}' }, 'failure', /below 90 %/],
    [
      'a file below the input',
      { 'coverage-file': 'c8-final.json', 'coverage-threshold': '90' },
      'failure',
      /87\.5 % of lines, below 90 %/,
    ],
    [
      'a drop that is allowed',
      { fields: '{coverage: 84.2, previous: 85}', 'coverage-max-drop': '1' },
      'success',
      /0\.8 points down/,
    ],
    [
      'a drop that is not',
      { fields: '{coverage: 84.2, previous: 86}', 'coverage-max-drop': '1' },
      'failure',
      /1\.8 points down\), more than the 1 point allowed/,
    ],
    [
      'no drop at all',
      { fields: 'coverage: 84.2', 'coverage-previous': '84.2', 'coverage-max-drop': '0' },
      'success',
      /unchanged/,
    ],
    [
      'success that was given',
      { status: 'success', fields: '{coverage: 10, threshold: 90}' },
      'failure',
      /❌ Coverage 10 %/,
    ],
    [
      'a file that is not there',
      { 'coverage-file': 'none.xml', 'coverage-threshold': '90' },
      'failure',
      /❌ Coverage is not known/,
    ],
  ])('%s', async (_, inputs, status, headline) => {
    const { result, text } = await tell(inputs, ['c8-final.json'])
    expect(text).toMatch(headline)
    expect(JSON.parse(result.outputs['result'] ?? '').status).toBe(status)
    expect(result.conclusion).toBe('success')
  })

  test('missed, it is told where failures are, and calls who is called then', async () => {
    const inputs = { fields: '{coverage: 84.2, threshold: 90}', 'notify-on': 'failure', mention: 'here' }
    const { payload } = await tell(inputs)
    expect(mentionsOf(payload)).toEqual(['!here'])
  })

  test.each<[string, string]>([
    ['a number', '88'],
    ['a report', 'before/nyc-summary.json'],
    ['a text', 'before/percent.txt'],
    ['SimpleCov’s last run', 'before/.last_run.json'],
  ])('the percentage before from %s', async (_, previous) => {
    const { text } = await tell(
      { fields: 'coverage: 90', 'coverage-previous': previous },
      {
        'before/nyc-summary.json':
          '{"total":{"lines":{"total":100,"covered":88},"branches":{"total":0,"covered":0,"pct":"Unknown"}}}',
        'before/percent.txt': '88 %\n',
        'before/.last_run.json': '{"result":{"line":88.0}}',
      },
    )
    expect(text).toContain('Coverage 90 % (2 points up)')
  })

  test('a glob over the jobs of a matrix', async () => {
    const { text, result } = await tell(
      { 'coverage-file': 'out/**/*.info' },
      {
        'out/1/a.info': 'SF:a\nDA:1,1\nDA:2,0\nend_of_record\n',
        'out/2/b.info': 'SF:b\nDA:1,1\nDA:2,1\nend_of_record\n',
      },
    )
    expect(text).toContain('Coverage 75 % of lines')
    expect(result.annotations).toEqual([])
  })

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a file outside',
      { 'coverage-file': '../../etc/passwd' },
      /coverage-file: .*workspace or in RUNNER_TEMP/,
    ],
    ['a threshold that is none', { 'coverage-threshold': 'high' }, /coverage-threshold: .*percentage/],
    ['a threshold over 100', { 'coverage-threshold': '180' }, /coverage-threshold: .*percentage/],
  ])('%s is an input error', async (_, inputs, words) => {
    expect(said((await tell(inputs)).result, 'error')).toEqual([expect.stringMatching(words)])
  })

  test('a file that is no report is told, with what is known', async () => {
    const { result } = await tell({ 'coverage-file': 'x.xml' }, { 'x.xml': '<html/>' })
    expect(said(result, 'warning')).toEqual([
      expect.stringMatching(/x\.xml could not be read: its root <html>/),
    ])
  })
})

test('each file of the folder is read', () => {
  expect(readdirSync(FILES)).toHaveLength(15)
})
