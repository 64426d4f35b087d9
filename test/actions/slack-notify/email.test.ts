import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { authority } from '../../support/certificates.ts'
import { startSilent, startTcp } from '../../support/lying-servers.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import type { StepResult } from '../../support/runner.ts'
import { type RealSmtp, type RealSmtpSettings, startRealSmtp } from '../../support/slack/smtp.ts'
import { expectNoLeak, notify, said, slack, stage } from './stage.ts'

const LOGIN = { user: 'ci@example.com', password: 'pLaNtEd%Smtp:Password' }
const CA = join(tempFolder('nexus-smtp-ca-'), 'ca.pem')

async function mail(
  settings: RealSmtpSettings,
  email: Readonly<Record<string, unknown>> = {},
  { inputs = {}, trusts = true }: { inputs?: Record<string, string>; trusts?: boolean } = {},
): Promise<{ result: StepResult; server: RealSmtp }> {
  const server = await stage(startRealSmtp(settings))
  writeFileSync(CA, await authority())
  const given = {
    smtp: server.url,
    from: 'CI <ci@example.com>',
    to: ['a@example.com', 'b@example.com'],
    ...email,
  }
  const result = await notify(
    { email: JSON.stringify(given), timeout: '10s', ...inputs },
    { env: trusts ? { NODE_EXTRA_CA_CERTS: CA } : {} },
  )
  expectNoLeak(result, LOGIN.password, encodeURIComponent(LOGIN.password))
  expect(result.conclusion).toBe('success')
  return { result, server }
}

/** The server by name: that is what needs a resolver, and a certificate for a name. */
const byName = ({ port }: RealSmtp, scheme = 'smtp'): string => `${scheme}://localhost:${port}`

describe('a real SMTP server', () => {
  test.each<[string, RealSmtpSettings, string]>([
    ['TLS from the first byte', { secure: true, login: LOGIN }, 'smtps'],
    ['STARTTLS', { login: LOGIN }, 'smtp'],
  ])('%s and a login', async (_, settings, scheme) => {
    const server = await stage(startRealSmtp(settings))
    writeFileSync(CA, await authority())
    const email = { smtp: byName(server, scheme), from: 'ci@example.com', to: 'a@example.com', ...LOGIN }
    const result = await notify(
      { email: JSON.stringify(email), timeout: '10s' },
      { env: { NODE_EXTRA_CA_CERTS: CA } },
    )
    expectNoLeak(result, LOGIN.password)
    expect(result.annotations).toEqual([])
    expect(server.mails).toEqual([
      expect.objectContaining({
        from: 'ci@example.com',
        to: ['a@example.com'],
        user: LOGIN.user,
        tls: 'TLS',
      }),
    ])
  })

  test('a password in the URL, with what has a meaning there', async () => {
    const server = await stage(startRealSmtp({ secure: true, login: LOGIN }))
    writeFileSync(CA, await authority())
    const [user, password] = [LOGIN.user, LOGIN.password].map(encodeURIComponent)
    const smtp = `smtps://${user}:${password}@localhost:${server.port}`
    const email = JSON.stringify({ smtp, from: 'a@b.c', to: 'd@e.f' })
    const result = await notify({ email, timeout: '10s' }, { env: { NODE_EXTRA_CA_CERTS: CA } })
    expectNoLeak(result, LOGIN.password, password ?? '')
    expect(server.mails).toHaveLength(1)
  })

  // The first of them may end before anything is sent: what counts is that no number breaks a library.
  test.each(['100ms', '333ms', '7s', '9999ms', '10s', '30s'])(
    'by name within %s, beside Slack',
    async (timeout) => {
      const server = await stage(startRealSmtp({ plain: true }))
      const hook = await slack()
      const email = JSON.stringify({ smtp: byName(server), from: 'a@b.c', to: 'd@e.f' })
      const result = await notify({ email, timeout, 'webhook-url': hook.webhookUrl })
      expect(result.conclusion).toBe('success')
      expect(said(result, 'error')).toEqual([])
      const sinks = JSON.parse(result.outputs['sinks'] ?? '')
      if (!timeout.endsWith('00ms') && timeout !== '333ms')
        expect(sinks.slack).toEqual({ ok: true, status: 200, error: '' })
      expect(sinks.email.error).not.toBe('internal_error')
      if (sinks.email.ok) expect(server.mails).toHaveLength(1)
    },
  )

  test('one of two recipients refused is told, and the other has it', async () => {
    const { result, server } = await mail({ plain: true, refuses: ['b@example.com'] })
    expect(server.mails.map(({ to }) => to)).toEqual([['a@example.com']])
    expect(result.outputs).toMatchObject({ delivered: 'false', error: 'recipient_refused' })
    expect(said(result, 'warning')).toEqual([
      expect.stringMatching(/b@example\.com.*other recipients get it.*550/),
    ])
  })
})

describe('what helps', () => {
  test.each<[string, RealSmtpSettings, Record<string, unknown>, string, RegExp]>([
    [
      'a certificate nobody vouches for',
      { secure: true, certificate: 'self-signed' },
      {},
      'certificate',
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      'one of an unknown authority',
      { secure: true, certificate: 'unknown-issuer' },
      {},
      'certificate',
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      'one that has expired',
      { secure: true, certificate: 'expired' },
      {},
      'certificate',
      /has expired: renew it/,
    ],
    ['one for another name', { secure: true, certificate: 'wrong-name' }, {}, 'certificate', /another name/],
    [
      'a login that is missing',
      { login: LOGIN, plain: true },
      {},
      'eenvelope',
      /530.*give "user" and "password"/,
    ],
    [
      'a wrong password',
      { login: LOGIN, plain: true },
      { user: 'x', password: 'wrong-password' },
      'eauth',
      /app password/,
    ],
    [
      'nobody who is taken',
      { plain: true, refuses: ['a@example.com', 'b@example.com'] },
      {},
      'eenvelope',
      /550/,
    ],
  ])('%s', async (_, settings, email, word, words) => {
    const { result } = await mail(settings, email)
    expect(result.outputs).toMatchObject({ delivered: 'false', error: word })
    expect(said(result, 'warning')).toEqual([expect.stringMatching(words)])
  })

  test('smtps at a port without TLS', async () => {
    const server = await stage(startRealSmtp({ plain: true }))
    const email = JSON.stringify({ smtp: `smtps://127.0.0.1:${server.port}`, from: 'a@b.c', to: 'd@e.f' })
    const result = await notify({ email, timeout: '5s' })
    expect(result.outputs['error']).toBe('tls')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/does not speak TLS.*Write smtp:\/\//)])
    expect(said(result, 'warning').join()).not.toMatch(/SSL routines|openssl/i)
  })

  test('smtp at a port that waits for TLS', async () => {
    const server = await stage(startRealSmtp({ secure: true }))
    const email = JSON.stringify({ smtp: `smtp://127.0.0.1:${server.port}`, from: 'a@b.c', to: 'd@e.f' })
    const result = await notify({ email, timeout: '1s' })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/smtps/)])
  })

  test.each<[string, () => Promise<{ port: number; close(): Promise<void> }>]>([
    ['silence', () => stage(startSilent())],
    ['bytes that are no SMTP', () => stage(startTcp((socket) => socket.end('\u0000\u0001garbage\r\n')))],
    ['a connection that is gone at once', () => stage(startTcp((socket) => socket.resetAndDestroy()))],
  ])('%s', async (_, start) => {
    const { port } = await start()
    const email = JSON.stringify({ smtp: `smtp://localhost:${port}`, from: 'a@b.c', to: 'd@e.f' })
    const result = await notify({ email, timeout: '1s' })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'error')).toEqual([])
    expect(said(result, 'warning')).toHaveLength(1)
    expect(result.outputs['error']).not.toMatch(/internal_error/)
  })
})
