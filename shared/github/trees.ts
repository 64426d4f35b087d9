import type { GitHub } from './client.ts'
import { GitHubError } from './errors.ts'

export interface TreeEntry {
  /** `100644`, `100755`, `120000` (a link), `160000` (a submodule). */
  mode: string
  blob: string
}

/**
 * Every file of a commit, path → entry; one call.
 *
 * @throws GitHubError also when GitHub does not give all of them (100,000 entries)
 */
export async function readTree(github: GitHub, commit: string): Promise<Map<string, TreeEntry>> {
  const about = `the files of ${commit.slice(0, 7)}`
  const { data } = await github.send<{
    tree: { path?: string; mode?: string; type?: string; sha?: string }[]
    truncated: boolean
  }>({
    route: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
    parameters: { tree_sha: commit, recursive: '1' },
    about,
  })
  if (data.truncated) {
    const message = `GitHub does not give all of ${about}: there are more than 100,000.`
    throw new GitHubError('validation', 'Too many files', message)
  }
  const files = new Map<string, TreeEntry>()
  for (const { path = '', mode = '', type, sha = '' } of data.tree) {
    if (type !== 'tree') files.set(path, { mode, blob: sha })
  }
  return files
}

/**
 * The bytes of a blob; one call.
 *
 * @throws GitHubError
 */
export async function readBlob(github: GitHub, sha: string): Promise<Buffer> {
  const { data } = await github.send<{ content: string; encoding: string }>({
    route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    parameters: { file_sha: sha },
    about: `the blob ${sha.slice(0, 7)}`,
  })
  return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8')
}
