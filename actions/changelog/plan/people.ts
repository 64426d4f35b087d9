import { coAuthors } from '../../../shared/commits/references.ts'
import type { Person, PullFacts, PullRequest, RangeCommit } from '../model.ts'

/** `123+login@users.noreply.github.com`, and the older form without number; a server of one's own has its name there. */
const NOREPLY = /^(?:\d+\+)?([a-z0-9](?:[a-z0-9-]{0,38})(?:\[bot])?)@users\.noreply\.[a-z0-9.-]+$/i
/** Apps, and accounts and names that say of themselves that nobody sits behind them. */
const BOT =
  /\[bot]|(?:^|[\s._-])bot$|^bot[\s._-]|^(?:dependabot|renovate|github[ -]actions?|greenkeeper(?:io)?|snyk|mergify|web-flow|github-merge-queue|pre-commit-ci|codecov|imgbot|allcontributors|copilot|claude|chatgpt|codex|gemini|devin|cursoragent|jules)(?:[ -]bot)?(?:\[.*)?$/i
/** Assistants that put themselves under commits as co-authors, with the model's name behind theirs. */
const ASSISTANT =
  /^(?:claude(?:[ -](?:code|opus|sonnet|haiku|fable|instant|v?\d|\().*)?|(?:github )?copilot(?: .*)?|cursor(?: agent)?|aider(?: \(.*)?|(?:openai )?codex(?: .*)?|chatgpt.*|gpt-\d.*|gemini(?: .*)?|google jules|devin ai.*|windsurf.*|cascade|codeium.*|tabnine|amazon q(?: .*)?|amp|opencode|cline|roo code|continue|sweep ai.*|factory droid|kiro.*|qwen(?:[ -].*)?|llama(?:[ -].*)?|deepseek.*|ai assistant)$/i
/** Where mail to them goes. */
const ASSISTANTS_ADDRESS =
  /@(?:[a-z0-9-]+\.)*(?:anthropic\.com|openai\.com|cursor\.(?:com|sh|so)|aider\.chat|ampcode\.com|opencode\.ai|codeium\.com|windsurf\.com|devin\.ai|cognition\.ai|sourcegraph-amp\.com|tabnine\.com)$|^(?:gemini|jules)[\w.+-]*@google\.com$/i
/** What only an assistant writes from; people work at these places, too. */
const NOBODYS = /^(?:no-?reply|cursoragent|agent|bot|assistant|amp)@|[+.-]bot@/i
/** Who merges and edits on the web. */
const WEB_FLOW = 'noreply@github.com'

/** A person of a commit. A login is only what GitHub resolved, or what a noreply address of GitHub says. */
export function personOf(name: string, email: string, logins: ReadonlyMap<string, string>): Person {
  const address = email.trim().toLowerCase()
  const login = logins.get(address) ?? NOREPLY.exec(email.trim())?.[1]
  const bot = isBot(name, address, login)
  return {
    name,
    ...(address === '' ? {} : { email: address }),
    ...(login === undefined ? {} : { login }),
    bot,
  }
}

/** Whether a program made it: an app, a bot by whatever name, or an assistant that signed as a co-author. */
function isBot(name: string, address: string, login: string | undefined): boolean {
  if (address === WEB_FLOW || BOT.test(login ?? '') || BOT.test(name.trim())) return true
  if (ASSISTANTS_ADDRESS.test(address) && NOBODYS.test(address)) return true
  // Somebody may be called Claude: not without an address that nobody reads.
  return ASSISTANT.test(name.trim()) && (address === '' || NOBODYS.test(address) || /copilot/i.test(name))
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

/**
 * Everybody once, in the order of their first appearance: by login, by address, and by name, as far as one name has not
 * two logins. Who has a login somewhere has it everywhere.
 */
export function unique(people: readonly Person[]): Person[] {
  if (people.length < 2) return [...people]
  const byAddress = new Map<string, string>()
  const byName = new Map<string, string | undefined>()
  for (const { name, email, login } of people) {
    if (login === undefined) continue
    if (email !== undefined && !byAddress.has(email)) byAddress.set(email, login)
    const key = nameKey(name)
    const known = byName.get(key)
    // Two people of one name: the name alone says nobody.
    byName.set(key, byName.has(key) && known?.toLowerCase() !== login.toLowerCase() ? undefined : login)
  }
  const found = new Map<string, Person>()
  for (const person of people) {
    const name = nameKey(person.name)
    const login = person.login ?? byAddress.get(person.email ?? '') ?? byName.get(name)
    const key =
      login !== undefined
        ? `@${login.toLowerCase()}`
        : byName.has(name)
          ? (person.email ?? name)
          : `name ${name}`
    const known = found.get(key)
    if (known === undefined) found.set(key, login === undefined ? person : { ...person, login })
    // A login that stood for a name.
    else if (known.name === known.login && person.name !== login)
      found.set(key, { ...known, name: person.name })
  }
  return [...found.values()]
}

/** `Ada  Lovelace` and `ada lovelace` are one. */
function nameKey(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, ' ')
}

/**
 * The people of a release, without bots, in the order of their names, and those of them who are new.
 *
 * @param people of each change
 * @param isLeftOut of `exclude`
 */
export function contributorsOf(
  people: readonly (readonly Person[])[],
  { newcomers }: Pick<PullFacts, 'newcomers'>,
  isLeftOut: (person: Person) => boolean = () => false,
): { contributors: Person[]; newContributors: { person: Person; pullRequest?: number }[] } {
  const contributors = unique(people.flat())
    .filter((person) => !person.bot && !isLeftOut(person))
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
