/** The parts of an event payload that say what a result belongs to. All of it may be missing. */
export interface EventPayload {
  repository?: { default_branch?: string; private?: boolean; full_name?: string }
  pull_request?: PullRequest
  merge_group?: { base_ref?: string; base_sha?: string }
  issue?: { pull_request?: unknown }
  workflow_run?: {
    event?: string
    head_branch?: string | null
    head_sha?: string
    head_repository?: { full_name?: string } | null
    pull_requests?: { number?: number; head?: { sha?: string }; base?: { ref?: string } }[]
  }
}

interface PullRequest {
  number?: number
  merge_commit_sha?: string | null
  user?: { login?: string } | null
  head?: { sha?: string; ref?: string; repo?: { full_name?: string } | null }
  base?: { ref?: string; sha?: string }
}

/** What the checkout is at. */
export interface Head {
  sha: string
  /** `refs/heads/…`; absent when HEAD is detached. */
  branch?: string
}
