import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from '@jest/globals'
import { readRepository } from '../../../shared/github/repository.ts'
import { authority, certificate } from '../../support/certificates.ts'
import { client, failure, stage } from './stage.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A proxy that takes everything, whatever it is called, to one place. */
async function proxyTo(
  port: number,
): Promise<{ url: string; seen: string[]; credentials: (string | undefined)[] }> {
  const seen: string[] = []
  const credentials: (string | undefined)[] = []
  const proxy = createServer((asked, response) => {
    seen.push(`${asked.method} ${asked.url}`)
    credentials.push(asked.headers['proxy-authorization'])
    const { method = 'GET', headers } = asked
    const path = new URL(asked.url ?? '').pathname
    const onward = request({ port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    asked.pipe(onward)
  })
  proxy.on('connect', (asked, socket: Socket) => {
    seen.push(`CONNECT ${asked.url}`)
    credentials.push(asked.headers['proxy-authorization'])
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  const at = await listen(proxy)
  return { url: `http://user:p%40ss@127.0.0.1:${at}`, seen, credentials }
}

const CREDENTIALS = `Basic ${Buffer.from('user:p@ss').toString('base64')}`

describe('through a proxy', () => {
  test.each(['http_proxy', 'HTTP_PROXY', 'all_proxy'])('named by %s', async (name) => {
    const github = await stage({ enterprise: true })
    const proxy = await proxyTo(Number(new URL(github.serverUrl).port))
    const apiUrl = 'http://github.example.test/api/v3'
    const one = client(github, { apiUrl, env: { [name]: proxy.url } })
    expect(await readRepository(one)).toMatchObject({ defaultBranch: 'main' })
    expect(proxy.seen).toEqual([`GET ${apiUrl}/repos/octo/demo`])
    expect(proxy.credentials).toEqual([CREDENTIALS])
    expect(github.log[0]?.headers['authorization']).toContain('stage-token')
  })

  test('not for what no_proxy names', async () => {
    const github = await stage()
    const proxy = await proxyTo(Number(new URL(github.serverUrl).port))
    const env = { http_proxy: proxy.url, no_proxy: '.example.test' }
    const one = client(github, {
      apiUrl: 'http://github.example.test',
      env,
      deadline: performance.now() + 2_000,
    })
    expect((await failure(readRepository(one))).kind).toBe('network')
    expect(proxy.seen).toEqual([])
  })

  test('that is dead is an error without its password', async () => {
    const github = await stage()
    const env = { http_proxy: 'http://user:p%40ss@127.0.0.1:1' }
    const error = await failure(readRepository(client(github, { apiUrl: 'http://github.example.test', env })))
    expect(error.kind).toBe('network')
    expect(error.message).not.toMatch(/p@ss|p%40ss/)
  })

  test('with https, and only to a server whose certificate is good', async () => {
    const github = await stage()
    const forwarded = createTlsServer(await certificate('self-signed'), (_, response) => response.end('{}'))
    const proxy = await proxyTo(await listen(forwarded as unknown as Server))
    const one = client(github, { apiUrl: 'https://localhost.example.test', env: { HTTPS_PROXY: proxy.url } })
    const error = await failure(readRepository(one))
    expect([error.kind, error.message]).toEqual(['network', expect.stringMatching(/certificate/i)])
    expect(proxy.seen[0]).toBe('CONNECT localhost.example.test:443')
    expect(proxy.credentials[0]).toBe(CREDENTIALS)
    expect(error.uncertain).toBe(false)
  })
})

test('https with a company certificate, in a process of its own that ends by itself', async () => {
  const github = await stage()
  const port = Number(new URL(github.serverUrl).port)
  const tls = createTlsServer(await certificate('good'), (asked, response) => {
    const { method = 'GET', url: path = '/', headers } = asked
    const onward = request({ port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    asked.pipe(onward)
  })
  const url = `https://127.0.0.1:${await listen(tls as unknown as Server)}`
  const folder = mkdtempSync(join(tmpdir(), 'nexus-github-'))
  try {
    const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'github')
    const script = join(folder, 'script.ts')
    writeFileSync(join(folder, 'ca.pem'), await authority())
    writeFileSync(
      script,
      `import { connectGitHub } from '${join(shared, 'client.ts')}'
       import { readRepository } from '${join(shared, 'repository.ts')}'
       const options = { token: 'stage-token', repository: 'octo/demo', apiUrl: '${url}', graphqlUrl: '${url}/graphql' }
       const github = connectGitHub({ ...options, deadline: performance.now() + 20_000 })
       console.log(JSON.stringify(await readRepository(github)))`,
    )
    const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env, timeout: 25_000 })
    expect(stdout.trim().split('\n').at(-1)).toBe('{"defaultBranch":"main","private":false}')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
