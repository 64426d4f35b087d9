import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { labelKey, labelsOfType } from '../../../actions/changelog/config/bridge.ts'
import { readConfig } from '../../../actions/changelog/config/read.ts'
import type { Entry, Placement } from '../../../actions/changelog/model.ts'
import { InputError } from '../../../shared/action/errors.ts'

/** The example of GitHub's documentation. */
const DOCUMENTED = `
# .github/release.yml

changelog:
  exclude:
    labels:
      - ignore-for-release
    authors:
      - octocat
  categories:
    - title: Breaking Changes 🛠
      labels:
        - Semver-Major
        - breaking-change
    - title: Exciting New Features 🎉
      labels:
        - Semver-Minor
        - enhancement
    - title: Other Changes
      labels:
        - "*"
`

/** Without a catch-all, with an exclude of its own. */
const PARTIAL = `
changelog:
  categories:
    - { title: Dependencies, labels: [dependencies], exclude: { authors: [renovate] } }
    - { title: Fixes, labels: ['kind/bug'], exclude: { labels: [internal] } }
    - { title: Fixes too, labels: [bug, internal] }
    - { title: Docs, labels: [documentation] }
`

function commit(header: string, more: Partial<Entry> = {}): Entry {
  const [, type, scope, bang, subject = header] = /^(\w+)(?:\((.*)\))?(!)?: (.*)$/.exec(header) ?? []
  return {
    ...{ shas: ['a'.repeat(40)], type, scope, subject, breaking: bang ? [''] : undefined },
    ...{ references: [], authors: [{ name: 'Ada', email: 'ada@octo.test', bot: false }], notable: true },
    ...more,
  }
}

/** Of a pull request of which GitHub told labels and author. */
function pull(labels: readonly string[], author = 'ada', header = 'feat: x'): Entry {
  return commit(header, { pullRequest: { number: 7, title: header, labels, author } })
}

async function placed(yaml: string, entry: Entry): Promise<string> {
  const placement: Placement = (await readConfig(yaml, 'release.yml')).place(entry)
  return 'title' in placement ? placement.title : `- ${placement.excluded}`
}

async function problems(yaml: string): Promise<string[]> {
  const error = await readConfig(yaml, '.github/release.yml').then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InputError)
  const { problems: list } = error as InputError
  expect(new Set(list.map(({ input }) => input))).toEqual(new Set(['config-file']))
  return list.map(({ message }) => message)
}

describe('.github/release.yml, for pull requests', () => {
  test.each<[string[], string, string]>([
    [['Semver-Major'], 'ada', 'Breaking Changes 🛠'],
    [['breaking-change', 'enhancement'], 'ada', 'Breaking Changes 🛠'],
    [['enhancement', 'semver-major'], 'ada', 'Breaking Changes 🛠'],
    [['Enhancement'], 'ada', 'Exciting New Features 🎉'],
    [['bug'], 'ada', 'Other Changes'],
    [[], 'ada', 'Other Changes'],
    [['enhancement', 'ignore-for-release'], 'ada', '- label ignore-for-release'],
    [['enhancement'], 'OctoCat', '- author octocat'],
    [['enhancement'], 'octocat[bot]', '- author octocat'],
    [['feature'], 'ada', 'Other Changes'],
  ])('the documented example: %j by %s is under %s', async (labels, author, expected) => {
    expect(await placed(DOCUMENTED, pull(labels, author))).toBe(expected)
  })

  test.each<[string[], string, string]>([
    [['dependencies'], 'dependabot[bot]', 'Dependencies'],
    [['dependencies'], 'renovate[bot]', 'Other Changes'],
    [['dependencies', 'documentation'], 'renovate[bot]', 'Docs'],
    [['kind/bug'], 'ada', 'Fixes'],
    [['kind/bug', 'internal'], 'ada', 'Fixes too'],
    [['type: bug'], 'ada', 'Other Changes'],
  ])('excludes of a category: %j by %s is under %s', async (labels, author, expected) => {
    expect(await placed(PARTIAL, pull(labels, author))).toBe(expected)
  })

  test('the labels count, whatever the commit says', async () => {
    expect(await placed(DOCUMENTED, pull(['bug'], 'ada', 'feat!: x'))).toBe('Other Changes')
  })

  test.each(['', '# nothing', 'changelog:', 'changelog: {categories: [], exclude: {labels: [x]}}'])(
    'without categories there is one: %j',
    async (yaml) => {
      expect(await placed(yaml, pull(['enhancement']))).toBe("What's Changed")
    },
  )

  test('categories keep their order, and the first is the most important', async () => {
    const { place } = await readConfig(DOCUMENTED, 'release.yml')
    const found = [['x'], ['enhancement'], ['breaking-change']].map((labels) => place(pull(labels)))
    expect(found).toMatchObject([
      { rank: 2, order: 2 },
      { rank: 1, order: 1 },
      { rank: 0, order: 0 },
    ])
  })

  test('numbers and other plain values are labels too', async () => {
    const yaml = 'changelog: {categories: [{title: v2, labels: [2.0, true]}]}'
    expect(await placed(yaml, pull(['2.0']))).toBe('v2')
    expect(await placed(yaml, pull(['true']))).toBe('v2')
  })
})

describe('.github/release.yml, for commits without a pull request', () => {
  test.each([
    ['feat: x', 'Exciting New Features 🎉'],
    ['feature: x', 'Exciting New Features 🎉'],
    ['feat!: x', 'Breaking Changes 🛠'],
    ['docs!: x', 'Breaking Changes 🛠'],
    ['fix: x', 'Other Changes'],
    ['no type at all', 'Other Changes'],
  ])('%s is under %s', async (header, expected) => {
    expect(await placed(DOCUMENTED, commit(header))).toBe(expected)
  })

  test.each([
    ['fix: x', 'Fixes'],
    ['docs: x', 'Docs'],
    ['chore(deps): bump x', 'Dependencies'],
    ['build(deps-dev): bump x', 'Dependencies'],
    ['feat: x', 'Other Changes'],
  ])('labels have other names elsewhere: %s is under %s', async (header, expected) => {
    expect(await placed(PARTIAL, commit(header))).toBe(expected)
  })

  test('a pull request of which only the number is known follows the type', async () => {
    expect(await placed(DOCUMENTED, commit('feat: x', { pullRequest: { number: 7 } }))).toBe(
      'Exciting New Features 🎉',
    )
  })

  test('authors are left out by login, or by name', async () => {
    const by = (person: Entry['authors'][number]): Entry => commit('feat: x', { authors: [person] })
    expect(await placed(DOCUMENTED, by({ name: 'Mona', login: 'octocat', bot: false }))).toContain('- author')
    expect(await placed(DOCUMENTED, by({ name: 'octocat[bot]', bot: true }))).toContain('- author')
  })

  test.each([
    ['type: Bug Fix', 'bug-fix'],
    ['kind/bug', 'bug'],
    ['Type: feature', 'feature'],
    ['PR: docs', 'docs'],
    ['Semver-Major', 'semver-major'],
    ['semver:minor', 'semver-minor'],
    ['breaking_change', 'breaking-change'],
    ['C-enhancement', 'enhancement'],
  ])('the label %s is %s', (label, key) => {
    expect(labelKey(label)).toBe(key)
  })

  test('every type is a label itself, and no label belongs to two types', () => {
    const types = ['feat', 'fix', 'perf', 'docs', 'refactor', 'test', 'ci', 'build', 'chore', 'revert']
    const all = types.flatMap((type) => [...labelsOfType(commit(`${type}: x`))])
    expect(all).toEqual(expect.arrayContaining(types))
    expect(new Set(all).size).toBe(all.length)
    for (const label of all) expect(labelKey(label)).toBe(label)
  })
})

describe('types of conventionalcommits', () => {
  const TYPES = JSON.stringify({
    types: [
      { type: 'feat', section: 'Features' },
      { type: 'feature', section: 'Features' },
      { type: 'chore', scope: 'deps', section: 'Dependencies' },
      { type: 'fix', section: 'Bug Fixes' },
      { type: 'chore', section: 'Chores', hidden: true },
      { type: 'revert', section: 'Reverts' },
      { type: 'ci', hidden: true },
    ],
  })

  test.each([
    ['feat: x', 'Features'],
    ['feature(a): x', 'Features'],
    ['fix: x', 'Bug Fixes'],
    ['chore(deps): x', 'Dependencies'],
    ['chore: x', '- chore'],
    ['chore(api): x', '- chore'],
    ['chore!: x', 'Chores'],
    ['ci!: x', 'Other'],
    ['docs: x', '- docs'],
    ['docs!: x', 'Other'],
    ['no type at all', 'Other'],
  ])('%s is under %s', async (header, expected) => {
    expect(await placed(TYPES, commit(header))).toBe(expected)
  })

  test('sections keep the order of their first type', async () => {
    const { place } = await readConfig(TYPES, 'versionrc.json')
    const orders = ['feature: x', 'chore(deps): x', 'fix: x', 'x'].map((header) => place(commit(header)))
    expect(orders).toMatchObject([{ order: 0 }, { order: 1 }, { order: 2 }, { order: 5 }])
  })

  test('a bare list is read as well', async () => {
    expect(await placed('- {type: feat, section: New}', commit('feat: x'))).toBe('New')
  })
})

describe('what is wrong is said with its line', () => {
  test.each<[string, string[]]>([
    ['changelog: [', ['.github/release.yml: it is not valid YAML: ']],
    ['on: push', ['line 1: the key "on" is not supported: this action reads changelog or types alone.']],
    ['# x\nchangelogs:\n  categories: []', ['line 2: the key "changelogs" is not supported']],
    ['hello', ['it has no changelog, as GitHub writes it, and no list of types.']],
    ['changelog: x', ['line 1: changelog: "x" is not a map with the keys exclude, categories.']],
    [
      'changelog:\n  exclude:\n    users: [a]\n  categorys: []',
      [
        'line 3: changelog.exclude.users: no such key here; there are labels, authors.',
        'line 4: changelog.categorys: no such key here; there are exclude, categories. Did you mean "categories"?',
      ],
    ],
    [
      'changelog:\n  categories:\n    - labels: [a]\n    - title: B\n    - title: C\n      labels: c\n    - D',
      [
        'line 3: changelog.categories[0]: a category needs a title.',
        'line 4: changelog.categories[1]: a category needs labels; "*" takes every pull request.',
        'line 6: changelog.categories[2].labels: it is not a list.',
        'line 7: changelog.categories[3]: "D" is not a map',
      ],
    ],
    ['changelog: {categories: {title: A}}', ['changelog.categories: it is not a list of categories.']],
    [
      'changelog:\n  exclude:\n    labels:\n      - a\n      - [b]',
      ['line 5: changelog.exclude.labels[1]: it is no text.'],
    ],
    ['types: []', ['line 1: types: it is not a list of types.']],
    [
      'types:\n  - type: feat\n  - section: X\n  - type: fix\n    section: Y\n    hidden: 1\n    effect: z',
      [
        'line 2: types[0]: a type needs a section, or hidden: true.',
        'line 3: types[1]: a type is missing',
        'line 6: types[2].hidden: it is neither true nor false.',
        'line 7: types[2].effect: no such key here',
      ],
    ],
    [
      'types: [{type: a, section: b}]\nchangelog: {}',
      ['line 1: there are changelog and types: keep one of them.'],
    ],
    ['types: [{type: a, section: b}]\ntagPrefix: v', ['line 2: the key "tagPrefix" is not supported']],
  ])('%j', async (yaml, expected) => {
    const found = await problems(yaml)
    for (const [index, message] of expected.entries()) expect(found[index]).toContain(message)
    for (const message of found) expect(message).toMatch(/^\.github\/release\.yml(, line \d+)?: /)
  })
})

test('any text is either read or refused with a reason', async () => {
  const word = fc.constantFrom(
    'changelog',
    'types',
    'categories',
    'exclude',
    'labels',
    'title',
    '*',
    ':',
    '-',
    '[',
    '\n',
    '  ',
    'x',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join('')),
      ),
      async (text) => {
        try {
          const placement = (await readConfig(text, 'f')).place(pull(['x']))
          expect('title' in placement || 'excluded' in placement).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
          expect((error as InputError).problems.length).toBeGreaterThan(0)
        }
      },
    ),
  )
})
