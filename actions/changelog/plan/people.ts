import { coAuthors } from '../../../shared/commits/references.ts'
import type { Person, PullFacts, PullRequest, RangeCommit } from '../model.ts'

/** `123+login@users.noreply.github.com`, and the older form without number; a server of one's own has its name there. */
const NOREPLY = /^(?:\d+\+)?([a-z0-9](?:[a-z0-9-]{0,38})(?:\[bot])?)@users\.noreply\.[a-z0-9.-]+$/i
const BOT = /\[bot]$|^(?:dependabot|renovate|github-actions|greenkeeper|snyk)(?:[ -]bot)?$/i
/** Who merges and edits on the web. */
const WEB_FLOW = 'noreply@github.com'

/** A person of a commit. A login is only what GitHub resolved, or what a noreply address of GitHub says. */
export function personOf(name: string, email: string, logins: ReadonlyMap<string, string>): Person {
  const address = email.trim().toLowerCase()
  const login = logins.get(address) ?? NOREPLY.exec(email.trim())?.[1]
  const bot = address === WEB_FLOW || BOT.test(login ?? '') || BOT.test(name)
  return {
    name,
    ...(address === '' ? {} : { email: address }),
    ...(login === undefined ? {} : { login }),
    bot,
  }
}

/**
 * Who made a change: the author of its pull request, of its commit, then the co-authors; nobody twice. Who merges a pull
 * request has not made it.
 */
export function peopleOf(
  { author, message, parents }: Pick<RangeCommit, 'author' | 'message' | 'parents'>,
  pull: Pick<PullRequest, 'author'> | undefined,
  { logins }: Pick<PullFacts, 'logins'>,
): Person[] {
  const committed = personOf(author.name, author.email, logins)
  const others = coAuthors(message).map(({ name, email }) => personOf(name, email, logins))
  const login = pull?.author
  if (!login) return unique([committed, ...others])
  const isSame = committed.login?.toLowerCase() === login.toLowerCase()
  const opener: Person = isSame ? committed : { name: login, login, bot: BOT.test(login) }
  return unique([opener, ...(parents.length > 1 ? [] : [committed]), ...others])
}

/** Everybody once, a login before the same address without one, in the order of their first appearance. */
export function unique(people: readonly Person[]): Person[] {
  const byKey = new Map<string, Person>()
  const logins = new Map(
    // The first one that is found counts.
    people
      .toReversed()
      .flatMap(({ email, login }) => (email !== undefined && login !== undefined ? [[email, login]] : [])),
  )
  for (const person of people) {
    const login = person.login ?? logins.get(person.email ?? '')
    const key = login === undefined ? (person.email ?? `name ${person.name}`) : `@${login.toLowerCase()}`
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, login === undefined ? person : { ...person, login })
  }
  return [...byKey.values()]
}

/**
 * The people of a release, without bots, in the order of their names, and those of them who are new.
 *
 * @param people of each change
 */
export function contributorsOf(
  people: readonly (readonly Person[])[],
  { newcomers }: Pick<PullFacts, 'newcomers'>,
): { contributors: Person[]; newContributors: { person: Person; pullRequest?: number }[] } {
  const contributors = unique(people.flat())
    .filter(({ bot }) => !bot)
    .sort((a, b) => compare(keyOf(a), keyOf(b)))
  const newContributors = contributors.flatMap((person) => {
    const login = person.login?.toLowerCase() ?? ''
    if (!newcomers.has(login)) return []
    const pullRequest = newcomers.get(login)
    return [{ person, ...(pullRequest === undefined ? {} : { pullRequest }) }]
  })
  return { contributors, newContributors }
}

function keyOf({ name, login }: Person): string {
  return `${(login ?? name).toLowerCase()}\0${login ?? name}`
}

/** By code units: the same everywhere, whatever the locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
