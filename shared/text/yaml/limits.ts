/**
 * What a document may hold. People are far below these numbers; a file of a checkout may have been written to keep a
 * step busy.
 */
export const LIMITS = {
  /** UTF-16 code units. */
  length: 1_048_576,
  /** Lexical tokens: each word, indicator, run of blanks and line end is one. */
  tokens: 300_000,
  /** Lists and maps within one another. */
  depth: 64,
  /** Tokens in a row that hold no value: line ends, comments, tags … The parser looks back over them. */
  blanks: 10_000,
  /** Anchors and aliases together. */
  aliases: 1_000,
  /** Keys of one map. */
  keys: 5_000,
  /** Values, those counted again that an alias repeats. */
  values: 300_000,
}

/** Why a document is not read. */
export class Refused extends Error {
  /** Where in the text; undefined when it is about all of it. */
  readonly offset: number | undefined

  constructor(problem: string, offset?: number) {
    super(problem)
    this.name = 'Refused'
    this.offset = offset
  }
}

/** "more than 5,000 keys in one map" */
export function beyond(limit: number, what: string): string {
  return `more than ${limit.toLocaleString('en-US')} ${what}`
}
