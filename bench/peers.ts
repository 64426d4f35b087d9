import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SCRATCH = join(import.meta.dirname, '..', '.scratch', 'bench-peers')

/**
 * Installs a peer by name and exact version from npm into a scratch folder (never a dependency of this project).
 *
 * @returns the path of a file inside it, or undefined when it cannot be installed (offline)
 */
export function installPeer(name: string, version: string, file: string): string | undefined {
  const folder = join(SCRATCH, `${name.replace(/[@/]/g, '_')}-${version}`)
  const path = join(folder, 'node_modules', name, file)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const options = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `${name}@${version}`,
  ]
  const { status } = spawnSync(npm, options, { cwd: folder, stdio: 'ignore' })
  return status === 0 && existsSync(path) ? path : undefined
}
