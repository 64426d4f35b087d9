import type { Entry } from '../model.ts'
import { joined, type Line } from './lines.ts'

/** Update = ( "bump" | "update" ) [ "dependency" ] Name "from" Version "to" Version [ "in" Folder ], as Dependabot writes it */
const UPDATE =
  /^(?:bump|update)s?(?: dependency)? (\S{1,200}) from (\S{1,100}) to (\S{1,100})((?: in \S{1,200})?)$/i
/**
 * Renewal = ( "update" | "pin" | … ) Name [ "to" Version ] [ "(" Branch ")" ], as Renovate writes it: `update dependency x to
 * v2`, `update x monorepo`, `update actions/checkout action to v4`, `lock file maintenance`
 */
const RENEWAL =
  /^(?:(?:update|pin|roll back) (\S{1,200}(?: \S{1,100}){0,5}?)(?: to (v?\d\S{0,100}))?|(lock file maintenance))((?: \((?:major|minor|patch)\)| \[security\])*)$/i
/** What Renovate calls the things that it renews; without one of these the words may be anybody's. */
const THINGS =
  /^(?:dependency|dependencies|module|package|plugin|rust crate|terraform|helm release|ruby|go|node\.?js|docker|github|npm)\b| (?:monorepo|action|digest|docker tag|docker digest|orb|packages?|crate|image)$/i

/**
 * Updates of one dependency that follow each other (1 to 2, 2 to 3) become one line (1 to 3), and so do those that only
 * say where they lead (to 2, to 3).
 *
 * @param lines newest first
 */
export function folded(lines: readonly Line[]): Line[] {
  const kept: (Line | undefined)[] = [...lines]
  /** What an update has to end in to be folded into a newer one → where that stands. */
  const open = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const update = updateOf(line.entry)
    if (update === undefined) {
      renew(kept, index, open)
      continue
    }
    const at = open.get(update.ends)
    const newer = at === undefined ? undefined : kept[at]
    // There and back again: from 1 to 1 would say nothing.
    if (at === undefined || newer === undefined || updateOf(newer.entry)?.to === update.from) {
      open.set(update.begins, index)
      continue
    }
    open.delete(update.ends)
    open.set(update.begins, at)
    const subject = newer.entry.subject.replace(/ from \S+ to /, () => ` from ${update.from} to `)
    kept[at] = {
      entry: { ...joined(newer.entry, line.entry), subject },
      commits: newer.commits + line.commits,
    }
    kept[index] = undefined
  }
  return kept.filter((line) => line !== undefined)
}

/** Folds a renewal into the newer one of the same thing, unless that went back. */
function renew(kept: (Line | undefined)[], index: number, open: Map<string, number>): void {
  const line = kept[index]
  const renewal = line === undefined ? undefined : renewalOf(line.entry)
  if (line === undefined || renewal === undefined) return
  const at = open.get(renewal.what)
  const newer = at === undefined ? undefined : kept[at]
  const above = newer === undefined ? undefined : renewalOf(newer.entry)
  if (at === undefined || newer === undefined || above === undefined || isBelow(above.to, renewal.to)) {
    open.set(renewal.what, index)
    return
  }
  kept[at] = { entry: joined(newer.entry, line.entry), commits: newer.commits + line.commits }
  kept[index] = undefined
}

function renewalOf({ type, scope, subject, breaking }: Entry): { what: string; to: string } | undefined {
  const match = breaking === undefined ? RENEWAL.exec(subject.trim()) : null
  if (match === null) return undefined
  const [, name = '', to = '', maintenance = ''] = match
  if (maintenance === '' && !THINGS.test(name)) return undefined
  return { what: ['renewal', type, scope, name || maintenance].join('\0').toLowerCase(), to }
}

/** Whether a version, however it is written, is lower than another; digests and what is missing are not. */
function isBelow(version: string, other: string): boolean {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).slice(0, 4).map(Number)
  if (!/^v?\d+(?:\.\d+)*/.test(version) || !/^v?\d+(?:\.\d+)*/.test(other)) return false
  const [a, b] = [numbers(version), numbers(other)]
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a[at] !== b[at]) return (a[at] as number) < (b[at] as number)
  }
  return false
}

function updateOf({ type, scope, subject, breaking }: Entry) {
  const match = breaking === undefined ? UPDATE.exec(subject) : null
  if (match === null) return undefined
  const [, name = '', from = '', to = '', where = ''] = match
  const what = [type, scope, name, where].join('\0').toLowerCase()
  return { from, to, begins: `${what}\0${from}`, ends: `${what}\0${to}` }
}
