import { renderLine } from '../../../shared/text/rich.ts'
import { type GitHub, GitHubError, getAll, write } from '../github/rest.ts'
import { markdownBlocks, markdownSpan } from '../message/markdown.ts'
import { cutNote, type Message } from '../message/model.ts'
import { type Delivered, delivered, undelivered } from './delivery.ts'

/** GitHub refuses longer ones with 422. */
export const COMMENT = 65_536

interface Comment {
  id?: number
  body?: string | null
  user?: { type?: string } | null
  author_association?: string
}

const REMEDIES: Readonly<Record<number, string>> = {
  401: 'Is "token" right?',
  403: 'The job needs the permission "pull-requests: write". Pull requests from forks and Dependabot never have it.',
  404: 'The job needs the permission "pull-requests: write".',
}

/** The comment's text with the mark by which the next run finds it; pure. */
export function commentBody(message: Message, mark: string): string {
  const note = renderLine(cutNote(message, 0), markdownSpan)
  let body = `${mark}\n`
  for (const block of markdownBlocks(message)) {
    if (body.length + block.length + note.length + 4 > COMMENT) return `${body}\n${note}\n`
    body += `\n${block}\n`
  }
  return body
}

/** Invisible in a comment, and the same for every run of one job and environment. */
export function commentMark(workflow: string, job: string, environment: string): string {
  const name = [workflow, job, environment].map((part) =>
    encodeURIComponent(part.toWellFormed()).replaceAll('-', '%2D'),
  )
  return `<!-- nexus slack notify ${name.join(' ')} -->`
}

/** Writes the comment of a pull request, or brings the one that is there up to date. */
export async function writeComment(
  github: GitHub,
  repository: string,
  pull: number,
  body: string,
): Promise<Delivered> {
  try {
    const mark = body.split('\n', 1)[0] ?? ''
    const path = `/repos/${repository}/issues/${pull}/comments`
    const comments = await getAll(github, `${path}?per_page=100`, (page) => page as Comment[])
    const own = comments.find((comment) => comment.body?.startsWith(mark) === true && isOurs(comment))
    const written =
      own === undefined
        ? await write(github, 'POST', path, { body })
        : await write(github, 'PATCH', `/repos/${repository}/issues/comments/${own.id}`, { body })
    return delivered(own === undefined ? 201 : 200, {
      url: String((written as { html_url?: unknown }).html_url ?? ''),
    })
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    const remedy = REMEDIES[error.status] ?? ''
    const word = error.status === 0 ? 'no_answer' : `http_${error.status}`
    return undelivered(word, `${error.message}. ${remedy}`.trim(), error.status || undefined)
  }
}

/** Anybody can write our mark into a comment of theirs; that one is left alone. */
function isOurs({ user, author_association: association = '' }: Comment): boolean {
  return user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(association)
}
