import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { mergePull } from '../../support/github/pulls.ts'
import type { Stage } from '../../support/github/server.ts'
import { addCommit, peeled, type State } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import {
  BRANCH,
  githubWith,
  onPush,
  openPulls,
  project,
  textAt,
  tip,
  writesOf,
} from './release-pull-request.ts'

let stage: Stage
let state: State

async function scene(options: Parameters<typeof githubWith>[1] = {}): Promise<void> {
  state = project()
  stage = await githubWith(state, options)
}

afterEach(() => stage.close())

const tagged = (tag: string): string | undefined => {
  const object = state.refs.get(`refs/tags/${tag}`)
  return object === undefined ? undefined : peeled(state, object)
}

describe('the request', () => {
  test('is opened with the next version in its files, on top of the base', async () => {
    await scene()
    const base = addCommit(state, { message: 'feat: search' })
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    const [pull] = openPulls(state)
    expect(pull).toMatchObject({
      title: 'chore: release v1.3.0',
      base: 'main',
      head: BRANCH,
      author: 'github-actions[bot]',
    })
    expect(pull?.body).toContain('feat: search')
    expect(result.outputs).toMatchObject({
      version: '1.3.0',
      tag: 'v1.3.0',
      'previous-version': '1.2.3',
      released: 'false',
      'release-ready': 'true',
      'release-pull-request': String(pull?.number),
    })
    expect(textAt(state, 'package.json')).toBe('{\r\n  "name": "shop",\r\n  "version": "1.3.0"\r\n}\r\n')
    expect(textAt(state, 'package-lock.json')).toContain('"version":"1.3.0","lockfileVersion"')
    expect(textAt(state, 'package-lock.json')).not.toContain('1.2.3')
    const commit = state.commits.get(tip(state, BRANCH))
    expect(commit?.parents).toEqual([base])
    expect(commit?.message).toMatch(/^chore: release v1\.3\.0\n\nNexus-Release: 1\.3\.0\n/)
    expect(commit?.paths.sort()).toEqual(['package-lock.json', 'package.json'])
    // Nothing is left of how it came to be.
    expect([...state.refs.keys()].filter((ref) => ref.startsWith('refs/heads/'))).toEqual([
      'refs/heads/main',
      `refs/heads/${BRANCH}`,
    ])
    expect([...state.refs.keys()]).not.toContain('refs/tags/v1.3.0')
  })

  test('is left alone when it is right', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    const before = tip(state, BRANCH)
    stage.log.length = 0
    const again = await onPush(stage)
    expectConclusion(again, 'success')
    expect(writesOf(stage)).toEqual([])
    expect(tip(state, BRANCH)).toBe(before)
    expect(again.outputs['release-pull-request']).toBe('1')
  })

  test('stays the same one when the version grows, and what others did to the base stays', async () => {
    await scene()
    addCommit(state, { message: 'fix: leak', content: { 'src/main.js': 'one\n' } })
    await onPush(stage)
    expect(openPulls(state)[0]?.title).toBe('chore: release v1.2.4')
    const base = addCommit(state, {
      message: 'feat!: new API',
      content: { 'src/main.js': 'two\n', 'package.json': '{"version":"1.2.3","more":1}' },
    })
    await onPush(stage)
    expect(openPulls(state)).toMatchObject([{ number: 1, title: 'chore: release v2.0.0' }])
    expect(state.commits.get(tip(state, BRANCH))?.parents).toEqual([base])
    expect(textAt(state, 'package.json')).toBe('{"version":"2.0.0","more":1}')
    expect(textAt(state, 'src/main.js')).toBe('two\n')
  })

  test('is brought up to a base that moved, also when its content stays the same', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    const base = addCommit(state, { message: 'docs: words', content: { 'a.md': 'a' } })
    await onPush(stage)
    expect(state.commits.get(tip(state, BRANCH))?.parents).toEqual([base])
    expect(openPulls(state)).toHaveLength(1)
    expect(textAt(state, 'a.md')).toBe('a')
  })

  test('is not opened while there is nothing to release', async () => {
    await scene()
    addCommit(state, { message: 'docs: words' })
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({
      version: '1.2.3',
      'release-ready': 'false',
      'release-pull-request': '',
    })
    expect(writesOf(stage)).toEqual([])
  })

  test('is closed when nothing is to be released any more, and opened again later', async () => {
    await scene()
    const feature = addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    addCommit(state, { message: `Revert "feat: search"\n\nThis reverts commit ${feature}.` })
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    expect(openPulls(state)).toEqual([])
    expect(state.refs.has(`refs/heads/${BRANCH}`)).toBe(false)
    expect(result.outputs['release-pull-request']).toBe('')
    addCommit(state, { message: 'fix: leak' })
    const later = await onPush(stage)
    expect(later.outputs).toMatchObject({ version: '1.2.4', 'release-pull-request': '2' })
  })

  test('takes files of the workspace, and sets versions in them too', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    const workspace = tempFolder('nexus-workspace-')
    mkdirSync(join(workspace, 'docs'))
    writeFileSync(join(workspace, 'CHANGELOG.md'), '# Changelog\n\n## v1.3.0\n\n- search\n\n## v1.2.3\n')
    writeFileSync(join(workspace, 'docs/install.md'), 'npm i shop@1.2.3 <!-- x-release-version -->\n')
    addCommit(state, {
      message: 'docs: install',
      content: { 'docs/install.md': 'npm i shop@1.2.3 <!-- x-release-version -->\n' },
    })
    const result = await onPush(
      stage,
      {
        'pull-request-files': 'CHANGELOG.md, docs/*.md',
        'version-files': 'package.json\ndocs/install.md: marker',
      },
      { workspace },
    )
    expectConclusion(result, 'success')
    expect(textAt(state, 'CHANGELOG.md')).toContain('- search')
    expect(textAt(state, 'docs/install.md')).toContain('shop@1.3.0')
    stage.log.length = 0
    await onPush(
      stage,
      {
        'pull-request-files': 'CHANGELOG.md, docs/*.md',
        'version-files': 'package.json\ndocs/install.md: marker',
      },
      { workspace },
    )
    expect(writesOf(stage)).toEqual([])
  })

  test('a file of an older checkout does not undo what the base has by now', async () => {
    await scene()
    const sha = addCommit(state, { message: 'feat: search' })
    const workspace = tempFolder('nexus-workspace-')
    writeFileSync(join(workspace, 'CHANGELOG.md'), '# Changelog\n\n## v1.3.0\n\n- search\n\n## v1.2.3\n')
    addCommit(state, {
      message: 'docs: history',
      content: { 'CHANGELOG.md': '# Changelog, mended\n\n## v1.2.3\n' },
    })
    const result = await onPush(stage, { 'pull-request-files': 'CHANGELOG.md' }, { workspace, sha })
    expectConclusion(result, 'success')
    expect(writesOf(stage)).toEqual([])
    expect(result.annotations[0]?.message).toContain('CHANGELOG.md has changed on the base')
  })

  test('an older run works on the base as it is by now', async () => {
    await scene()
    const sha = addCommit(state, { message: 'fix: leak' })
    const base = addCommit(state, { message: 'feat: search' })
    const result = await onPush(stage, {}, { sha })
    expect(result.outputs).toMatchObject({ version: '1.3.0' })
    expect(state.commits.get(tip(state, BRANCH))?.parents).toEqual([base])
  })

  test('has the notes, cut to what GitHub takes, with its trailer at the end', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    const result = await onPush(stage, { 'release-notes': `## Notes\n${'- 😀 line\n'.repeat(9_000)}` })
    expectConclusion(result, 'success')
    const { body = '' } = openPulls(state)[0] ?? {}
    expect([...body].length).toBeLessThanOrEqual(65_536)
    expect([...body].length).toBeGreaterThan(60_000)
    expect(body).toMatch(/^Nexus-Release: 1\.3\.0$/m)
  })

  test('words that skip workflows and marks in the notes are broken', async () => {
    await scene()
    addCommit(state, { message: 'feat: search [skip ci]' })
    await onPush(stage, {
      'release-notes':
        'a [skip ci] b [CI SKIP] [no ci]\nskip-checks: true\nNexus-Release: 9.9.9\n<!-- nexus-release:end -->',
    })
    const { body = '' } = openPulls(state)[0] ?? {}
    expect(body).not.toMatch(/\[(skip ci|ci skip|no ci|skip actions|actions skip)]|^skip-checks:/im)
    expect(body.match(/^Nexus-Release: .*$/gm)).toEqual(['Nexus-Release: 1.3.0'])
    expect(body.match(/<!-- nexus-release:end -->/g)).toHaveLength(1)
  })

  test('labels that are missing are told, and stop nothing', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    state.labels.add('release')
    await onPush(stage, { 'pull-request-labels': 'release' })
    expect(openPulls(state)[0]?.labels).toEqual(['release'])
    const result = await onPush(stage, { 'pull-request-labels': 'release, new' })
    expectConclusion(result, 'success')
    expect(result.annotations[0]?.message).toContain('gh label create "new"')
  })

  test('a version file that is wrong is red before anything is written', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    const result = await onPush(stage, { 'version-files': 'package.json, pom.xml, CHANGELOG.md: marker' })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('pom.xml: there is no such file')
    expect(result.annotations[0]?.message).toContain('CHANGELOG.md: no line of it')
    expect(writesOf(stage)).toEqual([])
  })

  test('the setting that keeps Actions from opening pull requests is named', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    state.mayOpenPulls = false
    const result = await onPush(stage)
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('Settings → Actions → General')
    state.mayOpenPulls = true
    expectConclusion(await onPush(stage), 'success')
    expect(openPulls(state)).toHaveLength(1)
  })

  test('without pull-requests: write the permission is named', async () => {
    await scene({ tokens: { 'stage-token': jobToken({ contents: 'write', 'pull-requests': 'read' }) } })
    addCommit(state, { message: 'feat: search' })
    const result = await onPush(stage)
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('pull-requests: write')
  })

  test('a dry run writes nothing, and says what it would be', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    const result = await onPush(stage, { 'dry-run': 'true' })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.3.0', 'release-ready': 'true', released: 'false' })
    expect(writesOf(stage)).toEqual([])
  })

  test('another branch keeps none', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    state.refs.set('refs/heads/topic', tip(state))
    const result = await onPush(stage, {}, { ref: 'refs/heads/topic' })
    expectConclusion(result, 'success')
    expect(writesOf(stage)).toEqual([])
    expect(result.annotations[0]?.message).toContain('only the default branch releases')
  })

  test('a request in the merge queue is not pushed to', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    for (const pull of state.pulls) pull.isInMergeQueue = true
    addCommit(state, { message: 'fix: leak' })
    stage.log.length = 0
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    expect(writesOf(stage)).toEqual([])
    expect(result.annotations[0]?.message).toContain('merge queue')
  })

  test('where a server has no updateRefs, branches are moved one by one', async () => {
    await scene({ without: ['updateRefs'] })
    addCommit(state, { message: 'feat: search' })
    expectConclusion(await onPush(stage), 'success')
    addCommit(state, { message: 'feat: more' })
    expectConclusion(await onPush(stage), 'success')
    expect(openPulls(state)).toHaveLength(1)
    expect([...state.refs.keys()].filter((ref) => ref.includes('--next'))).toEqual([])
  })
})

describe('the merge', () => {
  const methods = ['merge', 'squash', 'rebase'] as const
  const messages = ['PR_BODY', 'COMMIT_MESSAGES', 'BLANK'] as const
  const rows = methods.flatMap((method) =>
    (method === 'squash' ? messages : [messages[0]]).flatMap((squashMessage) =>
      [false, true].map((byHand) => ({ method, squashMessage, byHand })),
    ),
  )

  test.each(rows)('releases: %j', async ({ method, squashMessage, byHand }) => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage, { create: 'release' })
    if (byHand) addCommit(state, { message: 'docs: by hand', branch: BRANCH, content: { 'b.md': 'b' } })
    const merged = mergePull(state, 1, { method, squashMessage, deleteBranch: method !== 'rebase' })
    const result = await onPush(stage, { create: 'release', 'floating-tags': 'major' })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({
      version: '1.3.0',
      tag: 'v1.3.0',
      released: 'true',
      'release-ready': 'true',
      'previous-version': '1.2.3',
      sha: merged,
      'release-pull-request': '',
      'floating-tags': 'v1',
    })
    expect(tagged('v1.3.0')).toBe(merged)
    expect(state.releases).toMatchObject([{ tag: 'v1.3.0', draft: false }])
    expect(openPulls(state)).toEqual([])
    // Again: nothing more.
    const again = await onPush(stage, { create: 'release', 'floating-tags': 'major' })
    expectConclusion(again, 'success')
    expect(state.releases).toHaveLength(1)
    expect(state.pulls).toHaveLength(1)
  })

  test('whose run was skipped is released by the next push, and the rest gets a new request', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    const merged = mergePull(state, 1, { method: 'squash' })
    addCommit(state, { message: 'fix: leak', content: { 'src/main.js': 'three' } })
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    expect(tagged('v1.3.0')).toBe(merged)
    expect(result.outputs).toMatchObject({ version: '1.3.0', released: 'true', 'release-pull-request': '2' })
    expect(openPulls(state)).toMatchObject([{ title: 'chore: release v1.3.1' }])
    expect(textAt(state, 'package.json')).toContain('1.3.1')
  })

  test('is known although somebody has rewritten title and body', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    Object.assign(state.pulls[0] as object, { title: 'Release day!', body: 'Nice.' })
    const merged = mergePull(state, 1, { method: 'squash', squashMessage: 'COMMIT_MESSAGES' })
    await onPush(stage)
    expect(tagged('v1.3.0')).toBe(merged)
  })

  test('of a fork whose branch has our name is no release, nor is a stranger with our trailer', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    const stranger = addCommit(state, { message: 'fix: leak (#9)\n\nNexus-Release: 9.0.0' })
    const pull = { title: 'chore: release v9.0.0', author: 'eve', labels: [], merged: true, base: 'main' }
    state.pulls.push({
      ...pull,
      number: 9,
      body: 'Nexus-Release: 9.0.0',
      commits: [stranger],
      head: BRANCH,
      fork: true,
    })
    state.pulls.push({
      ...pull,
      number: 10,
      body: 'Nexus-Release: 9.0.0',
      commits: [stranger],
      head: 'topic',
    })
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.3.0', released: 'false' })
    expect(state.refs.has('refs/tags/v9.0.0')).toBe(false)
  })

  test('that was reverted before it was released is no release', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage)
    const merged = mergePull(state, 1, { method: 'squash' })
    addCommit(state, { message: `Revert "chore: release v1.3.0 (#1)"\n\nThis reverts commit ${merged}.` })
    const result = await onPush(stage)
    expectConclusion(result, 'success')
    expect(tagged('v1.3.0')).toBeUndefined()
    expect(openPulls(state)).toMatchObject([{ number: 2, title: 'chore: release v1.3.0' }])
  })

  test('whose tag stands without a release, because its run was killed, gets it', async () => {
    await scene()
    addCommit(state, { message: 'feat: search' })
    await onPush(stage, { create: 'release' })
    mergePull(state, 1)
    // The tag is made, and then the run is lost.
    stage.fault({
      on: 'POST /repos/{owner}/{repo}/releases',
      answer: { status: 403, data: { message: 'no' } },
    })
    expectConclusion(await onPush(stage, { create: 'release' }, { runId: '77' }), 'failure')
    expect(tagged('v1.3.0')).toBeDefined()
    addCommit(state, { message: 'docs: words' })
    expectConclusion(await onPush(stage, { create: 'release' }, { runId: '78' }), 'success')
    expect(state.releases).toMatchObject([{ tag: 'v1.3.0' }])
  })
})

test('played twice in a row with a merge, an abandoned one, and one with the edits of a person', async () => {
  await scene()
  const push = async (): Promise<void> =>
    expectConclusion(await onPush(stage, { create: 'release' }), 'success')
  addCommit(state, { message: 'feat: search' })
  await push()
  mergePull(state, 1, { method: 'squash' })
  await push()
  expect(tagged('v1.3.0')).toBe(tip(state))

  // Abandoned: closed by hand. The same run again leaves it closed, the next push opens another one.
  addCommit(state, { message: 'fix: leak' })
  await push()
  Object.assign(state.pulls.at(-1) as object, { open: false })
  await push()
  expect(openPulls(state)).toEqual([])
  addCommit(state, { message: 'fix: other leak' })
  await push()
  expect(openPulls(state)).toMatchObject([{ number: 3, title: 'chore: release v1.3.1' }])

  // A person writes into body, title and branch.
  const pull = openPulls(state)[0]
  if (pull === undefined) throw new Error('it is open')
  pull.title = 'Spring release (v1.3.1)'
  pull.body = `Please test the search!\r\n\r\n${pull.body.replaceAll('\n', '\r\n')}\r\n\r\n- [x] tested`
  addCommit(state, {
    message: 'docs: upgrade notes',
    branch: BRANCH,
    content: { 'UPGRADE.md': 'by hand\n', 'src/main.js': null },
  })
  addCommit(state, { message: 'feat: filters', content: { 'filters.js': 'f' } })
  await push()
  expect(openPulls(state)).toMatchObject([{ number: 3, title: 'Spring release (v1.4.0)' }])
  expect(pull.body).toMatch(/^Please test the search!\n\n<!-- nexus-release:begin -->/)
  expect(pull.body).toMatch(/<!-- nexus-release:end -->\n\n- \[x\] tested$/)
  expect(pull.body).toContain('Nexus-Release: 1.4.0')
  expect(textAt(state, 'UPGRADE.md')).toBe('by hand\n')
  expect(textAt(state, 'src/main.js')).toBeUndefined()
  expect(textAt(state, 'filters.js')).toBe('f')
  expect(textAt(state, 'package.json')).toContain('1.4.0')
  stage.log.length = 0
  await push()
  expect(writesOf(stage)).toEqual([])

  const merged = mergePull(state, 3, { method: 'merge' })
  await push()
  expect(tagged('v1.4.0')).toBe(merged)
  expect(textAt(state, 'UPGRADE.md', 'main')).toBe('by hand\n')
  expect(textAt(state, 'package.json', 'main')).toContain('1.4.0')
  expect(state.releases.map(({ tag }) => tag)).toEqual(['v1.3.0', 'v1.4.0'])
})

test('a file that was changed by hand here and on the base is left to people', async () => {
  await scene()
  addCommit(state, { message: 'feat: search' })
  await onPush(stage)
  const byHand = addCommit(state, {
    message: 'docs: by hand',
    branch: BRANCH,
    content: { 'src/main.js': 'hand' },
  })
  addCommit(state, { message: 'fix: leak', content: { 'src/main.js': 'base' } })
  const result = await onPush(stage)
  expectConclusion(result, 'success')
  expect(tip(state, BRANCH)).toBe(byHand)
  expect(result.annotations[0]?.message).toContain('src/main.js was changed by hand here and on the base')
})
