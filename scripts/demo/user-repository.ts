import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { tempFolder } from '../../test/support/runner/cleanup.ts'
import { ROOT } from '../actions.ts'

/** The repository that `--repo` names, or this one. */
export function repositoryOfTheUser(): string {
  const { values } = parseArgs({ options: { repo: { type: 'string' } }, strict: false })
  return typeof values['repo'] === 'string' ? resolve(process.env['INIT_CWD'] ?? '.', values['repo']) : ROOT
}

/** A copy in a temporary folder that shares nothing with it. */
export function cloneOf(repository: string): string {
  const clone = join(tempFolder('nexus-demo-'), 'clone')
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', '--', repository, clone], { stdio: 'ignore' })
  return clone
}

export function refsOf(repository: string): string {
  return execFileSync('git', ['-C', repository, 'for-each-ref'], { encoding: 'utf8' })
}

/** The commit that is checked out. */
export function headOf(repository: string): string {
  return execFileSync('git', ['-C', repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
}
