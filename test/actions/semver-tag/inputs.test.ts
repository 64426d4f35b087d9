import { beforeAll, describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { dryRun, type Repository, repositoryOf } from './scene.ts'

let repository: Repository

beforeAll(() => {
  repository = repositoryOf(['feat: a', { message: 'fix: b', tags: ['v1.2.3'] }, 'fix: c'])
})

/** The one annotation of a step with wrong inputs. */
async function complaint(inputs: Record<string, string>, at?: string): Promise<string> {
  const result = await dryRun(repository, inputs, at === undefined ? {} : { at })
  expectConclusion(result, 'failure')
  expect(result.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
  expect(result.outputs).toEqual({})
  return result.annotations[0]?.message ?? ''
}

describe('wrong inputs', () => {
  test('are told all at once, and nothing is done', async () => {
    const message = await complaint({
      mode: 'nxt',
      version: '1.2',
      bump: 'mayor',
      labels: 'yes',
      'label-rules': 'major: breaking',
      'release-rules': 'docs: patsh\n1x: minor',
      'default-bump': 'mini',
      'initial-version': '1.0.0-rc.1',
      'major-zero': 'patch',
      prerelease: 'r_c',
      branches: '{main: relaese, develop: 1.}',
      'build-metadata': 'a+b',
      'tag-prefix': '-v',
      path: '../x, /etc, src/*',
      sha: 'main',
      source: 'apis',
      create: 'tags',
      annotated: '1',
      'floating-tags': 'mayor, minor',
      draft: 'maybe',
      images: 'ghcr.io/a/b:1.2',
      'latest-on': 'main',
      'allow-downgrade': 'no',
      'dry-run': 'si',
      'release-notes': 'x'.repeat(125_001),
      'release-notes-file': 'NOTES.md',
      'release-files': 'a.zip',
      'make-latest': 'yes',
      'version-files': 'package.json, ../VERSION, main.rs',
      'pull-request-branch': 'a..b',
      'pull-request-files': '/etc/passwd',
      'pull-request-labels': 'release',
    })
    const lines = message.split('\n')
    const named = lines.slice(0, -1).map((line) => line.slice(0, line.indexOf(':')))
    expect(new Set(named)).toEqual(
      new Set([
        ...['mode', 'version', 'bump', 'labels', 'label-rules', 'release-rules.docs', 'release-rules'],
        ...[
          'default-bump',
          'initial-version',
          'major-zero',
          'prerelease',
          'branches.main',
          'branches.develop',
        ],
        ...['build-metadata', 'tag-prefix', 'path', 'sha', 'source', 'create', 'annotated', 'floating-tags'],
        ...['draft', 'images', 'latest-on', 'allow-downgrade', 'dry-run', 'release-notes'],
        ...['release-notes-file', 'release-files', 'make-latest', 'version-files'],
        ...['pull-request-branch', 'pull-request-files', 'pull-request-labels'],
      ]),
    )
    expect(message).toContain('Nothing was done.')
    for (const words of [
      'mode: "nxt" is not one of "next", "rollback" or "pull-request". Did you mean "next"?',
      'version-files: "main.rs" is not a file whose version is known',
      'version-files: "../VERSION" is not a path from the top of the repository',
      'version-files: it needs "mode: pull-request"',
      'Did you mean "major"?',
      'a label comes first: write "breaking: major"',
      'Did you mean "patch"?',
      'Did you mean "release"?',
      'is a pattern',
      'is not inside the repository',
      'Leave out the tag',
      '125001 characters are more than the 125000',
    ]) {
      expect(message).toContain(words)
    }
  })

  test.each([
    ['a list', '[a, b]'],
    ['a word', 'minor'],
    ['a nested map', '{feat: {level: minor}}'],
    ['a double key', 'feat: minor\nfeat: patch'],
    ['a double type', 'feat: minor\nFEAT: patch'],
    ['broken YAML', '{feat: minor'],
  ])('release-rules as %s', async (_, text) => {
    expect(await complaint({ 'release-rules': text })).toMatch(/^release-rules/)
  })

  test.each(['v1.2', '1.2.3.4', '01.2.3', 'vv1.2.3', '1.2.3-01', ' =1.2.3', '1.2.3-', 'latest'])(
    'version %j',
    async (version) => {
      expect(await complaint({ version })).toContain('version: ')
    },
  )

  test('a rollback without its two words', async () => {
    const message = await complaint({ mode: 'rollback', confirm: 'rollback' })
    expect(message).toContain('to: missing')
    expect(message).toContain('confirm: "rollback" is not it')
  })

  test('do not show the token', async () => {
    const token = 'github_pat_11AAAAAAA0123456789'
    const result = await dryRun(repository, { token, mode: token })
    expect(result.masks).toContain(token)
    expect(result.log + result.annotations.map(({ message }) => message).join()).not.toContain(token)
  })
})

describe('right inputs', () => {
  test('every one may be empty', async () => {
    const names = [
      'mode',
      'bump',
      'labels',
      'sha',
      'source',
      'create',
      'floating-tags',
      'tag-message',
      'images',
    ]
    const result = await dryRun(repository, Object.fromEntries(names.map((name) => [name, ''])))
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.2.4', tag: 'v1.2.4', bump: 'patch' })
  })

  test('an empty tag-prefix is a prefix: none', async () => {
    const bare = repositoryOf([{ message: 'feat: a', tags: ['1.0.0', 'v9.0.0'] }, 'fix: b'])
    const { outputs } = await dryRun(bare, { 'tag-prefix': '' })
    expect(outputs).toMatchObject({ tag: '1.0.1', version: '1.0.1', 'previous-tag': '1.0.0' })
  })

  test('lists are lines or commas; structures YAML or JSON; booleans YAML', async () => {
    const { outputs } = await dryRun(repository, {
      'floating-tags': 'major,\nminor\n',
      'release-rules': '{"fix": "major"}',
      annotated: 'False',
    })
    expect(outputs).toMatchObject({ version: '2.0.0', bump: 'major' })
  })

  test('image names are made lower case, as registries want them', async () => {
    const { outputs } = await dryRun(repository, { images: 'ghcr.io/Octo/App, localhost:5000/app' })
    expect(outputs['image-tags']?.split('\n')).toEqual(
      expect.arrayContaining(['ghcr.io/octo/app:v1.2.4', 'localhost:5000/app:latest']),
    )
  })
})
