import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { formsOf, maskHeaders, maskSecret, redact } from '../../../shared/action/secrets.ts'
import { isSecretName } from '../../../shared/text/secret-names.ts'

// Registering a secret tells the runner about it, on standard output.
const write = jest.spyOn(process.stdout, 'write')
beforeAll(() => {
  write.mockReturnValue(true)
})
afterAll(() => {
  write.mockRestore()
})

/** Longer than what a test happens to say. */
const secret = fc
  .string({ unit: 'grapheme-composite', minLength: 8, maxLength: 40 })
  .filter((text) => text.trim() === text && /[^\s*]{4}/.test(text))

describe('formsOf', () => {
  test.each([
    ['p@ss w/rd', 'p%40ss%20w%2Frd', 'URL-encoded'],
    ['p"ss\\word', 'p\\"ss\\\\word', 'inside JSON'],
    ['hunter2!', 'aHVudGVyMiE=', 'base64'],
    ['hunter2!', 'aHVudGVyMiE', 'base64 without padding'],
    ['a?b>c~ÿÿÿ', Buffer.from('a?b>c~ÿÿÿ').toString('base64url'), 'base64url'],
    ['hunter2', '68756e74657232', 'hexadecimal'],
    ['  hunter2 ', 'hunter2', 'without the white space around it'],
    ['-----BEGIN\nMIIEabcd\n-----END', 'MIIEabcd', 'each line of a key'],
    ['https://user:s3cret%21@host/', 's3cret!', 'the password of a URL, decoded'],
    ['https://user:s3cret%21@host/', 's3cret%21', 'and as written'],
    ['https://hooks.example.com/services/T00/B00/XXXXYYYYZZZZ', '/services/T00/B00/XXXXYYYYZZZZ', 'the path'],
    ['https://hooks.example.com/services/T00/B00/XXXXYYYYZZZZ', 'XXXXYYYYZZZZ', 'its tail'],
  ])('of %j has %j: %s', (text, form) => {
    expect(formsOf(text)).toContain(form)
  })

  test('has nothing so short that it would mask half the log', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(formsOf(text).every((form) => form.length >= 4)).toBe(true)
      }),
    )
    expect(formsOf('abc')).toEqual([])
    expect(formsOf('a\nb\nc')).not.toContain('a')
  })

  test('throws for no text, not even for half a surrogate', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '\ud800', 'https://u:%zz@h/\udfff'),
        (a, b) => {
          expect(formsOf(a + b)).toEqual(expect.arrayContaining(a.length + b.length >= 4 ? [a + b] : []))
        },
      ),
    )
  })
})

describe('redact', () => {
  test('leaves no form of a registered secret', () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.nat(), (text, around, pick) => {
        maskSecret(text)
        const forms = formsOf(text)
        const form = forms[pick % forms.length] ?? ''
        expect(redact(`${around} ${form} ${around}`)).not.toContain(form)
      }),
    )
  })

  test('a secret inside a longer one does not keep it from being found', () => {
    maskSecret('inner-secret')
    maskSecret('outer-inner-secret-outer')
    expect(redact('x outer-inner-secret-outer y')).toBe('x *** y')
  })

  test('headers: the whole value, and the credential behind its scheme', () => {
    maskHeaders({ Authorization: 'Bearer tok-123456', Accept: 'text/plain-123', 'X-Api-Key': 'key-987654' })
    expect(redact('tok-123456 key-987654 text/plain-123')).toBe('*** *** text/plain-123')
  })
})

test.each([
  ['Authorization', true],
  ['proxy-authorization', true],
  ['Cookie', true],
  ['set-cookie', true],
  ['X-Auth-Token', true],
  ['x-api-key', true],
  ['apikey', true],
  ['api_key', true],
  ['access_token', true],
  ['client_secret', true],
  ['PASSWORD', true],
  ['sig', true],
  ['X-Amz-Signature', true],
  ['X-Amz-Credential', true],
  ['accept', false],
  ['design', false],
  ['author', false],
  ['page', false],
])('isSecretName(%s) is %s', (name, wanted) => {
  expect(isSecretName(name)).toBe(wanted)
})
