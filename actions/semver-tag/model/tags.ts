import type { Version } from '../../../shared/version/version.ts'

/** A tag and the commit that it means: an annotated tag is peeled. */
export interface Tag {
  /** Without `refs/tags/`. */
  name: string
  commit: string
}

/** A version tag. Its name begins with the prefix; whether the rest is a version is for `shared/version` to say. */
export interface VersionTag extends Tag {
  /** Whether `sha` reaches the commit (a commit reaches itself). */
  reachable: boolean
  /** The run id in the trailer `Nexus-Run` of the annotated tag; read for the tags that stand on `sha`. */
  run?: string
  /** What the name says, when it has been read already. */
  version?: Version
  /**
   * The first parent of a commit beside the line: `sha` does not reach the tag, but what it was made from (a release
   * commit with built files, say). Its commits are those since then.
   */
  from?: string
  /** It contains `sha`: nobody can release that again. */
  contains?: boolean
}

export type KnownTag = VersionTag & { version: Version }

/** A tag that says a version in another spelling, or that stands where no branch is. */
export interface Elsewhere {
  name: string
  commit: string
  version: Version
  /** `spelling`: under another prefix, or not by SemVer. `beside`: on no branch. `branch`: on another branch. */
  why: 'spelling' | 'beside' | 'branch'
  /** Of another spelling: the prefix that reads it, when there is one. */
  prefix?: string
}

export interface FloatingTag extends Tag {
  /** The object the ref holds (the tag object of an annotated tag): the `beforeOid` of `updateRefs`. */
  object: string
}
