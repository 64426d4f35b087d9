import type { GitHub } from '../../../shared/github/client.ts'
import { GitHubError } from '../../../shared/github/errors.ts'
import { pages } from '../../../shared/github/pages.ts'
import type { Delivered } from '../model.ts'
import { delivered, undelivered } from './delivery.ts'

interface Comment {
  id?: number
  body?: string | null
  html_url?: string
  user?: { type?: string } | null
  author_association?: string
}

const PERMISSION = 'The job needs the permission "pull-requests: write".'

const REMEDIES: Readonly<Record<string, string>> = {
  permission: `${PERMISSION} Pull requests from forks and Dependabot never have it.`,
  'not-found': PERMISSION,
}

/** Writes the comment of a pull request, or brings the one that is there up to date. */
export async function writeComment(github: GitHub, pull: number, body: string): Promise<Delivered> {
  const about = `the comment of pull request #${pull}`
  try {
    const own = await findOwn(github, pull, body.split('\n', 1)[0] ?? '', about)
    const { data } =
      own === undefined
        ? await github.send<Comment>({
            route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
            parameters: { issue_number: pull, body },
            about,
          })
        : await github.send<Comment>({
            route: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
            parameters: { comment_id: own, body },
            about,
            // The same text again is the same comment.
            repeatable: true,
          })
    return delivered(own === undefined ? 201 : 200, { url: String(data.html_url ?? '') })
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    const remedy = REMEDIES[error.kind] ?? ''
    const word = error.status === undefined ? 'no_answer' : `http_${error.status}`
    return undelivered(word, `${error.message} ${remedy}`.trim(), error.status)
  }
}

async function findOwn(
  github: GitHub,
  pull: number,
  mark: string,
  about: string,
): Promise<number | undefined> {
  const call = {
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    parameters: { issue_number: pull },
    about,
  }
  for await (const page of pages<Comment[]>(github, call)) {
    const list = Array.isArray(page) ? page : []
    const own = list.find((comment) => comment?.body?.startsWith(mark) === true && isOurs(comment))
    if (own?.id !== undefined) return own.id
  }
  return undefined
}

/** Anybody can write our mark into a comment of theirs; that one is left alone. */
function isOurs({ user, author_association: association = '' }: Comment): boolean {
  return user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(association)
}
