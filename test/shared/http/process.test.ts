import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { authority } from '../../support/certificates.ts'
import { startHonest } from '../../support/lying-servers.ts'
import { stage } from './stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'nexus-http-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a request in a process of its own, and gives what it wrote. */
async function inProcess(url: string, env: Record<string, string> = {}): Promise<string[]> {
  const module = pathToFileURL(join(import.meta.dirname, '../../../shared/http/request.ts')).href
  const code = `
    import { request } from ${JSON.stringify(module)}
    const url = new URL(${JSON.stringify(url)})
    const answer = await request({ url, timeout: 10_000, maxBody: 1_000 }).catch((error) => error)
    console.log(answer.status ?? answer.message)
    console.log(process.moduleLoadList.filter((name) => name.startsWith('NativeModule')).join())`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 20_000,
  })
  return stdout.split('\n')
}

describe('a process of its own', () => {
  test('loads nothing that plain http to an address does not need, and ends by itself', async () => {
    const server = await stage(startHonest())
    const [status, modules = ''] = await inProcess(server.url)
    expect(status).toBe('200')
    const loaded = modules
      .split(',')
      .filter((name) => /(?:https|tls|zlib|undici|fetch|dns\/promises| dns)$/.test(name))
    expect(loaded).toEqual([])
  })

  test('honours NODE_EXTRA_CA_CERTS, and no switch turns verification off for all', async () => {
    const server = await stage(startHonest({}, { tls: 'good' }))
    const file = join(folder, 'ca.pem')
    writeFileSync(file, await authority())
    expect((await inProcess(server.url, { NODE_EXTRA_CA_CERTS: file }))[0]).toBe('200')
    const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }
    expect((await inProcess(server.url, off))[0]).toMatch(/^the certificate is from an unknown issuer/)
  })
})
