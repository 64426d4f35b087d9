import { maybe } from '../text/shape.ts'
import { GitHubError, isFailure } from './errors.ts'
import { query } from './graphql.ts'
import type { GitHub } from './model.ts'
import { mayAskRest } from './rest-refs.ts'

/** As REST gives it: without content above 1 MB, and as a list for a folder. */
interface ContentData {
  type?: string
  encoding?: string
  content?: string
}

/**
 * A text file as it is at a commit; undefined when there is none. One call, a second one where GraphQL does not answer.
 *
 * @param path from the top of the repository, with slashes
 * @throws GitHubError also when it is no text, or larger than GitHub gives (512 KiB)
 */
export async function readTextFile(
  github: GitHub,
  commit: string,
  path: string,
): Promise<string | undefined> {
  try {
    return await readByGraphql(github, commit, path)
  } catch (error) {
    if (isUnreadable(error) || !mayAskRest(error)) throw error
    return readByRest(github, commit, path)
  }
}

async function readByGraphql(github: GitHub, commit: string, path: string): Promise<string | undefined> {
  const about = aboutFile(commit, path)
  const { repository } = await query<{
    repository: { object: { text?: string | null; isTruncated?: boolean | null } | null }
  }>(github, {
    text: 'query($owner:String!,$name:String!,$expression:String!){repository(owner:$owner,name:$name){object(expression:$expression){...on Blob{text isTruncated}}}}',
    variables: { owner: github.owner, name: github.repo, expression: `${commit}:${path}` },
    about,
    shape: { repository: { object: maybe({ text: maybe('string'), isTruncated: maybe('boolean') }) } },
  })
  const file = repository.object
  if (file === null || file === undefined) return undefined
  if (typeof file.text === 'string' && file.isTruncated !== true) return withoutMark(file.text)
  throw unreadable(about)
}

async function readByRest(github: GitHub, commit: string, path: string): Promise<string | undefined> {
  const about = aboutFile(commit, path)
  // GraphQL knows no such file either; an address would lead somewhere else.
  if (path.split('/').some((segment) => /^\.{0,2}$/.test(segment))) return undefined
  try {
    const { data } = await github.send<ContentData | readonly unknown[]>({
      route: 'GET /repos/{owner}/{repo}/contents/{path}',
      parameters: { path, ref: commit },
      about,
    })
    const { type, encoding, content } = data as ContentData
    const bytes = type === 'file' && encoding === 'base64' ? Buffer.from(content ?? '', 'base64') : undefined
    if (bytes === undefined || bytes.includes(0)) throw unreadable(about)
    return withoutMark(bytes.toString('utf8'))
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

const aboutFile = (commit: string, path: string): string => `the file ${path} at ${commit.slice(0, 7)}`

const UNREADABLE = 'File not readable'

function unreadable(about: string): GitHubError {
  return new GitHubError('validation', UNREADABLE, `GitHub gives no text, or only a part of it: ${about}.`)
}

function isUnreadable(error: unknown): boolean {
  return error instanceof GitHubError && error.title === UNREADABLE
}

function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '')
}
