import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { importHistory } from '../../histories/load.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'
import { type Change, type Repository, repositoryOf } from '../semver-tag/scene.ts'
import { groupsOf, notes, resultOf } from './scene.ts'

const ROOT: Change = { message: 'feat: root', tags: ['v1.0.0'] }
const on = (branch: string, message: string, from?: string): Change =>
  from === undefined ? { message, branch } : { message, branch, from }
const merge = (number: number, branch: string, title: string, into = 'main'): Change => ({
  message: `Merge pull request #${number} from x/${branch}\n\n${title}`,
  branch: into,
  merge: branch,
})

/** Lines of the notes, in their order, with the number of their pull request. */
function linesOf(step: StepResult): string[] {
  expectConclusion(step, 'success')
  const entries = resultOf(step).releases.flatMap(({ groups }) => groups.flatMap((group) => group.entries))
  return entries.map(
    ({ type, subject, pullRequest }) =>
      `${type ?? '-'}: ${subject}${pullRequest === undefined ? '' : ` #${pullRequest.number}`}`,
  )
}

const told = async (history: Change[], inputs: Record<string, string> = {}): Promise<string[]> =>
  linesOf(await notes(repositoryOf(history), { include: 'all', ...inputs }))

describe('who came with whom', () => {
  test.each<[string, Change[], string[]]>([
    [
      'a pull request merged into develop, and develop into main',
      [
        ROOT,
        on('develop', 'chore: start', 'v1.0.0'),
        { message: 'wip', branch: 'search', from: 'v1.0.0' },
        on('search', 'more wip'),
        merge(11, 'search', 'feat: search', 'develop'),
        on('leak', 'mend', 'v1.0.0'),
        merge(12, 'leak', 'fix: the leak', 'develop'),
        merge(13, 'develop', 'Develop'),
      ],
      ['feat: search #11', 'fix: the leak #12', 'chore: start #13'],
    ],
    [
      'stacked: the second stands on the first',
      [
        ROOT,
        on('one', 'wip 1', 'v1.0.0'),
        { message: 'tip', branch: 'one', tags: ['t1'] },
        on('two', 'wip 2', 't1'),
        merge(22, 'two', 'feat: two', 'one'),
        merge(21, 'one', 'feat: one'),
      ],
      ['feat: one #21', 'feat: two #22'],
    ],
    [
      'squashed on develop, then merged with a title about the release',
      [
        ROOT,
        on('develop', 'Add search (#11)', 'v1.0.0'),
        on('develop', 'Fix the leak (#12)'),
        merge(13, 'develop', 'chore: release 1.1.0'),
      ],
      ['chore: release 1.1.0 #13', '-: Fix the leak #12', '-: Add search #11'],
    ],
    [
      'a merge commit with the title in its subject',
      [ROOT, on('x', 'wip', 'v1.0.0'), { message: 'Add dark mode (#6)', merge: 'x' }],
      ['-: Add dark mode #6'],
    ],
    [
      'a branch that is older than what was reverted',
      [
        ROOT,
        on('dark', 'wip', 'v1.0.0'),
        { message: 'feat: gone', tags: ['gone'] },
        { message: 'feat: kept' },
        { message: 'Revert "feat: gone"\n\nThis reverts commit {gone}.' },
        merge(6, 'dark', 'feat: dark mode'),
      ],
      ['feat: dark mode #6', 'feat: kept'],
    ],
    [
      'commits under a plain title fold into it, unless they are conventional',
      [
        ROOT,
        on('a', 'wip', 'v1.0.0'),
        on('a', 'address review'),
        merge(7, 'a', 'Speed up the search'),
        on('b', 'feat: b1', 'v1.0.0'),
        on('b', 'fix: b2'),
        merge(8, 'b', 'B'),
      ],
      ['feat: b1 #8', 'fix: b2 #8', '-: Speed up the search #7'],
    ],
  ])('%s', async (_, history, expected) => {
    expect((await told(withShas(history))).sort()).toEqual([...expected].sort())
  })

  /** `{tag}` in a message is the commit of that tag. */
  function withShas(history: Change[]): Change[] {
    if (!history.some(({ message }) => message.includes('{gone}'))) return history
    const before = history.slice(
      0,
      history.findIndex(({ message }) => message.includes('{gone}')),
    )
    const sha = repositoryOf(before).sha('gone')
    return history.map((change) => ({ ...change, message: change.message.replace('{gone}', sha) }))
  }

  test('a title that breaks does so', async () => {
    const history = [ROOT, on('y', 'wip', 'v1.0.0'), merge(1, 'y', 'feat!: drop the old API')]
    const step = await notes(repositoryOf(history))
    expect(groupsOf(step)).toEqual({ Breaking: ['drop the old API'] })
    expect(step.outputs['breaking']).toBe('true')
  })

  test('one line for each pull request of a real release', async () => {
    const folder = importHistory('cli')
    const sha = (name: string): string =>
      execFileSync('git', ['-C', folder, 'rev-parse', `${name}^{commit}`], { encoding: 'utf8' }).trim()
    const step = await notes({ path: folder, sha: (name = 'main') => sha(name) }, { to: 'v2.60.0' })
    expect(step.outputs).toMatchObject({ from: 'v2.59.0', 'pull-requests': '24' })
    const numbers = linesOf(step).map((line) => /#(\d+)$/.exec(line)?.[1])
    expect(new Set(numbers).size).toBe(24)
    expect(numbers).toHaveLength(24)
  }, 60_000)
})

describe('words', () => {
  test('what breaks by its header is said once', async () => {
    const step = await notes(repositoryOf([ROOT, { message: 'feat!: x (#7)' }]), { links: 'false' })
    expect(step.outputs['changelog']).toContain('### Breaking\n\n- x (#7)\n\n')
  })

  test('a breaking footer ends where the next commit of a squash begins', async () => {
    const body =
      '* feat: a\n\nBREAKING CHANGE: b is gone\n\n* fix: c\n\n---------\n\nCo-authored-by: Bo <bo@octo.test>'
    const repository = repositoryOf([ROOT, { message: `feat: all (#7)\n\n${body}` }])
    const [entry] = resultOf(await notes(repository)).releases[0]?.groups[0]?.entries ?? []
    expect(entry?.breaking).toEqual(['b is gone'])
    expect(entry?.authors.map(({ name }) => name)).toEqual(['Ada', 'Bo'])
  })

  test('split: what a squash lists counts', async () => {
    const message = 'Many things (#7)\n\n* feat: a\n\n* fix!: b\n\n* wip'
    expect(await told([ROOT, { message }], { 'squash-bodies': 'split' })).toEqual([
      'fix: b #7',
      'feat: a #7',
      '-: Many things #7',
    ])
    expect(await told([ROOT, { message }])).toEqual(['-: Many things #7'])
  })

  test('assistants and bots of any name are nobody, and so is whom exclude names', async () => {
    const people = [
      'Claude <noreply@anthropic.com>',
      'Claude Opus 4.5 <noreply@anthropic.com>',
      'Copilot <198982749+Copilot@users.noreply.github.com>',
      'Cursor Agent <cursoragent@cursor.com>',
      'aider (gpt-5) <noreply@aider.chat>',
      'release-bot <ops@octo.test>',
      'Claude Monet <claude@monet.test>',
      'Eve <eve@octo.test>',
    ].map((person) => `Co-authored-by: ${person}`)
    const repository = repositoryOf([ROOT, { message: `feat: a\n\n${people.join('\n')}` }])
    const step = await notes(repository, { exclude: 'authors: [eve]' })
    expect(JSON.parse(step.outputs['contributors'] ?? '').map(({ name }: { name: string }) => name)).toEqual([
      'Ada',
      'Claude Monet',
    ])
  })

  test('one person under two addresses is one', async () => {
    const co = 'Co-authored-by: ada <ada@work.test>\nCo-authored-by: Ada <1+ada@users.noreply.github.com>'
    const step = await notes(repositoryOf([ROOT, { message: `feat: a\n\n${co}` }]))
    expect(JSON.parse(step.outputs['contributors'] ?? '')).toHaveLength(1)
  })

  test.each([
    [
      ['chore(deps): update dependency x to v2 (#1)', 'chore(deps): update dependency x to v3 (#2)'],
      'update dependency x to v3',
    ],
    [['Update babel monorepo (#1)', 'Update babel monorepo (#2)'], 'Update babel monorepo'],
    [
      ['Update actions/checkout action to v4 (#1)', 'Update actions/checkout action to v5 (#2)'],
      'Update actions/checkout action to v5',
    ],
    [['Bump x from 1 to 2 (#1)', 'Bump x from 2 to 3 (#2)'], 'Bump x from 1 to 3'],
  ])('%j are one line', async (messages, line) => {
    const step = await notes(repositoryOf([ROOT, ...messages.map((message) => ({ message }))]), {
      include: 'all',
      links: 'false',
    })
    expect(step.outputs['changelog']).toContain(`${line} (#2, #1)`)
  })

  test('each line may name who made it', async () => {
    const step = await notes(repositoryOf([ROOT, { message: 'feat: a (#7)' }]), {
      authors: 'true',
      links: 'false',
    })
    expect(step.outputs['changelog']).toContain('- a (#7) by Ada')
  })

  test('nothing conventional: everything is listed, and said', async () => {
    const step = await notes(repositoryOf([ROOT, { message: 'Add a (#7)' }, { message: 'Mend b (#8)' }]))
    expect(groupsOf(step)).toEqual({ Other: ['Mend b', 'Add a'] })
    expect(step.annotations.map(({ message }) => message).join()).toContain('None of 2 changes follow')
    expect(resultOf(step)).toMatchObject({
      profile: expect.stringContaining('Inputs that fit: include: all'),
    })
    expectConclusion(
      await notes(repositoryOf([ROOT, { message: 'Add a' }]), { include: 'notable' }),
      'success',
    )
  })
})

describe('where notes begin and end', () => {
  const away: Change[] = [
    { message: 'feat: old', tags: ['v1.8.1'] },
    { message: 'feat: a' },
    { message: 'feat: b', tags: ['fork'] },
    on('42-x', 'fix: release', 'fork'),
    { message: 'fix: more', branch: '42-x', tags: ['v42.9.3'] },
    { message: 'feat: c' },
  ]

  test('at the branch point of the highest version, when that is nearer', async () => {
    const repository = repositoryOf(away)
    const step = await notes(repository, { version: 'v43.0.0' })
    expect(linesOf(step)).toEqual(['feat: c'])
    expect(step.outputs['from']).toBe(repository.sha('fork').slice(0, 7))
    expect(resultOf(step).decisions.join()).toContain('v42.9.3')
  })

  test('of a version that has a tag, at that tag, whatever came since', async () => {
    const history = [ROOT, { message: 'feat: in', tags: ['v1.1.0'] }, { message: 'feat: not in' }]
    expect(await told(history, { version: 'v1.1.0' })).toEqual(['feat: in'])
  })

  test('a lower version on the same commit is no boundary', async () => {
    expect(await told([ROOT, { message: 'feat: a', tags: ['v1.1.0', 'v1.0.9'] }])).toEqual(['feat: a'])
  })

  test('a version that is yet to be tagged is linked by its tag', async () => {
    const repository = repositoryOf([ROOT, { message: 'feat: a' }])
    const step = await notes(repository, { version: '1.1.0', file: 'CHANGELOG.md' })
    expectConclusion(step, 'success')
    expect(readFileSync(join(repository.path, 'CHANGELOG.md'), 'utf8')).toContain('/compare/v1.0.0...v1.1.0)')
  })

  test('two spellings are one list of versions', async () => {
    const step = await notes(
      repositoryOf([ROOT, { message: 'feat: a', tags: ['1.1.0'] }, { message: 'feat: b', tags: ['v1.2.0'] }]),
      { 'tag-prefix': 'v, none' },
    )
    expect(step.outputs['from']).toBe('1.1.0')
  })

  test('what another line has released already is counted', async () => {
    const history: Change[] = [
      ROOT,
      on('1.0.x', 'fix: a (#5)', 'v1.0.0'),
      { message: 'fix: p', branch: '1.0.x', tags: ['v1.0.1'] },
      { message: 'fix: a (#4)\n\nfirst of all' },
      { message: 'fix: a (#5)' },
      { message: 'fix: p' },
      { message: 'feat: b', tags: ['v1.1.0'] },
    ]
    const step = await notes(repositoryOf(history), { links: 'false' })
    expect(linesOf(step)).toEqual(['feat: b', 'fix: a #4'])
    expect(step.outputs['changelog']).toContain('Also in 1.0.1: 2 changes')
    const { listed, merged, range } = resultOf(step).counts
    expect([listed, merged, range]).toEqual([2, 2, 4])
    expect(await told(history, { subtract: 'false' })).toHaveLength(4)
  })

  test('of a path: a pull request counts when one of its commits touches it', async () => {
    const step = await notes(
      repositoryOf([
        ROOT,
        { message: 'wip', branch: 'a', from: 'v1.0.0', paths: ['api/x'] },
        { ...merge(5, 'a', 'feat: a'), paths: ['api/x'] },
        { message: 'wip', branch: 'w', from: 'v1.0.0', paths: ['web/x'] },
        { ...merge(6, 'w', 'feat: w'), paths: ['web/x'] },
      ]),
      { path: 'api' },
    )
    expect(linesOf(step)).toEqual(['feat: a #5'])
  })
})

describe('a file whose headings are of another form', () => {
  const put = async (before: string, inputs: Record<string, string> = {}): Promise<[string, Repository]> => {
    const repository = repositoryOf([ROOT, { message: 'feat: a', tags: ['v3.0.0'] }])
    execFileSync('git', ['-C', repository.path, 'checkout', '-q', 'main'])
    const { writeFileSync } = process.getBuiltinModule('node:fs')
    writeFileSync(join(repository.path, 'CHANGELOG.md'), before)
    for (let run = 0; run < 2; run++) {
      expectConclusion(await notes(repository, { file: 'CHANGELOG.md', ...inputs }), 'success')
    }
    return [readFileSync(join(repository.path, 'CHANGELOG.md'), 'utf8'), repository]
  }

  test.each([
    ['a name before the number', '# C\n\n## My Project 2.16.0 (2025-01-01)\n\n- x\n'],
    ['several numbers', '# C\n\n## [1.45.0/0.67.0/0.21.0]\n\n- x\n'],
    ['an anchor above', '# C\n\n<a name="2.0.0"></a>\n## 2.0.0\n\n- x\n'],
    ['the first level', '# C\n\n# My Project 2.16.0 (2025-01-01)\n\n- x\n'],
    ['dates', '# C\n\n## 2025-01-01\n\n- x\n\n## 2024-01-01\n\n- y\n'],
    ['under what is unreleased', '# C\n\n## [Unreleased]\n\n- z\n\n## The second\n\n- x\n'],
  ])('%s', async (_, before) => {
    const [after] = await put(before)
    const at = after.indexOf('## [3.0.0]')
    expect(at).toBeGreaterThan(0)
    expect(after.replace(/## \[3\.0\.0\][\s\S]*?\n\n(?=##? |<a )/, '')).toBe(before)
    expect(at).toBeLessThan(after.indexOf('- x'))
    expect(after.split('## [3.0.0]')).toHaveLength(2)
  })

  test('definitions at the end are kept in step', async () => {
    const tail = [
      '[unreleased]: https://github.com/octo/demo/compare/v2.0.0...HEAD',
      '[2.0.0]: https://github.com/octo/demo/compare/v1.0.0...v2.0.0',
      '',
    ].join('\n')
    const [after] = await put(`# C\n\n## [Unreleased]\n\n## [2.0.0]\n\n- x\n\n${tail}`)
    expect(after).toContain('[unreleased]: https://github.com/octo/demo/compare/v3.0.0...HEAD\n[3.0.0]: ')
    expect(after.split('[3.0.0]: ')).toHaveLength(2)
  })
})
