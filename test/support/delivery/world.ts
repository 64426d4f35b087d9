/** What a GitHub with a history of deliveries holds; times are ISO texts. */
export interface World {
  owner: string
  name: string
  defaultBranch: string
  environments: string[]
  /** In any order. */
  deployments: WorldDeployment[]
  /** In the order of `git log`. */
  commits: WorldCommit[]
  runs: WorldRun[]
  issues: WorldIssue[]
  releases: WorldRelease[]
  tags: WorldTag[]
}

export interface WorldDeployment {
  id: number
  sha: string
  environment: string
  task?: string
  createdAt: string
  statuses: { state: string; createdAt: string; logUrl?: string }[]
  payload?: unknown
  ref?: string
}

export interface WorldCommit {
  sha: string
  parents: string[]
  authored: string
  committed?: string
  headline: string
  body?: string
  login?: string
  pulls?: {
    number: number
    title: string
    createdAt: string
    mergedAt: string | null
    branch: string
    labels: string[]
    mergeCommit: string | null
  }[]
}

export interface WorldRun {
  id: number
  name: string
  event?: string
  branch?: string
  sha?: string
  status?: string
  conclusion?: string | null
  attempt?: number
  /** Conclusions of earlier attempts, the first first. */
  earlier?: string[]
  createdAt: string
  startedAt?: string
  fork?: boolean
  jobs?: { startedAt: string | null; completedAt: string | null; conclusion: string | null }[]
}

export interface WorldIssue {
  number: number
  title: string
  labels: string[]
  body?: string
  createdAt: string
  closedAt?: string | null
  stateReason?: string
}

export interface WorldRelease {
  id: number
  tag: string
  sha: string
  publishedAt: string | null
  draft?: boolean
  prerelease?: boolean
}

export interface WorldTag {
  name: string
  sha: string
  committed: string
  /** Of an annotated tag. */
  tagged?: string
}

export function emptyWorld(more: Partial<World> = {}): World {
  return {
    owner: 'octo',
    name: 'demo',
    defaultBranch: 'main',
    environments: ['production'],
    deployments: [],
    commits: [],
    runs: [],
    issues: [],
    releases: [],
    tags: [],
    ...more,
  }
}
