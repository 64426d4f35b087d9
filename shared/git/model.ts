/** A repository on disk. No process is needed to know these facts, and nothing above `directory` is looked at. */
export interface Repository {
  /** Absolute, links resolved: the top of the work tree, or a bare repository. */
  readonly directory: string
  readonly gitDir: string
  /** What all work trees of it share; the same as `gitDir` in most repositories. */
  readonly commonDir: string
  readonly bare: boolean
  /** History was cut off when it was cloned: counts, bases and ancestry cannot be trusted. */
  readonly shallow: boolean
}
