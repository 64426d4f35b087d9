import type { Message } from './message.ts'

/** A person in a trailer. */
export interface Person {
  name: string
  email: string
}

/** The values of all footers with this token; case does not count (item 15). */
export function footerValues({ footers }: Message, token: string): string[] {
  const wanted = token.toLowerCase()
  return footers.filter((footer) => footer.token.toLowerCase() === wanted).map(({ value }) => value)
}

/** Coauthors = { "Co-authored-by: " Name " <" Email ">" }; what is written otherwise is left out */
export function coAuthors(message: Message): Person[] {
  return footerValues(message, 'Co-authored-by').flatMap((value) => {
    const line = value.split('\n', 1)[0] as string
    const open = line.lastIndexOf('<')
    const close = line.indexOf('>', open)
    const [name, email] = [line.slice(0, Math.max(0, open)).trim(), line.slice(open + 1, close).trim()]
    return open === -1 || close === -1 || email === '' ? [] : [{ name, email }]
  })
}

/** The number in `Merge pull request #12 from …`, or at the end of a squashed subject: `feat: x (#12)`. */
export function pullRequestOf(subject: string): number | undefined {
  const isMerge = subject.startsWith('Merge pull request #')
  const match =
    (isMerge ? /^Merge pull request #(\d{1,10})\b/.exec(subject) : null) ??
    (subject.endsWith(')') ? /\(#(\d{1,10})\)$/.exec(subject) : null)
  return match === null ? undefined : Number(match[1])
}

/** A subject without the `(#12)` at its end. */
export function withoutPullRequest(subject: string): string {
  return subject.endsWith(')') ? subject.replace(/ ?\(#\d{1,10}\)$/, '') : subject
}

/** Whether a message is that of a merge, as git and GitHub write it. */
export function isMergeSubject(subject: string): boolean {
  return /^Merge (?:(?:remote-tracking )?branch(?:es)?|pull request|tag|commit) /.test(subject)
}
