import type { ObjectType } from '../git/tags.ts'

/** A ref as it stands. */
export interface Ref {
  /** `refs/tags/v1` */
  ref: string
  object: string
  type: ObjectType
}

/** What became of creating a ref: this call made it, or it stands already (then on what; perhaps on the very same). */
export interface Created {
  created: boolean
  ref: Ref
}

export interface RefUpdate {
  /** Full name. */
  ref: string
  /** What it must point at now; undefined: it must not exist. */
  before: string | undefined
  /** All zeros (`NONE` of update-refs.ts): it is deleted. */
  after: string
}

/** A ref with what it peels to. */
export interface PeeledRef extends Ref {
  /** Absent for a tag on a tree or a blob. */
  commit?: string
  /** Of an annotated tag. */
  message?: string
}

/** What a set of refs looks like: an entry for each asked one that exists. */
export interface RefsNow {
  /** For `updateRefs`; undefined where only REST answers. */
  repositoryId: string | undefined
  /** Full name → ref. */
  refs: Map<string, PeeledRef>
}
