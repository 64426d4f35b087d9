import { ActionError } from '../action/errors.ts'

export type GitFailure =
  /** No git program on the PATH. */
  | 'no-git'
  | 'not-a-repository'
  | 'dubious-ownership'
  | 'unknown-revision'
  /** A path outside the work tree, or one that git cannot take. */
  | 'bad-path'
  /** An object is not in this clone, and nothing is ever fetched. */
  | 'missing-object'
  /** More output than the caller wanted to read. */
  | 'too-large'
  | 'cancelled'
  /** It printed nothing for a minute, or the step's time is over. */
  | 'timeout'
  /** It does not know what is needed. */
  | 'too-old'
  | 'failed'

/** Local git could not tell; the message says what to do. */
export class GitError extends ActionError {
  readonly kind: GitFailure

  constructor(kind: GitFailure, title: string, message: string, options?: ErrorOptions) {
    super(title, message, options)
    this.name = 'GitError'
    this.kind = kind
  }
}
