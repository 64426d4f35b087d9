import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { authority } from '../certificates.ts'
import { closedPort, type LyingServer, startTcp } from '../lying-servers.ts'
import { describeWith } from '../real-parts.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult, startAction } from '../runner.ts'

/** What every scheme is tried with: a user and a password that would show wherever it leaked. */
export const USER = 'probe'
export const PASSWORD = 'pa%ss/w0rd?#@:'

/** A server that speaks the protocol of a scheme. */
export interface Counterpart {
  port: number
  stop(): Promise<void>
  /** The same server on the same port again; it may take a while until it is ready. */
  start(): void
  /** Where it is a process of its own. */
  freeze?(): void
  thaw?(): void
}

export interface SchemeUnderTest {
  name: string
  /** The program that {@link start} needs; without it it runs in this process. */
  part?: string
  /** @param credentials `user:password@`, or nothing */
  url: (credentials: string, place: string) => string
  /** A counterpart that lets {@link USER} in with {@link PASSWORD}, where the protocol has such a thing. */
  start: (program: string) => Promise<Counterpart>
  /** Which credentials it takes; nobody is refused without. */
  credentials?: { good: string; wrong: string }
  /** The same with TLS, its certificate for localhost. */
  secured?: {
    url: (credentials: string, place: string) => string
    start: (program: string) => Promise<Counterpart>
  }
}

/** A counterpart in this process that can be stopped and started again. */
export async function inProcess(
  begin: (port: number) => Promise<{ port: number; close(): Promise<void> }>,
): Promise<Counterpart> {
  let server = await begin(0)
  const { port } = server
  return {
    port,
    stop: () => server.close(),
    start: () => {
      begin(port).then((next) => {
        server = next
      })
    },
  }
}

/** How a server can be bad, whatever it should speak. @returns a port for each */
async function badServers(): Promise<{ ports: Record<string, number>; close(): Promise<unknown> }> {
  const drip = (socket: Parameters<Parameters<typeof startTcp>[0]>[0]): void => {
    const timer = setInterval(() => socket.write('\0'), 20)
    socket.once('close', () => clearInterval(timer))
  }
  const flood = (socket: Parameters<typeof drip>[0]): void => {
    const more = (): void => {
      while (socket.writable && socket.write(Buffer.alloc(65_536, 'HTTP/1.1 200 OK\r\n')));
    }
    socket.on('drain', more)
    more()
  }
  const http = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
  const servers: Record<string, LyingServer> = {
    silent: await startTcp(() => undefined),
    dripping: await startTcp(drip),
    resetting: await startTcp((socket) => setTimeout(() => socket.resetAndDestroy(), 5)),
    closing: await startTcp((socket) => setTimeout(() => socket.end(), 5)),
    web: await startTcp((socket) => socket.once('data', () => socket.end(http))),
    ssh: await startTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
    alarmed: await startTcp((socket) =>
      socket.once('data', () => socket.write(Buffer.from([21, 3, 3, 0, 2, 2, 70]))),
    ),
    echoing: await startTcp((socket) => socket.pipe(socket)),
    flooding: await startTcp(flood),
  }
  const ports = Object.fromEntries(Object.entries(servers).map(([name, { port }]) => [name, port]))
  return {
    ports: { ...ports, refused: await closedPort() },
    close: () => Promise.all(Object.values(servers).map((server) => server.close())),
  }
}

/**
 * What holds for every scheme that is connected to: a bad server is bad whatever is wrong with it, and said so within
 * the time that there is; wrong credentials and wrong certificates are told from it; a server that comes back is healthy
 * again; and no secret shows anywhere.
 */
export function describeScheme(scheme: SchemeUnderTest): void {
  const { name, url, part } = scheme
  const group =
    part === undefined
      ? (body: (program: string) => void) => describe(name, () => body(''))
      : (body: (program: string) => void) => describeWith(part, name, body)

  test(`${name}: no bad server is taken for a good one`, async () => {
    const { ports, close } = await badServers()
    const credentials = `${USER}:${encodeURIComponent(PASSWORD)}@`
    const checks = Object.entries(ports).map(([bad, port]) => ({
      name: bad,
      url: url(scheme.credentials === undefined ? '' : credentials, `127.0.0.1:${port}`),
    }))
    const step = await runAction({
      action: 'health-check',
      inputs: { checks: JSON.stringify(checks), timeout: '6s', 'attempt-timeout': '2s' },
    })
    await close()
    expectConclusion(step, 'failure')
    expectNoSecret(step)
    const verdicts = verdictsOf(step)
    const told = Object.fromEntries(
      verdicts.map(({ name: bad, passed, class: kind }) => [bad, passed ? 'healthy' : kind]),
    )
    expect(told).toEqual({
      refused: 'connect',
      silent: 'timeout',
      dripping: expect.stringMatching(/^(?:timeout|protocol)$/),
      // It may hit the handshake of TCP.
      resetting: expect.stringMatching(/^(?:protocol|connect)$/),
      closing: 'protocol',
      web: expect.stringMatching(/^(?:timeout|protocol|status)$/),
      ssh: expect.stringMatching(/^(?:protocol|timeout)$/),
      alarmed: expect.stringMatching(/^(?:timeout|protocol)$/),
      echoing: expect.stringMatching(/^(?:timeout|protocol|authentication|health)$/),
      flooding: expect.stringMatching(/^(?:timeout|protocol|body)$/),
    })
    for (const { name: bad, reason, address } of verdicts) {
      // Where it was, and one sentence that is not a stack.
      expect(`${reason} ${address}`).toContain(`127.0.0.1:${ports[bad]}`)
      expect(reason).not.toMatch(/Error:|undefined|\n/)
    }
  }, 60_000)

  group((program) => {
    test('the right and the wrong credentials', async () => {
      const server = await scheme.start(program)
      const { good = '', wrong = '' } = scheme.credentials ?? {}
      const checks = [
        { name: 'good', url: url(good, `127.0.0.1:${server.port}`) },
        { name: 'by name', url: url(good, `localhost:${server.port}`) },
        ...(wrong === ''
          ? []
          : [{ name: 'wrong', url: url(wrong, `127.0.0.1:${server.port}`), timeout: '5s', required: false }]),
      ]
      const step = await run({ checks: JSON.stringify(checks), timeout: '30s' })
      expectConclusion(step, 'success')
      const wrongOne = verdictsOf(step).find((verdict) => verdict.name === 'wrong')
      expect(wrongOne?.class ?? 'authentication').toBe('authentication')
      await server.stop()
    }, 120_000)

    test('gone, and back again', async () => {
      const server = await scheme.start(program)
      const target = url(scheme.credentials?.good ?? '', `127.0.0.1:${server.port}`)
      await server.stop()
      const step = startAction({
        action: 'health-check',
        inputs: { url: target, timeout: '60s', 'attempt-timeout': '10s' },
      })
      await step.waitForLog(/refused|closed/, 30_000)
      server.start()
      const finished = await step.finished
      expectConclusion(finished, 'success')
      expectNoSecret(finished)
      if (server.freeze !== undefined) {
        server.freeze()
        const frozen = startAction({
          action: 'health-check',
          inputs: { url: target, timeout: '60s', 'attempt-timeout': '500ms' },
        })
        await frozen.waitForLog(/within 500 ms/, 30_000)
        server.thaw?.()
        expectConclusion(await frozen.finished, 'success')
      }
      await server.stop()
    }, 120_000)

    const { secured } = scheme
    if (secured === undefined) return
    test('a good certificate, one that nobody vouches for, one for another name', async () => {
      const server = await secured.start(program)
      const folder = tempFolder('nexus-scheme-')
      writeFileSync(join(folder, 'ca.pem'), await authority())
      const target = secured.url(scheme.credentials?.good ?? '', `localhost:${server.port}`)
      const bad = { url: target, timeout: '5s', required: false }
      const checks = [
        { name: 'good', url: target, 'ca-file': 'ca.pem' },
        { name: 'unverified', url: target, 'tls-verify': false },
        { name: 'unknown', ...bad },
        { name: 'other', ...bad, 'ca-file': 'ca.pem', 'server-name': 'other.example' },
      ]
      const step = await run({ checks: JSON.stringify(checks), timeout: '30s' }, folder)
      expectConclusion(step, 'success')
      const reasons = Object.fromEntries(
        verdictsOf(step).map(({ name: which, class: kind, reason }) => [which, [kind, reason]]),
      )
      expect(reasons).toMatchObject({
        good: [null, expect.any(String)],
        unverified: [null, expect.any(String)],
        unknown: ['tls', expect.stringMatching(/^the certificate is from an unknown issuer .*ca-file/)],
        other: ['tls', expect.stringMatching(/^the certificate is not for other\.example but for localhost/)],
      })
      await server.stop()
    }, 120_000)
  })
}

async function run(inputs: Record<string, string>, workspace?: string): Promise<StepResult> {
  const step = await runAction({
    action: 'health-check',
    inputs: { 'attempt-timeout': '10s', ...inputs },
    ...(workspace === undefined ? {} : { workspace }),
  })
  expectNoSecret(step)
  return step
}

interface Verdict {
  name: string
  passed: boolean
  class: string | null
  reason: string
  address: string | null
}

function verdictsOf(step: StepResult): Verdict[] {
  return (JSON.parse(step.outputs['result'] ?? '{"checks":[]}') as { checks: Verdict[] }).checks
}

/** Wherever a secret could get to by our own doing; masks are the runner's. */
function expectNoSecret(step: StepResult): void {
  const lines = step.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  const all = [...lines, step.stderr, step.summary, ...Object.values(step.outputs)].join('\n')
  for (const form of [
    PASSWORD,
    encodeURIComponent(PASSWORD),
    'wrong-secret',
    Buffer.from(`${USER}:${PASSWORD}`).toString('base64'),
  ]) {
    expect(all).not.toContain(form)
  }
}
