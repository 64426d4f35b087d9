import type { Entry } from '../model.ts'

/** A line, and for how many commits it stands: more than it has `shas` when it is the line of a merge. */
export interface Line {
  entry: Entry
  commits: number
}

/** Adds an entry to a line that says the same, unless two pull requests did so independently. */
export function joins(entry: Entry, lines: Line[], byWords: Map<string, number[]>): boolean {
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
  const line = lines[place] as Line
  lines[place] = { entry: joined(line.entry, entry), commits: line.commits + 1 }
  return true
}

/** The newer of two entries, with what the older one knows besides. */
export function joined(newer: Entry, older: Entry): Entry {
  const pullRequest = newer.pullRequest ?? older.pullRequest
  const breaking = [...(newer.breaking ?? []), ...(older.breaking ?? [])]
  const key = ({ login, email, name }: Entry['authors'][number]): string =>
    (login ?? email ?? name).toLowerCase()
  const known = new Set(newer.authors.map(key))
  const mentioned = new Set(newer.references.map((reference) => JSON.stringify(reference)))
  return {
    ...newer,
    shas: [...newer.shas, ...older.shas],
    breaking: breaking.length === 0 ? undefined : [...new Set(breaking)],
    ...(pullRequest === undefined ? {} : { pullRequest }),
    references: [
      ...newer.references,
      ...older.references.filter((reference) => !mentioned.has(JSON.stringify(reference))),
    ],
    authors: [...newer.authors, ...older.authors.filter((person) => !known.has(key(person)))],
    notable: newer.notable || older.notable,
  }
}
