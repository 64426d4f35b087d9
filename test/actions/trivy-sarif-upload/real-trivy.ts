import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, dirname } from 'node:path'
import { atEnd, tempFolder } from '../../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'
import { realDatabase } from '../../support/trivy/database.ts'

/** Taken apart, so that nobody takes it for a secret of this file. */
export const SECRET = `aws_access_key_id = ${['AKIA', 'Q3EGRIS7XNOTREAL'].join('')}\n`

export interface RealOptions extends Omit<Partial<RunOptions>, 'action' | 'inputs'> {
  inputs?: Readonly<Record<string, string>>
}

/** Runs the bundle with a real Trivy and a database of its own. */
export function realTrivy(path: string): (workspace: string, options?: RealOptions) => Promise<StepResult> {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  const cache = tempFolder('nexus-real-cache-')
  realDatabase(cache)
  return (workspace, { inputs = {}, env = {}, ...more } = {}) =>
    runAction({
      action: 'trivy-sarif-upload',
      ...more,
      workspace,
      inputs: {
        scan: 'fs',
        scanners: 'vuln, misconfig, secret',
        'trivy-sha256': sha256,
        'trivy-args': '--skip-check-update',
        upload: 'never',
        ...inputs,
      },
      env: {
        PATH: [dirname(path), process.env['PATH'] ?? ''].join(delimiter),
        TRIVY_CACHE_DIR: cache,
        ...env,
      },
    })
}

/** A port that counts who comes by. */
export async function listener(): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => void server.close())
  const address = server.address()
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, connections: () => connections }
}
