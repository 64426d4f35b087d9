import type { GitHub } from './client.ts'
import { GitHubError } from './errors.ts'
import { query } from './graphql.ts'

/**
 * A text file as it is at a commit; undefined when there is none. One call.
 *
 * @param path from the top of the repository, with slashes
 * @throws GitHubError also when it is no text, or larger than GitHub gives (512 KiB)
 */
export async function readTextFile(
  github: GitHub,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const about = `the file ${path} at ${commit.slice(0, 7)}`
  const { repository } = await query<{
    repository: { object: { text?: string | null; isTruncated?: boolean } | null }
  }>(github, {
    text: 'query($owner:String!,$name:String!,$expression:String!){repository(owner:$owner,name:$name){object(expression:$expression){...on Blob{text isTruncated}}}}',
    variables: { owner: github.owner, name: github.repo, expression: `${commit}:${path}` },
    about,
  })
  const file = repository.object
  if (file === null) return undefined
  if (typeof file.text === 'string' && file.isTruncated !== true) return file.text.replace(/^\ufeff/, '')
  throw new GitHubError(
    'validation',
    'File not readable',
    `GitHub gives no text, or only a part of it: ${about}.`,
  )
}
