import { maybe } from '../text/shape.ts'
import { isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { pages } from './pages.ts'

/** Of a comment's body, in characters; GitHub refuses longer ones with 422. */
export const MAX_COMMENT = 65_536

/** A comment on an issue or on a pull request as a whole. */
export interface Comment {
  id: number
  url: string
  /** Line ends are `\n`. */
  body: string
  /** Written by an app, or by somebody who may write to the repository. Anybody else may copy what we write. */
  trusted: boolean
}

interface CommentData {
  id: number
  html_url: string
  body?: string | null
  user: { type?: string } | null
  author_association?: string
}

const COMMENT = {
  id: 'number',
  html_url: 'string',
  body: maybe('string'),
  user: maybe({ type: maybe('string') }),
  author_association: maybe('string'),
} as const

/**
 * The comments of an issue or a pull request, the oldest first; one call a page of 100.
 *
 * @throws GitHubError
 */
export async function* listComments(github: GitHub, number: number): AsyncGenerator<Comment, void> {
  for await (const page of pages<CommentData[]>(github, {
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    parameters: { issue_number: number },
    about: `the comments of #${number}`,
    shape: [COMMENT],
  })) {
    for (const data of page) yield commentOf(data)
  }
}

/**
 * Writes a comment. After a lost reply the comments are looked at, so that it is not there twice.
 *
 * @param isIt knows the comment
 * @throws GitHubError
 */
export async function createComment(
  github: GitHub,
  number: number,
  body: string,
  isIt: (comment: Comment) => boolean,
): Promise<Comment> {
  try {
    const { data } = await github.send<CommentData>({
      route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
      parameters: { issue_number: number, body },
      about: `a comment on #${number}`,
      shape: COMMENT,
    })
    return commentOf(data)
  } catch (error) {
    if (!(isFailure(error, 'server', 'network', 'rate-limit') && error.uncertain)) throw error
    for await (const comment of listComments(github, number)) if (isIt(comment)) return comment
    throw error
  }
}

/** Changes the text of a comment. Sending it twice does no harm; one call. @throws GitHubError */
export async function updateComment(github: GitHub, id: number, body: string): Promise<Comment> {
  const { data } = await github.send<CommentData>({
    route: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
    parameters: { comment_id: id, body },
    about: `the comment ${id}`,
    shape: COMMENT,
    repeatable: true,
  })
  return commentOf(data)
}

function commentOf({ id, html_url: url, body, user, author_association: by }: CommentData): Comment {
  return {
    id,
    url,
    body: (body ?? '').replaceAll('\r\n', '\n'),
    trusted: user?.type === 'Bot' || /^(?:OWNER|MEMBER|COLLABORATOR)$/.test(by ?? ''),
  }
}
