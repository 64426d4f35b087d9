import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction } from '../../support/runner.ts'
import { at, closeGitHubs, githubOf, repositoryOf } from './scene.ts'

afterEach(closeGitHubs)

const HISTORY = [{ message: 'feat: a', tags: ['v1.2.2'] }, 'fix: b']

/** A git in front of the real one. */
function gitThat(script: string): Record<string, string> {
  const folder = tempFolder('nexus-git-')
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script.replaceAll('GIT', git)}\n`)
  chmodSync(join(folder, 'git'), 0o755)
  return { PATH: [folder, process.env['PATH']].join(delimiter) }
}

describe.each(['semver-tag', 'changelog'])('%s', (action) => {
  test('git that never answers is ended with the time of the step', async () => {
    const repository = repositoryOf(HISTORY)
    const step = await runAction({
      action,
      workspace: repository.path,
      event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
      inputs: { token: '', 'dry-run': 'true', timeout: '1s' },
      env: gitThat('exec sleep 300'),
      context: { sha: repository.sha(), repository: 'octo/demo' },
    })
    expectConclusion(step, 'failure')
    expect(step.annotations.map(({ message }) => message).join()).toContain('"timeout"')
  })

  test('a named pipe among its files holds nobody up', async () => {
    const repository = repositoryOf(HISTORY)
    // Asked before: the real git would wait for the pipe as well.
    const sha = repository.sha()
    execFileSync('mkfifo', [join(repository.path, '.git', 'commondir')])
    const step = await runAction({
      action,
      workspace: repository.path,
      event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
      inputs: { token: '', 'dry-run': 'true', timeout: '2s' },
      context: { sha, repository: 'octo/demo' },
    })
    expectConclusion(step, 'failure')
  })

  test('git before 2.24 is told in a sentence', async () => {
    const repository = repositoryOf(HISTORY)
    const old = gitThat(
      'for arg in "$@"; do if [ "$arg" = --end-of-options ]; then echo "fatal: unrecognized argument: --end-of-options" >&2; exit 128; fi; done\nexec GIT "$@"',
    )
    const step = await runAction({
      action,
      workspace: repository.path,
      event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
      inputs: { token: '', 'dry-run': 'true' },
      env: old,
      context: { sha: repository.sha(), repository: 'octo/demo' },
    })
    expectConclusion(step, 'failure')
    expect(step.annotations.map(({ message }) => message).join()).toContain('older than 2.24')
  })
})

test('semver-tag asks the API instead of an old git', async () => {
  const repository = repositoryOf(HISTORY)
  const stage = await githubOf(repository)
  const step = await runAction({
    action: 'semver-tag',
    workspace: repository.path,
    event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
    inputs: { 'dry-run': 'true' },
    env: gitThat('echo "error: unknown option \\`end-of-options\'" >&2; exit 129'),
    context: { sha: repository.sha(), ...at(stage) },
  })
  expectConclusion(step, 'success')
  expect(step.outputs['version']).toBe('1.2.3')
})
