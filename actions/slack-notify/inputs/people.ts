import { type Problems, type Reading, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import type { Mention } from '../message/message.ts'
import { CONDITIONS, type Condition } from '../message/status.ts'

/** Five letters or digits follow, or fewer when there is a digit: `SAM` is a login. */
const ID = /^[UWS](?=[A-Z]*\d|[A-Z0-9]{5})[A-Z0-9]+$/
const EMAIL = /^[^\s@<>|,;"]{1,64}@[^\s@<>|,;"]+\.[^\s@<>|,;".]+$/

/** The people of `mention`: ids and e-mail addresses as they are, GitHub logins through `users`. */
export function parseMentions(text: string, users: ReadonlyMap<string, string>): Mention[] {
  return parseList(text).map((item): Mention => {
    const word = item.replace(/^<(?:@|!subteam\^|!)?|>$/g, '').replace(/^@/, '')
    if (word === 'here') return { kind: 'here' }
    if (word === 'channel' || word === 'everyone') return { kind: 'channel' }
    const known = users.get(word.toLowerCase()) ?? word
    if (EMAIL.test(known)) return { kind: 'email', address: known }
    if (!ID.test(known)) return { kind: 'name', name: word }
    return { kind: known.startsWith('S') ? 'group' : 'user', id: known }
  })
}

/** `users`: GitHub logins, whose case does not count, and Slack ids or e-mail addresses. */
export function parseUsers(value: unknown, problems: Problems): Map<string, string> {
  const users = new Map<string, string>()
  if (value === undefined) return users
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    problems.add('users', 'it is not a map. Write "octocat: U0123456789" on a line of its own for each.')
    return users
  }
  for (const [login, given] of Object.entries(value)) {
    const id = typeof given === 'string' ? given.trim() : ''
    if (ID.test(id) || EMAIL.test(id)) users.set(login.toLowerCase().replace(/^@/, ''), id)
    else
      problems.add(
        `users.${login}`,
        `${shown(given)} is no Slack id, such as U0123456789 or S0123456789, and no e-mail address.`,
      )
  }
  return users
}

/** A list such as that of `notify-on`; the case of its words does not count. */
export function parseConditions(text: string): Reading<readonly Condition[]> {
  const words = parseList(text).map((word) =>
    word.toLowerCase() === 'canceled' ? 'cancelled' : word.toLowerCase(),
  )
  const wrong = words.find((word) => !(CONDITIONS as readonly string[]).includes(word))
  if (wrong === undefined) return { value: words as Condition[] }
  return {
    problem: `${shown(wrong)} is not one of ${CONDITIONS.join(', ')}.${didYouMean(wrong, CONDITIONS)}`,
  }
}
