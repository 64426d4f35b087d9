import type { Commit } from '../git/history.ts'
import { maybe } from '../text/shape.ts'
import { GitHubError, isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { pages } from './pages.ts'
import { withoutEnd } from './targets.ts'

/** How two commits stand to each other. */
export interface Comparison {
  /** `ahead` or `identical`: base is reachable from head. */
  status: 'ahead' | 'behind' | 'diverged' | 'identical'
  aheadBy: number
  behindBy: number
  /** The best common ancestor. */
  mergeBase: string
}

interface CommitData {
  sha: string
  parents: { sha: string }[]
  commit: {
    message: string
    author: { name?: string; email?: string } | null
    committer: { date?: string } | null
  }
}

interface ComparisonData {
  status: Comparison['status']
  ahead_by: number
  behind_by: number
  total_commits: number
  merge_base_commit: { sha: string }
  commits: CommitData[]
}

const COMMIT = {
  sha: 'string',
  parents: [{ sha: 'string' }],
  commit: {
    message: 'string',
    author: maybe({ name: maybe('string'), email: maybe('string') }),
    committer: maybe({ date: maybe('string') }),
  },
} as const

const COMPARE = 'GET /repos/{owner}/{repo}/compare/{basehead}'

/**
 * One call. Undefined when GitHub does not know one of the two, or they share no history.
 *
 * @throws GitHubError
 */
export async function compare(github: GitHub, base: string, head: string): Promise<Comparison | undefined> {
  try {
    const { data } = await github.send<ComparisonData>({
      route: COMPARE,
      parameters: { basehead: `${base}...${head}`, per_page: 1 },
      about: `how ${base} and ${head} stand to each other`,
      shape: {
        status: 'string',
        ahead_by: 'number',
        behind_by: 'number',
        merge_base_commit: { sha: 'string' },
      },
    })
    return {
      ...{ status: data.status, aheadBy: data.ahead_by, behindBy: data.behind_by },
      mergeBase: data.merge_base_commit.sha,
    }
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

/**
 * Commits reachable from `head` and not from `base`, as `git log base..head` gives them, newest first; 100 a call.
 *
 * @throws GitHubError also when GitHub does not give all of them
 */
export async function listRange(github: GitHub, base: string, head: string): Promise<Commit[]> {
  const commits: Commit[] = []
  const about = `the commits from ${base} to ${head}`
  let total = 0
  for await (const page of pages<ComparisonData>(github, {
    route: COMPARE,
    parameters: { basehead: `${base}...${head}` },
    about,
    shape: { total_commits: 'number', commits: [COMMIT] },
  })) {
    commits.push(...page.commits.map(commitOf))
    total = page.total_commits
    if (commits.length >= total) break
  }
  if (commits.length !== total) {
    const message = `GitHub gives ${commits.length} of ${total} commits: ${about}. Use a full checkout (\`fetch-depth: 0\`) instead of the API.`
    throw new GitHubError('server', 'Incomplete history', message)
  }
  return commits.reverse()
}

/**
 * Commits reachable from `sha`, newest first, 100 a call; with `path` only those that touch it. Leave the loop to stop
 * asking.
 *
 * @throws GitHubError
 */
export async function* listCommits(
  github: GitHub,
  sha: string,
  { path }: { path?: string } = {},
): AsyncGenerator<Commit, void> {
  for await (const page of pages<CommitData[]>(github, {
    route: 'GET /repos/{owner}/{repo}/commits',
    parameters: { sha, ...(path === undefined ? {} : { path }) },
    about: `the commits up to ${sha}`,
    shape: [COMMIT],
  })) {
    yield* page.map(commitOf)
  }
}

/**
 * One call; undefined when there is none.
 *
 * @param revision a branch, a tag or a SHA
 * @throws GitHubError
 */
export async function getCommit(github: GitHub, revision: string): Promise<Commit | undefined> {
  try {
    const { data } = await github.send<CommitData>({
      route: 'GET /repos/{owner}/{repo}/commits/{ref}',
      // Of the changed files, which nobody reads here.
      parameters: { ref: revision, per_page: 1 },
      about: `the commit ${revision}`,
      shape: COMMIT,
    })
    return commitOf(data)
  } catch (error) {
    // 422: "No commit found for SHA"; 409: a repository without any commit.
    if (isFailure(error, 'not-found', 'validation') && [404, 409, 422].includes(error.status ?? 0))
      return undefined
    throw error
  }
}

function commitOf({ sha, parents, commit }: CommitData): Commit {
  const { author, committer, message } = commit
  return {
    sha,
    parents: parents.map((parent) => parent.sha),
    author: { name: author?.name ?? '', email: author?.email ?? '' },
    committedAt: Math.floor((Date.parse(committer?.date ?? '') || 0) / 1_000),
    message: withoutEnd(message),
  }
}
