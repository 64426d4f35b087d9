import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maskSecret } from '../action/secrets.ts'
import type { Repository } from './model.ts'
import { gitOutput } from './process.ts'
import { openRepository } from './repository.ts'
import { isObjectName } from './revision.ts'

export interface FetchOptions {
  /** `https://github.com/owner/name`, from the run's own context and never from the configuration of a checkout. */
  url: string
  /** Goes through the environment of git, never through its arguments; undefined for a public repository. */
  token: string | undefined
  /** Full object names of commits that are wanted besides all tags. */
  commits: readonly string[]
  /** All branches as well: somebody may mean one of them. */
  withBranches: boolean
  /** Trees are fetched as well: for history by path. */
  withTrees: boolean
  /** Folder for the new repository; it lives as long as the job. */
  temp: string
  signal?: AbortSignal | undefined
}

/**
 * The whole history of some commits and of every tag, fetched into a bare repository of its own: one git process, no
 * files, and the checkout stays as it is (nothing of its configuration is read, and later steps find it as shallow as
 * they left it).
 *
 * @throws GitError when the server cannot be reached, wants a better token, or does not have a commit
 */
export async function fetchHistory(options: FetchOptions): Promise<Repository> {
  const { url, token, commits, withBranches, withTrees, temp, signal } = options
  const directory = mkdtempSync(join(temp || tmpdir(), 'nexus-history-'))
  for (const folder of ['objects', 'refs']) mkdirSync(join(directory, folder))
  writeFileSync(join(directory, 'HEAD'), 'ref: refs/heads/none\n')
  const format = commits.some((sha) => sha.length === 64) ? '\trepositoryformatversion = 1\n' : ''
  const sha256 = format === '' ? '' : '[extensions]\n\tobjectFormat = sha256\n'
  writeFileSync(join(directory, 'config'), `[core]\n\tbare = true\n${format}${sha256}`)
  const args = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    `--filter=${withTrees ? 'blob:none' : 'tree:0'}`,
    '--end-of-options',
    url,
    '+refs/tags/*:refs/tags/*',
    ...(withBranches ? ['+refs/heads/*:refs/heads/*'] : []),
    ...commits.filter(isObjectName).map((sha, index) => `+${sha}:refs/nexus/${index}`),
  ] as const
  await gitOutput(openRepository(directory), args, { signal, remote: remoteOf(url, token) })
  return openRepository(directory)
}

function remoteOf(url: string, token: string | undefined): { protocol: string; header?: string } {
  const protocol = new URL(url).protocol.replace(':', '')
  if (token === undefined) return { protocol }
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  maskSecret(credentials)
  return { protocol, header: `AUTHORIZATION: basic ${credentials}` }
}
