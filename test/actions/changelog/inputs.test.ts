import { describe, expect, test } from '@jest/globals'
import { readInputs } from '../../../actions/changelog/inputs.ts'
import { InputError } from '../../../shared/action/errors.ts'
import { expectConclusion } from '../../support/runner.ts'
import { repositoryOf } from '../semver-tag/scene.ts'
import { notes } from './scene.ts'

const variables = (inputs: Readonly<Record<string, string>>): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ to: 'main', ...inputs }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )

async function problemsOf(inputs: Readonly<Record<string, string>>): Promise<string[]> {
  try {
    await readInputs(variables(inputs))
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map(({ input, message }) => `${input}: ${message}`)
  }
}

describe('wrong inputs', () => {
  test.each<[Record<string, string>, string]>([
    [{ format: 'markdwn' }, 'format: "markdwn" is not one of'],
    [{ format: 'markdwn' }, 'Did you mean "markdown"?'],
    [{ from: 'v1..v2' }, 'from: "v1..v2" is a range: write its two ends into from and to.'],
    [{ to: 'HEAD~3' }, 'to: "HEAD~3" is no tag, branch or SHA.'],
    [{ to: 'a b' }, 'to: "a b" is no tag'],
    [{ version: '1.2' }, 'version: "1.2" is no version by SemVer 2.0.0'],
    [{ 'tag-prefix': 'a b' }, 'tag-prefix: "a b" cannot begin the name of a git tag'],
    [{ path: '../x' }, 'path: "../x" is not inside the repository.'],
    [{ path: 'src/*.ts' }, 'path: "src/*.ts" is a pattern'],
    [{ path: '.' }, 'path: "." is the whole repository'],
    [{ file: '/etc/passwd' }, 'file: "/etc/passwd" is not inside the workspace.'],
    [{ file: 'docs/../../x' }, 'is not inside the workspace.'],
    [{ file: 'C:\\x' }, 'is not inside the workspace.'],
    [{ 'config-file': '../release.yml' }, 'config-file: "../release.yml" is not inside the workspace.'],
    [{ format: 'template' }, 'template: missing'],
    [
      { format: 'template', template: 'a', 'template-file': 'b' },
      'template: given together with template-file',
    ],
    [{ template: 'a' }, 'format: "markdown" takes no template'],
    [{ format: 'json', file: 'CHANGELOG.md' }, 'file: format "json" has no sections'],
    [{ release: 'draft', token: '' }, 'token: missing: a release needs contents: write'],
    [
      { release: 'draft', token: 'x', history: 'true' },
      'release: the text of a release is about one version',
    ],
    [{ release: 'draft', token: 'x', 'max-length': '125001' }, 'max-length: 125001 is more than the 125000'],
    [{ 'max-length': '10' }, 'max-length: "10" is out of range'],
    [{ 'pull-requests': 'yes' }, 'pull-requests: "yes" is not one of "auto", "true" or "false".'],
    [{ history: 'maybe' }, 'history: "maybe" is neither true nor false.'],
    [{ include: 'everything' }, 'include: "everything" is not one of'],
    [{ groups: '- feat' }, 'groups: "- feat" is not a map.'],
    [
      { groups: 'A: {type: feat}' },
      'groups.A.type: no such key; there are types, scopes, labels, breaking. Did you mean "types"?',
    ],
    [{ groups: 'A: {breaking: 3}' }, 'groups.A.breaking: "3" is neither true nor false.'],
    [{ groups: 'A: {}' }, 'groups.A: it says nothing about what belongs to it.'],
    [{ groups: 'A: [[feat]]' }, 'groups.A: "["feat"]" is no word'],
    [{ groups: 'A: feat\nA: fix' }, 'the key "A" stands twice'],
    [{ groups: '{' }, 'groups: it is not valid YAML'],
    [{ exclude: 'feat' }, 'exclude: "feat" is not a map.'],
    [
      { exclude: 'typs: [chore]' },
      'exclude.typs: no such key; there are authors, types, scopes, labels, regex. Did you mean "types"?',
    ],
    [{ exclude: 'regex: "("' }, 'exclude.regex[0]: "(" is no regular expression of JavaScript'],
    [{ exclude: 'types: []' }, 'exclude.types: an empty list matches nothing'],
  ])('%j', async (inputs, message) => {
    expect((await problemsOf(inputs)).join('\n')).toContain(message)
  })

  test('are told all at once, and nothing is written', async () => {
    const step = await notes(repositoryOf(['feat: a']), { format: 'x', history: 'x', file: '../x' })
    expectConclusion(step, 'failure')
    expect(step.annotations).toHaveLength(1)
    expect(step.annotations[0]).toMatchObject({ title: '3 wrong inputs' })
    expect(step.annotations[0]?.message).toMatch(/format:.*\nfile:.*\nhistory:.*\nNothing was done\./)
  })
})

test('right ones in every form', async () => {
  const inputs = await readInputs(
    variables({
      ...{ version: 'v1.2.3', path: './a/\nb', file: './docs/CHANGELOG.md', 'pull-requests': 'TRUE' },
      groups: 'New: feat\nBugs: [fix, hotfix]\nAPI: {scopes: "api, core", breaking: true, labels: Bug}',
      exclude: 'types: chore, CI\nregex: ["^WIP", "a,b"]\nauthors: [Dependabot]',
    }),
  )
  expect(inputs).toMatchObject({
    ...{ version: 'v1.2.3', path: ['a', 'b'], file: 'docs/CHANGELOG.md', pullRequests: 'true' },
    groups: [
      { title: 'New', types: ['feat'], scopes: undefined, breaking: false },
      { title: 'Bugs', types: ['fix', 'hotfix'] },
      { title: 'API', types: undefined, scopes: ['api', 'core'], labels: ['bug'], breaking: true },
    ],
    exclude: { types: ['chore', 'ci'], authors: ['dependabot'], patterns: [/^WIP/u, /a,b/u] },
  })
})

test('an empty prefix is a prefix', async () => {
  expect((await readInputs(variables({ 'tag-prefix': '' }))).tagPrefix).toBe('')
  expect((await readInputs(variables({}))).tagPrefix).toBe('v')
})
