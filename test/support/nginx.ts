import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { closedPort } from './lying-servers.ts'
import { tempFolder } from './runner/cleanup.ts'

export interface Nginx {
  port: number
  url: string
  /** Ends master and workers. */
  stop(): Promise<void>
}

/**
 * A real nginx in front of one upstream, on a port of its own, in a folder of its own.
 *
 * @param more directives of the http block, such as an upstream group
 */
export async function startNginx(program: string, upstream: string, more = ''): Promise<Nginx> {
  const folder = tempFolder('nexus-nginx-')
  mkdirSync(join(folder, 'logs'))
  const port = await closedPort()
  const config = `
    daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      ${more}
      server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; } }
    }`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await accepting(port, child)
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGQUIT')
      await Promise.race([ended, delay(2_000, undefined, { ref: false })])
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** @throws Error when the program ends, or nothing accepts within 10 s */
async function accepting(port: number, child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await delay(10)
  }
  child.kill('SIGKILL')
  throw new Error(`nginx does not accept connections on ${port}: ${said}`)
}
