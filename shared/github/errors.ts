import { ActionError } from '../action/errors.ts'

export type GitHubFailure =
  /** 401: there is no token, it is wrong, or it has ended. */
  | 'credentials'
  /** 403: the token may not; `permission` names what it lacks. */
  | 'permission'
  /** 403 although contents: write is there: the commit changes workflow files. */
  | 'workflow-files'
  | 'rate-limit'
  | 'not-found'
  /** 409, 422 …: GitHub does not take what was sent. */
  | 'validation'
  /** A ruleset, a protected ref or an immutable release stands in the way. */
  | 'refused-by-rule'
  /** This server knows no such field or mutation (an older GitHub Enterprise Server). */
  | 'unsupported'
  /** 5xx, or no usable answer. */
  | 'server'
  | 'network'
  /** The time of the step is over. */
  | 'deadline'
  | 'cancelled'

export interface GitHubFailureDetails {
  status?: number | undefined
  answer?: string
  permission?: string | undefined
  uncertain?: boolean
}

/** A call to GitHub that failed for good; the message says what to do. */
export class GitHubError extends ActionError {
  readonly kind: GitHubFailure
  /** HTTP status, or undefined when there was no answer. */
  readonly status: number | undefined
  /** What GitHub said, in its own words. */
  readonly answer: string
  /** Such as `contents: write`. */
  readonly permission: string | undefined
  /** A write may have been carried out although it failed: only reading can tell. */
  readonly uncertain: boolean

  constructor(kind: GitHubFailure, title: string, message: string, details: GitHubFailureDetails = {}) {
    super(title, message)
    this.name = 'GitHubError'
    this.kind = kind
    this.status = details.status
    this.answer = details.answer ?? ''
    this.permission = details.permission
    this.uncertain = details.uncertain ?? false
  }
}

/** Whether something thrown is a failure of GitHub of one of these kinds. */
export function isFailure(thrown: unknown, ...kinds: readonly GitHubFailure[]): thrown is GitHubError {
  return thrown instanceof GitHubError && kinds.includes(thrown.kind)
}
