import type { Version } from '../version/version.ts'

/** Replaces what stands from `start` up to `end` (UTF-16 units) of a text. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** One entry of `version-files`. */
export interface VersionFileSpec {
  /** From the top of the repository, with slashes; a glob takes every file that matches. */
  path: string
  /** `path: marker`: only lines that carry `x-release-version`. */
  marker: boolean
}

/** A file with its new text, or what is wrong with it. */
export interface FileChange {
  path: string
  text: string
  /** What stood there before, and what stands there now; for people. */
  from: readonly string[]
}

/** What a format works with: it reads, and says what is to be replaced or what is wrong. */
export interface Work {
  next: Version
  /** Versions that a file may have now: the last stable one, and the last pre-release. */
  known: readonly string[]
  /** Every path of the commit. */
  paths: ReadonlySet<string>
  /** The text of a path that is in `paths`. */
  read(path: string): Promise<string>
  /** Sets what stands at a place; an edit that is there already counts once. */
  edit(path: string, edit: Edit): void
  /** Nothing is written when there is one. */
  problem(path: string, message: string): void
}

/** Sets the version in all files of one format together, because they name each other. */
export type Format = (paths: readonly string[], work: Work) => Promise<void>

/** What a scanner cannot read; `line` from 1. */
export class Unreadable extends Error {
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.name = 'Unreadable'
    this.line = line
  }
}
