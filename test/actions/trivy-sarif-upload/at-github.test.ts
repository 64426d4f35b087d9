import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { syncAlerts } from '../../../actions/trivy-sarif-upload/apply/alerts.ts'
import { syncIssues } from '../../../actions/trivy-sarif-upload/apply/issues.ts'
import { uploadAll } from '../../../actions/trivy-sarif-upload/apply/upload.ts'
import { ourPart } from '../../../actions/trivy-sarif-upload/code-scanning/issue-marker.ts'
import type { IssuePlan } from '../../../actions/trivy-sarif-upload/code-scanning/model.ts'
import type { Target, UploadDocument } from '../../../actions/trivy-sarif-upload/model.ts'
import { baseFindings } from '../../../actions/trivy-sarif-upload/observe/base.ts'
import { knownIssues } from '../../../actions/trivy-sarif-upload/observe/known-issues.ts'
import type { Analysis, Finding } from '../../../actions/trivy-sarif-upload/sarif/model.ts'
import { asked, client, twoCommits } from '../../shared/github/stage.ts'
import { addCommit, type StageIssue } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'

const signal = new AbortController().signal
const UPLOAD = 'POST /repos/{owner}/{repo}/code-scanning/sarifs'
const LOOK = 'GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}'

function targetAt(sha: string, more: Partial<Target> = {}): Target {
  return {
    ...{ ref: 'refs/heads/main', sha, baseRef: 'refs/heads/main', pullRequest: undefined },
    ...{ onDefaultBranch: true, isPublic: false, readOnly: undefined },
    ...more,
  }
}

interface Found {
  rule: string
  path?: string
  message?: string
  print?: string
}

function document(found: readonly Found[], tool = 'Trivy', category = 'app'): UploadDocument {
  const sarif = {
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool, rules: [] } },
        automationDetails: { id: `${category}/` },
        results: found.map(({ rule, path = 'go.mod', message = 'm', print }) => ({
          ruleId: rule,
          message: { text: message },
          locations: [{ physicalLocation: { artifactLocation: { uri: path } } }],
          ...(print === undefined ? {} : { partialFingerprints: { primaryLocationLineHash: print } }),
        })),
      },
    ],
  }
  const gzip = gzipSync(JSON.stringify(sarif))
  return { gzip, bytes: 1, analyses: [{ tool, category }], results: found.length }
}

/** A clock that takes no time. */
function quick() {
  let now = 0
  const waits: number[] = []
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms)
    now += ms
  }
  return { waits, now: () => now, date: () => now, sleep }
}

type Options = Parameters<typeof uploadAll>[3]

const options = (more: Partial<Options> = {}): Options => ({
  ...{ wait: true, waitTimeout: 60_000, signal, serverUrl: 'https://github.test', upload: 'auto' as const },
  clock: quick(),
  ...more,
})

describe('an upload', () => {
  test('is waited for, with looks further apart each time', async () => {
    const { github, one, second, state } = await twoCommits()
    state.codeScanning.pendingLooks = 6
    const clock = quick()
    const done = await uploadAll(one, [document([{ rule: 'CVE-1' }])], targetAt(second), options({ clock }))
    expect(done).toMatchObject({ troubles: [], warnings: [], uploads: [{ status: 'complete' }] })
    expect(done.analysisUrl).toContain('https://github.test/octo/demo/security/code-scanning?query=')
    expect(clock.waits).toEqual([200, 500, 1_000, 2_000, 4_000, 5_000, 5_000])
    expect(github.log[0]?.body).toMatchObject({
      commit_sha: second,
      ref: 'refs/heads/main',
      tool_name: 'Trivy',
    })
  })

  test('that is still pending at the end of the time is a warning and no trouble', async () => {
    const { one, second, state } = await twoCommits()
    state.codeScanning.pendingLooks = Number.POSITIVE_INFINITY
    const done = await uploadAll(one, [document([])], targetAt(second), options({ waitTimeout: 10_000 }))
    expect(done).toMatchObject({ troubles: [], uploads: [{ status: 'pending' }] })
    expect(done.warnings).toEqual([
      expect.stringMatching(/still processing Trivy in category "app" after 10 s/),
    ])
  })

  test('is not waited for when nobody wants to', async () => {
    const { github, one, second } = await twoCommits()
    const done = await uploadAll(one, [document([])], targetAt(second), options({ wait: false }))
    expect(done).toMatchObject({ warnings: [], uploads: [{ status: 'pending' }] })
    expect(asked(github)).toEqual(['POST /code-scanning/sarifs'])
  })

  test('whose looks fail is pending, and says why', async () => {
    const { github, one, second } = await twoCommits()
    github.fault({ on: LOOK, times: 99, answer: { status: 404, data: { message: 'Not Found' } } })
    const done = await uploadAll(one, [document([])], targetAt(second), options({ waitTimeout: 3_000 }))
    expect(done.troubles).toEqual([])
    expect(done.warnings[0]).toContain('The last look failed: GitHub does not find')
  })

  test('in parts goes on after a part that is refused for itself', async () => {
    const { one, second, state } = await twoCommits()
    const large = { ...document([]), gzip: Buffer.alloc(10_485_761) }
    const done = await uploadAll(one, [large, document([], 'Trivy', 'b')], targetAt(second), options())
    expect(done.uploads.map(({ status }) => status)).toEqual(['failed', 'complete'])
    expect(done.troubles).toEqual([
      {
        title: 'Upload too large',
        message: expect.stringMatching(/takes no 10 MiB \(HTTP 413\).*oversize: split/),
      },
    ])
    expect(state.codeScanning.analyses.map(({ category }) => category)).toEqual(['b'])
  })

  test('stops when the step is stopped', async () => {
    const { github, second, state } = await twoCommits()
    state.codeScanning.pendingLooks = Number.POSITIVE_INFINITY
    const stop = new AbortController()
    const one = client(github, { signal: stop.signal })
    const clock = { now: () => 0, date: () => 0, sleep: async () => stop.abort() }
    const done = await uploadAll(
      one,
      [document([])],
      targetAt(second),
      options({ signal: stop.signal, clock }),
    )
    expect(done.warnings[0]).toContain('The step was stopped')
    const after = await uploadAll(
      one,
      [document([])],
      targetAt(second),
      options({ signal: stop.signal, clock }),
    )
    expect(after.troubles.map(({ title }) => title)).toEqual(['Cancelled'])
  })
})

describe('a refused upload has its own sentence', () => {
  const refused = async (
    arrange: (scene: Awaited<ReturnType<typeof twoCommits>>) => Partial<Target> | undefined,
  ) => {
    const scene = await twoCommits({
      tokens: { 'stage-token': jobToken(), reader: jobToken({ contents: 'read' }) },
    })
    const target = targetAt(scene.second, arrange(scene))
    const done = await uploadAll(scene.one, [document([]), document([], 'b')], target, options())
    expect([done.uploads.length, done.analysisUrl]).toEqual([1, undefined])
    return done.troubles
  }

  test.each<[string, Parameters<typeof refused>[0], RegExp]>([
    [
      'code scanning is off',
      ({ state }) => void Object.assign(state.codeScanning, { access: 'off' }),
      /switched off: .*Settings.*GitHub says: Code scanning is not enabled/,
    ],
    [
      'no licence',
      ({ state }) => void Object.assign(state.codeScanning, { access: 'unlicensed' }),
      /needs Code Security: Private/,
    ],
    [
      'a ref that is gone',
      () => ({ ref: 'refs/heads/gone' }),
      /Ref not found: .*refs\/heads\/gone \(HTTP 404\).*deleted/,
    ],
    [
      'a commit that was not pushed',
      () => ({ sha: 'f'.repeat(40) }),
      /Commit not found: .*at fffffff.*pushed first/,
    ],
    [
      'the wrong commit for a merge ref',
      ({ state, first }) => {
        state.refs.set('refs/pull/7/merge', first)
        return { ref: 'refs/pull/7/merge' }
      },
      /^Ref and commit.*merge commit that GitHub made/,
    ],
    [
      'a repository that cannot be seen',
      ({ github }) =>
        void github.fault({ on: UPLOAD, answer: { status: 404, data: { message: 'Not Found' } } }),
      /Code scanning not found: .*actions: read/,
    ],
    [
      '503',
      ({ github }) =>
        void github.fault({ on: UPLOAD, times: 9, answer: { status: 503, data: { message: 'x' } } }),
      /GitHub has trouble: .*\(HTTP 503\).*githubstatus/,
    ],
    [
      'an archived repository',
      ({ state }) => void Object.assign(state, { archived: true }),
      /Not permitted: The repository is archived/,
    ],
    [
      'a wrong token',
      ({ github }) =>
        void github.fault({ on: UPLOAD, answer: { status: 401, data: { message: 'Bad credentials' } } }),
      /Token refused/,
    ],
    [
      'a connection that is cut',
      ({ github }) => void github.fault({ on: UPLOAD, times: 9, cut: 'before' }),
      /cannot be reached/,
    ],
  ])('%s', async (_, arrange, words) => {
    const [trouble, ...others] = await refused(arrange)
    expect(others).toEqual([])
    expect(`${trouble?.title}: ${trouble?.message}`).toMatch(words)
  })

  test('a missing permission; not where the token never has it', async () => {
    const { github, second } = await twoCommits({ tokens: { reader: jobToken({ contents: 'read' }) } })
    const one = client(github, { token: 'reader' })
    const upload = (target: Partial<Target>, more: Partial<Options> = {}) =>
      uploadAll(one, [document([])], targetAt(second, target), options(more))
    const [trouble] = (await upload({})).troubles
    expect(`${trouble?.title}: ${trouble?.message}`).toMatch(
      /Not permitted to upload: .*security-events: write/,
    )
    const readOnly = { reason: 'dependabot', said: 'Dependabot started this.' } as const
    expect(await upload({ readOnly })).toMatchObject({
      ...{ troubles: [], warnings: [], uploads: [], skipped: { reason: 'dependabot' } },
    })
    expect((await upload({ readOnly }, { upload: 'always' })).troubles).toHaveLength(1)
  })

  test('what is no SARIF', async () => {
    const { one, second } = await twoCommits()
    const broken = { ...document([]), gzip: Buffer.from('nothing') }
    const { troubles } = await uploadAll(one, [broken], targetAt(second), options())
    expect(troubles[0]?.message).toMatch(/\(HTTP 400\).*output-file/)
  })
})

describe('a failed upload has its own sentence', () => {
  test.each([
    [
      'CodeQL analyses from advanced configurations cannot be processed when the default setup is enabled',
      'Default setup is enabled',
      'switch to advanced setup',
    ],
    [
      'A delivery cannot contain multiple runs with the same category',
      'Duplicate category',
      'category` of its own',
    ],
    ['rejecting delivery as the repository has too many logical alerts', 'Too many alerts', '1,000,000'],
    ['rejecting SARIF, as there are more runs than allowed (21 > 20)', 'Beyond a limit', '21 > 20'],
    ['locationFromSarifResult: expected artifact location', 'Locations refused', 'checkout-path'],
    ['an invalid URI was provided as a SARIF location', 'Locations refused', 'checkout-path'],
    ['could not convert rules: invalid security severity value', 'Processing failed', 'severity value'],
  ])('%s', async (words, title, remedy) => {
    const { one, second, state } = await twoCommits()
    state.codeScanning.processingErrors = [words]
    const done = await uploadAll(one, [document([])], targetAt(second), options())
    expect(done.uploads).toMatchObject([{ status: 'failed' }])
    expect(done.troubles).toEqual([{ title, message: expect.stringContaining(remedy) }])
    expect(done.troubles[0]?.message).toContain(words)
  })
})

describe('the base', () => {
  const analysis = (tool = 'Trivy', category = 'app'): Analysis => ({
    ...{ run: 0, tool, category, source: 'a.sarif', complete: true },
  })

  /** Two analyses of main, the older one without what is new in the later one; and a pull request on top. */
  async function scene() {
    const made = await twoCommits()
    const { one, first, second, state } = made
    const upload = (sha: string, found: readonly Found[], category = 'app') =>
      uploadAll(one, [document(found, 'Trivy', category)], targetAt(sha), options())
    await upload(first, [{ rule: 'OLD', print: 'old:1' }])
    await upload(second, [
      { rule: 'OLD', print: 'old:1' },
      { rule: 'NEWER', path: 'a%20b', message: 'n' },
    ])
    await upload(second, [{ rule: 'API' }], 'api')
    const head = addCommit(state, { message: 'feat: c', branch: 'feature' })
    state.refs.set('refs/pull/7/head', head)
    made.github.log.length = 0
    return {
      ...made,
      head,
      pull: targetAt(head, { ref: 'refs/pull/7/head', onDefaultBranch: false, pullRequest: 7 }),
    }
  }

  test('of a pull request is the newest analysis of tool and category', async () => {
    const { github, one, pull } = await scene()
    const { known, without, said } = await baseFindings(one, pull, [analysis()], signal)
    expect(known).toEqual([
      {
        tool: 'Trivy',
        category: 'app',
        rule: 'OLD',
        path: 'go.mod',
        message: 'm',
        fingerprints: { primaryLocationLineHash: 'old:1' },
      },
      { tool: 'Trivy', category: 'app', rule: 'NEWER', path: 'a b', message: 'n', fingerprints: {} },
    ])
    expect([without, said]).toEqual([
      [],
      [expect.stringMatching(/is compared with refs\/heads\/main at \w{7}\./)],
    ])
    expect(asked(github)).toHaveLength(4)
  })

  test('of a push is the analysis of the commit before, also when the step runs again', async () => {
    const { one, second } = await scene()
    const { known } = await baseFindings(one, targetAt(second), [analysis()], signal)
    expect(known.map(({ rule }) => rule)).toEqual(['OLD'])
  })

  test('is not there for another category or tool: all is new, and a sentence says so', async () => {
    const { one, pull } = await scene()
    const others = [analysis('Trivy', 'web'), analysis('Semgrep')]
    const { known, without, said } = await baseFindings(
      one,
      pull,
      [...others, analysis('Trivy', 'api')],
      signal,
    )
    expect([known.map(({ rule }) => rule), without]).toEqual([['API'], others])
    expect(said[0]).toContain('no analysis on refs/heads/main to compare with: every finding is new')
  })

  test('in parts is all parts of the newest commit, however it was cut before', async () => {
    const made = await scene()
    const { one, second, state } = made
    const later = addCommit(state, { message: 'feat: d' })
    const upload = (sha: string, rule: string, category: string) =>
      uploadAll(one, [document([{ rule }], 'Trivy', category)], targetAt(sha), options())
    await upload(second, 'GONE', 'app/part-3')
    for (const part of [1, 2]) await upload(later, `P${part}`, `app/part-${part}`)
    const rules = async () =>
      (await baseFindings(one, made.pull, [analysis()], signal)).known.map(({ rule }) => rule)
    expect((await rules()).sort()).toEqual(['P1', 'P2'])
    await upload(later, 'WHOLE', 'app')
    expect(await rules()).toEqual(['WHOLE'])
  })

  test('has what was dismissed, there or in the pull request', async () => {
    const { one, pull, state } = await scene()
    const [alert] = state.codeScanning.alerts
    alert?.refs.set(pull.ref, 'open')
    Object.assign(alert ?? {}, {
      rule: 'SEEN',
      dismissed: { reason: "won't fix", comment: null, by: 'ada', at: '2026-01-01T00:00:00Z' },
    })
    const { known } = await baseFindings(one, pull, [analysis()], signal)
    expect(known.filter(({ rule }) => rule === 'SEEN')).toHaveLength(1)
  })

  test('is nothing where nothing was ever analysed, or the token may not look', async () => {
    const { github, one, second } = await twoCommits({
      tokens: { 'stage-token': jobToken(), none: jobToken({}) },
    })
    expect(await baseFindings(one, targetAt(second), [analysis()], signal)).toMatchObject({
      known: [],
      without: [{ tool: 'Trivy' }],
    })
    github.state.private = true
    const LIST = 'GET /repos/{owner}/{repo}/code-scanning/analyses'
    github.fault({
      on: LIST,
      answer: { status: 403, data: { message: 'Resource not accessible by integration' } },
    })
    const { said, without } = await baseFindings(one, targetAt(second), [analysis()], signal)
    expect([said, without.length]).toEqual([[expect.stringContaining('may not read security events')], 1])
  })

  test.each([[{ version: '2.1.0', runs: [{}] }], [[]], [{ version: '2.1.0' }]])(
    'that is no SARIF: %j',
    async (data) => {
      const { github, one, pull } = await scene()
      github.fault({
        on: 'GET /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}',
        answer: { status: 200, data },
      })
      const { known, without, said } = await baseFindings(one, pull, [analysis()], signal)
      expect([known, without.length, said[0]]).toEqual([
        [],
        1,
        expect.stringContaining('GitHub gave no SARIF'),
      ])
    },
  )
})

describe('alerts of accepted findings', () => {
  const finding = (rule: string, more: Partial<Finding> = {}): Finding => ({
    ...{ run: 0, result: 0, tool: 'Trivy', category: 'app', rule, title: rule, message: 'm' },
    ...{ severity: 'high', path: 'go.mod', fingerprints: {}, state: 'open' },
    ...more,
  })
  const accepted = {
    state: 'accepted',
    acceptedReason: 'not reachable',
    acceptedUntil: '2026-12-31',
  } as const

  async function scene() {
    const made = await twoCommits()
    await uploadAll(
      made.one,
      [document([{ rule: 'CVE-1' }, { rule: 'CVE-2' }])],
      targetAt(made.second),
      options(),
    )
    made.github.log.length = 0
    const sync = (...findings: Finding[]) => syncAlerts(made.one, findings, targetAt(made.second), signal)
    return { ...made, sync }
  }

  test('are dismissed with our comment once, and opened again after expiry', async () => {
    const { github, state, sync } = await scene()
    const both = (state: Partial<Finding>) => [finding('CVE-1', state), finding('CVE-2')] as const
    expect(await sync(...both(accepted))).toEqual({ dismissed: [1], reopened: [], warnings: [] })
    expect(state.codeScanning.alerts[0]?.dismissed).toMatchObject({
      comment: 'trivy-sarif-upload: accepted until 2026-12-31: not reachable',
    })
    expect(await sync(...both(accepted))).toMatchObject({ dismissed: [], reopened: [] })
    expect(await sync(...both({ ...accepted, acceptedUntil: '2027-01-31' }))).toMatchObject({
      dismissed: [1],
    })
    expect(await sync(...both({ state: 'expired' }))).toMatchObject({ dismissed: [], reopened: [1] })
    const writes = asked(github).filter((call) => call.startsWith('PATCH'))
    expect([writes.length, state.codeScanning.alerts[0]?.dismissed]).toEqual([3, undefined])
  })

  test('are opened again when the entry is taken away', async () => {
    const { sync } = await scene()
    await sync(finding('CVE-1', accepted), finding('CVE-2'))
    expect(await sync(finding('CVE-1'), finding('CVE-2'))).toMatchObject({ reopened: [1] })
  })

  test('of an analysis in parts are found in all of them', async () => {
    const { one, second, state, sync } = await scene()
    await uploadAll(one, [document([{ rule: 'CVE-9' }], 'Trivy', 'app/part-2')], targetAt(second), options())
    expect(await sync(finding('CVE-9', accepted))).toMatchObject({ dismissed: [3] })
    expect(await sync(finding('CVE-9'))).toMatchObject({ reopened: [3] })
    expect(state.codeScanning.alerts[2]?.category).toBe('app/part-2')
  })

  test('that a person dismissed stay as they are', async () => {
    const { state, sync } = await scene()
    const dismissed = { reason: 'false positive', comment: 'no', by: 'ada', at: '2026-01-01T00:00:00Z' }
    Object.assign(state.codeScanning.alerts[0] ?? {}, { dismissed })
    expect(
      await sync(finding('CVE-1', { state: 'expired' }), finding('CVE-2', { state: 'suppressed' })),
    ).toMatchObject({
      ...{ dismissed: [2], reopened: [], warnings: [] },
    })
    expect(state.codeScanning.alerts.map(({ dismissed }) => dismissed?.comment)).toEqual([
      'no',
      'trivy-sarif-upload: suppressed in the report',
    ])
  })

  test('of another place, tool or category are none of them', async () => {
    const { sync } = await scene()
    const others = [{ path: 'b' }, { category: 'api' }, { tool: 'Semgrep' }]
    for (const other of others) {
      expect(await sync(finding('CVE-1', { ...accepted, ...other }))).toEqual({
        dismissed: [],
        reopened: [],
        warnings: [],
      })
    }
  })

  test('are left alone off the default branch, and where one finding of the place counts', async () => {
    const { github, one, second, sync } = await scene()
    const target = targetAt(second, { onDefaultBranch: false })
    expect(await syncAlerts(one, [finding('CVE-1', accepted)], target, signal)).toMatchObject({
      dismissed: [],
    })
    expect(github.log).toEqual([])
    expect(await sync(finding('CVE-1', accepted), finding('CVE-1'))).toMatchObject({ dismissed: [] })
  })

  test('that cannot be dismissed are a warning each', async () => {
    const { github, sync } = await scene()
    const PATCH = 'PATCH /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}'
    github.fault({
      on: PATCH,
      answer: { status: 403, data: { message: 'Resource not accessible by integration' } },
    })
    const done = await sync(finding('CVE-1', accepted), finding('CVE-2', accepted))
    // The newest first, as GitHub lists them.
    expect(done).toMatchObject({
      dismissed: [1],
      warnings: [expect.stringMatching(/^Alert 2 could not be dismissed.*approval/)],
    })
  })
})

describe('issues', () => {
  const marker = { category: 'app', key: 'k', state: 'open' } as const
  const issue = (more: Partial<StageIssue> = {}): StageIssue => ({
    ...{ number: 1, title: 't', body: ourPart(marker, 'text'), labels: ['security'], state: 'open' },
    ...{ reason: null, author: 'github-actions[bot]', association: 'NONE', isPull: false },
    createdAt: '2026-01-01T00:00:00Z',
    ...more,
  })
  const NONE: IssuePlan = { create: [], update: [], close: [], keep: [], refused: undefined, said: [] }
  const NEW = { key: 'k', title: 't', body: ourPart(marker, 'text'), labels: ['security'] }

  test('that carry our marker are found, whatever became of their labels; not those of strangers', async () => {
    const { one, state } = await twoCommits()
    state.issues.push(
      issue({ labels: [] }),
      issue({ number: 2, author: 'mallory' }),
      issue({ number: 3, body: 'no marker' }),
      issue({ number: 4, state: 'closed', body: ourPart({ ...marker, state: 'gone' }, 'text') }),
      issue({ number: 5, state: 'closed' }),
      issue({ number: 6, isPull: true }),
      issue({ number: 7, state: 'closed', labels: [] }),
    )
    const found = await knownIssues(one, 'security')
    expect(found.map(({ number, open, gone }) => [number, open, gone])).toEqual([
      [1, true, false],
      [5, false, false],
      [4, false, true],
    ])
    expect(found[0]).toMatchObject({ key: 'k', category: 'app', title: 't' })
  })

  test.each([
    [410, 'Issues are disabled for this repo', /switched off|Settings → General/],
    [403, 'Resource not accessible by integration', /issues: write/],
  ])('that cannot be read (%d) stop the sync', async (status, message, words) => {
    const { github, one } = await twoCommits()
    github.fault({ on: 'GET /repos/{owner}/{repo}/issues', answer: { status, data: { message } } })
    await expect(knownIssues(one, 'security')).rejects.toThrow(words)
  })

  test('are written one after the other', async () => {
    const { github, one, state } = await twoCommits()
    state.issues.push(issue(), issue({ number: 2, state: 'closed' }), issue({ number: 3 }))
    const done = await syncIssues(
      one,
      {
        ...NONE,
        create: [NEW],
        update: [
          { ...NEW, number: 1, body: 'new', reopen: false },
          { ...NEW, number: 2, body: 'back', reopen: true },
        ],
        close: [{ number: 3, key: 'x', body: 'gone', reason: 'not_planned' }],
        keep: [9],
      },
      signal,
    )
    expect(done).toEqual({ issues: [1, 2, 4, 9], troubles: [], warnings: [] })
    expect(state.issues.map(({ state, body, reason }) => [state, body, reason])).toEqual([
      ['open', 'new', null],
      ['open', 'back', 'reopened'],
      ['closed', 'gone', 'not_planned'],
      ['open', NEW.body, null],
    ])
    expect(github.log).toHaveLength(4)
  })

  test.each(['after', 'body'] as const)('are there once although a reply is cut %s', async (cut) => {
    const { github, one, state } = await twoCommits()
    github.fault({ on: 'POST /repos/{owner}/{repo}/issues', cut })
    expect(await syncIssues(one, { ...NONE, create: [NEW] }, signal)).toMatchObject({
      issues: [1],
      troubles: [],
    })
    expect(state.issues).toHaveLength(1)
  })

  test('one that is gone does not keep the others', async () => {
    const { one, state } = await twoCommits()
    const update = [{ ...NEW, number: 77, reopen: false }]
    const done = await syncIssues(one, { ...NONE, update, create: [NEW] }, signal)
    expect(done).toMatchObject({
      issues: [1],
      troubles: [{ message: expect.stringContaining('1 issue could not be written (#77)') }],
    })
    expect(state.issues).toHaveLength(1)
  })

  test('without the permission are one trouble, after one call', async () => {
    const { github } = await twoCommits({ tokens: { reader: jobToken({ issues: 'read' }) } })
    const one = client(github, { token: 'reader' })
    const { troubles } = await syncIssues(one, { ...NONE, create: [NEW, NEW, NEW] }, signal)
    expect(troubles).toEqual([
      { title: 'Issues not in step', message: expect.stringMatching(/^3 issues.*issues: write/) },
    ])
    expect(github.log).toHaveLength(1)
  })

  test('that are refused are not written', async () => {
    const { github, one } = await twoCommits()
    expect(await syncIssues(one, { ...NONE, create: [NEW], refused: 'no' }, signal)).toMatchObject({
      issues: [],
    })
    expect(github.log).toEqual([])
  })
})
