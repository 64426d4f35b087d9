import type { Source } from './source.ts'

/** The rooms of an action in the order in which data flows; a room takes from those before it only. */
const ROOMS: readonly string[] = ['model', 'inputs', 'observe', 'plan', 'apply', 'report', 'main']
/** Rooms that meet the world. Everything else of an action, and the language of its domain, is pure. */
const WORLD = /^actions\/[^/]+\/((inputs|main|post)\.ts$|(observe|apply|report)(\.ts$|\/))/

/** Let through, although it is not pure: masking a secret while inputs are read changes no value. */
const LET_THROUGH = /^shared\/action\/secrets\.ts$/

type Sources = ReadonlyMap<string, Source>

/** The room that a file is or serves; `domain` for a folder that is named after a word of the domain. */
export function roomOf(path: string): string | undefined {
  const [, , name = '', more] = path.split('/')
  if (!path.startsWith('actions/')) return undefined
  const room = name.replace(/\.ts$/, '')
  if (more === undefined && room === 'post') return 'main'
  return ROOMS.some((known) => known === room) ? room : 'domain'
}

/** Imports of a file, types too, that run against the flow. Language of the domain knows no room but the model. */
export function againstTheFlow({ path, imports }: Source): string[] {
  const room = roomOf(path)
  if (room === undefined) return []
  const place = room === 'domain' ? 0 : ROOMS.indexOf(room)
  return imports
    .map(({ from }) => from)
    .filter((from) => {
      const other = from.startsWith('actions/') ? roomOf(from) : undefined
      if (other === undefined || other === 'domain' || other === room) return false
      return ROOMS.indexOf(other) > place
    })
    .map((from) => `takes from ${from}`)
}

/** Every circle of imports, types too, once: its files in order, beginning with the first by name. */
export function circles(sources: Sources): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const found = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      const circle = way.slice(way.indexOf(path))
      const first = circle.indexOf([...circle].sort()[0] ?? '')
      found.add([...circle.slice(first), ...circle.slice(0, first)].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const { from } of sources.get(path)?.imports ?? []) {
      if (sources.has(from)) visit(from, [...way, path])
    }
    state.set(path, 'done')
  }
  for (const path of [...sources.keys()].sort()) visit(path, [])
  return [...found].sort()
}

/**
 * What a pure file of an action loads, through everything that it imports, that is not pure.
 *
 * @param impurityOf what in one file is not pure
 */
export function impurities(sources: Sources, impurityOf: (source: Source) => string[]): string[] {
  const known = new Map<string, string[]>()
  const reached = (path: string, way: ReadonlySet<string>): string[] => {
    const source = sources.get(path)
    if (source === undefined || way.has(path) || LET_THROUGH.test(path)) return []
    const earlier = known.get(path)
    if (earlier !== undefined) return earlier
    const own = impurityOf(source).map((what) => `${path}: ${what}`)
    const loaded = source.imports.filter(({ isType }) => !isType).map(({ from }) => from)
    const all = [...new Set([...own, ...loaded.flatMap((from) => reached(from, new Set([...way, path])))])]
    known.set(path, all)
    return all
  }
  return [...sources.keys()]
    .filter((path) => path.startsWith('actions/') && !WORLD.test(path))
    .flatMap((path) =>
      reached(path, new Set()).map((what) => (what.startsWith(`${path}: `) ? what : `${path} loads ${what}`)),
    )
}

/** The rooms of all actions and the folders of shared/, with the imports between them, as Mermaid draws them. */
export function drawing(sources: Sources): string {
  const nameOf = (path: string): string | undefined => {
    const room = roomOf(path)
    if (room !== undefined) return room
    return /^shared\/[^/]+/.exec(path)?.[0]
  }
  const arrows = new Set<string>()
  for (const { path, imports } of sources.values()) {
    for (const { from } of imports) {
      const [a, b] = [nameOf(path), nameOf(from)]
      if (a === undefined || b === undefined || a === b) continue
      // Every room may take from shared/; which does is no news.
      if (a.startsWith('shared/') === b.startsWith('shared/')) arrows.add(`  ${a} --> ${b}`)
    }
  }
  return ['```mermaid', 'flowchart LR', ...[...arrows].sort(), '```'].join('\n')
}
