import { cut, oneLine } from '../../text/untrusted.ts'
import type { JsonPath } from './json-path.ts'

const MAX_NAMED = 5

/** One verdict in a health document. */
export interface Member {
  /** Where it stands, for people: `status`, `checks.redis`, `components.db`. */
  path: string
  /** Where the word itself stands. */
  place: JsonPath
  /** The word as the service wrote it. */
  word: string
  verdict: 'good' | 'tolerated' | 'bad'
  /** The word is in none of the lists. */
  unknownWord: boolean
  /** It is about the whole, not about a part. */
  isOverall: boolean
}

/** What is wrong, in words: the failing members, or the overall status when no member explains it. */
export function describeBad(members: readonly Member[]): string | undefined {
  const bad = members.filter((member) => member.verdict === 'bad')
  if (bad.length === 0) return undefined
  const causes = bad.filter(({ isOverall }) => !isOverall)
  const named = causes.length > 0 ? causes : bad
  const text = named.slice(0, MAX_NAMED).map(describeMember)
  if (named.length > MAX_NAMED) text.push(`and ${named.length - MAX_NAMED} more`)
  const hint = named.find((member) => member.unknownWord)
  const explanation =
    hint === undefined
      ? ''
      : `; ${JSON.stringify(cut(hint.word, 40))} is no known word for healthy, health-json: off ignores it`
  return text.join(', ') + explanation
}

/** `checks.redis is "unhealthy: timeout"`; names and words are the service's, so they are cut and put on one line. */
export function describeMember({ path, word }: Member): string {
  return `${path === '' ? 'the answer' : oneLine(path, 200)} is ${JSON.stringify(cut(word, 120))}`
}
