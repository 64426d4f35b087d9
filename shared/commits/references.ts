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

/** The version that `Release-As: X.Y.Z` asks for, as written; the last one of the message. */
export function releaseAsOf(message: Message): string | undefined {
  return footerValues(message, 'Release-As').at(-1)?.trim()
}
