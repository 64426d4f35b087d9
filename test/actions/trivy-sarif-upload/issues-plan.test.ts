import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import {
  markerOf,
  ourPart,
  withOurPart,
  withState,
} from '../../../actions/trivy-sarif-upload/code-scanning/issue-marker.ts'
import type { IssuePlan, KnownIssue } from '../../../actions/trivy-sarif-upload/code-scanning/model.ts'
import type { Target } from '../../../actions/trivy-sarif-upload/model.ts'
import { type IssueScene, planIssues } from '../../../actions/trivy-sarif-upload/plan/issues.ts'
import type { Finding } from '../../../actions/trivy-sarif-upload/sarif/model.ts'

const target: Target = {
  ...{ ref: 'refs/heads/main', sha: 'a'.repeat(40), baseRef: 'refs/heads/main', pullRequest: undefined },
  ...{ onDefaultBranch: true, isPublic: false, readOnly: undefined },
}

const finding = (rule: string, more: Partial<Finding> = {}): Finding => ({
  ...{ run: 0, result: 0, tool: 'Trivy', category: 'app', rule, title: `about ${rule}`, message: 'm' },
  ...{ severity: 'high', path: 'go.mod', line: 3, fingerprints: {}, state: 'open' },
  ...more,
})

type Given = Partial<Omit<IssueScene, 'inputs'>> & { inputs?: Partial<IssueScene['inputs']> }

const plan = (findings: readonly Finding[], { inputs, ...more }: Given = {}): IssuePlan =>
  planIssues({
    ...{
      findings,
      analyses: [{ tool: 'Trivy', category: 'app', complete: true }],
      missing: [],
      target,
      known: [],
    },
    ...{ serverUrl: 'https://github.test', repository: 'octo/demo', ...more },
    inputs: {
      ...{
        issueLabels: ['security'],
        issueSeverity: 'high',
        issueLimit: 20,
        issueGroup: 'rule' as const,
        issuesPublic: false,
      },
      ...inputs,
    },
  })

/** What GitHub would have after a plan. */
function carriedOut({ create, update, close }: IssuePlan, known: readonly KnownIssue[] = []): KnownIssue[] {
  const issues = known.map((issue) => ({ ...issue }))
  for (const { key, title, body } of create) {
    const { category = '' } = markerOf(body) ?? {}
    issues.push({ number: issues.length + 1, key, category, open: true, gone: false, title, body })
  }
  for (const { number, body } of update) {
    Object.assign(issues.find((issue) => issue.number === number) ?? {}, { body, open: true, gone: false })
  }
  for (const { number, body } of close) {
    Object.assign(issues.find((issue) => issue.number === number) ?? {}, { body, open: false, gone: true })
  }
  return issues
}

const writes = ({ create, update, close }: IssuePlan): number => create.length + update.length + close.length

describe('issues', () => {
  test('one for each rule and target, with a table of places', () => {
    const { create } = plan([
      finding('CVE-1', { line: 9, package: { name: 'b', installed: '1', fixed: '2' } }),
      finding('CVE-1', { severity: 'critical', package: { name: 'a', installed: '1' } }),
      finding('CVE-1', { path: 'b/go.mod' }),
      finding('CVE-2', { path: 'usr/lib', target: 'shop/api' }),
      finding('CVE-2', { path: 'usr/bin', target: 'shop/api' }),
      finding('LOW', { severity: 'medium' }),
    ])
    expect(create.map(({ title }) => title)).toEqual([
      '[critical] CVE-1 in go.mod: about CVE-1',
      '[high] CVE-1 in b/go.mod: about CVE-1',
      '[high] CVE-2 in shop/api: about CVE-2',
    ])
    expect(create[0]?.labels).toEqual(['security'])
    expect(create[0]?.body).toContain('| `a` | `1` |  | `go.mod:3` |\n| `b` | `1` | `2` | `go.mod:9` |')
    expect(create[0]?.body).toContain('branch%3Amain%20rule%3ACVE-1')
    expect(create[2]?.body).toContain('| `usr/bin` | m |\n| `usr/lib` | m |')
  })

  test('stay as they are in a second run, and change with their finding', () => {
    const findings = [finding('CVE-1'), finding('CVE-2')]
    const known = carriedOut(plan(findings))
    const second = plan(findings.toReversed(), { known })
    expect([writes(second), second.keep]).toEqual([0, [1, 2]])
    const third = plan([findings[0] as Finding, finding('CVE-2', { line: 4 })], { known })
    expect(third.update.map(({ number, reopen }) => [number, reopen])).toEqual([[2, false]])
    expect(
      writes(
        plan([findings[0] as Finding, finding('CVE-2', { line: 4 })], { known: carriedOut(third, known) }),
      ),
    ).toBe(0)
  })

  test('keep what people wrote around our part, and the title that they gave', () => {
    const [issue] = carriedOut(plan([finding('CVE-1')])) as [KnownIssue]
    const known = [{ ...issue, title: 'Mine', body: `Note first.\n\n${issue.body}\n\n> and last` }]
    expect(writes(plan([finding('CVE-1')], { known }))).toBe(0)
    const [change] = plan([finding('CVE-1', { line: 8 })], { known }).update
    expect(change?.title).toBe('Mine')
    expect(change?.body).toMatch(/^Note first\.\n\n<!--.*go\.mod:8.*-->\n\n> and last$/s)
  })

  test('are closed when gone, opened when it comes back, and stay closed when a person closed them', () => {
    const known = carriedOut(plan([finding('CVE-1')]))
    const gone = plan([], { known })
    expect(gone.close).toEqual([expect.objectContaining({ number: 1, reason: 'completed' })])
    const closed = carriedOut(gone, known)
    expect(writes(plan([], { known: closed }))).toBe(0)
    expect(plan([finding('CVE-1')], { known: closed }).update).toMatchObject([{ number: 1, reopen: true }])
    const byPerson = known.map((issue) => ({ ...issue, open: false }))
    const left = plan([finding('CVE-1')], { known: byPerson })
    expect([writes(left), left.said[0]]).toEqual([0, expect.stringContaining('#1 was closed by somebody')])
  })

  test.each(['accepted', 'suppressed'] as const)(
    'are closed as not planned when %s; open when expired',
    (state) => {
      const known = carriedOut(plan([finding('CVE-1')]))
      expect(plan([finding('CVE-1', { state })], { known }).close).toMatchObject([{ reason: 'not_planned' }])
      expect(plan([finding('CVE-1', { state: 'expired' })], { known }).keep).toEqual([1])
      expect(writes(plan([finding('CVE-1', { state })]))).toBe(0)
    },
  )

  test.each<[string, Given]>([
    ['a report is missing', { missing: ['b.sarif'] }],
    ['a tool did not finish', { analyses: [{ tool: 'Trivy', category: 'app', complete: false }] }],
    [
      'another tool looked in the category',
      { analyses: [{ tool: 'Bandit', category: 'app', complete: true }] },
    ],
    ['another category was scanned', { analyses: [{ tool: 'Trivy', category: 'api', complete: true }] }],
  ])('are not closed when %s', (_, given) => {
    const known = carriedOut(plan([finding('CVE-1')]))
    expect(plan([], { ...given, known })).toMatchObject({ close: [], create: [] })
  })

  test('of a finding that is no longer bad enough are neither closed nor changed', () => {
    const known = carriedOut(plan([finding('CVE-1')]))
    const kept = plan([finding('CVE-1', { severity: 'low' })], { known })
    expect([writes(kept), kept.keep]).toEqual([0, [1]])
  })

  test('of other categories are left alone, also with the same rule and target', () => {
    const known = carriedOut(
      plan([finding('CVE-1', { category: 'api' })], {
        analyses: [{ tool: 'Trivy', category: 'api', complete: true }],
      }),
    )
    const next = plan([finding('CVE-1')], { known })
    expect([next.create.length, next.close.length, next.update.length]).toEqual([1, 0, 0])
  })

  test('that are there twice: the younger one is closed', () => {
    const [issue] = carriedOut(plan([finding('CVE-1')])) as [KnownIssue]
    const next = plan([finding('CVE-1')], { known: [{ ...issue, number: 9 }, issue] })
    expect([next.keep, next.close.map(({ number }) => number)]).toEqual([[1], [9]])
  })
})

describe('the limit', () => {
  const many = Array.from({ length: 6 }, (_, index) => finding(`CVE-${index}`))

  test('leaves the rest to one overview, the worst have their own', () => {
    const worst = finding('CVE-9', { severity: 'critical' })
    const first = plan([...many, worst], { inputs: { issueLimit: 2 } })
    expect(first.create.map(({ title }) => title)).toEqual([
      '[critical] CVE-9 in go.mod: about CVE-9',
      '[high] CVE-0 in go.mod: about CVE-0',
      'Further findings of Trivy in app',
    ])
    expect(first.create[2]?.body).toContain('5 more findings have no issue of their own')
    const known = carriedOut(first)
    expect(writes(plan([...many, worst], { inputs: { issueLimit: 2 }, known }))).toBe(0)
    const solved = plan([worst], { inputs: { issueLimit: 2 }, known })
    expect(solved.close.map(({ number }) => number)).toEqual([2, 3])
  })

  test('takes no issue away from those that have one', () => {
    const known = carriedOut(plan(many))
    const next = plan([...many, finding('CVE-9', { severity: 'critical' })], {
      inputs: { issueLimit: 3 },
      known,
    })
    expect([next.close, next.update, next.create.map(({ key }) => key)]).toEqual([
      [],
      [],
      ['["Trivy","overview"]'],
    ])
  })

  test('leaves the overview of another tool in the category alone', () => {
    const known = carriedOut(plan(many, { inputs: { issueLimit: 2 } }))
    const analyses = [{ tool: 'Bandit', category: 'app', complete: true }]
    const more = Array.from({ length: 3 }, (_, index) => finding(`B${index}`, { tool: 'Bandit' }))
    const next = plan(more, { known, analyses, inputs: { issueLimit: 2 } })
    expect([next.close, next.update]).toEqual([[], []])
    expect(next.create.at(-1)?.title).toBe('Further findings of Bandit in app')
  })

  test('of 0 makes an overview only', () => {
    expect(plan(many, { inputs: { issueLimit: 0 } }).create).toHaveLength(1)
  })
})

describe('nothing is written', () => {
  test.each<[string, Given, string]>([
    ['off the default branch', { target: { ...target, onDefaultBranch: false } }, 'default branch'],
    ['in a public repository', { target: { ...target, isPublic: true } }, 'issues-public'],
    ['in one that may be public', { target: { ...target, isPublic: undefined } }, 'issues-public'],
  ])('%s', (_, given, words) => {
    const known = carriedOut(plan([finding('CVE-1')]))
    const refused = plan([finding('CVE-2')], { ...given, known })
    expect([writes(refused), refused.refused]).toEqual([0, expect.stringContaining(words)])
  })

  test('unless the public may read it', () => {
    const given = { target: { ...target, isPublic: true }, inputs: { issuesPublic: true } }
    expect(plan([finding('CVE-1')], given).create).toHaveLength(1)
  })
})

describe('untrusted text', () => {
  test('is neither markup, mention, link nor the end of the marker', () => {
    const evil = '--> @octo/team <script> ![x](https://evil.test) | `a` \n## b'
    const [issue] = plan([
      finding(evil, { title: evil, message: evil, path: evil, helpUri: 'javascript:alert(1)' }),
    ]).create
    const body = issue?.body ?? ''
    expect(body.split('\n')[0]).toMatch(
      /^<!-- nexus-actions trivy-sarif-upload category=app key=[^\s>]+ state=open -->$/,
    )
    expect(markerOf(body)?.key).toContain('-->')
    const html = micromark(body, {
      allowDangerousHtml: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    })
    const tags = new Set([...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag))
    expect([...tags].sort()).toEqual([
      'a',
      'code',
      'p',
      'strong',
      'sub',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'tr',
    ])
    expect([...html.matchAll(/href="([^"?]*)/g)].map(([, href]) => href)).toEqual([
      'https://github.test/octo/demo/security/code-scanning',
    ])
    expect(html.replace(/<code>.*?<\/code>/g, '')).not.toContain('@octo')
    expect(issue?.title).not.toContain('\n')
    expect(issue?.title.length).toBeLessThanOrEqual(256)
  })

  test('of any length fits into an issue', () => {
    const long = '@<&|'.repeat(30_000)
    const findings = Array.from({ length: 100 }, (_, line) =>
      finding(long, { title: long, message: long, path: long, line, tool: long }),
    )
    for (const { title, body } of plan(findings, { inputs: { issueLimit: 0 } }).create.concat(
      plan(findings).create,
    )) {
      expect([title.length <= 256, body.length <= 65_536]).toEqual([true, true])
    }
  })

  test('with links of the web only', () => {
    const about = (helpUri: string) => plan([finding('CVE-1', { helpUri })]).create[0]?.body ?? ''
    expect(about('https://avd.test/a>b)')).toContain('[`CVE-1`](<https://avd.test/a%3Eb)>)')
    expect(about('file:///etc/passwd')).not.toContain('](<file')
    expect(about('https://user@avd.test/')).not.toContain('user@')
  })

  test('any text comes back out of a marker, and survives an exchange of our part', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string(),
        (category, key, note) => {
          const marker = {
            category: category.toWellFormed(),
            key: key.toWellFormed(),
            state: 'open' as const,
          }
          const body = `${note}\n${ourPart(marker, 'text')}\n${note}`
          fc.pre(markerOf(note) === undefined)
          expect(markerOf(body)).toEqual(marker)
          expect(markerOf(withState(body, 'gone'))).toEqual({ ...marker, state: 'gone' })
          const changed = withOurPart(body, ourPart(marker, 'other'))
          expect(changed).toBe(`${note}\n${ourPart(marker, 'other')}\n${note}`)
        },
      ),
    )
  })

  test('any findings make a plan that a second run does not change', () => {
    const anything = fc.record({
      rule: fc.string({ unit: 'binary', maxLength: 8 }),
      path: fc.string({ unit: 'binary', maxLength: 8 }),
      message: fc.string({ unit: 'binary', maxLength: 20 }),
      severity: fc.constantFrom('critical', 'high', 'medium', 'low', 'unknown'),
      state: fc.constantFrom('open', 'suppressed', 'accepted', 'expired'),
    })
    fc.assert(
      fc.property(
        fc.array(anything, { maxLength: 12 }),
        fc.integer({ min: 0, max: 5 }),
        (list, issueLimit) => {
          const findings = list.map(({ rule, ...more }) => finding(rule, more as Partial<Finding>))
          const inputs = { issueLimit, issueSeverity: 'any' as const }
          const known = carriedOut(plan(findings, { inputs }))
          expect(writes(plan(findings, { inputs, known }))).toBe(0)
          // And with nothing found any more, all of it is closed.
          const after = carriedOut(plan([], { inputs, known }), known)
          expect(after.filter(({ open }) => open)).toEqual([])
        },
      ),
    )
  })
})
