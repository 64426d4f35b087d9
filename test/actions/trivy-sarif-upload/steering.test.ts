import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { makeRepository, type TestRepository } from '../../support/git.ts'
import { describeWith } from '../../support/real-parts.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'
import { lockFile } from '../../support/trivy/database.ts'
import { listener, type RealOptions, realTrivy, SECRET } from './real-trivy.ts'
import { said } from './scene.ts'

// A scanner of 230 MB takes its time on a busy machine.
jest.setTimeout(240_000)

type Files = Readonly<Record<string, string>>

/** What every scan of it finds: three of lodash, two of minimist, a secret, and what is wrong with the Dockerfile. */
const APP: Files = {
  'package-lock.json': lockFile({ lodash: '4.17.11', minimist: '1.2.0' }),
  'src/settings.ini': SECRET,
  Dockerfile: 'FROM alpine:latest\nUSER root\nRUN apk add curl\n',
}
const COUNTS = { critical: '3', high: '4', medium: '2', low: '1', total: '10' }

function put(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** A repository with a base commit and a change on top of it that is checked out. */
function repository(base: Files, change: Files): { repo: TestRepository; base: string; head: string } {
  const repo = makeRepository()
  const commit = (files: Files, message: string): string => {
    put(repo.directory, files)
    repo.git(['add', '--all', '--force'])
    return repo.commit(message)
  }
  return { repo, base: commit({ ...APP, ...base }, 'base'), head: commit(change, 'change') }
}

function pullRequest(base: string, head: string): RealOptions {
  return {
    context: { ref: 'refs/pull/7/merge', sha: head, repository: 'octo/demo' },
    event: {
      name: 'pull_request',
      payload: {
        repository: { full_name: 'octo/demo', default_branch: 'main', private: true },
        pull_request: {
          number: 7,
          base: { ref: 'main', sha: base },
          head: { sha: head, ref: 'feature', repo: { full_name: 'octo/demo' } },
        },
      },
    },
  }
}

const IGNORED = ['CVE-2021-23337', 'CVE-2019-10744', 'CVE-2020-8203', 'CVE-2021-44906', 'CVE-2020-7598']
const REGO = 'package trivy\nimport rego.v1\ndefault ignore := true\n'

describeWith('trivy', 'a change does not steer the gate that judges it', (path) => {
  const run = realTrivy(path)

  const variants = (port: number): [string, Files, RealOptions?][] => [
    ['trivy.yaml: severity', { 'trivy.yaml': 'severity: [CRITICAL]\n' }],
    [
      'trivy.yaml: scan.skip-dirs and skip-files',
      { 'trivy.yaml': 'scan:\n  skip-dirs: ["**"]\n  skip-files: ["**/*"]\n' },
    ],
    ['trivy.yaml: keys with dots', { 'trivy.yaml': 'scan.skip-dirs: ["src"]\nSeverity: LOW\n' }],
    ['trivy.yaml: ignorefile', { 'trivy.yaml': 'ignorefile: hide.txt\n', 'hide.txt': IGNORED.join('\n') }],
    ['trivy.yaml: ignore-policy', { 'trivy.yaml': 'ignore-policy: p.rego\n', 'p.rego': REGO }],
    ['trivy.yaml: an exit code', { 'trivy.yaml': 'exit-code: 7\n' }],
    ['trivy.yaml: format and output', { 'trivy.yaml': 'format: table\noutput: elsewhere.txt\n' }],
    ['trivy.yaml: a server', { 'trivy.yaml': `server:\n  addr: http://127.0.0.1:${port}\n` }],
    [
      'trivy.yaml: registries of databases',
      {
        'trivy.yaml': `db:\n  no-progress: true\n  repository: ["127.0.0.1:${port}/db:2"]\n  java-repository: ["127.0.0.1:${port}/java:1"]\n  download-only: true\n`,
      },
    ],
    [
      'trivy.yaml: a registry of checks',
      {
        'trivy.yaml': `misconfiguration:\n  checks-bundle-repository: 127.0.0.1:${port}/c:1\nrego:\n  policy: [x]\n`,
      },
    ],
    [
      'trivy.yaml: a cache in a database',
      { 'trivy.yaml': `cache:\n  backend: redis://127.0.0.1:${port}\n  dir: here\n` },
    ],
    [
      'trivy.yaml: VEX from a registry',
      { 'trivy.yaml': `vulnerability:\n  vex: ["oci", "repo"]\n`, 'x.openvex.json': '{}' },
    ],
    ['trivy.yaml: fewer scanners', { 'trivy.yaml': 'scan:\n  scanners: [license]\n' }],
    [
      'trivy.yaml: fewer kinds of packages',
      {
        'trivy.yaml':
          'pkg:\n  types: [os]\nvulnerability:\n  ignore-unfixed: true\n  ignore-status: [fixed]\n',
      },
    ],
    ['trivy.yaml that is not YAML', { 'trivy.yaml': 'severity: [CRITICAL\n\t- x' }],
    [
      'trivy.yaml that is a bomb',
      {
        'trivy.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
          .split('')
          .map(
            (c, i) =>
              `${c}: &${c} [${Array(9)
                .fill(`*${i === 0 ? 'a' : 'abcdefghi'[i]}`)
                .join(',')}]`,
          )
          .join('\n')}\n`,
      },
    ],
    [
      'trivy-secret.yaml: rules switched off',
      { 'trivy-secret.yaml': 'disable-rules: [aws-access-key-id]\n' },
    ],
    [
      'trivy-secret.yaml: an allow rule',
      { 'trivy-secret.yaml': 'allow-rules:\n  - id: all\n    path: .*\n' },
    ],
    ['.trivyignore', { '.trivyignore': IGNORED.join('\n') }],
    [
      '.trivyignore.yaml',
      { '.trivyignore.yaml': `vulnerabilities:\n${IGNORED.map((id) => `  - id: ${id}\n`).join('')}` },
    ],
    [
      'all of them',
      {
        '.trivyignore': IGNORED.join('\n'),
        'trivy.yaml': 'severity: LOW\n',
        'trivy-secret.yaml': 'disable-rules: [aws-access-key-id]\n',
      },
    ],
    ['files of the base that it empties', { '.trivyignore': '# nothing\n' }],
    [
      'an ignore file that the workflow names',
      { 'security/ignore.txt': IGNORED.join('\n') },
      { inputs: { 'ignore-file': 'security/ignore.txt' } },
    ],
    [
      'a configuration that the workflow names',
      { 'ci/trivy.yaml': `server:\n  addr: http://127.0.0.1:${port}\n` },
      { inputs: { 'trivy-config': 'ci/trivy.yaml' } },
    ],
  ]

  test.each(variants(0).map(([name], index) => [name, index] as const))('%s', async (_, index) => {
    const ear = await listener()
    const [, change, more = {}] = variants(ear.port)[index] ?? ['', {}]
    const { repo, base, head } = repository({}, change)
    const step = await run(repo.directory, {
      ...pullRequest(base, head),
      inputs: { 'fail-on': 'any', ...more.inputs },
    })
    expect(step.outputs).toMatchObject({ ...COUNTS, gate: 'failed' })
    for (const file of Object.keys(change).filter((name) => /trivy|security|^ci/.test(name))) {
      expect(said(step, 'notice')).toContain(`"${file}" is new here, and is not obeyed: the base commit`)
    }
    expect(ear.connections()).toBe(0)
    repo.remove()
  })

  test.each([
    ['TRIVY_SEVERITY', 'CRITICAL'],
    ['TRIVY_SKIP_DIRS', '**'],
    ['TRIVY_IGNOREFILE', '/etc/hostname'],
    ['TRIVY_CONFIG', '/nowhere.yaml'],
    ['TRIVY_IGNORE_POLICY', 'p.rego'],
    ['TRIVY_FORMAT', 'table'],
    ['TRIVY_EXIT_CODE', '9'],
    ['TRIVY_SERVER', 'http://127.0.0.1:PORT'],
    ['TRIVY_DB_REPOSITORY', '127.0.0.1:PORT/db:2'],
    ['TRIVY_CACHE_BACKEND', 'redis://127.0.0.1:PORT'],
  ])('the variable %s', async (name, value) => {
    const ear = await listener()
    const { repo } = repository({ 'p.rego': REGO }, {})
    const step = await run(repo.directory, { env: { [name]: value.replace('PORT', String(ear.port)) } })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject(COUNTS)
    expect(said(step, 'notice')).toContain(`The variable ${name} is not obeyed`)
    expect(ear.connections()).toBe(0)
    repo.remove()
  })

  test('a file of the base is obeyed as the base has it, and the difference is said', async () => {
    const { repo, base, head } = repository(
      { '.trivyignore': '# only on our build machines\nCVE-2021-23337\n' },
      { '.trivyignore': IGNORED.join('\n') },
    )
    const step = await run(repo.directory, pullRequest(base, head))
    expect(step.outputs).toMatchObject({ high: '3', total: '9', suppressed: '1' })
    expect(said(step, 'notice')).toContain(
      `".trivyignore" differs from the base commit ${base.slice(0, 7)}; the gate goes by the one of the base.`,
    )
    repo.remove()
  })

  test.each<[string, (base: string, head: string) => RealOptions]>([
    [
      'merge groups',
      (base, head) => ({
        context: { ref: `refs/heads/gh-readonly-queue/main/pr-7-${base}`, sha: head },
        event: {
          name: 'merge_group',
          payload: {
            repository: { full_name: 'octo/demo', default_branch: 'main' },
            merge_group: { base_ref: 'refs/heads/main', base_sha: base },
          },
        },
      }),
    ],
    [
      'pushes to the queue',
      (base, head) => ({
        context: { ref: `refs/heads/gh-readonly-queue/main/pr-7-${base}`, sha: head },
        event: { name: 'push', payload: { repository: { full_name: 'octo/demo', default_branch: 'main' } } },
      }),
    ],
    [
      'comments that start a run',
      (base) => ({
        context: { ref: 'refs/heads/main', sha: base },
        event: {
          name: 'issue_comment',
          payload: {
            repository: { full_name: 'octo/demo', default_branch: 'main' },
            issue: { number: 7, pull_request: { url: 'x' } },
          },
        },
      }),
    ],
  ])('the same on %s', async (_, event) => {
    const { repo, base, head } = repository({}, { '.trivyignore': IGNORED.join('\n') })
    const step = await run(repo.directory, event(base, head))
    expect(step.outputs).toMatchObject(COUNTS)
    expect(said(step, 'notice')).toContain('".trivyignore" is new here, and is not obeyed')
    repo.remove()
  })

  test('without the base commit, and without a token that could fetch it, nothing of the checkout is obeyed', async () => {
    const { repo, head } = repository({}, { '.trivyignore': IGNORED.join('\n') })
    const step = await run(repo.directory, {
      ...pullRequest('d'.repeat(40), head),
      inputs: { token: '' },
    })
    expect(step.outputs).toMatchObject(COUNTS)
    expect(said(step, 'notice')).toContain(
      '".trivyignore" is not obeyed: it steers the gate, and the base commit ddddddd',
    )
    repo.remove()
  })
})

describeWith('trivy', 'on other events', (path) => {
  const run = realTrivy(path)
  const hidden = ({
    outputs,
  }: StepResult): { rule: string; source: string; until: string | null; statement: string | null }[] =>
    (JSON.parse(outputs['result'] ?? '{}') as { hidden: never[] }).hidden

  test('what ignore files hid is counted and named, with file, reason and day', async () => {
    const { repo } = repository(
      {
        '.trivyignore':
          '# template() is not used\nCVE-2021-23337 exp:2999-12-31\n\nCVE-2020-8203 exp:2020-01-31\n',
        '.trivyignore.yaml':
          'vulnerabilities:\n  - id: CVE-2021-44906\n    statement: not reachable\n    expired_at: 2998-01-31\nmisconfigurations:\n  - id: AVD-DS-0001\n    paths: [Dockerfile]\n',
      },
      {},
    )
    const step = await run(repo.directory)
    expectConclusion(step, 'success')
    expect(hidden(step)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          rule: 'CVE-2021-23337',
          source: '.trivyignore',
          until: '2999-12-31',
          statement: 'template() is not used',
        }),
        expect.objectContaining({
          rule: 'CVE-2021-44906',
          source: '.trivyignore.yaml',
          until: '2998-01-31',
          statement: 'not reachable',
        }),
        expect.objectContaining({ rule: 'DS-0001', source: '.trivyignore.yaml' }),
      ]),
    )
    expect(step.outputs).toMatchObject({ suppressed: '3', total: '7' })
    expect(said(step, 'notice')).toContain(
      '".trivyignore": 1 of 2 entries have expired and no longer hold: CVE-2020-8203 (2020-01-31)',
    )
    expect(step.summary).toContain('`.trivyignore`')
    expect(step.summary).toContain('template\\(\\) is not used')
    repo.remove()
  })

  test('what they steer without being told of is said', async () => {
    const { repo } = repository(
      {
        'trivy.yaml': 'severity: [CRITICAL]\nscan:\n  skip-dirs: [src]\n',
        'trivy-secret.yaml': 'disable-rules: [github-pat]\n',
        Dockerfile: '#trivy:ignore:DS-0002\nFROM alpine:latest\nUSER root\nRUN apk add curl\n',
      },
      {},
    )
    const step = await run(repo.directory)
    expectConclusion(step, 'success')
    const notices = said(step, 'notice')
    expect(notices).toContain('"trivy.yaml": severity is not obeyed')
    expect(notices).toContain('"trivy.yaml" had a say in what the scan sees: scan.skip-dirs.')
    expect(notices).toContain('"trivy-secret.yaml" had a say in which secrets are found: disable-rules.')
    expect(notices).toContain(
      '1 comment `trivy:ignore` had a say in what was found; Trivy does not tell what they hid: Dockerfile (1).',
    )
    repo.remove()
  })

  test('files that the inputs name are obeyed', async () => {
    const { repo } = repository(
      { 'ci/ignore.txt': 'CVE-2021-23337\n', 'ci/trivy.yaml': 'scan:\n  skip-dirs: [src]\nexit-code: 3\n' },
      {},
    )
    const step = await run(repo.directory, {
      inputs: { 'ignore-file': 'ci/ignore.txt', 'trivy-config': 'ci/trivy.yaml' },
    })
    expectConclusion(step, 'success')
    expect(hidden(step)).toMatchObject([{ rule: 'CVE-2021-23337', source: 'ci/ignore.txt' }])
    expect(step.outputs['total']).toBe('8')
    expect(said(step, 'notice')).toContain(
      '"ci/trivy.yaml": exit-code is not obeyed: this action decides on them',
    )
    const gone = await run(repo.directory, { inputs: { 'ignore-file': 'ci/gone.txt' } })
    expectConclusion(gone, 'failure')
    expect(said(gone, 'error')).toContain('ignore-file: "ci/gone.txt" is not there in the workspace.')
    repo.remove()
  })
})
