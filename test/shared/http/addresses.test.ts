import { isIP } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hostPort, refusal, resolveHost } from '../../../shared/http/addresses.ts'
import { bareHost } from '../../../shared/http/host.ts'
import { failure, soon } from './stage.ts'

describe('refusal', () => {
  test.each([
    ['169.254.169.254', 'link-local'],
    ['169.254.0.1', 'link-local'],
    ['169.254.255.255', 'link-local'],
    ['100.100.100.200', 'Alibaba'],
    ['168.63.129.16', 'Azure'],
    ['192.0.0.192', 'Oracle'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf:ffff::', 'link-local'],
    ['fd00:ec2::254', 'AWS'],
    ['fd00:0ec2:0:0:0:0:0:23', 'AWS'],
    ['fd20:ce::254', 'Google'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['::FFFF:A9FE:A9FE', 'link-local'],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'link-local'],
    ['::169.254.169.254', 'link-local'],
    ['::ffff:0:a9fe:a9fe', 'link-local'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['64:ff9b::168.63.129.16', 'Azure'],
    ['64:ff9b:1::a9fe:a9fe', 'link-local'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['[::ffff:a9fe:a9fe]', 'link-local'],
  ])('%s is refused', (address, reason) => {
    expect(refusal(address)).toContain(reason)
  })

  test.each([
    '127.0.0.1',
    '::1',
    '::',
    '10.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '100.100.100.201',
    '168.63.129.17',
    'fec0::1',
    'fd00:ec3::254',
    'fd20:ce::255',
    '2002:a9ff::1',
    '2001:db8::a9fe:a9fe',
    'example.com',
    '',
  ])('%s may be connected to', (address) => {
    expect(refusal(address)).toBeUndefined()
  })

  test.each([
    'http://169.254.169.254',
    'http://2852039166',
    'http://0xa9fea9fe',
    'http://0xa9.0xfe.0xa9.0xfe',
    'http://0251.0376.0251.0376',
    'http://169.254.43518',
    'http://169.16689662',
    'http://169.254.169.254.',
    'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④',
    'http://169。254。169。254',
    'http://%31%36%39.254.169.254',
    'http://[::ffff:169.254.169.254]',
    'http://[::ffff:a9fe:a9fe]',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]',
    'http://user@169.254.169.254:80',
  ])('URL spelling %s is refused', (text) => {
    expect(refusal(new URL(text).hostname)).toContain('link-local')
  })

  test('of IPv6 does not depend on the spelling', () => {
    const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
    const interesting = fc.oneof(
      words,
      words.map((all) => [0xfe80, ...all.slice(1)]),
      words.map((all) => [0, 0, 0, 0, 0, 0xffff, 0xa9fe, all[7] ?? 0]),
    )
    fc.assert(
      fc.property(interesting, (all) => {
        const full = all.map((word) => word.toString(16).padStart(4, '0')).join(':')
        const short = bareHost(new URL(`http://[${full}]`).hostname)
        expect(isIP(short)).toBe(6)
        expect(refusal(full)).toBe(refusal(short))
        expect(refusal(full.toUpperCase())).toBe(refusal(short))
      }),
    )
  })

  test('of IPv4 is the same inside IPv6', () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `169.254.${a}.${b}`),
    )
    fc.assert(
      fc.property(address, (ip) => {
        const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)
        const sixToFour = `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`
        for (const spelling of [`::ffff:${ip}`, `64:ff9b::${ip}`, sixToFour]) {
          expect(refusal(spelling)).toBe(refusal(ip))
        }
        expect(refusal(ip) !== undefined).toBe(
          ip.startsWith('169.254.') || ['100.100.100.200', '168.63.129.16', '192.0.0.192'].includes(ip),
        )
      }),
    )
  })
})

describe('resolveHost', () => {
  const asked: string[] = []
  const lookup = async (host: string): Promise<string[]> => {
    asked.push(host)
    return ['192.0.2.1', '2001:db8::1']
  }

  test.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['::1', ['::1']],
    ['localhost', ['127.0.0.1', '::1']],
    ['LOCALHOST.', ['127.0.0.1', '::1']],
    ['api.localhost', ['127.0.0.1', '::1']],
  ])('%s needs no DNS', async (host, addresses) => {
    const none = (): never => {
      throw new Error('DNS was asked')
    }
    expect(await resolveHost(host, { deadline: soon(), lookup: none })).toEqual(addresses)
  })

  test('keeps all addresses in the order of the resolver', async () => {
    expect(await resolveHost('api.test', { deadline: soon(), lookup })).toEqual(['192.0.2.1', '2001:db8::1'])
    expect(asked).toEqual(['api.test'])
  })

  test.each(['api.invalid', 'invalid', 'API.INVALID.'])('%s never resolves', async (host) => {
    const error = await failure(resolveHost(host, { deadline: soon(), lookup }))
    expect(error).toMatchObject({ kind: 'dns', permanent: true, phase: 'resolve' })
    expect(error.message).toContain(`the name ${host} never resolves`)
  })

  test('a name that does not resolve may do so later', async () => {
    const none = async (): Promise<never> => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    }
    const error = await failure(resolveHost('api.test', { deadline: soon(), lookup: none }))
    expect(error).toMatchObject({ kind: 'dns', code: 'ENOTFOUND', permanent: false })
    expect(error.message).toBe('the name api.test does not resolve (ENOTFOUND)')
  })

  test('a name without addresses does not resolve', async () => {
    const error = await failure(resolveHost('api.test', { deadline: soon(), lookup: async () => [] }))
    expect(error.message).toBe('the name api.test does not resolve (ENODATA)')
  })

  test('a resolver that hangs is left behind', async () => {
    const hanging = (): Promise<never> => new Promise(() => {})
    const error = await failure(resolveHost('api.test', { deadline: soon(20), lookup: hanging }))
    expect(error).toMatchObject({ kind: 'timeout', phase: 'resolve' })
    expect(error.message).toMatch(/^the name api\.test did not resolve within \d+ ms$/)
    const cancelled = resolveHost('api.test', {
      deadline: soon(),
      lookup: hanging,
      signal: AbortSignal.abort(),
    })
    expect((await failure(cancelled)).kind).toBe('cancelled')
  })
})

test.each([
  ['127.0.0.1', '127.0.0.1:80'],
  ['::1', '[::1]:80'],
  ['[::1]', '[::1]:80'],
  ['example.com', 'example.com:80'],
])('hostPort of %s', (host, expected) => {
  expect(hostPort(host, 80)).toBe(expected)
})
