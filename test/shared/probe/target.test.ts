import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  defaultName,
  displayTarget,
  readArgv,
  readTarget,
  withoutCredentials,
} from '../../../shared/probe/target.ts'

const problem = (given: unknown): string => {
  const reading = readTarget(given)
  return 'problem' in reading ? reading.problem : 'no problem'
}

function displayOf(text: string): string {
  const reading = readTarget(text)
  if ('problem' in reading) throw new Error(reading.problem)
  return displayTarget(reading.value)
}

describe('readTarget', () => {
  test.each([
    ['http://localhost:8080/health', 'http'],
    [' https://example.com ', 'https'],
    ['HTTP://EXAMPLE.COM', 'http'],
    ['http://[::1]:8080/', 'http'],
    ['tcp://db:5432', 'tcp'],
    ['tcp://[::1]:5432', 'tcp'],
    ['tls://example.com:443', 'tls'],
    ['file:///tmp/ready', 'file'],
  ])('%s', (text, scheme) => {
    expect(readTarget(text)).toMatchObject({ value: { scheme } })
  })

  test.each([
    ['', /^"" has no scheme. Write for example http:\/\/host\/health\./],
    ['example.com/health', /has no scheme. Write for example http:\/\/example.com\/health\./],
    ['localhost:3000/health', /has no scheme. Write for example http:\/\/localhost:3000\/health\./],
    ['localhost:3000', /has no scheme/],
    ['htps://example.com', /unknown scheme. Known are http, https, .*Did you mean "https"\?/],
    ['kafka://db:9092', /unknown scheme. Known are/],
    ['data:text/plain,ok', /unknown scheme/],
    ['javascript:alert(1)', /unknown scheme/],
    ['constructor://x', /unknown scheme/],
    ['exec:curl http://x', /argument list: "exec: \[program, argument\]"/],
    ['http://', /not a valid URL. Write http:\/\/host\/path/],
    ['http://ho st/', /not a valid URL/],
    ['http://a/health,http://b/health', /several targets. Write them into "checks", one "- http/],
    ['http://a/health, http://b/health', /several targets/],
    ['http://a/health http://b/health', /several targets/],
    ['http://a/health|http://b/health', /several targets/],
    ['http://a/health\nhttp://b/health', /several targets/],
    ['http://a/health;tcp://b:80', /several targets/],
    ['tcp://a:80,tcp://b:80', /several targets/],
    ['http://a/health,b.example.com/health', /several targets/],
    ['http://a/health,localhost:8081/health', /several targets/],
    ['http://a.example.com,b.example.com/health', /several targets/],
    ['http://a/health b', /several targets/],
    ['http://host:99999/', /not a valid URL/],
    ['tcp://db', /names no port. Write tcp:\/\/host:port/],
    ['tcp://:80', /not a valid URL|names no host/],
    ['tls://example.com', /names no port/],
    ['http://host:0/', /nothing can listen on port 0/],
    ['file://server/share', /is not a local file. Write file:\/\/\/absolute\/path/],
    [null, /"null" is not a URL/],
    [8080, /"8080" is not a URL/],
    [['http://x'], /is not a URL/],
  ])('%j is refused', (given, message) => {
    expect(problem(given)).toMatch(message)
  })

  test('a problem is short and on one line, whatever was given', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', 'http://', 'x:', 'tcp://'),
        fc.string({ unit: 'binary' }),
        (scheme, rest) => {
          const reading = readTarget(`${scheme}${rest}`)
          if (!('problem' in reading)) return
          expect(reading.problem).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u)
          expect(reading.problem.length).toBeLessThan(400)
        },
      ),
    )
    expect(problem('x'.repeat(100_000)).length).toBeLessThan(400)
  })
})

test.each([
  'http://a/items?ids=1,2,3',
  'http://a/?hosts=a.example.com,b.example.com',
  'http://a/map/@52.5,13.4/zoom',
  'http://a/map/52.5,13.4/zoom',
  'http://user:pa,ss@a/health',
  'http://a/x|y;z',
])('%s is one target', (text) => {
  expect(readTarget(text)).toMatchObject({ value: { scheme: 'http' } })
})

describe('credentials are not shown', () => {
  test.each([
    ['http://user:hunter2@ho st/', 'an impossible host'],
    ['http://user:hunter2@host:99999/', 'an impossible port'],
    ['http://user:hun/ter2@ho st/', 'a slash in the password'],
    ['http://user:hun#ter2@ho st/', 'a hash in the password'],
    ['http://user:hunt@er2@ho st/', 'an at sign in the password'],
    ['http:\\\\user:hunter2@ho st', 'backslashes'],
    ['http:user:hunter2@ho st', 'no slashes'],
    ['user:hunter2@host/health', 'no scheme: the user looks like one'],
    ['://user:hunter2@host', 'half a scheme'],
    ['//user:hunter2@host', 'no scheme but slashes'],
    ['foo://user:hunter2@host', 'an unknown scheme'],
    ['tcp://user:hunter2@host', 'no port'],
    ['file://user:hunter2@host/x', 'a file on another host'],
    ['http://hunter2@ho st/', 'a token for a user'],
    ['http://ho st/?token=hunter2', 'a secret in the query'],
    ['foo://host/?a=b&api_key=hunter2&c=d', 'among others'],
    ['host/?password=hunter2', 'without a scheme'],
  ])('%s: %s', (text) => {
    const message = problem(text)
    expect(message).not.toBe('no problem')
    expect(message).not.toMatch(/hunter2|hun[/#@]?t|ter2|er2/)
  })

  test.each([
    ['http://user:hunter2@host/a?b=c', 'http://host/a?b=c'],
    ['http://hunter2@host/', 'http://host/'],
    ['https://host/?token=hunter2&x=1', 'https://host/?token=***&x=1'],
    ['https://host/?X-Amz-Signature=hunter2&X-Amz-Signature=hunter2', 'https://host/?X-Amz-Signature=***'],
    ['https://host/?access%5Ftoken=hunter2', 'https://host/?access_token=***'],
    ['http://host/#hunter2', 'http://host/'],
    ['tcp://user:hunter2@host:1', 'tcp://host:1'],
  ])('%s is shown as %s', (text, shown) => {
    expect(displayOf(text)).toBe(shown)
  })

  test('nor behind a parameter that swallows its question mark', () => {
    expect(withoutCredentials('http://a.aa/&=?token=S3CRT')).not.toContain('S3CR')
  })

  test('neither in a display nor in a name, whatever the URL', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9%!$&'()*+,;=_.~-]{0,20}$/).map((text) => `S3CR${text}T`)
    fc.assert(
      fc.property(
        secret,
        fc.webUrl({ withQueryParameters: true }),
        fc.constantFrom('token', 'sig', 'api-key', 'PASSWORD'),
        (word, url, name) => {
          const reading = readTarget(url.replace('://', `://u:${word}@`))
          if ('problem' in reading) {
            expect(reading.problem).not.toContain('S3CR')
            return
          }
          expect(displayTarget(reading.value)).not.toContain('S3CR')
          expect(defaultName(reading.value)).not.toContain('S3CR')
          const queried = `${url}${url.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(word)}`
          expect(displayOf(queried)).not.toContain('S3CR')
          expect(withoutCredentials(`${queried} and more`)).not.toContain('S3CR')
        },
      ),
    )
  })

  test('in a program’s arguments', () => {
    const display = displayTarget({
      scheme: 'exec',
      argv: ['psql', 'postgres://u:hunter2@db/x', '-c', 'select 1'],
    })
    expect(display).toBe('exec: psql postgres://***@db/x -c select 1')
  })

  test('what is no credential stays', () => {
    const texts = ['http://host/health', 'git@github.com', 'example.com/a?b=c&d', 'a=b']
    expect(texts.map(withoutCredentials)).toEqual(texts)
  })
})

test.each([
  ['http://example.com/', 'example.com'],
  ['http://example.com:8080/health?a=b', 'example.com:8080/health'],
  ['tcp://db:5432', 'db:5432'],
  ['file:///tmp/ready', '/tmp/ready'],
])('%s is named %s', (text, name) => {
  const reading = readTarget(text)
  expect('value' in reading && defaultName(reading.value)).toBe(name)
})

describe('readArgv', () => {
  test('takes words and plain values', () => {
    expect(readArgv(['sh', '-c', 1, true])).toEqual({
      value: { scheme: 'exec', argv: ['sh', '-c', '1', 'true'] },
    })
  })

  test.each([
    [
      'curl http://x',
      /argument list such as \[python, manage.py, check\]. There is no shell/,
      'a command line',
    ],
    [[], /argument list/, 'nothing'],
    [[''], /argument list/, 'no program'],
    [[null], /argument list/, 'null'],
    [['echo', null], /argument list/, 'an argument that is null would silently be empty'],
    [['echo', ['a']], /argument list/, 'a list in the list'],
    [['echo', { a: 1 }], /argument list/, 'a map in the list'],
    [['a\0b'], /NUL/, 'a NUL character'],
    [{ a: 1 }, /argument list/, 'a map'],
  ])('%j is refused', (given, message, _why) => {
    expect(readArgv(given)).toEqual({ problem: expect.stringMatching(message) })
  })

  test('a command line is not shown with its password', () => {
    expect(JSON.stringify(readArgv('psql postgres://u:hunter2@db'))).not.toContain('hunter2')
  })
})
