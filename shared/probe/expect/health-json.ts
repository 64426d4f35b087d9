/**
 * The health vocabulary: one reading of the documents that services answer with. Only strings and booleans count,
 * without case, up to the first colon (`unhealthy: timeout`). A word in none of the three lists is unhealthy.
 *
 * @see https://docs.spring.io/spring-boot/reference/actuator/endpoints.html (`status`, `components`)
 * @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06 (`application/health+json`, `checks`)
 * @see https://learn.microsoft.com/aspnet/core/host-and-deploy/health-checks (`status`, `entries`)
 * @see https://github.com/eclipse/microprofile-health (`checks` as a list with names)
 */
const GOOD = new Set(['healthy', 'ok', 'up', 'pass', 'passing', 'success', 'alive', 'ready', 'true'])
const TOLERATED = new Set(['degraded', 'warn', 'warning'])
const KNOWN_BAD = new Set(
  'unhealthy down fail failed failing failure error critical dead false out_of_service'.split(' '),
)

const GROUPS = ['checks', 'components', 'entries']
/** Deeper nesting is no health document, and a hostile one must not exhaust the stack. */
const MAX_DEPTH = 16

export type MemberVerdict = 'good' | 'tolerated' | 'bad'

export interface Member {
  /** Where it stands: `status`, `checks.redis`, `components.db`. */
  path: string
  /** The word as the service wrote it. */
  word: string
  verdict: MemberVerdict
  /** The word is in none of the lists. */
  unknownWord: boolean
}

/** Every member of a health document, the overall status last; empty when the document is none. */
export function readHealth(document: unknown): Member[] {
  const members: Member[] = []
  collect(document, '', members, 0)
  return members
}

/** What is wrong, in words: the failing members, or the overall status when no member explains it. */
export function describeBad(members: readonly Member[]): string | undefined {
  const bad = members.filter((member) => member.verdict === 'bad')
  if (bad.length === 0) return undefined
  const causes = bad.filter((member) => member.path !== 'status')
  const named = causes.length > 0 ? causes : bad
  const text = named
    .slice(0, 5)
    .map((member) => `${member.path} is ${JSON.stringify(member.word.slice(0, 120))}`)
  if (named.length > 5) text.push(`and ${named.length - 5} more`)
  const hint = named.find((member) => member.unknownWord)
  const explanation =
    hint === undefined
      ? ''
      : `; ${JSON.stringify(hint.word.slice(0, 40))} is no known word for healthy, health-json: off ignores it`
  return text.join(', ') + explanation
}

function collect(value: unknown, path: string, members: Member[], depth: number): void {
  if (value === null || typeof value !== 'object' || depth > MAX_DEPTH) return
  const object = value as Record<string, unknown>
  for (const group of GROUPS) {
    if (!Object.hasOwn(object, group)) continue
    add(object[group], `${path}${group}`, members)
    for (const [name, member] of entriesOf(object[group])) {
      readMember(member, `${path}${group}.${name}`, members, depth)
    }
  }
  if (Object.hasOwn(object, 'status'))
    add(object['status'], path === '' ? 'status' : path.slice(0, -1), members)
}

function readMember(member: unknown, path: string, members: Member[], depth: number): void {
  if (Array.isArray(member)) {
    for (const [index, item] of member.entries()) readMember(item, `${path}[${index}]`, members, depth + 1)
    return
  }
  if (member === null || typeof member !== 'object') {
    add(member, path, members)
    return
  }
  const before = members.length
  collect(member, `${path}.`, members, depth + 1)
  if (members.length > before) return
  for (const key of ['healthy', 'ok']) {
    const value = (member as Record<string, unknown>)[key]
    if (typeof value === 'boolean') add(value, path, members)
  }
}

function entriesOf(group: unknown): [string, unknown][] {
  if (group === null || typeof group !== 'object') return []
  if (!Array.isArray(group)) return Object.entries(group)
  return group.map((item: unknown, index) => {
    const name =
      item !== null && typeof item === 'object' ? (item as Record<string, unknown>)['name'] : undefined
    return [typeof name === 'string' ? name : String(index), item]
  })
}

function add(value: unknown, path: string, members: Member[]): void {
  if (typeof value !== 'string' && typeof value !== 'boolean') return
  const word = (String(value).split(':', 1)[0] ?? '').trim().toLowerCase()
  const verdict = GOOD.has(word) ? 'good' : TOLERATED.has(word) ? 'tolerated' : 'bad'
  members.push({ path, word: String(value), verdict, unknownWord: verdict === 'bad' && !KNOWN_BAD.has(word) })
}
