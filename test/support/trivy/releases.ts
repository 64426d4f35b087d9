import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { authority, certificateFor } from '../certificates.ts'
import { atEnd, tempFolder } from '../runner/cleanup.ts'

export interface Releases {
  /** What a step needs to believe that this is github.com. */
  env: Record<string, string>
  /** `github.com /path`, in order. */
  asked: string[]
}

/** A release archive with a program called trivy, as Trivy's project makes them for Linux. */
export function archiveOf(program: string): { bytes: Buffer; sha256: string } {
  const folder = tempFolder('nexus-archive-')
  mkdirSync(join(folder, 'contrib'))
  writeFileSync(join(folder, 'LICENSE'), 'Apache')
  writeFileSync(join(folder, 'contrib', 'trivy'), 'not this one')
  copyFileSync(program, join(folder, 'trivy'))
  execFileSync('tar', ['-czf', 'trivy.tar.gz', 'LICENSE', 'contrib', 'trivy'], { cwd: folder })
  const bytes = readFileSync(join(folder, 'trivy.tar.gz'))
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Takes the place of github.com, behind a proxy: every release is a redirect to the archive, as there. */
export async function releasesOf(archive: Buffer | undefined): Promise<Releases> {
  const asked: string[] = []
  const { key, cert } = await certificateFor('github.com', 'assets.example')
  const site = createSecureServer({ key, cert }, (request, response) => {
    const host = request.headers.host ?? ''
    asked.push(`${host} ${request.url}`)
    if (archive === undefined) return response.writeHead(404).end('Not Found')
    if (host === 'assets.example') return response.end(archive)
    return response.writeHead(302, { location: 'https://assets.example/trivy?signed=1' }).end()
  })
  const proxy = createServer()
  const sockets = new Set<Socket>()
  proxy.on('connect', (_, client: Socket, head: Buffer) => {
    const server = connect((site.address() as AddressInfo).port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      server.write(head)
      server.pipe(client).pipe(server)
    })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
  })
  for (const server of [site, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
  atEnd(() => {
    for (const socket of sockets) socket.destroy()
    site.closeAllConnections()
    site.close()
    proxy.close()
  })
  const trusted = join(tempFolder('nexus-authority-'), 'authority.pem')
  writeFileSync(trusted, await authority())
  return {
    asked,
    env: {
      https_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: trusted,
    },
  }
}
