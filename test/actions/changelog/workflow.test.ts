import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { makeRepository } from '../../support/git.ts'
import { loadRepository } from '../../support/github/load.ts'
import { startGitHub } from '../../support/github/server.ts'
import { describeWith } from '../../support/real-parts.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { readable } from '../../support/slack/limits.ts'
import { startSlack } from '../../support/slack/slack.ts'
import { runWorkflow } from '../../workflows/act.ts'

const open: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const actions = { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') }

describeWith('act', 'whole workflows', (act) => {
  test('the release example tags, writes the release, and tells the team', async () => {
    const repository = makeRepository()
    repository.commit('feat: start')
    repository.tag('v1.2.3')
    repository.commit('fix: a <b>bold</b> move (#7)')
    const sha = repository.commit('feat(api): orders by date')
    const stage = await startGitHub({ state: loadRepository(repository.directory) })
    stage.state.pulls.push({
      ...{ number: 7, title: 'A bold move', author: 'ada', labels: ['bug'], merged: true, base: 'main' },
      ...{ body: '', commits: [] },
    })
    const slack = await startSlack()
    open.push(
      () => stage.close(),
      () => slack.close(),
      async () => repository.remove(),
    )
    // act knows neither the token nor the commit of the job that GitHub would give, and is given no secrets.
    const workflow = readFileSync(join(ROOT, 'examples', 'changelog.yml'), 'utf8')
      .replaceAll('secrets.', 'vars.')
      .replace(/(semver-tag@v1\n( +)with:\n)/, `$1$2  token: stage-token\n$2  sha: ${sha}\n`)
      .replace(/(changelog@v1\n( +)with:\n)/, `$1$2  token: stage-token\n$2  to: ${sha}\n`)
    const run = await runWorkflow({
      ...{ act, actions, event: 'push' },
      files: new Map([['.github/workflows/release.yml', workflow]]),
      payload: { ref: 'refs/heads/main', repository: { default_branch: 'main' } },
      variables: { SLACK_WEBHOOK: slack.webhookUrl },
      env: {
        GITHUB_API_URL: stage.apiUrl,
        GITHUB_GRAPHQL_URL: stage.graphqlUrl,
        GITHUB_SERVER_URL: stage.serverUrl,
        GITHUB_REPOSITORY: 'octo/demo',
        GITHUB_REF: 'refs/heads/main',
      },
    })
    expect(run).toMatchObject({
      code: 0,
      errors: [],
      steps: {
        'release/Tag': 'success',
        'release/Write the release': 'success',
        'release/Tell the team': 'success',
      },
    })
    const [release] = stage.state.releases
    expect(release).toMatchObject({ tag: 'v1.3.0', draft: false })
    expect(release?.body).toContain('orders by date')
    expect(release?.body).toContain('#7')
    expect(release?.body).not.toContain('<b>')
    const message = readable(slack.messages[0]?.payload)
    expect(message).toContain('1.3.0')
    expect(message).toContain('orders by date')
  }, 120_000)

  test('the pull request example writes CHANGELOG.md, once', async () => {
    const folder = tempFolder('nexus-changelog-')
    const [remote, programs, told] = [join(folder, 'remote.git'), join(folder, 'bin'), join(folder, 'told')]
    mkdirSync(programs)
    // Stands for the GitHub CLI: no pull request is open.
    writeFileSync(join(programs, 'gh'), `#!/bin/sh\necho "$@" >>'${told}'\n[ "$2" != view ]\n`, {
      mode: 0o755,
    })
    const git = (cwd: string, ...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@octo.test', ...args], {
        cwd,
        encoding: 'utf8',
      })
    git(folder, 'init', '--quiet', '--bare', remote)
    const prepare = (directory: string): void => {
      git(directory, 'tag', 'v1.0.0')
      git(directory, 'commit', '--quiet', '--allow-empty', '-m', 'fix: no empty page at the end')
      git(directory, 'remote', 'add', 'origin', remote)
      git(directory, 'push', '--quiet', 'origin', 'HEAD:main')
    }
    const before = '# Changelog\n\nBy hand.\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- Everything\n'
    const workflow = readFileSync(join(ROOT, 'examples', 'changelog-pull-request.yml'), 'utf8')
    const run = await runWorkflow({
      ...{ act, actions, event: 'push', prepare, programs },
      files: new Map([
        ['.github/workflows/changelog.yml', workflow],
        ['CHANGELOG.md', before],
      ]),
      payload: { ref: 'refs/heads/main', repository: { default_branch: 'main' } },
      env: { GITHUB_REPOSITORY: 'octo/demo' },
    })
    expect(run).toMatchObject({ code: 0, errors: [] })
    const after = git(folder, '--git-dir', remote, 'show', 'changelog:CHANGELOG.md')
    expect(after).toContain('By hand.')
    expect(after).toContain('- Everything')
    expect(after.indexOf('Unreleased')).toBeLessThan(after.indexOf('[1.0.0]'))
    expect(after).toMatch(/### Fixed\n+- No empty page|### Fixed\n+- no empty page/)
    expect(readFileSync(told, 'utf8')).toContain('pr create --head changelog')
  }, 120_000)
})
