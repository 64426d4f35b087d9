import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './actions.ts'
import { writeFolder } from './bundle.ts'

/**
 * Starts a bundle as the runner would, with one wrong input: it has to get as far as refusing that. A bundle can be
 * dead although every step of its build said that all went well.
 *
 * @throws with what it printed when it does not
 */
export function startBundle(files: ReadonlyMap<string, Buffer>): void {
  mkdirSync(join(ROOT, 'build'), { recursive: true })
  const parent = mkdtempSync(join(ROOT, 'build', 'start-'))
  try {
    const folder = join(parent, 'action')
    writeFolder(folder, files)
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(INPUT|STATE|GITHUB|RUNNER|ACTIONS)_/i.test(name)),
    )
    // An action with a post step keeps that in its state before it does anything else.
    const state = join(parent, 'state')
    writeFileSync(state, '')
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'index.js')], {
      env: { ...env, GITHUB_STATE: state, 'INPUT_DRY-RUN': 'neither' },
      encoding: 'utf8',
      timeout: 20_000,
    })
    if (status !== 1 || !/^::error title=[^:]*wrong input[^:]*::.*dry-run/im.test(stdout)) {
      const end = `exit ${status ?? signal}`
      throw new Error(`the bundle does not refuse a wrong dry-run input (${end}):\n${stdout}${stderr}`)
    }
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}
