import { cut, oneLine } from '../../text/untrusted.ts'

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
const MAX_NAMED = 5

export interface Member {
  /** Where it stands: `status`, `checks.redis`, `components.db`. */
  path: string
  /** The word as the service wrote it. */
  word: string
  verdict: 'good' | 'tolerated' | 'bad'
  /** The word is in none of the lists. */
  unknownWord: boolean
}

/** Every member of a health document, the overall status last; empty when the document is none. */
export function readHealth(document: unknown): Member[] {
  const members: Member[] = []
  collect(document, '', members, 0)
  // A service that says nothing else may still say it outright: {"ok": false}.
  if (members.length === 0) addFlags(document, '', members)
  return members
}

/** What is wrong, in words: the failing members, or the overall status when no member explains it. */
export function describeBad(members: readonly Member[]): string | undefined {
  const bad = members.filter((member) => member.verdict === 'bad')
  if (bad.length === 0) return undefined
  const causes = bad.filter(({ path }) => path.toLowerCase() !== 'status')
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
  return `${oneLine(path, 200)} is ${JSON.stringify(cut(word, 120))}`
}

/** Keys are read without case: some serializers write `Status` and `Entries`. */
function collect(value: unknown, path: string, members: Member[], depth: number): void {
  if (value === null || typeof value !== 'object') return
  const statuses: unknown[] = []
  for (const [key, item] of Object.entries(value)) {
    const word = key.toLowerCase()
    if (word === 'status') statuses.push(item)
    if (!GROUPS.includes(word)) continue
    add(item, `${path}${key}`, members)
    for (const [name, member] of entriesOf(item)) readMember(member, `${path}${key}.${name}`, members, depth)
  }
  for (const status of statuses) add(status, path === '' ? 'status' : path.slice(0, -1), members)
}

function readMember(member: unknown, path: string, members: Member[], depth: number): void {
  if (depth > MAX_DEPTH) {
    members.push({ path, word: 'nested too deeply', verdict: 'bad', unknownWord: true })
    return
  }
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
  if (members.length === before) addFlags(member, `${path}.`, members)
}

/** `healthy: false`, `ok: true`: booleans only, other things have such names too. */
function addFlags(value: unknown, path: string, members: Member[]): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return
  for (const [key, flag] of Object.entries(value)) {
    if (/^(healthy|ok)$/i.test(key) && typeof flag === 'boolean') add(flag, `${path}${key}`, members)
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
