import { describe, expect, test } from '@jest/globals'
import { contributorsOf, peopleOf, personOf, unique } from '../../../actions/changelog/plan/people.ts'
import { parseMessage } from '../../../shared/commits/message.ts'

const NONE = new Map<string, string>()

describe('a person', () => {
  test.each<[string, string, string | undefined]>([
    ['Ada', 'ada@octo.test', undefined],
    ['Ada', '123+ada-l@users.noreply.github.com', 'ada-l'],
    ['Ada', 'ada@users.noreply.github.com', 'ada'],
    ['Ada', '1+Ada@users.noreply.ghe.octo.test', 'Ada'],
    ['dependabot[bot]', '49699333+dependabot[bot]@users.noreply.github.com', 'dependabot[bot]'],
    ['Ada', 'known@octo.test', 'ada'],
    ['Ada', 'KNOWN@octo.test', 'ada'],
    ['Eve', 'x@users.noreply.github.com.evil.test@octo.test', undefined],
    ['Eve', '@octocat @users.noreply.github.com', undefined],
    ['Eve', 'a/b@users.noreply.github.com', undefined],
    ['Eve', '-a@users.noreply.github.com', undefined],
  ])('%s <%s> is %s at GitHub', (name, email, login) => {
    expect(personOf(name, email, new Map([['known@octo.test', 'ada']])).login).toBe(login)
  })

  test.each([
    ['dependabot[bot]', '49699333+dependabot[bot]@users.noreply.github.com', true],
    ['Renovate Bot', 'bot@renovateapp.com', true],
    ['GitHub', 'noreply@github.com', true],
    ['Ada', 'ada@octo.test', false],
    ['Abbot', 'abbot@octo.test', false],
  ])('%s <%s> is a bot: %s', (name, email, bot) => {
    expect(personOf(name, email, NONE).bot).toBe(bot)
  })
})

describe('who made a change', () => {
  const made = (message: string, { pull, merge = false }: { pull?: string; merge?: boolean } = {}) =>
    peopleOf(
      {
        author: { name: 'Ada', email: 'ada@octo.test' },
        message: parseMessage(message),
        parents: merge ? ['a', 'b'] : ['a'],
      },
      pull === undefined ? undefined : { author: pull },
      { logins: new Map([['bob@octo.test', 'bob']]) },
    ).map(({ name, login }) => login ?? name)

  test('the author, then the co-authors, nobody twice', () => {
    const trailers =
      'Co-authored-by: Bob <bob@octo.test>\nco-authored-by: Cy <cy@octo.test>\nCo-authored-by: Ada <ADA@octo.test>\nCo-authored-by: broken'
    expect(made(`feat: x\n\n${trailers}`)).toEqual(['Ada', 'bob', 'Cy'])
  })

  test('the author of the pull request, and not who merged it', () => {
    expect(made('Merge pull request #7 from x', { pull: 'eve', merge: true })).toEqual(['eve'])
    expect(made('feat: x (#7)', { pull: 'eve' })).toEqual(['eve', 'Ada'])
    expect(made('feat: x\n\nCo-authored-by: E <1+Eve@users.noreply.github.com>', { pull: 'eve' })).toEqual([
      'eve',
      'Ada',
    ])
  })
})

test('an address that has a login somewhere has it everywhere', () => {
  const ada = { name: 'Ada', email: 'ada@octo.test', bot: false }
  expect(unique([ada, { ...ada, login: 'ada' }, { ...ada, name: 'A. L.', login: 'ADA' }])).toEqual([
    { ...ada, login: 'ada' },
  ])
})

test('contributors: once, without bots, in the order of their names, new ones marked', () => {
  const person = (name: string, login?: string, bot = false) => ({
    ...{ name, email: `${name}@octo.test`, bot },
    ...(login === undefined ? {} : { login }),
  })
  const people = [
    [person('Zoe'), person('Ada', 'lovelace')],
    [person('bot', 'x[bot]', true)],
    [person('bob', 'Bob')],
  ]
  const { contributors, newContributors } = contributorsOf([...people, ...people], {
    newcomers: new Map([['bob', 12]]),
  })
  expect(contributors.map(({ name }) => name)).toEqual(['bob', 'Ada', 'Zoe'])
  expect(newContributors).toEqual([{ person: person('bob', 'Bob'), pullRequest: 12 }])
  expect(contributorsOf([...people].reverse(), { newcomers: new Map() }).contributors).toEqual(contributors)
})
