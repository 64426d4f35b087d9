import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { certificate } from '../../support/certificates.ts'
import { closedPort, startHonest, startHttp, startTcp } from '../../support/lying-servers.ts'
import { describeWith } from '../../support/real-parts.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { startDnsmasq } from '../../support/services/dnsmasq.ts'
import { writeCertificate } from '../../support/services/files.ts'
import { startGrpc } from '../../support/services/grpc.ts'
import { until } from '../../support/services/service.ts'
import { startWebSockets } from '../../support/services/websocket.ts'
import { HASTY, healed, healthy, PATIENT, trusted, unhealthy } from './served.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck, workspace } from './step.ts'

describeWith('python-grpc', 'gRPC', (program) => {
  test('is SERVING, the whole of it or one service', async () => {
    const server = await startGrpc(program, {
      states: { '': 'SERVING', 'shop.Cart': 'NOT_SERVING', [`long.${'x'.repeat(200)}`]: 'SERVING' },
    })
    const at = `grpc://127.0.0.1:${server.port}`
    const step = await healthy(at)
    expect(checkOf(step)).toMatchObject({
      target: at,
      address: `127.0.0.1:${server.port}`,
      reason: expect.stringMatching(/^SERVING in \d+ ms \(attempt 2, \d+ ms\)$/),
    })
    await healthy(`${at}/long.${'x'.repeat(200)}`)
    expect(await unhealthy(`${at}/shop.Cart`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^the service shop\.Cart is NOT_SERVING \(attempt/),
    })
    expect(await unhealthy(`${at}/shop.Nobody`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(
        /^the health service does not know the service shop\.Nobody\. It answers NOT_FOUND \(grpc-status 5\)/,
      ),
    })
    await server.stop()
    expect(await unhealthy(at)).toMatchObject({ class: 'connect' })
  })

  test('has no health service, or wants a token', async () => {
    const bare = await startGrpc(program, { bare: true })
    expect(await unhealthy(`grpc://127.0.0.1:${bare.port}`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(
        /^the server has no health service \(grpc\.health\.v1\.Health\): register it, .* UNIMPLEMENTED \(grpc-status 12\)/,
      ),
    })
    await bare.stop()
    const closed = await startGrpc(program, { token: 't0ken-of-the-probe' })
    expect(await unhealthy(`grpc://127.0.0.1:${closed.port}`)).toEqual({
      class: 'authentication',
      reason: expect.stringMatching(
        /^UNAUTHENTICATED \(grpc-status 16\): who are you\? .*send credentials with headers/,
      ),
    })
    await healthy(`grpc://127.0.0.1:${closed.port}`, { headers: 'Authorization: Bearer t0ken-of-the-probe' })
    await closed.stop()
  })

  test('speaks TLS, and demands a certificate', async () => {
    const tls = await writeCertificate(tempFolder('nexus-grpc-'))
    const folder = await trusted()
    const secured = await startGrpc(program, { tls })
    const step = await healthy(`grpcs://localhost:${secured.port}`, { 'ca-file': 'ca.pem' }, folder)
    expect(checkOf(step).certificate).toMatchObject({ daysLeft: 30 })
    await healthy(
      `grpcs://shop.example.com`,
      { 'ca-file': 'ca.pem', 'connect-to': `127.0.0.1:${secured.port}`, 'server-name': 'localhost' },
      folder,
    )
    expect(await unhealthy(`grpcs://localhost:${secured.port}`)).toEqual({
      class: 'tls',
      reason: expect.stringMatching(/^the certificate is from an unknown issuer .*ca-file/),
    })
    expect(await unhealthy(`grpc://localhost:${secured.port}`)).toMatchObject({ class: 'protocol' })
    await secured.stop()
    const mutual = await startGrpc(program, { tls, mutual: true })
    const inputs = { 'ca-file': 'ca.pem', 'client-cert': tls.cert, 'client-key': tls.key }
    await healthy(`grpcs://localhost:${mutual.port}`, inputs, folder)
    expect(
      await unhealthy(`grpcs://localhost:${mutual.port}`, { 'ca-file': 'ca.pem' }, folder),
    ).toMatchObject({
      class: expect.stringMatching(/^(?:tls|protocol)$/),
    })
    await mutual.stop()
  })

  test('is frozen, and comes back', async () => {
    const server = await startGrpc(program)
    const url = `grpc://127.0.0.1:${server.port}`
    server.freeze()
    expect(await unhealthy(url, HASTY)).toMatchObject({
      class: 'timeout',
      reason: expect.stringMatching(/^no answer within 300 ms/),
    })
    await healed(url, /no answer within/, () => server.thaw())
    await server.stop()
  })
})

test('an HTTP server is not a gRPC server', async () => {
  const older = await stage(startHonest())
  expect(await unhealthy(`grpc://127.0.0.1:${older.port}`)).toEqual({
    class: 'protocol',
    reason: expect.stringMatching(/^the server does not speak HTTP\/2/),
  })
  expect(errorOf(await healthCheck({ url: 'grpc://h:1/a/b' }))).toMatch(
    /its path is not understood\. Write grpc:\/\/host:50051\/package\.Service/,
  )
})

describe('a WebSocket', () => {
  test('opens and answers a ping', async () => {
    const server = await startWebSockets({
      path: '/live',
      onOpen: (socket) => {
        socket.send('welcome')
        socket.ping('are you there?')
      },
    })
    const step = await healthy(`ws://127.0.0.1:${server.port}/live?room=1`)
    expect(checkOf(step)).toMatchObject({
      address: `127.0.0.1:${server.port}`,
      reason: expect.stringMatching(/^WebSocket opened, pong in \d+ ms \(/),
    })
    await until(
      () => server.closes.length === 2,
      () => 'closed',
    )
    expect(server.closes).toEqual([1000, 1000])
    expect(await unhealthy(`ws://127.0.0.1:${server.port}/other`)).toEqual({
      class: 'status',
      reason: expect.stringMatching(/^HTTP 404 Not Found instead of 101 Switching Protocols/),
    })
    await server.close()
  })

  test('with TLS, a token, another address', async () => {
    const server = await startWebSockets({
      tls: await certificate('good'),
      token: 'Bearer t0ken-of-the-probe',
    })
    const folder = await trusted()
    const inputs = { 'ca-file': 'ca.pem', headers: 'Authorization: Bearer t0ken-of-the-probe' }
    await healthy(`wss://localhost:${server.port}`, inputs, folder)
    await healthy('wss://localhost/', { ...inputs, 'connect-to': `127.0.0.1:${server.port}` }, folder)
    expect(await unhealthy(`wss://localhost:${server.port}`, { 'ca-file': 'ca.pem' }, folder)).toEqual({
      class: 'authentication',
      reason: expect.stringMatching(/^HTTP 401 Unauthorized instead of 101: send credentials with headers/),
    })
    expect(await unhealthy(`wss://localhost:${server.port}`, { headers: inputs.headers })).toMatchObject({
      class: 'tls',
    })
    await server.close()
  })

  test('that is closed at once, stays silent, or is none', async () => {
    const closing = await startWebSockets({ onOpen: (socket) => socket.close(1013, 'try again later') })
    expect(await unhealthy(`ws://127.0.0.1:${closing.port}`)).toEqual({
      class: 'health',
      reason: expect.stringMatching(/^the server closes the WebSocket at once with 1013: "try again later"/),
    })
    await closing.close()
    const silent = await startWebSockets({ autoPong: false })
    expect(await unhealthy(`ws://127.0.0.1:${silent.port}`, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(/^connected to 127\.0\.0\.1:\d+, but no answer to a ping within 300 ms/),
    })
    await silent.close()
    const page = await stage(startHonest())
    expect(await unhealthy(`ws://127.0.0.1:${page.port}`)).toMatchObject({
      class: 'status',
      reason: expect.stringMatching(/^HTTP 200 OK instead of 101 Switching Protocols/),
    })
    const login = await stage(
      startHttp((_request, response) => response.writeHead(302, { location: '/login?token=x' }).end()),
    )
    expect((await unhealthy(`ws://127.0.0.1:${login.port}`)).reason).toMatch(
      /^HTTP 302 Found instead of 101 Switching Protocols, to \/login \(/,
    )
    const liar = await stage(
      startTcp((socket) =>
        socket.once('data', () =>
          socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
          ),
        ),
      ),
    )
    expect(await unhealthy(`ws://127.0.0.1:${liar.port}`)).toMatchObject({ class: 'protocol' })
    const mute = await stage(startTcp(() => undefined))
    expect((await unhealthy(`ws://127.0.0.1:${mute.port}`, HASTY)).reason).toMatch(
      /no answer to the handshake within 300 ms/,
    )
  })
})

describeWith('dnsmasq', 'DNS', (program) => {
  const RECORDS = [
    '--host-record=api.test,10.0.0.1',
    '--host-record=api.test,10.0.0.2',
    '--cname=www.test,api.test',
    '--mx-host=api.test,mail.test,10',
    '--txt-record=api.test,v=spf1,-all',
    '--srv-host=_http._tcp.test,api.test,8080,1,2',
  ]

  test('has the records, and the expected ones', async () => {
    const dns = await startDnsmasq(program, RECORDS)
    const at = `dns://127.0.0.1:${dns.port}`
    const step = await healthy(`${at}/api.test`)
    expect(checkOf(step)).toMatchObject({
      target: `${at}/api.test`,
      address: `127.0.0.1:${dns.port}`,
      reason: expect.stringMatching(/^2 A records: 10\.0\.0\.[12] and 10\.0\.0\.[12] \(/),
    })
    await healthy(`dns://localhost:${dns.port}/api.test?type=A&expect=10.0.0.2,10.0.0.1`)
    await healthy(`${at}/api.test?type=MX&expect=${encodeURIComponent('10 mail.test')}`)
    await healthy(`${at}/_http._tcp.test?type=SRV`, { 'expect-body': 'api.test' })
    await healthy(`${at}/api.test?type=TXT`, { 'expect-json': 'records[0]: "~ ^v=spf1"' })
    await healthy(`${at}/www.test?type=CNAME&expect=API.test.`)
    const answers = await Promise.all([
      unhealthy(`${at}/api.test?type=AAAA`),
      unhealthy(`${at}/nowhere.test`),
      unhealthy(`${at}/example.com`),
      unhealthy(`${at}/api.test?expect=10.0.0.9`),
    ])
    expect(answers).toEqual([
      { class: 'dns', reason: expect.stringMatching(/^api\.test has no AAAA record, says 127\.0\.0\.1:\d+/) },
      {
        class: 'dns',
        reason: expect.stringMatching(/^nowhere\.test does not exist \(NXDOMAIN\), says 127\.0\.0\.1:\d+/),
      },
      { class: 'health', reason: expect.stringMatching(/the resolver refuses \(REFUSED\)/) },
      {
        class: 'dns',
        reason: expect.stringMatching(
          /^api\.test has A 10\.0\.0\.[12] and 10\.0\.0\.[12], expected 10\.0\.0\.9/,
        ),
      },
    ])
    dns.freeze()
    expect(await unhealthy(`${at}/api.test`, HASTY)).toEqual({
      class: 'timeout',
      reason: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 300 ms \(UDP\)/),
    })
    dns.thaw()
    await dns.stop()
    expect(await unhealthy(`${at}/api.test`)).toMatchObject({ class: 'connect' })
  })
})

test('a resolver that answers rubbish, and URLs that are wrong', async () => {
  const rubbish = createSocket('udp4')
  rubbish.on('message', (_message, from) => rubbish.send('rubbish', from.port, from.address))
  rubbish.bind(0, '127.0.0.1')
  await once(rubbish, 'listening')
  const url = `dns://127.0.0.1:${rubbish.address().port}/api.test`
  expect((await unhealthy(url, HASTY)).class).toMatch(/^(?:timeout|protocol)$/)
  rubbish.close()
  const of = async (given: string): Promise<string> => errorOf(await healthCheck({ url: given }))
  expect(await of('dns://127.0.0.1/')).toMatch(
    /its path is not understood\. Write dns:\/\/10\.0\.0\.2\/example\.com\?type=A/,
  )
  expect(await of('dns://127.0.0.1/a.test?type=B')).toMatch(/its type is "B"\. Write A, AAAA/)
  expect(await of('dns://127.0.0.1/a.test?typ=A')).toMatch(/its parameter "typ" is not known/)
})

test('a step that has all of them at once', async () => {
  const [sockets, page] = [await startWebSockets(), await stage(startHonest())]
  const step = await healthCheck(
    {
      checks: `- ws://127.0.0.1:${sockets.port}/\n- ${page.url}/\n- { name: gone, url: "grpc://127.0.0.1:${await closedPort()}", required: false, timeout: 1s }`,
      ...PATIENT,
      timeout: '5s',
    },
    { workspace: workspace({}) },
  )
  expectConclusion(step, 'success')
  expect(step.outputs['status']).toBe('degraded')
  await sockets.close()
})
