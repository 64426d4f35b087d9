import type { Line } from '../../../shared/text/rich.ts'
import type { Look } from './status.ts'

/** A message before it is put into the markup of any sink. Nothing in it is escaped, and everything in it is data. */
export interface Message {
  look: Look
  /** One line without markup: title of an e-mail, notification on a telephone. */
  headline: string
  /** Sentences below the headline. */
  lead: readonly Line[]
  /** Short facts, the template's first. */
  facts: readonly Fact[]
  /** Fields of the user that are not shown, because there are too many. */
  moreFields: number
  lists: readonly List[]
  links: readonly { label: string; url: string }[]
  /** Where it comes from, small. */
  footer: Line
  /** The page with everything that was cut; empty outside GitHub. */
  runUrl: string
}

export interface Fact {
  name: string
  value: Line
}

/** Lines that belong together, such as jobs or changes. */
export interface List {
  title: string
  lines: readonly Line[]
}

/** Who is to be called; from the input `mention` and nowhere else. */
export type Mention =
  | { kind: 'here' | 'channel' }
  | { kind: 'user' | 'group'; id: string }
  /** An e-mail address, which the Web API of Slack and Teams know people by. */
  | { kind: 'email'; address: string }
  /** A GitHub login without a Slack id: it is named, and nobody is called. */
  | { kind: 'name'; name: string }

/** What is put where something had to be left out. */
export function cutNote({ runUrl }: Pick<Message, 'runUrl'>, left: number, noun = 'line'): Line {
  const words = left === 0 ? '… cut' : `… ${left} more ${noun}${left === 1 ? '' : 's'}`
  if (runUrl === '') return [{ kind: 'text', text: words }]
  return [
    { kind: 'text', text: `${words}, see ` },
    { kind: 'link', text: 'the run', url: runUrl },
  ]
}
