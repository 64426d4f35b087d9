import type { Entry } from '../model.ts'
import { unique } from './people.ts'

/** A line, and for how many commits it stands: more than it has `shas` when it is the line of a merge. */
export interface Line {
  entry: Entry
  commits: number
}

/** Adds a line to one that says the same, unless two pull requests did so independently. */
export function joins(line: Line, lines: Line[], byWords: Map<string, number[]>): boolean {
  const { entry } = line
  const words = `${entry.type ?? ''}\0${entry.scope ?? ''}\0${entry.subject}`
  const places = byWords.get(words)
  if (places === undefined) {
    byWords.set(words, [lines.length])
    return false
  }
  const number = entry.pullRequest?.number
  const place = places.find((at) => {
    const other = lines[at]?.entry.pullRequest?.number
    return other === number || other === undefined || number === undefined
  })
  if (place === undefined) {
    places.push(lines.length)
    return false
  }
  const known = lines[place] as Line
  lines[place] = { entry: joined(known.entry, entry), commits: known.commits + line.commits }
  return true
}

/** The newer of two entries, with what the older one knows besides. */
export function joined(newer: Entry, older: Entry): Entry {
  const pullRequest = newer.pullRequest ?? older.pullRequest
  const breaking = [...(newer.breaking ?? []), ...(older.breaking ?? [])]
  const others = [...(newer.otherPullRequests ?? []), ...numbersBut(newer, older)]
  const mentioned = new Set(newer.references.map((reference) => JSON.stringify(reference)))
  return {
    ...newer,
    shas: older.shas.every((sha) => newer.shas.includes(sha)) ? newer.shas : [...newer.shas, ...older.shas],
    breaking: breaking.length === 0 ? undefined : [...new Set(breaking)],
    ...(pullRequest === undefined ? {} : { pullRequest }),
    references: [
      ...newer.references,
      ...older.references.filter((reference) => !mentioned.has(JSON.stringify(reference))),
    ],
    authors: newer.authors === older.authors ? newer.authors : unique([...newer.authors, ...older.authors]),
    notable: newer.notable || older.notable,
    ...(others.length === 0 ? {} : { otherPullRequests: [...new Set(others)] }),
  }
}

/** The pull requests of an entry that another one does not name. */
function numbersBut({ pullRequest }: Entry, older: Entry): number[] {
  const own = pullRequest === undefined ? [] : (older.pullRequest?.number ?? [])
  return [own, older.otherPullRequests ?? []].flat().filter((number) => number !== pullRequest?.number)
}
