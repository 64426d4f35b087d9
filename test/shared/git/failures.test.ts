import { expect, test } from '@jest/globals'
import { failureOf } from '../../../shared/git/failures.ts'

const REPOSITORY = {
  directory: '/srv/shop',
  gitDir: '/srv/shop/.git',
  commonDir: '/srv/shop/.git',
  bare: false,
  shallow: false,
}

// What git 2.39 to 2.51 print.
test.each([
  ["fatal: detected dubious ownership in repository at '/srv/shop'", 'dubious-ownership', 'chown'],
  ["fatal: unsafe repository ('/srv/shop' is owned by someone else)", 'dubious-ownership', 'chown'],
  [
    'fatal: not a git repository (or any of the parent directories): .git',
    'not-a-repository',
    'actions/checkout',
  ],
  ['fatal: bad object 1111', 'unknown-revision', 'fetch-depth: 0'],
  ["error: option `merged' must point to a commit", 'unknown-revision', 'fetch-depth: 0'],
  ["fatal: '../x' is outside repository at '/srv/shop'", 'bad-path', 'inside'],
  ["fatal: transport 'https' not allowed", 'missing-object', 'filter'],
  ['fatal: missing object 1111 for refs/tags/v1', 'missing-object', 'filter'],
  ['fatal: something new \u001b[31m', 'failed', 'something new \\u{1b}[31m'],
  ['', 'failed', 'exit code 128'],
])('%j is %s', (stderr, kind, words) => {
  const error = failureOf(REPOSITORY, 'log', { code: 128, stderr, error: undefined })
  expect([error.kind, error.message]).toEqual([kind, expect.stringContaining(words)])
})

test('a git that cannot be started, or was killed', () => {
  const gone = Object.assign(new Error('spawn'), { code: 'ENOENT' })
  expect(failureOf(REPOSITORY, 'log', { code: null, stderr: '', error: gone }).message).toContain('ENOENT')
  expect(failureOf(REPOSITORY, 'log', { code: null, stderr: '', error: undefined }).message).toContain(
    'a signal',
  )
})
