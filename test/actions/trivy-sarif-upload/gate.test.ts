import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Known } from '../../../actions/trivy-sarif-upload/code-scanning/model.ts'
import type { AcceptRule } from '../../../actions/trivy-sarif-upload/model.ts'
import { accepted } from '../../../actions/trivy-sarif-upload/plan/accept.ts'
import { gateOf } from '../../../actions/trivy-sarif-upload/plan/gate.ts'
import { withNew } from '../../../actions/trivy-sarif-upload/plan/new.ts'
import { type Finding, SEVERITIES, type Severity } from '../../../actions/trivy-sarif-upload/sarif/model.ts'
import { expectConclusion } from '../../support/runner.ts'
import '../../support/seed.ts'
import { counts, log, read, result, said, sent } from './files.ts'

const LEVELS: Record<Severity, string> = { critical: '9.5', high: '7.5', medium: '5', low: '1', unknown: '' }
/** One finding of each severity. */
const rules = SEVERITIES.map((severity) => ({
  id: severity,
  ...(LEVELS[severity] === '' ? {} : { properties: { 'security-severity': LEVELS[severity] } }),
}))
const one = (...severities: Severity[]): object =>
  log(
    severities.map((severity) =>
      result(severity, `src/${severity}.ts`, severity === 'unknown' ? { level: 'none' } : {}),
    ),
    { rules },
  )

describe('fail-on', () => {
  test.each<[string, Severity[], string]>([
    ['none', [...SEVERITIES], 'off'],
    ['critical', ['critical'], 'failed'],
    ['critical', ['high', 'medium', 'low', 'unknown'], 'passed'],
    ['high', ['high'], 'failed'],
    ['high', ['medium', 'low', 'unknown'], 'passed'],
    ['medium', ['medium'], 'failed'],
    ['medium', ['low', 'unknown'], 'passed'],
    ['low', ['low'], 'failed'],
    ['low', ['unknown'], 'passed'],
    ['any', ['unknown'], 'failed'],
    ['any', [], 'passed'],
  ])('%s with %j is %s, and everything is sent', async (failOn, severities, gate) => {
    const step = await sent(one(...severities), { inputs: { 'fail-on': failOn } })
    expectConclusion(step, gate === 'failed' ? 'failure' : 'success')
    expect(step.outputs).toMatchObject({
      gate,
      total: String(severities.length),
      new: String(severities.length),
    })
    expect(counts(step)).toEqual(SEVERITIES.map((severity) => (severities.includes(severity) ? 1 : 0)))
    expect(read(step).results).toHaveLength(severities.length)
    expect(said(step) !== '').toBe(gate === 'failed')
  })
})

describe('max-findings', () => {
  test.each<[string, Severity[], string, RegExp]>([
    ['{critical: 0, high: 1}', ['high'], 'passed', /^$/],
    ['{critical: 0, high: 1}', ['high', 'high'], 'failed', /2 high findings, at most 1 may be/],
    ['{critical: 0}', ['critical'], 'failed', /1 critical finding, at most 0 may be/],
    ['{unknown: 0}', ['unknown'], 'failed', /1 unknown finding/],
    ['{total: 2}', ['low', 'low'], 'passed', /^$/],
    ['{total: 2}', ['low', 'low', 'unknown'], 'failed', /3 findings, at most 2 may be/],
    ['{low: 5}', ['critical'], 'passed', /^$/],
  ])('%s with %j is %s', async (given, severities, gate, words) => {
    const step = await sent(one(...severities), { inputs: { 'max-findings': given } })
    expect(step.outputs['gate']).toBe(gate)
    expect(said(step)).toMatch(words)
  })

  test('and fail-on both count', async () => {
    const inputs = { 'max-findings': '{low: 1}', 'fail-on': 'critical' }
    for (const severities of [['low', 'low'], ['critical']] as Severity[][]) {
      expect((await sent(one(...severities), { inputs })).outputs['gate']).toBe('failed')
    }
    expect((await sent(one('low', 'high'), { inputs })).outputs['gate']).toBe('passed')
  })
})

describe('accept', () => {
  const accept = (...all: object[]): string => JSON.stringify(all)
  const until = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

  test('takes findings out of counts and gate until the day has passed, and says so', async () => {
    const inputs = {
      'fail-on': 'high',
      accept: accept(
        { rule: 'critical', path: 'src/**/*.ts', reason: 'not reachable', until: until(2) },
        { rule: 'high', reason: 'was to be fixed', until: until(-2) },
      ),
    }
    const step = await sent(one('critical', 'high', 'low'), { inputs })
    expect(step.outputs).toMatchObject({
      gate: 'failed',
      critical: '0',
      high: '1',
      suppressed: '1',
      total: '2',
    })
    expect(read(step).results).toHaveLength(3)
    expect(step.summary).toContain('not reachable')
    expect(step.summary).toContain('was to be fixed')
    const omitted = await sent(one('critical', 'high'), { inputs: { ...inputs, 'accept-mode': 'omit' } })
    expect(read(omitted).results.map(({ ruleId }) => ruleId)).toEqual(['high'])
  })

  test('names rules that nothing has any more', async () => {
    const step = await sent(one('low'), { inputs: { accept: accept({ rule: 'CVE-1', reason: 'r' }) } })
    expect(step.log).toContain('no finding has the rule "CVE-1"')
  })

  test.each<[string, RegExp]>([
    ['rule: a', /accept: .* is not a list/],
    ['- a', /accept\[0]: "a" is not a map/],
    ['- {rule: a}', /accept\[0].reason: missing/],
    ['- {reason: a}', /accept\[0].rule: missing/],
    ['- {rule: a, reason: b, expires: 2026-01-01}', /accept\[0].expires: there is no such key/],
    ['- {rule: a, reason: b, untill: 2026-01-01}', /Did you mean "until"/],
    ['- {rule: a, reason: b, until: 2026-02-30}', /accept\[0].until: "2026-02-30" is no day/],
    ['- {rule: a, reason: b, until: next week}', /accept\[0].until: "next week" is no day/],
    ['- {rule: "*", reason: b}', /accept\[0]: every rule in every path/],
    ['- {rule: a, reason: [b]}', /accept\[0].reason: .* is no text/],
    ['- {rule: a', /accept: it is not valid YAML/],
  ])('%s is a wrong input', async (given, words) => {
    const step = await sent(one(), { inputs: { accept: given } })
    expectConclusion(step, 'failure')
    expect(said(step)).toMatch(words)
    expect(step.files).toEqual([])
  })
})

function finding(rule: string, more: Partial<Finding> = {}): Finding {
  return {
    ...{ run: 0, result: 0, tool: 'T', category: 'c', rule, title: rule, message: `m ${rule}` },
    ...{ severity: 'high', path: 'src/a.ts', fingerprints: {}, state: 'open' },
    ...more,
  }
}

describe('which rule of accept holds', () => {
  const TODAY = '2026-11-21'
  const rule = (more: Partial<AcceptRule>): AcceptRule => ({
    rule: 'r',
    path: undefined,
    reason: 'why',
    until: undefined,
    ...more,
  })

  test.each<[string, AcceptRule[], Partial<Finding>, Finding['state']]>([
    ['for ever', [rule({})], {}, 'accepted'],
    ['on the last day', [rule({ until: TODAY })], {}, 'accepted'],
    ['the day after', [rule({ until: '2026-11-20' })], {}, 'expired'],
    ['another rule', [rule({ rule: 'R' })], {}, 'open'],
    ['every rule in a path', [rule({ rule: '*', path: 'src/*' })], {}, 'accepted'],
    ['a path', [rule({ path: 'src/a.ts' })], {}, 'accepted'],
    ['another path', [rule({ path: 'src' })], {}, 'open'],
    ['a deep glob, no folder', [rule({ path: '**/a.ts' })], { path: 'a.ts' }, 'accepted'],
    ['a deep glob, some folders', [rule({ path: 'src/**/a.ts' })], { path: 'src/x/y/a.ts' }, 'accepted'],
    ['one star stays in its folder', [rule({ path: 'src/*.ts' })], { path: 'src/x/a.ts' }, 'open'],
    ['an image', [rule({ path: 'team/app' })], { target: 'team/app', path: 'usr/lib/x' }, 'accepted'],
    ['one that holds beats one that has expired', [rule({ until: '2020-01-01' }), rule({})], {}, 'accepted'],
    ['what the tool suppressed stays so', [rule({})], { state: 'suppressed' }, 'suppressed'],
  ])('%s', (_, list, more, state) => {
    expect(accepted([finding('r', more)], list, TODAY)[0]?.state).toBe(state)
  })
})

describe('what is new', () => {
  const known = (rule: string, more: Partial<Known> = {}): Known => {
    const { tool, category, message, path } = finding(rule)
    return {
      ...{ tool, category, rule, message, path },
      fingerprints: { primaryLocationLineHash: 'f:1' },
      ...more,
    }
  }
  const print = (hash: string): Pick<Finding, 'fingerprints'> => ({
    fingerprints: { primaryLocationLineHash: hash },
  })
  const isNew = (findings: Finding[], base: Known[]): boolean[] =>
    withNew(findings, { known: base, without: [], said: [] }).map((each) => each.isNew === true)

  test.each<[string, Finding[], Known[], boolean[]]>([
    ['nothing is known', [finding('a')], [], [true]],
    [
      'the same fingerprint in the same file',
      [finding('a', { ...print('f:1'), message: 'x' })],
      [known('a')],
      [false],
    ],
    [
      'the same fingerprint in a file with another name',
      [finding('a', { ...print('f:1'), path: 'b', message: 'x' })],
      [known('a')],
      [false],
    ],
    ['the same fingerprint of another rule', [finding('b', print('f:1'))], [known('a')], [true]],
    ['another fingerprint, but rule, path and message', [finding('a', print('g:1'))], [known('a')], [false]],
    [
      'another fingerprint and another message',
      [finding('a', { ...print('g:1'), message: 'x' })],
      [known('a')],
      [true],
    ],
    ['another category', [finding('a', { ...print('f:1'), category: 'd' })], [known('a')], [true]],
    ['another tool', [finding('a', { ...print('f:1'), tool: 'U' })], [known('a')], [true]],
    [
      'twice now, once then',
      [finding('a', print('f:1')), finding('a', print('f:2'))],
      [known('a')],
      [false, true],
    ],
    [
      'the copy of a file',
      [finding('a', print('f:1')), finding('a', { ...print('f:1'), path: 'copy' })],
      [known('a')],
      [false, true],
    ],
    [
      'a dismissed alert',
      [finding('a', print('x:1'))],
      [known('a', { fingerprints: {}, isDismissed: true })],
      [false],
    ],
    [
      'a dismissed alert of what the base has, and one more',
      [finding('a', print('f:1')), finding('a', print('g:1'))],
      [known('a'), known('a', { fingerprints: {}, isDismissed: true })],
      [false, true],
    ],
  ])('%s', (_, findings, base, expected) => {
    expect(isNew(findings, base)).toEqual(expected)
  })

  test('nothing against itself, in any order; and never fewer than there are more', () => {
    const some = fc.array(
      fc.record({
        rule: fc.constantFrom('a', 'b'),
        path: fc.constantFrom('x', 'y'),
        hash: fc.constantFrom('1:1', '2:1', '2:2'),
      }),
      { maxLength: 20 },
    )
    const make = ({ rule, path, hash }: { rule: string; path: string; hash: string }): Finding =>
      finding(rule, { path, ...print(hash) })
    const then = (each: Finding): Known =>
      known(each.rule, { path: each.path, fingerprints: each.fingerprints })
    fc.assert(
      fc.property(some, some, (now, before) => {
        const findings = now.map(make)
        expect(isNew(findings, findings.map(then).reverse())).toEqual(findings.map(() => false))
        const fresh = isNew(findings, before.map(make).map(then)).filter(Boolean).length
        expect(fresh).toBeGreaterThanOrEqual(now.length - before.length)
      }),
    )
  })

  test('decides alone with only-new', () => {
    const findings = [finding('a', { isNew: false }), finding('b', { isNew: true, severity: 'low' })]
    const gate = (onlyNew: boolean): string =>
      gateOf(findings, { failOn: 'high', onlyNew, maxFindings: { low: 1 } }).verdict
    expect([gate(false), gate(true)]).toEqual(['failed', 'passed'])
    const { reasons, offending } = gateOf(findings, { failOn: 'low', onlyNew: true, maxFindings: {} })
    expect(reasons).toEqual(['1 new finding of severity low or worse (fail-on: low).'])
    expect(offending).toEqual([1])
  })
})
