import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import {
  analysisSarif,
  dismissAlert,
  listAlerts,
  listAnalyses,
  reopenAlert,
  sarifStatus,
  uploadSarif,
} from '../../../shared/github/code-scanning.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { asked, client, failure, twoCommits } from './stage.ts'

const MAIN = 'refs/heads/main'
const UPLOAD = 'POST /repos/{owner}/{repo}/code-scanning/sarifs'

interface Found {
  rule: string
  path: string
}

const log = (results: readonly Found[], tool = 'Trivy', category = 'app') => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: tool, rules: [] } },
      automationDetails: { id: `${category}/` },
      results: results.map(({ rule, path }) => ({
        ruleId: rule,
        message: { text: `${rule} in ${path}` },
        locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: 3 } } }],
      })),
    },
  ],
})

const zipped = (value: unknown): Buffer => gzipSync(JSON.stringify(value))

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

/** Uploads and looks until it is no longer pending. */
async function analysed(options: Parameters<typeof twoCommits>[0], ...logs: unknown[]) {
  const scene = await twoCommits(options)
  for (const one of logs) {
    const id = await uploadSarif(scene.one, { commit: scene.first, ref: MAIN, gzip: zipped(one) })
    await sarifStatus(scene.one, id)
  }
  return scene
}

describe('an upload', () => {
  test('is processed, and becomes an analysis with alerts', async () => {
    const { one, first, state } = await twoCommits()
    state.codeScanning.pendingLooks = 1
    const gzip = zipped(log([{ rule: 'CVE-1', path: 'go.mod' }]))
    const upload = { commit: first, ref: MAIN, gzip, tool: 'Trivy', startedAt: '2026-11-21T09:00:00Z' }
    const id = await uploadSarif(one, upload)
    expect(await sarifStatus(one, id)).toEqual({ status: 'pending', errors: [] })
    expect(await sarifStatus(one, id)).toEqual({ status: 'complete', errors: [] })
    const [analysis, ...others] = await all(listAnalyses(one, { ref: MAIN, tool: 'Trivy' }))
    expect(analysis).toMatchObject({ ref: MAIN, commit: first, tool: 'Trivy', category: 'app', error: '' })
    expect([analysis?.sarifId, others]).toEqual([id, []])
    const sarif = (await analysisSarif(one, analysis?.id ?? 0)) as ReturnType<typeof log>
    expect(sarif.runs[0]?.results[0]?.ruleId).toBe('CVE-1')
    expect(await all(listAlerts(one, { ref: MAIN, state: 'open' }))).toEqual([
      {
        ...{ number: 1, state: 'open', dismissedComment: '', rule: 'CVE-1', tool: 'Trivy', category: 'app' },
        ...{ message: 'CVE-1 in go.mod', path: 'go.mod', line: 3, url: expect.stringContaining('/1') },
      },
    ])
  })

  test.each(['after', 'body', 'before'] as const)('is sent again when the reply is cut %s', async (cut) => {
    const { github, one, first, state } = await twoCommits()
    github.fault({ on: UPLOAD, cut })
    const id = await uploadSarif(one, { commit: first, ref: MAIN, gzip: zipped(log([])) })
    expect(await sarifStatus(one, id)).toMatchObject({ status: 'complete' })
    // The later one takes the place of the first, as nobody looks at that.
    expect(state.codeScanning.analyses).toHaveLength(1)
  })

  test.each([
    ['a commit that is not there', { commit: 'f'.repeat(40) }, 404, 'commit not found'],
    ['a ref that is not there', { ref: 'refs/heads/gone' }, 404, "ref 'refs/heads/gone' not found"],
    ['what is no SARIF', { gzip: Buffer.from('nothing') }, 400, 'gzipped'],
    ['more than 10 MB', { gzip: Buffer.alloc(10_485_761) }, 413, 'Payload Too Large'],
  ])('of %s is refused', async (_, wrong, status, words) => {
    const { one, first } = await twoCommits()
    const error = await failure(
      uploadSarif(one, { commit: first, ref: MAIN, gzip: zipped(log([])), ...wrong }),
    )
    expect(error.status).toBe(status)
    expect(error.message).toContain(words)
  })

  test('of a merge ref needs a merge commit', async () => {
    const { one, first, state } = await twoCommits()
    state.refs.set('refs/pull/7/merge', first)
    const upload = { commit: first, ref: 'refs/pull/7/merge', gzip: zipped(log([])) }
    expect((await failure(uploadSarif(one, upload))).message).toContain('is not a merge commit')
  })

  test('needs security-events: write, and code scanning', async () => {
    const { github, one, first, state } = await twoCommits({
      tokens: { 'stage-token': jobToken(), reader: jobToken({ 'security-events': 'read' }) },
    })
    const upload = { commit: first, ref: MAIN, gzip: zipped(log([])) }
    const refused = await failure(uploadSarif(client(github, { token: 'reader' }), upload))
    expect([refused.kind, refused.permission]).toEqual(['permission', 'security-events: write'])
    state.codeScanning.access = 'off'
    expect((await failure(uploadSarif(one, upload))).answer).toContain('not enabled')
    state.codeScanning.access = 'unlicensed'
    expect((await failure(uploadSarif(one, upload))).answer).toContain('Code Security must be enabled')
  })
})

describe('processing fails for', () => {
  const many = (count: number) =>
    log(Array.from({ length: count }, (_, index) => ({ rule: 'r', path: `${index}` })))
  const [run] = log([]).runs

  test.each([
    ['25,001 results', many(25_001), 'more results per run than allowed (25001 > 25000)'],
    ['21 runs', { version: '2.1.0', runs: Array(21).fill(run) }, 'more runs than allowed (21 > 20)'],
    ['two runs of a category', { version: '2.1.0', runs: [run, run] }, 'the same category'],
    [
      'a result without a place',
      { version: '2.1.0', runs: [{ ...run, results: [{ message: { text: 'a' } }] }] },
      'at least one location',
    ],
    ['a Windows path', log([{ rule: 'r', path: 'C:\\app' }]), 'invalid URI'],
    ['SARIF 2.0.0', { version: '2.0.0', runs: [] }, 'version'],
  ])('%s', async (_, value, words) => {
    const { one, first, state } = await twoCommits()
    const id = await uploadSarif(one, { commit: first, ref: MAIN, gzip: zipped(value) })
    expect(await sarifStatus(one, id)).toMatchObject({
      status: 'failed',
      errors: expect.arrayContaining([expect.stringContaining(words)]),
    })
    expect(state.codeScanning.analyses).toEqual([])
  })

  test('CodeQL, where its default setup is on', async () => {
    const { one, first, state } = await twoCommits()
    state.codeScanning.defaultSetup = true
    const id = await uploadSarif(one, { commit: first, ref: MAIN, gzip: zipped(log([], 'CodeQL')) })
    expect((await sarifStatus(one, id)).errors).toEqual([expect.stringContaining('default setup is enabled')])
  })

  test('an id that GitHub does not know', async () => {
    const { one } = await twoCommits()
    expect((await failure(sarifStatus(one, 'nobody'))).kind).toBe('not-found')
  })
})

describe('alerts', () => {
  test('of a later analysis of the same tool and category; those of others stay', async () => {
    const both = [
      { rule: 'CVE-1', path: 'a' },
      { rule: 'CVE-2', path: 'b' },
    ]
    const { one } = await analysed({}, log(both), log(both, 'Semgrep'), log(both.slice(1)))
    const open = await all(listAlerts(one, { ref: MAIN, state: 'open' }))
    expect(open.map(({ tool, rule }) => `${tool} ${rule}`).sort()).toEqual([
      'Semgrep CVE-1',
      'Semgrep CVE-2',
      'Trivy CVE-2',
    ])
    expect(await all(listAlerts(one, { ref: 'refs/heads/other', state: 'open' }))).toEqual([])
  })

  test('are dismissed with a comment of at most 280 characters, and opened again', async () => {
    const { github, one, state } = await analysed({}, log([{ rule: 'CVE-1', path: 'a' }]))
    github.log.length = 0
    await dismissAlert(one, 1, `ours: ${'😀'.repeat(300)}`)
    const [alert] = await all(listAlerts(one, { ref: MAIN, tool: 'Trivy', state: 'dismissed' }))
    expect(alert).toMatchObject({ number: 1, state: 'dismissed', rule: 'CVE-1' })
    expect(alert?.dismissedComment).toHaveLength(280)
    expect(alert?.dismissedComment.isWellFormed()).toBe(true)
    expect(state.codeScanning.alerts[0]?.dismissed?.reason).toBe("won't fix")
    await reopenAlert(one, 1)
    expect(state.codeScanning.alerts[0]?.dismissed).toBeUndefined()
    expect(asked(github)).toEqual([
      'PATCH /code-scanning/alerts/{alert_number}',
      'GET /code-scanning/alerts',
      'PATCH /code-scanning/alerts/{alert_number}',
    ])
  })

  test('and analyses are not found where nothing was ever analysed', async () => {
    const { one } = await twoCommits()
    expect((await failure(all(listAlerts(one, { ref: MAIN, state: 'open' })))).kind).toBe('not-found')
    expect((await failure(all(listAnalyses(one, { ref: MAIN })))).kind).toBe('not-found')
  })

  test('come in pages of 100', async () => {
    const found = Array.from({ length: 250 }, (_, index) => ({ rule: `r${index}`, path: 'a' }))
    const { github, one } = await analysed({}, log(found))
    github.log.length = 0
    expect(await all(listAlerts(one, { ref: MAIN, state: 'open' }))).toHaveLength(250)
    expect(asked(github)).toHaveLength(3)
  })
})

test('an analysis that is no JSON is no answer', async () => {
  const { github, one } = await analysed({}, log([]))
  const on = 'GET /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}'
  github.fault({ on, times: 9, answer: { status: 200, text: '<html>' } })
  expect((await failure(analysisSarif(one, 1))).message).toContain('is an HTML page')
})
