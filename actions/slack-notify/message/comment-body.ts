import { renderLine } from '../../../shared/text/rich.ts'
import { markdownBlocks, markdownSpan } from './markdown.ts'
import { cutNote, type Message } from './message.ts'

/** GitHub refuses longer ones with 422. */
export const COMMENT = 65_536

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
