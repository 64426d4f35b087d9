import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ActionError } from '../../../shared/action/errors.ts'
import { readEvent } from '../../../shared/action/event.ts'

const folder = mkdtempSync(join(tmpdir(), 'event-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

function payload(text: string | Buffer): NodeJS.ProcessEnv {
  const path = join(folder, `${++count}.json`)
  writeFileSync(path, text)
  return { GITHUB_EVENT_PATH: path }
}

const read = (value: unknown) => readEvent(payload(JSON.stringify(value)))

test('no event is an empty one', () => {
  expect(readEvent({})).toEqual({})
  expect(readEvent({ GITHUB_EVENT_PATH: '' })).toEqual({})
})

test('what is read has the types that it says', () => {
  const pull = {
    number: 7,
    title: 'A title',
    html_url: 'https://github.example/pull/7',
    merge_commit_sha: 'a'.repeat(40),
    user: { login: 'ann', type: 'User' },
    head: { ref: 'x', sha: 'b'.repeat(40), repo: { full_name: 'ann/x', private: false, fork: true } },
    base: { ref: 'main', sha: 'c'.repeat(40) },
    labels: [{ name: 'bug' }],
  }
  const event = {
    pull_request: pull,
    repository: { default_branch: 'main', private: true },
    sender: { login: 'ann' },
  }
  expect(read(event)).toEqual(event)
  expect(readEvent(payload(`\ufeff${JSON.stringify(event)}`))).toEqual(event)
})

test.each([
  [{ pull_request: null }, {}],
  [{ pull_request: 'x' }, {}],
  [{ pull_request: [] }, {}],
  [{ pull_request: {} }, { pull_request: {} }],
  [{ pull_request: { number: '7' } }, { pull_request: {} }],
  [{ pull_request: { number: 7.5 } }, { pull_request: {} }],
  [{ pull_request: { number: 7, head: null } }, { pull_request: { number: 7 } }],
  [{ pull_request: { head: { repo: null, sha: 5 } } }, { pull_request: { head: {} } }],
  [
    { pull_request: { labels: [null, 'x', { name: 1 }, { name: 'y' }] } },
    { pull_request: { labels: [{}, { name: 'y' }] } },
  ],
  [{ pull_request: { labels: {} } }, { pull_request: {} }],
  [{ repository: null }, {}],
  [{ repository: { default_branch: null, private: 'no' } }, { repository: {} }],
  [{ head_commit: null }, {}],
  [{ head_commit: { message: 5 } }, { head_commit: {} }],
  [{ workflow_run: { pull_requests: null, head_branch: null } }, { workflow_run: {} }],
  [
    { workflow_run: { pull_requests: [null, 3, { number: 3 }] } },
    { workflow_run: { pull_requests: [{ number: 3 }] } },
  ],
  [{ issue: { number: 4, pull_request: {} } }, { issue: { number: 4, pull_request: {} } }],
  [{ unknown: 1, inputs: { a: 'b' } }, {}],
])('%j reads as %j', (given, wanted) => {
  expect(read(given)).toEqual(wanted)
})

test('a key of every object is no key of the event', () => {
  expect(readEvent(payload('{"__proto__": {"number": 7}, "constructor": {"number": 7}}'))).toEqual({})
  expect(readEvent(payload('{"__proto__": {"number": 7}}')).number).toBeUndefined()
})

test('whatever JSON it is, it is read or refused in words', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      try {
        expect(read({ pull_request: value, repository: value, head_commit: value })).toEqual(
          expect.any(Object),
        )
        read(value)
      } catch (error) {
        expect(error).toBeInstanceOf(ActionError)
      }
    }),
  )
})

describe('an event that cannot be read', () => {
  const fifo = join(folder, 'fifo')
  execFileSync('mkfifo', [fifo])
  mkdirSync(join(folder, 'folder'))
  symlinkSync('/dev/zero', join(folder, 'link'))

  const CASES: readonly [string, NodeJS.ProcessEnv, RegExp][] = [
    ['null', payload('null'), /it is null and not a JSON object/],
    ['a list', payload('[[[]]]'), /it is \[\[\[\]\]\] and not a JSON object/],
    ['a text', payload('"x"'), /it is "x" and not a JSON object/],
    ['a number', payload('7'), /it is 7 and not a JSON object/],
    ['true', payload('true'), /it is true and not/],
    ['cut', payload('{"pull_request": {"number": 7'), /it is not valid JSON/],
    ['empty', payload(''), /it is empty/],
    ['blank', payload(' \n'), /it is empty/],
    ['NULs', payload(Buffer.alloc(4_096)), /it is not valid JSON/],
    ['half a character', payload(Buffer.from([0x7b, 0x22, 0xe2, 0x82])), /it is not valid JSON/],
    ['UTF-16', payload(Buffer.from('{}', 'utf16le')), /it is not valid JSON/],
    ['a page', payload('<!DOCTYPE html><html></html>'), /it is an HTML page/],
    ['nested deeply', payload('{"a":'.repeat(100_000)), /it is nested too deeply: more than 100 levels/],
    ['more than 32 MiB', payload(Buffer.alloc(33_554_433, 0x20)), /it is too big/],
    ['missing', { GITHUB_EVENT_PATH: join(folder, 'none.json') }, /there is no such file/],
    ['below a file', { GITHUB_EVENT_PATH: '/dev/null/event.json' }, /there is no such file/],
    ['a folder', { GITHUB_EVENT_PATH: join(folder, 'folder') }, /it is (?:a folder|not a regular file)/],
    ['a FIFO', { GITHUB_EVENT_PATH: fifo }, /it is not a regular file/],
    ['a link', { GITHUB_EVENT_PATH: join(folder, 'link') }, /it is a symbolic link/],
    ['a device', { GITHUB_EVENT_PATH: '/dev/zero' }, /it is not a regular file/],
  ]

  test.each(CASES)('%s', (_name, env, why) => {
    const attempt = (): unknown => readEvent(env)
    expect(attempt).toThrow(ActionError)
    expect(attempt).toThrow(why)
    expect(attempt).toThrow(`cannot be read from ${env['GITHUB_EVENT_PATH']} (GITHUB_EVENT_PATH)`)
    expect(attempt).toThrow(/Run the job again/)
  })
})
