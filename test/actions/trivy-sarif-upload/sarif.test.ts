import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { relativePlace } from '../../../actions/trivy-sarif-upload/sarif/uri.ts'
import { expectConclusion } from '../../support/runner.ts'
import '../../support/seed.ts'
import { counts, log, read, result, type Sent, sent } from './files.ts'

const uris = (step: Sent): string[] =>
  read(step).results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri ?? '')

describe('places', () => {
  test.each([
    ['as it should be', 'src/a.ts', 'src/a.ts'],
    ['a dot', './src/./a.ts', 'src/a.ts'],
    ['dots that lead up', 'src/../lib/a.ts', 'lib/a.ts'],
    ['dots that lead out', '../../etc/passwd', 'etc/passwd'],
    ['two slashes in a row', 'src//a.ts', 'src/a.ts'],
    ['a blank', 'my file.ts', 'my%20file.ts'],
    ['an encoded blank', 'my%20file.ts', 'my%20file.ts'],
    ['a percent sign that is one', '100%.ts', '100%25.ts'],
    ['letters beyond ASCII', 'größe.ts', 'gr%C3%B6%C3%9Fe.ts'],
    ['a question mark and a hash', 'a?b#c.ts', 'a%3Fb%23c.ts'],
    ['a colon at the beginning', 'C#:a/b.ts', 'C%23%3Aa/b.ts'],
    ['backslashes', 'src\\lib\\a.ts', 'src/lib/a.ts'],
    ['a file URI below the checkout', 'file:///work/src/a.ts', 'src/a.ts'],
    ['four slashes', 'file:////work/src/a.ts', 'src/a.ts'],
    ['one slash', 'file:/work/src/a.ts', 'src/a.ts'],
    ['a host', 'file://localhost/work/src/a.ts', 'src/a.ts'],
    ['a relative path after file://', 'file://src/a.ts', 'src/a.ts'],
    ['an absolute path', '/work/src/a.ts', 'src/a.ts'],
    ['the checkout itself', '/work', '.'],
    ['a folder whose name begins like the checkout', '/workshop/a.ts', 'workshop/a.ts'],
    ['an absolute path elsewhere', '/usr/lib/libc.so', 'usr/lib/libc.so'],
    ['a drive elsewhere', 'D:\\other\\a.ts', 'other/a.ts'],
    ['a drive below the checkout', 'c:\\Repo\\src\\a.ts', 'src/a.ts'],
    ['a file URI with a drive', 'file:///C:/repo/src/a.ts', 'src/a.ts'],
    ['a page', 'https://app.example/login', 'app.example/login'],
    ['an image', 'library/alpine:3.20', 'library/alpine:3.20'],
    ['nothing but a tag', 'alpine:3.20', 'alpine%3A3.20'],
  ])('%s', (_, uri, expected) => {
    expect(relativePlace(uri, ['/work', 'C:/repo']).uri).toBe(expected)
  })

  test('are relative, valid and stable, whatever a report says', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '..',
      '.',
      'a',
      ' ',
      '%',
      '%2e',
      'file:',
      'C:',
      '://',
      '?',
      '#',
      'é',
      '\ud800',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const { uri, path } = relativePlace(pieces.join(''), ['/work'])
        expect(uri).toMatch(/^(?!\/)[\w.~!$&'()*+,;=:@%/-]+$/)
        expect(decodeURIComponent(uri)).toBe(path.toWellFormed())
        expect(path.split('/').filter((part) => part === '..')).toEqual([])
        expect(new URL(uri, 'https://host.example/').origin).toBe('https://host.example')
      }),
    )
  })

  test('of a base inside the checkout, by index, of a container and of none at all', async () => {
    const at = (artifactLocation: object) => ({
      physicalLocation: { artifactLocation, region: { startLine: 3 } },
    })
    const results = [
      result('a', '', { locations: [at({ uri: 'main.tf', uriBaseId: 'INNER' })] }),
      result('b', '', { locations: [at({ index: 1 })] }),
      result('c', '', { locations: [at({ uri: '/github/workspace/c.ts' })] }),
      result('d', '', { locations: [{ logicalLocations: [{ fullyQualifiedName: 'pkg.Class.method' }] }] }),
      result('e', '', { locations: [] }),
      { ruleId: 'f', message: { text: 'm' } },
    ]
    const step = await sent(
      log(
        results,
        {},
        {
          originalUriBaseIds: {
            INNER: { uri: 'infra/', uriBaseId: 'TOP' },
            TOP: { uri: 'file:///github/workspace/' },
          },
          artifacts: [{ location: { uri: 'no.ts' } }, { location: { uri: 'src\\b.ts' } }],
        },
      ),
    )
    expectConclusion(step, 'success')
    expect(uris(step)).toEqual([
      'infra/main.tf',
      'src/b.ts',
      'c.ts',
      'pkg.Class.method',
      'Scanner',
      'Scanner',
    ])
    expect(read(step).results[0]?.locations[0]?.physicalLocation.artifactLocation).toEqual({
      uri: 'infra/main.tf',
    })
    expect(step.log).toContain('3 findings of Scanner came without a file')
  })

  test('with lines that are none become valid ones', async () => {
    const regions = [
      { startLine: 0 },
      { startLine: 7, endLine: 3, endColumn: 2 },
      { charOffset: 12 },
      { startLine: 2, startColumn: 0 },
    ]
    const step = await sent(
      log(
        regions.map((region) =>
          result('r', '', { locations: [{ physicalLocation: { artifactLocation: { uri: 'a' }, region } }] }),
        ),
      ),
    )
    expect(read(step).results.map(({ locations }) => locations[0]?.physicalLocation.region)).toEqual([
      { startLine: 1 },
      { startLine: 7 },
      { charOffset: 12, startLine: 1 },
      { startLine: 2 },
    ])
  })
})

describe('severity', () => {
  const rule = (id: string, properties: object, level?: string) => ({
    ...{ id, properties },
    ...(level === undefined ? {} : { defaultConfiguration: { level } }),
  })

  test.each<[string, object, object, string]>([
    ['10 is critical', rule('r', { 'security-severity': '10.0' }), {}, 'critical'],
    ['9.0 is critical', rule('r', { 'security-severity': '9.0' }), {}, 'critical'],
    ['8.9 is high', rule('r', { 'security-severity': '8.9' }), {}, 'high'],
    ['7.0 is high', rule('r', { 'security-severity': '7.0' }), {}, 'high'],
    ['6.9 is medium', rule('r', { 'security-severity': '6.9' }), {}, 'medium'],
    ['4 is medium', rule('r', { 'security-severity': '4' }), {}, 'medium'],
    ['0.1 is low', rule('r', { 'security-severity': '0.1' }), {}, 'low'],
    ['0.0 says nothing, so the level counts', rule('r', { 'security-severity': '0.0' }, 'error'), {}, 'high'],
    ['it beats the level', rule('r', { 'security-severity': '2.0' }), { level: 'error' }, 'low'],
    ['a number is as good as a text', rule('r', { 'security-severity': 9.8 }), {}, 'critical'],
    ['a word, too', rule('r', { 'security-severity': 'Moderate' }), {}, 'medium'],
    ['nonsense is the worst', rule('r', { 'security-severity': 'a lot' }), { level: 'note' }, 'critical'],
    ['out of range is the worst', rule('r', { 'security-severity': '99' }), { level: 'note' }, 'critical'],
    ['the level of the result beats that of the rule', rule('r', {}, 'note'), { level: 'error' }, 'high'],
    ['the level of the rule', rule('r', {}, 'note'), {}, 'low'],
    ['none is unknown', rule('r', {}), { level: 'none' }, 'unknown'],
    ['nothing at all is a warning', rule('r', {}), {}, 'medium'],
    ['no rule at all is a warning', rule('other', { 'security-severity': '9.9' }), {}, 'medium'],
  ])('%s', async (_, given, more, severity) => {
    const step = await sent(log([result('r', 'a', more)], { rules: [given] }), {
      inputs: { 'output-file': '' },
    })
    const { findings } = JSON.parse(step.outputs['result'] ?? '') as { findings: { severity: string }[] }
    expect(findings.map((finding) => finding.severity)).toEqual([severity])
  })

  test('in a word or out of range does not reach GitHub, which would refuse the file', async () => {
    const rules = ['high', 7.5, '99', '7.5', '0x9'].map((value, index) =>
      rule(`r${index}`, { 'security-severity': value }),
    )
    const step = await sent(log([result('r0')], { rules }))
    expect(read(step).tool.driver.rules?.map(({ properties }) => properties?.['security-severity'])).toEqual([
      ...['8.0', '7.5', '10.0', '7.5', '9'],
    ])
    expect(step.log).toContain('4 rules of Scanner had a security-severity that is no number')
  })

  test("Trivy's own word beats security-severity", async () => {
    const trivy = (id: string, word: string) => ({
      ...{ id, properties: { 'security-severity': '9.8', tags: ['vulnerability', 'security', word] } },
    })
    const message = (word: string) => ({
      message: {
        text: `Package: p\nInstalled Version: 1\nVulnerability CVE-1\nSeverity: ${word}\nFixed Version: 2\n`,
      },
    })
    const step = await sent(
      log([result('CVE-1', 'a', message('LOW')), result('CVE-1', 'b', message('MEDIUM'))], {
        ...{ name: 'Trivy', rules: [trivy('CVE-1', 'CRITICAL')] },
      }),
    )
    expect(counts(step)).toEqual([0, 0, 1, 1, 0])
  })

  test('of a rule is found by index, by id, in an extension, and for a sub-rule', async () => {
    const rules = [rule('a', { 'security-severity': '9.5' }), rule('b', { 'security-severity': '7.5' })]
    const extensions = [{ name: 'pack', guid: 'g', rules: [rule('c', { 'security-severity': '1.0' })] }]
    const results = [
      { ruleIndex: 0, message: { text: 'm' } },
      { ruleId: 'b/1', message: { text: 'm' } },
      { rule: { id: 'c', index: 0, toolComponent: { index: 0 } }, message: { text: 'm' } },
      { rule: { index: 0, toolComponent: { name: 'pack' } }, message: { text: 'm' } },
      { ruleId: 'c', message: { text: 'm' } },
    ]
    const step = await sent({ runs: [{ tool: { driver: { name: 'S', rules }, extensions }, results }] })
    expect(counts(step)).toEqual([1, 1, 0, 3, 0])
    expect(read(step).results.map(({ ruleId }) => ruleId)).toEqual(['a', 'b/1', 'c', 'c', 'c'])
  })
})

describe('what is no finding', () => {
  test('a result that says that all is well, or that something is gone, is left out', async () => {
    const results = [
      ...['pass', 'notApplicable', 'informational', 'review', 'open', 'fail'].map((kind) =>
        result(kind, 'a', { kind }),
      ),
      result('gone', 'a', { baselineState: 'absent' }),
    ]
    const step = await sent(log(results))
    expect(read(step).results.map(({ ruleId }) => ruleId)).toEqual(['review', 'open', 'fail'])
    expect(step.outputs).toMatchObject({ total: '3' })
    expect(step.log).toContain('4 results of Scanner say that nothing is wrong')
  })

  test('suppressions are honoured, unless they are rejected or under review', async () => {
    const suppressed = (...all: object[]) => ({ suppressions: all })
    const results = [
      result('in-source', 'a', suppressed({ kind: 'inSource' })),
      result('accepted', 'a', suppressed({ kind: 'external', status: 'accepted' })),
      result('rejected', 'a', suppressed({ kind: 'external', status: 'rejected' })),
      result('review', 'a', suppressed({ kind: 'inSource' }, { kind: 'external', status: 'underReview' })),
      result('none', 'a', { suppressions: [] }),
      result('null', 'a', { suppressions: null }),
    ]
    const step = await sent(log(results), { inputs: { 'fail-on': 'any', 'accept-mode': 'omit' } })
    expect(step.outputs).toMatchObject({ total: '4', suppressed: '2', gate: 'failed' })
    expect(read(step).results.map(({ ruleId }) => ruleId)).toEqual(['rejected', 'review', 'none', 'null'])
    const kept = await sent(log(results))
    expect(read(kept).results).toHaveLength(6)
  })
})

describe('messages', () => {
  test('by id and with arguments become text, which GitHub needs', async () => {
    const rules = [
      {
        id: 'r',
        shortDescription: { text: 'short' },
        messageStrings: { default: { text: '{0} is {{bad}} in {1}{2}' } },
      },
    ]
    const messages = [
      { id: 'default', arguments: ['x', '$&'] },
      { text: 'plain {0}' },
      { text: 'with {0}', arguments: ['it'] },
      { markdown: '**m**', id: 'unknown' },
    ]
    const step = await sent(
      log(
        messages.map((message) => ({ ruleId: 'r', message })),
        { rules },
      ),
    )
    expect(read(step).results.map(({ message }) => message.text)).toEqual([
      ...['x is {bad} in $&{2}', 'plain {0}', 'with it', '**m**'],
    ])
  })
})

describe('categories', () => {
  const tool = (name: string, id?: string, more: object = {}) => ({
    ...{ tool: { driver: { name } }, results: [result()], ...more },
    ...(id === undefined ? {} : { automationDetails: { id } }),
  })
  const ids = (step: Sent): string[] =>
    step.files.flatMap(({ runs }) => runs.map((run) => run.automationDetails.id))

  test.each<[string, object[], string[]]>([
    ['one run', [tool('A')], ['app/']],
    ['two tools share one', [tool('A'), tool('B')], ['app/', 'app/']],
    ['what a run names stays', [tool('A', 'own/thing/2026-11-21')], ['own/thing/2026-11-21']],
    ['a name without a category gets one', [tool('A', 'nightly')], ['app/nightly']],
    ['two runs of one tool are one', [tool('A'), tool('A')], ['app/']],
    ['two runs with one name are one', [tool('A', 'own/'), tool('a', 'own/x')], ['own/']],
    [
      'two images',
      [
        tool('Trivy', undefined, { properties: { imageName: 'r:5000/api:1' } }),
        tool('Trivy', undefined, { properties: { imageName: 'r:5000/web@sha256:0' } }),
      ],
      ['app/'],
    ],
  ])('%s', async (_, runs, expected) => {
    const step = await sent({ runs })
    expectConclusion(step, 'success')
    expect(ids(step)).toEqual(expected)
  })

  test('two files of one tool are one analysis, and a sentence says so', async () => {
    const file = JSON.stringify({ version: '2.1.0', ...log([result()]) })
    const step = await sent(undefined, {
      files: { 'r/web.sarif': file, 'r/api.sarif': file, 'r/.git/no.sarif': file },
      inputs: { 'sarif-file': 'r/**/*.sarif' },
    })
    expect(ids(step)).toEqual(['app/'])
    expect(read(step).results).toHaveLength(2)
    expect(step.log).toContain(
      '2 runs of Scanner in category "app" are one analysis: r/api.sarif and r/web.sarif.',
    )
  })

  test('are made of workflow, job and matrix', async () => {
    const step = await sent(log([result()]), {
      inputs: { category: '' },
      context: { workflow: 'CI', job: 'scan' },
      matrix: { os: 'linux', image: { name: 'api' } },
    })
    expect(ids(step)).toEqual(['CI/scan/image:{"name":"api"}/os:linux/'])
  })
})
