import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import {
  formsOf,
  headerSecrets,
  maskHeaders,
  maskProxies,
  maskSecret,
  redact,
} from '../../../shared/action/secrets.ts'
import { isHarmlessHeader, isSecretName } from '../../../shared/text/secret-names.ts'

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

describe('a header that the user wrote', () => {
  /** Real names that carry a credential, with what a server may echo of each value. */
  const CARRIERS: readonly [name: string, value: string, ...echoed: string[]][] = [
    ['Authorization', 'Bearer eyJhbGciOi.tok1', 'eyJhbGciOi.tok1'],
    ['Authorization', 'Token 9944b09199c62bcf', '9944b09199c62bcf'],
    [
      'Authorization',
      `Basic ${Buffer.from('admin:hunter-2!').toString('base64')}`,
      'admin:hunter-2!',
      'hunter-2!',
    ],
    [
      'Authorization',
      `basic   ${Buffer.from('u:with:colon').toString('base64')}`,
      'u:with:colon',
      'with:colon',
    ],
    ['Authorization', 'GenieKey 6aa8f1b9-4a4e', '6aa8f1b9-4a4e'],
    ['Authorization', 'SSWS 00QCjAl4MlV-WPXM', '00QCjAl4MlV-WPXM'],
    [
      'Authorization',
      'AWS4-HMAC-SHA256 Credential=AKIA1/20260101, Signature=fe5f80f77d5fa3be',
      'fe5f80f77d5fa3be',
    ],
    ['Authorization', 'Digest username="a", response="6629fae49393a053"', '6629fae49393a053'],
    ['Proxy-Authorization', `Basic ${Buffer.from('p:proxy-pass').toString('base64')}`, 'proxy-pass'],
    ['Cookie', 'theme=dark; session=s%3Aabcdefghij', 's%3Aabcdefghij'],
    ['X-Auth-Key', 'c2547eb745079dac', 'c2547eb745079dac'],
    ['Ocp-Apim-Subscription-Key', '7f5d0c2e9b', '7f5d0c2e9b'],
    ['X-Functions-Key', 'fn-key-0123456789==', 'fn-key-0123456789=='],
    ['DD-API-KEY', 'dd0123456789', 'dd0123456789'],
    ['DD-APPLICATION-KEY', 'ddapp0123456789', 'ddapp0123456789'],
    ['X-Access-Key', 'access-0123', 'access-0123'],
    ['Fastly-Key', 'fastly-0123', 'fastly-0123'],
    ['X-JWT', 'eyJ0eXAi.body.sig', 'eyJ0eXAi.body.sig'],
    ['X-Vault-Token', 'hvs.CAESIJ', 'hvs.CAESIJ'],
    ['X-Consul-Token', 'b1gs33cr3t', 'b1gs33cr3t'],
    ['X-Nomad-Token', 'nomad-8f3c', 'nomad-8f3c'],
    ['X-Auth-Email', 'ops@example.com', 'ops@example.com'],
    ['X-Shopify-Access-Token', 'shpat_0123', 'shpat_0123'],
    ['X-GitHub-Token', 'ghx_0123456', 'ghx_0123456'],
    ['PRIVATE-TOKEN', 'glpat-0123', 'glpat-0123'],
    ['JOB-TOKEN', 'gljob-0123', 'gljob-0123'],
    ['X-Gitlab-Token', 'hook-0123', 'hook-0123'],
    ['X-Hub-Signature-256', 'sha256=757107ea0eb2509f', '757107ea0eb2509f'],
    ['X-Api-Key', 'AIza-0123', 'AIza-0123'],
    ['X-Goog-Api-Key', 'AIzb-0123', 'AIzb-0123'],
    ['X-Amz-Security-Token', 'FwoGZXIv', 'FwoGZXIv'],
    ['X-Ms-Client-Principal', 'eyJhdXRo', 'eyJhdXRo'],
    ['CF-Access-Client-Secret', 'cfsec-0123', 'cfsec-0123'],
    ['CF-Access-Client-Id', 'cfid-0123.access', 'cfid-0123.access'],
    ['X-Honeycomb-Team', 'hcaik-0123', 'hcaik-0123'],
    ['X-SF-TOKEN', 'splunk-0123', 'splunk-0123'],
    ['X-Insert-Key', 'NRII-0123', 'NRII-0123'],
    ['X-Query-Key', 'NRIQ-0123', 'NRIQ-0123'],
    ['X-Rundeck-Auth-Token', 'rd-0123456', 'rd-0123456'],
    ['X-Octopus-ApiKey', 'API-0123456', 'API-0123456'],
    ['X-Parse-REST-API-Key', 'parse-0123', 'parse-0123'],
    ['X-MBX-APIKEY', 'vmPUZE6mv9', 'vmPUZE6mv9'],
    ['X-Scalr-Auth', 'scalr-0123', 'scalr-0123'],
    ['X-Forwarded-Access-Token', 'fwd-0123', 'fwd-0123'],
    ['X-XSRF-Header', 'xsrf-012345', 'xsrf-012345'],
    ['Webhook-Id', 'whsec-0123', 'whsec-0123'],
    ['X-Whatever-We-Call-It', 'our own secret', 'our own secret', 'own secret'],
    ['X-PIN', '12345678', '12345678'],
    ['X-Auth-Token', '1234', '1234'],
  ]

  test.each(CARRIERS)('%s: %s is not shown', (name, value, ...echoed) => {
    maskHeaders({ [name]: value })
    for (const text of [value, ...echoed]) expect(redact(`<${text}>`)).toBe('<***>')
  })

  const HARMLESS = [
    'Accept',
    'Accept-Language',
    'Accept-Encoding',
    'Content-Type',
    'Content-Length',
    'User-Agent',
  ]
    .concat(['Host', 'Cache-Control', 'Range', 'X-Request-Id', 'X-Correlation-ID', 'If-None-Match', 'Origin'])
    .concat([
      'Referer',
      'Forwarded',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'X-Real-IP',
      'traceparent',
      'DNT',
    ])
    .concat([
      'Pragma',
      'TE',
      'Via',
      'Connection',
      'Date',
      'Prefer',
      'X-GitHub-Api-Version',
      'X-Requested-With',
    ])

  test.each(HARMLESS)('%s is left alone', (name) => {
    expect(isHarmlessHeader(name)).toBe(true)
    expect(headerSecrets(name, 'a-value-that-is-said-elsewhere')).toEqual([])
  })

  test.each([
    ['X-Debug', 'true'],
    ['X-Tier', 'prod'],
    ['X-Version', '1.2'],
    ['X-Region', 'eu'],
  ])('%s: %s is too short to be a secret, and everywhere', (name, value) => {
    expect(headerSecrets(name, value)).toEqual([])
  })

  test('a name that only begins or ends like a harmless one is none', () => {
    for (const name of ['X-Accept', 'Accepted', 'Host-Key', 'X-Host', 'Range2', 'X-Request-Id-Secret'])
      expect([name, isHarmlessHeader(name)]).toEqual([name, false])
  })
})

test('base64 of more than the secret does not show it, wherever it begins', () => {
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), fc.boolean(), (text, before, after, isUrl) => {
      maskSecret(text)
      const encoded = Buffer.from(before + text + after).toString(isUrl ? 'base64url' : 'base64')
      const shown = redact(encoded)
      const left = Buffer.from(shown.replaceAll('***', ''), 'base64').toString('latin1')
      expect(shown).toContain('***')
      expect(left).not.toContain(Buffer.from(text).toString('latin1'))
    }),
  )
})

test('a short secret is not looked for inside base64', () => {
  expect(formsOf('a1b2').every((form) => form.length >= 4)).toBe(true)
  expect(
    formsOf('a1b2')
      .filter((form) => /^[\w+/-]{4,7}$/.test(form))
      .sort(),
  ).toEqual(['a1b2', Buffer.from('a1b2').toString('base64').replace(/=+$/, '')].sort())
})

test('passwords of proxies, as they are written and as they are sent', () => {
  maskProxies({
    HTTPS_PROXY: 'http://ann:p%40ss%2Fw0rd@proxy.example:3128',
    http_proxy: 'bob:swordfish9@proxy.example:3128',
    ALL_PROXY: 'http://proxy.example',
    NO_PROXY: 'localhost',
    OTHER: 'http://x:not-a-proxy-0@h',
  })
  const sent = Buffer.from('ann:p@ss/w0rd').toString('base64')
  for (const text of ['p%40ss%2Fw0rd', 'p%40ss%2fw0rd', 'p@ss/w0rd', 'ann:p@ss/w0rd', sent, 'swordfish9'])
    expect(redact(`<${text}>`)).toBe('<***>')
  expect(redact('not-a-proxy-0 proxy.example')).toBe('not-a-proxy-0 proxy.example')
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
