import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { alertsPage } from '../../../actions/trivy-sarif-upload/code-scanning/page.ts'
import type { Inputs, Target } from '../../../actions/trivy-sarif-upload/model.ts'
import type { EventPayload } from '../../../actions/trivy-sarif-upload/observe/event.ts'
import { headOf, targetFacts } from '../../../actions/trivy-sarif-upload/observe/facts.ts'
import { type TargetFacts, targetOf } from '../../../actions/trivy-sarif-upload/observe/target.ts'
import { decideUpload } from '../../../actions/trivy-sarif-upload/plan/upload.ts'
import { readContext } from '../../../shared/action/context.ts'
import { makeRepository } from '../../support/git.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'

const MERGE = 'a'.repeat(40)
const HEAD = 'b'.repeat(40)
const MAIN = 'c'.repeat(40)
const OTHER = 'd'.repeat(40)

const repository = { full_name: 'octo/demo', default_branch: 'main', private: false }
const pull = (from = 'octo/demo'): NonNullable<EventPayload['pull_request']> => ({
  ...{ number: 7, merge_commit_sha: MERGE, base: { ref: 'release', sha: MAIN } },
  head: { sha: HEAD, ref: 'feature', repo: { full_name: from } },
})
const run = (more: Partial<NonNullable<EventPayload['workflow_run']>>): EventPayload => ({
  repository,
  workflow_run: { event: 'push', head_branch: 'main', head_sha: HEAD, head_repository: repository, ...more },
})

interface Given {
  event: string
  ref?: string
  sha?: string
  actor?: string
  payload?: EventPayload
  inputs?: Partial<Pick<Inputs, 'ref' | 'sha'>>
  facts?: TargetFacts
}

function target({
  event,
  ref = 'refs/heads/main',
  sha = MAIN,
  payload = { repository },
  ...more
}: Given): Target {
  const env = {
    GITHUB_EVENT_NAME: event,
    GITHUB_REF: ref,
    GITHUB_SHA: sha,
    GITHUB_ACTOR: more.actor ?? 'ada',
  }
  const inputs = { ref: undefined, sha: undefined, ...more.inputs }
  return targetOf(inputs, readContext({ ...env, GITHUB_REPOSITORY: 'octo/demo' }), payload, more.facts)
}

const pullRequest: Given = {
  ...{ event: 'pull_request', ref: 'refs/pull/7/merge', sha: MERGE },
  payload: { repository, pull_request: pull() },
}
const forTarget: Given = { event: 'pull_request_target', payload: { repository, pull_request: pull() } }

describe('ref, commit and base', () => {
  test.each<[string, Given, [string, string, string]]>([
    ['of a push', { event: 'push' }, ['refs/heads/main', MAIN, 'refs/heads/main']],
    ['of a tag', { event: 'push', ref: 'refs/tags/v1' }, ['refs/tags/v1', MAIN, 'refs/tags/v1']],
    ['of a schedule', { event: 'schedule', payload: {} }, ['refs/heads/main', MAIN, 'refs/heads/main']],
    [
      'of a dispatch on a branch',
      { event: 'workflow_dispatch', ref: 'refs/heads/x' },
      ['refs/heads/x', MAIN, 'refs/heads/x'],
    ],
    [
      'of a merge queue',
      {
        event: 'merge_group',
        ref: 'refs/heads/gh-readonly-queue/main/pr-7',
        payload: { repository, merge_group: { base_ref: 'refs/heads/main' } },
      },
      ['refs/heads/gh-readonly-queue/main/pr-7', MAIN, 'refs/heads/main'],
    ],
    ['of a pull request', pullRequest, ['refs/pull/7/merge', MERGE, 'refs/heads/release']],
    [
      'of a pull request whose merge is checked out',
      { ...pullRequest, facts: { head: { sha: MERGE } } },
      ['refs/pull/7/merge', MERGE, 'refs/heads/release'],
    ],
    [
      'of a pull request whose head is checked out',
      { ...pullRequest, facts: { head: { sha: HEAD } } },
      ['refs/pull/7/head', HEAD, 'refs/heads/release'],
    ],
    ['of pull_request_target on the base', forTarget, ['refs/heads/main', MAIN, 'refs/heads/main']],
    [
      'of pull_request_target with the head',
      { ...forTarget, facts: { head: { sha: HEAD } } },
      ['refs/pull/7/head', HEAD, 'refs/heads/release'],
    ],
    [
      'of pull_request_target with the merge',
      { ...forTarget, facts: { head: { sha: MERGE } } },
      ['refs/pull/7/merge', MERGE, 'refs/heads/release'],
    ],
    [
      'of a workflow_run after a push',
      { event: 'workflow_run', payload: run({ head_branch: 'dev' }) },
      ['refs/heads/dev', HEAD, 'refs/heads/dev'],
    ],
    [
      'of a workflow_run after a pull request',
      {
        event: 'workflow_run',
        payload: run({
          event: 'pull_request',
          pull_requests: [{ number: 7, head: { sha: HEAD }, base: { ref: 'release' } }],
        }),
      },
      ['refs/pull/7/head', HEAD, 'refs/heads/release'],
    ],
    [
      'of a workflow_run that scans the default branch',
      { event: 'workflow_run', payload: run({ head_branch: 'dev' }), facts: { head: { sha: MAIN } } },
      ['refs/heads/main', MAIN, 'refs/heads/main'],
    ],
    [
      'as given',
      { event: 'push', inputs: { ref: 'refs/heads/v2', sha: OTHER } },
      ['refs/heads/v2', OTHER, 'refs/heads/v2'],
    ],
    [
      'of the head ref alone',
      { ...pullRequest, inputs: { ref: 'refs/pull/7/head' } },
      ['refs/pull/7/head', HEAD, 'refs/heads/release'],
    ],
    [
      'of the head commit alone',
      { ...pullRequest, inputs: { sha: HEAD } },
      ['refs/pull/7/head', HEAD, 'refs/heads/release'],
    ],
    [
      'of the merge commit alone',
      { ...pullRequest, inputs: { sha: MERGE } },
      ['refs/pull/7/merge', MERGE, 'refs/heads/release'],
    ],
  ])('%s', (_, given, [ref, sha, baseRef]) => {
    expect(target(given)).toMatchObject({ ref, sha, baseRef })
    expect(target(given).said).toBeUndefined()
  })

  test.each<[string, Given, RegExp]>([
    [
      'a commit of elsewhere',
      { ...pullRequest, inputs: { sha: OTHER } },
      /^sha: "dddd.*"ref" has to be given as well/,
    ],
    [
      'a ref of elsewhere',
      { event: 'push', inputs: { ref: 'refs/heads/v2' } },
      /^ref: "refs\/heads\/v2".*"sha" has to/,
    ],
    [
      'an event without a ref',
      { event: 'deployment', ref: '' },
      /event deployment does not say.*Give "ref" and "sha"/,
    ],
    [
      "a fork's workflow_run, though its branch is called main",
      {
        event: 'workflow_run',
        payload: run({
          event: 'pull_request',
          head_repository: { full_name: 'mallory/demo' },
          pull_requests: [],
        }),
      },
      /workflow_run\.head_sha }}/,
    ],
    [
      "the commit of a fork's workflow_run alone",
      { event: 'workflow_run', payload: run({ head_repository: null }), inputs: { sha: HEAD } },
      /"ref" has to be given/,
    ],
  ])('cannot be told for %s', (_, given, words) => {
    expect(() => target(given)).toThrow(words)
  })

  test('say when something else is checked out', () => {
    const { ref, said } = target({
      event: 'schedule',
      facts: { head: { sha: OTHER, branch: 'refs/heads/v2' } },
    })
    expect(ref).toBe('refs/heads/main')
    expect(said?.[0]).toContain(
      'The checkout is refs/heads/v2 at ddddddd, but the results go to refs/heads/main',
    )
  })
})

describe('the repository', () => {
  test.each<[string, Given, Partial<Target>]>([
    ['tells its default branch', { event: 'push' }, { onDefaultBranch: true, isPublic: true }],
    ['has other branches', { event: 'push', ref: 'refs/heads/x' }, { onDefaultBranch: false }],
    ['is not a pull request', pullRequest, { onDefaultBranch: false, pullRequest: 7 }],
    [
      'is unknown on a schedule',
      { event: 'schedule', payload: {} },
      { onDefaultBranch: true, isPublic: undefined },
    ],
    [
      'is asked for then',
      { event: 'schedule', payload: {}, facts: { repository: { defaultBranch: 'dev', private: true } } },
      { onDefaultBranch: false, isPublic: false },
    ],
  ])('%s', (_, given, facts) => {
    expect(target(given)).toMatchObject(facts)
  })
})

describe('a token that only reads', () => {
  const fork: Given = { ...pullRequest, payload: { repository, pull_request: pull('mallory/demo') } }
  test.each<[string, Given, string | undefined]>([
    ['of a branch of ours', pullRequest, undefined],
    ['of a fork', fork, 'fork'],
    [
      'of a fork that is gone',
      { ...fork, payload: { repository, pull_request: { ...pull(), head: { sha: HEAD, repo: null } } } },
      'fork',
    ],
    [
      'of a fork, but for its base',
      { ...forTarget, payload: { repository, pull_request: pull('mallory/demo') } },
      undefined,
    ],
    ['of Dependabot', { ...pullRequest, actor: 'dependabot[bot]' }, 'dependabot'],
    ["of Dependabot's push", { event: 'push', actor: 'dependabot[bot]' }, 'dependabot'],
    ['of a schedule', { event: 'schedule', actor: 'dependabot[bot]' }, undefined],
  ])('%s', (_, given, reason) => {
    expect(target(given).readOnly?.reason).toBe(reason)
  })

  const decide = (given: Given, upload: Inputs['upload'] = 'auto', dryRun = false, documents = 1) => {
    const decision = decideUpload({ upload, dryRun }, target(given), documents)
    return decision.go ? 'go' : decision.reason
  }
  test('is skipped where it is certain, and tried where it is not', () => {
    const secret: EventPayload = {
      repository: { ...repository, private: true },
      pull_request: pull('mallory/demo'),
    }
    expect(decide(fork)).toBe('fork')
    expect(decide(fork, 'always')).toBe('go')
    expect(decide({ ...fork, payload: secret })).toBe('go')
    expect(decide({ ...pullRequest, actor: 'dependabot[bot]' })).toBe('go')
    expect(decide(pullRequest)).toBe('go')
    expect(decide(pullRequest, 'never')).toBe('never')
    expect(decide(pullRequest, 'always', true)).toBe('dry-run')
    expect(decide(pullRequest, 'auto', false, 0)).toBe('nothing')
  })
})

describe('what is checked out', () => {
  test('is read from files: a branch, a detached commit, packed refs, nothing', () => {
    const repository = makeRepository()
    try {
      repository.commit('feat: a')
      const git = (...args: string[]) =>
        execFileSync('git', ['-C', repository.directory, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
      const sha = git('rev-parse', 'HEAD')
      const branch = git('symbolic-ref', 'HEAD')
      expect(headOf(repository.directory)).toEqual({ sha, branch })
      git('pack-refs', '--all')
      expect(headOf(repository.directory)).toEqual({ sha, branch })
      git('checkout', '--quiet', '--detach')
      expect(headOf(repository.directory)).toEqual({ sha })
    } finally {
      repository.remove()
    }
    expect(headOf(tempFolder('nexus-empty-'))).toBeUndefined()
    expect(headOf(join(tempFolder('nexus-empty-'), 'not-there'))).toBeUndefined()
  })

  test('costs no call where the event tells the rest, and no failure where GitHub does not', async () => {
    const never = (): never => {
      throw new Error('asked')
    }
    expect(await targetFacts(tempFolder('nexus-empty-'), { repository }, never)).toEqual({ head: undefined })
    const broken = () => Promise.reject(new Error('no'))
    expect(await targetFacts(tempFolder('nexus-empty-'), {}, broken)).toEqual({})
  })
})

test.each([
  ['refs/heads/main', undefined, undefined, 'is:open branch:main'],
  ['refs/heads/a b"c', undefined, undefined, 'is:open branch:"a bc"'],
  ['refs/tags/v1', undefined, undefined, 'is:open ref:refs/tags/v1'],
  ['refs/pull/7/merge', 7, undefined, 'is:open pr:7'],
  ['refs/heads/main', undefined, 'CVE-1', 'is:open branch:main rule:CVE-1'],
] as const)('the page of %s', (ref, pullRequest, rule, query) => {
  const url = new URL(alertsPage('https://github.test', 'octo/demo', { ref, pullRequest }, rule))
  expect(url.origin + url.pathname).toBe('https://github.test/octo/demo/security/code-scanning')
  expect(url.searchParams.get('query')).toBe(query)
})
