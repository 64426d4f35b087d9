import { oneLine } from '../../text/untrusted.ts'
import type { Member } from './health-member.ts'
import { meaningOf, meaningOfText } from './health-words.ts'
import type { JsonPath } from './json-path.ts'

/**
 * One reading of the documents that services answer with: which of their words are verdicts, and on what.
 *
 * @see https://docs.spring.io/spring-boot/reference/actuator/endpoints.html (`status`, `components`)
 * @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06 (`application/health+json`, `checks`)
 * @see https://learn.microsoft.com/aspnet/core/host-and-deploy/health-checks (`status`, `entries`)
 * @see https://github.com/eclipse/microprofile-health (`checks` as a list with names)
 * @see https://docs.nestjs.com/recipes/terminus (`info`, `error`, `details`)
 */
const WORDS = ['status', 'state', 'health', 'healthy', 'ishealthy', 'is_healthy', 'success']
/** Booleans only, and only where no other word stands: other things have such names too. */
const FLAGS = ['ok']
/** Members of which a bare word is a verdict: `checks: { redis: ok }`. */
const BARE_GROUPS = ['checks', 'components', 'entries', 'services', 'dependencies', 'health', 'healthy']
/** Members that are objects with a word; bare texts in them are data. */
const OBJECT_GROUPS = [
  ...['details', 'results', 'info', 'error'],
  // Kafka Connect, SonarQube, Elasticsearch, Vault, Eureka
  ...['tasks', 'nodes', 'indicators', 'backends', 'instance', 'instances', 'members'],
]
/** Below a member with a word of its own they hold facts: the details of Spring's `diskSpace`. */
const FACTS = ['details', 'info', 'error']
/** They never hold verdicts. */
const DATA = ['data', 'metadata', 'meta', 'config', 'links', 'tags', 'labels']
/** What `true` (or `false`) of it means, whatever else is said: Nextcloud, Vault. */
const BAD_FLAGS: Readonly<Record<string, boolean>> = {
  maintenance: true,
  sealed: true,
  needsdbupgrade: true,
  initialized: false,
}
/** Deeper nesting is no health document, and a hostile one must not exhaust the stack. */
const MAX_DEPTH = 16

/** How an object is read. */
interface Context {
  members: Member[]
  depth: number
  /** What it belongs to calls itself good. */
  isBelowGood: boolean
  /** Unknown words are data here. */
  knownOnly: boolean
  /** It is inside a group, so that objects in it are members too. */
  isInGroup: boolean
}

/** Every member of a health document, those about the whole last; empty when the document is none. */
export function readHealth(document: unknown): Member[] {
  const members: Member[] = []
  const context = { members, depth: 0, isBelowGood: false, knownOnly: false, isInGroup: false }
  if (typeof document === 'boolean') add(document, '', [], context)
  else if (typeof document === 'string') addText(document, members)
  else if (Array.isArray(document)) readOthers([['', document]], '', [], context)
  else if (isObject(document)) readTop(document, context)
  return [...members.filter(({ isOverall }) => !isOverall), ...members.filter(({ isOverall }) => isOverall)]
}

/** The verdict of an answer that is a text of one or two words: `Unhealthy`, `Ok.`, `WARN: inconsistent objects`. */
export function readHealthText(text: string): Member[] {
  const members: Member[] = []
  addText(text, members)
  return members
}

function readTop(document: Record<string, unknown>, context: Context): void {
  readObject(document, '', [], context)
  const errors = entryOf(document, 'errors')
  if (Array.isArray(errors) && errors.length > 0) {
    // GraphQL answers 200 with them: https://spec.graphql.org/October2021/#sec-Errors
    const first: unknown = errors[0]
    const message = isObject(first) ? first['message'] : first
    const word = typeof message === 'string' ? message : `${errors.length} of them`
    context.members.push({
      path: 'errors',
      place: ['errors'],
      word,
      verdict: 'bad',
      unknownWord: false,
      isOverall: false,
    })
  }
  const isBelowGood = context.members.some(({ isOverall, verdict }) => isOverall && verdict === 'good')
  const others = Object.entries(document).filter(
    ([key]) => !isGroup(key) && !DATA.includes(key.toLowerCase()),
  )
  readOthers(others, '', [], { ...context, isBelowGood })
}

/** Objects and lists under names of their own: they are members when one of them has a word that is known. */
function readOthers(
  entries: readonly (readonly [string, unknown])[],
  path: string,
  place: JsonPath,
  context: Context,
): void {
  const members: Member[] = []
  const inner = { ...context, members, depth: context.depth + 1 }
  for (const [key, value] of entries) {
    const at = key === '' ? place : [...place, key]
    if (Array.isArray(value)) {
      for (const [name, index, item] of itemsOf(value))
        if (isObject(item))
          readObject(item, `${path}${key === '' ? '' : `${key}.`}${name}.`, [...at, index], inner)
    } else if (isObject(value)) readObject(value, `${path}${key}.`, at, inner)
  }
  if (members.some(({ unknownWord }) => !unknownWord))
    for (const member of members) context.members.push(member)
}

/** The words of an object, and its groups. @param path ends with a dot, or is empty at the top */
function readObject(
  object: Record<string, unknown>,
  path: string,
  place: JsonPath,
  context: Context,
): boolean {
  // A part that is switched off is not unhealthy (Sensu: {"Active": false, "Healthy": false}).
  if (path !== '' && (entryOf(object, 'active') === false || entryOf(object, 'enabled') === false))
    return false
  const before = context.members.length
  let isGood = context.isBelowGood
  const entries = Object.entries(object)
  for (const [key, value] of entries) {
    const name = key.toLowerCase()
    if (BAD_FLAGS[name] === value) addBadFlag(value, path + key, [...place, key], context)
    if (!WORDS.includes(name) || !isWord(value)) continue
    const isPlain = name === 'status' || ((name === 'state' || name === 'health') && path !== '')
    const shownPath = isPlain && path !== '' ? path.slice(0, -1) : path + key
    const added = add(value, shownPath, [...place, key], context)
    isGood = added?.verdict === 'good' || (added === undefined && isGood)
  }
  const hasWord = context.members.length > before
  if (!hasWord) {
    for (const [key, value] of entries) {
      if (FLAGS.includes(key.toLowerCase()) && typeof value === 'boolean')
        add(value, path + key, [...place, key], context)
    }
  }
  const own = hasWord && path !== ''
  for (const [key, value] of entries) {
    const name = key.toLowerCase()
    const below = { ...context, depth: context.depth + 1, isBelowGood: isGood }
    const at = [...place, key]
    if (isGroup(key)) {
      const isFacts = own && FACTS.includes(name)
      readGroup(name, value, path + key, at, { ...below, knownOnly: context.knownOnly || isFacts })
    } else if (context.isInGroup && !DATA.includes(name) && isObject(value) && below.depth <= MAX_DEPTH) {
      readObject(value, `${path}${key}.`, at, { ...below, knownOnly: context.knownOnly || own })
    }
  }
  return context.members.length > before
}

function readGroup(name: string, group: unknown, path: string, place: JsonPath, context: Context): void {
  // As a word of its own it has been read already.
  const isBare = BARE_GROUPS.includes(name)
  if (isWord(group)) {
    if (isBare && !WORDS.includes(name)) add(group, path, place, context)
    return
  }
  if (group === null || typeof group !== 'object') return
  const inner = { ...context, isInGroup: true }
  // Its members have words, and it may have one itself: {"details": {"status": "red", …}}.
  if (!isBare && isObject(group))
    readObject(group, `${path}.`, place, { ...inner, isInGroup: false, knownOnly: true })
  const items: [string, string, unknown][] = Array.isArray(group)
    ? itemsOf(group)
    : Object.entries(group).map(([key, value]) => [key, key, value])
  for (const [key, at, item] of items) {
    if (!isBare && isWord(item)) continue
    // Spring Cloud lists the names of services.
    const isName = Array.isArray(group) && (name === 'services' || name === 'dependencies')
    readMember(item, `${path}.${key}`, [...place, at], isName ? { ...inner, knownOnly: true } : inner)
  }
}

function readMember(member: unknown, path: string, place: JsonPath, context: Context): void {
  if (context.depth > MAX_DEPTH) {
    const bad = {
      path,
      place,
      word: 'nested too deeply',
      verdict: 'bad',
      unknownWord: true,
      isOverall: false,
    } as const
    context.members.push(bad)
  } else if (isWord(member)) add(member, path, place, context)
  else if (isObject(member)) readObject(member, `${path}.`, place, context)
  else if (Array.isArray(member)) {
    for (const [index, item] of member.entries()) {
      const inner = { ...context, depth: context.depth + 1 }
      readMember(item, `${path}[${index}]`, [...place, String(index)], inner)
    }
  }
}

function add(
  value: string | boolean,
  path: string,
  place: JsonPath,
  { members, isBelowGood, knownOnly }: Context,
): Member | undefined {
  const { verdict, isKnown } = meaningOf(value, isBelowGood)
  if (knownOnly && !isKnown) return undefined
  const member: Member = {
    path,
    place,
    word: String(value),
    verdict,
    unknownWord: !isKnown,
    isOverall: place.length < 2 && !path.includes('.'),
  }
  members.push(member)
  return member
}

function addBadFlag(value: unknown, path: string, place: JsonPath, { members }: Context): void {
  members.push({ path, place, word: String(value), verdict: 'bad', unknownWord: false, isOverall: false })
}

function addText(text: string, members: Member[]): void {
  const meaning = meaningOfText(text)
  if (meaning === undefined) return
  const { verdict } = meaning
  members.push({
    path: '',
    place: [],
    word: oneLine(text, 120),
    verdict,
    unknownWord: false,
    isOverall: true,
  })
}

/** Name for people, position, item; a list of members often has a name in each. */
function itemsOf(list: readonly unknown[]): [string, string, unknown][] {
  return list.map((item, index) => {
    const name = isObject(item) ? (item['name'] ?? item['Name']) : undefined
    return [typeof name === 'string' ? name : String(index), String(index), item]
  })
}

/** Keys are read without case: some serializers write `Status` and `Entries`. */
function isGroup(key: string): boolean {
  const name = key.toLowerCase()
  return BARE_GROUPS.includes(name) || OBJECT_GROUPS.includes(name)
}

function entryOf(object: Record<string, unknown>, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1]
}

function isWord(value: unknown): value is string | boolean {
  return typeof value === 'string' || typeof value === 'boolean'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
