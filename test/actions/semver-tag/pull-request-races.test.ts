import { afterEach, describe, expect, test } from '@jest/globals'
import { mergePull } from '../../support/github/pulls.ts'
import type { Stage } from '../../support/github/server.ts'
import { addCommit, peeled, type State } from '../../support/github/state.ts'
import { expectConclusion } from '../../support/runner.ts'
import {
  BRANCH,
  githubWith,
  onPush,
  openPulls,
  project,
  startPush,
  textAt,
  tip,
} from './release-pull-request.ts'

let stage: Stage
let state: State

async function scene(): Promise<void> {
  state = project()
  state.labels.add('release')
  stage = await githubWith(state)
}

afterEach(() => stage.close())

const inputs = { create: 'release', 'pull-request-labels': 'release', 'floating-tags': 'major' }

/** What there is to be seen at GitHub, whatever way led there; without SHAs of commits that a time is part of. */
function picture(): unknown {
  const commit = state.commits.get(tip(state, BRANCH))
  return {
    branches: [...state.refs.keys()].filter((ref) => ref.startsWith('refs/heads/')).sort(),
    onBase: commit?.parents[0] === tip(state),
    package: textAt(state, 'package.json'),
    open: openPulls(state).map(({ title, labels, body }) => ({ title, labels, body })),
    tags: [...state.refs]
      .filter(([ref]) => ref.startsWith('refs/tags/'))
      .map(([ref, sha]) => [ref, peeled(state, sha)]),
    releases: state.releases.map(({ tag, draft }) => ({ tag, draft })),
  }
}

const scenes: Record<string, () => Promise<void>> = {
  'opens it': async () => {
    addCommit(state, { message: 'feat: search' })
  },
  'brings it up': async () => {
    addCommit(state, { message: 'fix: leak' })
    await onPush(stage, inputs)
    addCommit(state, { message: 'feat: search', content: { 'a.md': 'a' } })
  },
  'closes it': async () => {
    const feature = addCommit(state, { message: 'feat: search' })
    await onPush(stage, inputs)
    addCommit(state, { message: `Revert "feat: search"\n\nThis reverts commit ${feature}.` })
  },
  'releases it': async () => {
    addCommit(state, { message: 'feat: search' })
    await onPush(stage, inputs)
    mergePull(state, 1, { method: 'squash' })
    addCommit(state, { message: 'fix: leak' })
  },
}

/** Queries of GraphQL are POST too, and change nothing. */
const isWrite = ({ operation, body }: Stage['log'][number]): boolean =>
  !operation.startsWith('GET ') && !/"query":"query/.test(JSON.stringify(body))

describe.each(Object.keys(scenes))('a run that %s', (name) => {
  test('and is killed after any call that changes something is made good by the next one', async () => {
    const prepare = scenes[name] as () => Promise<void>
    await scene()
    await prepare()
    const before = stage.log.length
    expectConclusion(await onPush(stage, inputs), 'success')
    const wanted = picture()
    const writes = stage.log.slice(before).filter(isWrite).length
    expect(writes).toBeGreaterThan(1)
    for (let call = 0; call < writes; call++) {
      await stage.close()
      await scene()
      await prepare()
      let seen = 0
      const run = startPush(stage, inputs, { runId: '501' })
      // Every write passes here; the one that is meant ends the process. Before a call is after the one before it.
      stage.fault({
        on: /^(?:POST|PATCH|DELETE|PUT) /,
        times: Number.POSITIVE_INFINITY,
        afterwards: () => {
          const last = stage.log.at(-1)
          if (last !== undefined && isWrite(last) && seen++ === call) run.sendSignal('SIGKILL')
        },
      })
      expect((await run.finished).signal).toBe('SIGKILL')
      stage.clearFaults()
      // Another run, as after the next push of something that is not to be released.
      expectConclusion(await onPush(stage, inputs, { runId: '502' }), 'success')
      expect({ call, ...(picture() as object) }).toEqual({ call, ...(wanted as object) })
    }
  }, 120_000)
})

test('two runs at once come to one request', async () => {
  for (const name of ['opens it', 'brings it up', 'releases it']) {
    await stage?.close()
    await scene()
    await scenes[name]?.()
    const runs = await Promise.all(['601', '602'].map((runId) => onPush(stage, inputs, { runId })))
    for (const run of runs) expectConclusion(run, 'success')
    expect(openPulls(state)).toHaveLength(1)
    expect(state.releases.length).toBeLessThanOrEqual(1)
    const { branches, onBase } = picture() as { branches: string[]; onBase: boolean }
    expect(branches).toEqual(['refs/heads/main', `refs/heads/${BRANCH}`])
    expect(onBase).toBe(true)
  }
}, 60_000)

test('a base that moves while the commit is made is read again, and nothing of it is undone', async () => {
  await scene()
  addCommit(state, { message: 'fix: leak' })
  stage.fault({
    on: 'POST /graphql',
    body: 'createCommitOnBranch',
    race: () =>
      void addCommit(state, {
        message: 'feat: search',
        content: { 'package.json': '{"version":"1.2.3","x":1}' },
      }),
  })
  expectConclusion(await onPush(stage, inputs), 'success')
  expect(openPulls(state)).toMatchObject([{ title: 'chore: release v1.3.0' }])
  expect(state.commits.get(tip(state, BRANCH))?.parents).toEqual([tip(state)])
  expect(textAt(state, 'package.json')).toBe('{"version":"1.3.0","x":1}')
})

test('a request that is merged while it is brought up is released, and its branch makes no second one', async () => {
  await scene()
  addCommit(state, { message: 'fix: leak' })
  await onPush(stage, inputs)
  addCommit(state, { message: 'docs: words', content: { 'a.md': 'a' } })
  let merged = ''
  stage.fault({
    on: 'POST /graphql',
    body: 'createCommitOnBranch',
    race: () => {
      merged = mergePull(state, 1, { method: 'squash', deleteBranch: true })
    },
  })
  expectConclusion(await onPush(stage, inputs), 'success')
  expect(peeled(state, state.refs.get('refs/tags/v1.2.4') ?? '')).toBe(merged)
  expect(openPulls(state)).toEqual([])
})

test('a lost reply of any write is made good in the same run', async () => {
  for (const body of ['createCommitOnBranch', 'updateRefs', '"head"']) {
    await stage?.close()
    await scene()
    addCommit(state, { message: 'feat: search' })
    stage.fault({ on: /^POST /, body, cut: 'after' })
    expectConclusion(await onPush(stage, inputs), 'success')
    expect(openPulls(state)).toHaveLength(1)
    expect(textAt(state, 'package.json')).toContain('1.3.0')
  }
}, 60_000)
