import { describe, expect, test } from '@jest/globals'
import { connectTcp } from '../../../shared/http/connect.ts'
import { startTls, type TlsConnection, type TlsOptions } from '../../../shared/http/tls.ts'
import { authority, type CertificateKind, certificate } from '../../support/certificates.ts'
import {
  type LyingServer,
  startHonest,
  startSilent,
  startSshBanner,
  startTcp,
} from '../../support/lying-servers.ts'
import { failure, soon, stage } from './stage.ts'

async function handshake(server: LyingServer, options: Partial<TlsOptions> = {}): Promise<TlsConnection> {
  const { socket, address } = await connectTcp({ host: '127.0.0.1', port: server.port, deadline: soon() })
  const ca = [await authority()]
  return startTls(socket, {
    servername: 'localhost',
    verify: true,
    ca,
    deadline: soon(),
    address,
    ...options,
  })
}

const secure = (tls: CertificateKind): Promise<LyingServer> => stage(startHonest({}, { tls }))

describe('startTls', () => {
  test.each(['localhost', 'localhost.', '127.0.0.1', '[::1]'])(
    'accepts a good certificate for %s and tells about it',
    async (servername) => {
      const { socket, certificate: shown, ms } = await handshake(await secure('good'), { servername })
      socket.destroy()
      expect(shown).toEqual({
        subject: 'CN=good.test',
        issuer: 'CN=Test CA',
        validTo: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
        daysLeft: 30,
      })
      expect(ms).toBeGreaterThan(0)
    },
  )

  test.each<[CertificateKind, RegExp, string, boolean]>([
    ['expired', /^the certificate expired 3 days ago \(\d{4}-/, 'CERT_HAS_EXPIRED', true],
    ['not-yet-valid', /^the certificate is not yet valid \(from \d{4}-/, 'CERT_NOT_YET_VALID', false],
    [
      'wrong-name',
      /^the certificate is not for localhost but for other\.example and \*\.wrong\.example/,
      'ERR_TLS_CERT_ALTNAME_INVALID',
      false,
    ],
    [
      'self-signed',
      /^the certificate is self-signed \(CN=self-signed\.test\)/,
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      false,
    ],
    [
      'unknown-issuer',
      /^the certificate is from an unknown issuer \(CN=Unknown CA\)/,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      false,
    ],
  ])('refuses %s in words', async (kind, words, code, permanent) => {
    const server = await secure(kind)
    const error = await failure(handshake(server))
    expect(error).toMatchObject({ kind: 'tls', phase: 'tls', code, permanent })
    expect(error.message).toMatch(words)
    expect(error.message).toContain(`127.0.0.1:${server.port}`)
  })

  test.each<[CertificateKind, number]>([
    ['expired', -4],
    ['self-signed', 30],
    ['wrong-name', 30],
  ])('without verification accepts %s, and still reports it', async (kind, daysLeft) => {
    const { socket, certificate: shown } = await handshake(await secure(kind), { verify: false, ca: [] })
    socket.destroy()
    expect(shown).toMatchObject({ subject: `CN=${kind}.test`, daysLeft })
  })

  test('a self-signed certificate is trusted when it is given as a CA', async () => {
    const { cert } = await certificate('self-signed')
    const { socket } = await handshake(await secure('self-signed'), { ca: [cert] })
    socket.destroy()
  })

  test('every certificate of one PEM text is trusted', async () => {
    const { cert } = await certificate('self-signed')
    const ca = [`# ours\n${cert}\n${await authority()}`]
    for (const kind of ['self-signed', 'good'] as const) {
      const { socket } = await handshake(await secure(kind), { ca })
      socket.destroy()
    }
  })

  test.each(['', 'not PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    'the CA %j is told to be unreadable',
    async (pem) => {
      const error = await failure(handshake(await secure('good'), { ca: [pem] }))
      expect(error).toMatchObject({ kind: 'invalid', permanent: true })
    },
  )

  test('the authority is not trusted unless it is given', async () => {
    expect((await failure(handshake(await secure('good'), { ca: [] }))).kind).toBe('tls')
  })

  test.each([
    ['no TLS', startSshBanner, 'the server does not speak TLS on this port'],
    [
      'a reset',
      () => startTcp((socket) => socket.once('data', () => socket.resetAndDestroy())),
      'the connection was closed during the TLS handshake',
    ],
  ])('%s is told in words', async (_what, start, words) => {
    const error = await failure(handshake(await stage(start())))
    expect(error.kind).toBe('tls')
    expect(error.message).toContain(words)
  })

  test('silence ends at the deadline, and when the caller wants it to', async () => {
    const server = await stage(startSilent())
    const error = await failure(handshake(server, { deadline: soon(30) }))
    expect(error).toMatchObject({ kind: 'timeout', phase: 'tls' })
    expect(error.message).toMatch(/^no TLS handshake within \d+ ms \(connected to 127\.0\.0\.1:\d+\)$/)
    expect((await failure(handshake(server, { signal: AbortSignal.abort() }))).kind).toBe('cancelled')
  })
})
