import type { GitHub } from './client.ts'
import { GitHubError, isFailure } from './errors.ts'
import { query } from './graphql.ts'
import { withoutRefs } from './one-ref.ts'

/** A file to be written, or (without bytes) to be deleted. */
export interface FileWrite {
  path: string
  bytes: Buffer | undefined
}

export interface NewCommit {
  /** Without `refs/heads/`. */
  branch: string
  /** Where the branch has to stand: the parent. */
  parent: string
  headline: string
  body: string
  files: readonly FileWrite[]
}

/** One file that differs between two commits. */
export interface ChangedFile {
  path: string
  /** The blob after; undefined where it is deleted. */
  blob: string | undefined
}

/** What a branch has beyond its base. */
export interface BranchChanges {
  mergeBase: string
  aheadBy: number
  behindBy: number
  /** Since the merge base; a rename is a deletion and an addition. */
  files: ChangedFile[]
  /** GitHub gives 300 files at most. */
  isComplete: boolean
  /** Messages of the newest 250 commits, the oldest first. */
  messages: string[]
}

interface ComparisonData {
  ahead_by: number
  behind_by: number
  merge_base_commit: { sha: string }
  commits: { commit: { message: string } }[]
  files?: { filename: string; previous_filename?: string; status: string; sha: string | null }[]
}

const MAX_FILES = 300

/**
 * One commit on a branch, signed by GitHub whatever the token is; one call. Undefined when the branch does not stand on
 * `parent` any more, or the reply was lost and it may not: read again.
 *
 * @throws GitHubError
 * @see https://docs.github.com/graphql/reference/mutations#createcommitonbranch
 */
export async function commitOnBranch(github: GitHub, commit: NewCommit): Promise<string | undefined> {
  const { branch, parent, headline, body, files } = commit
  const additions = files.flatMap(({ path, bytes }) =>
    bytes === undefined ? [] : [{ path, contents: bytes.toString('base64') }],
  )
  const deletions = files.flatMap(({ path, bytes }) => (bytes === undefined ? [{ path }] : []))
  try {
    const { createCommitOnBranch } = await query<{
      createCommitOnBranch: { commit: { oid: string } | null } | null
    }>(github, {
      text: 'mutation($input:CreateCommitOnBranchInput!){createCommitOnBranch(input:$input){commit{oid}}}',
      variables: {
        input: {
          branch: { repositoryNameWithOwner: `${github.owner}/${github.repo}`, branchName: branch },
          expectedHeadOid: parent,
          message: { headline, body },
          fileChanges: { additions, deletions },
        },
      },
      about: `a commit on ${branch}`,
      writes: true,
    })
    return createCommitOnBranch?.commit?.oid
  } catch (error) {
    const isStale = error instanceof GitHubError && /Expected branch to point to/i.test(error.answer)
    const isLost = error instanceof GitHubError && error.uncertain
    if (isStale || isLost || isFailure(error, 'not-found')) return undefined
    throw error
  }
}

/**
 * What a branch has beyond its base; one call.
 *
 * @throws GitHubError
 */
export async function readBranchChanges(github: GitHub, base: string, head: string): Promise<BranchChanges> {
  const { data } = await github.send<ComparisonData>({
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    parameters: { basehead: `${base}...${head}` },
    about: `what ${head.slice(0, 7)} has beyond ${base.slice(0, 7)}`,
  })
  const { files = [] } = data
  return {
    mergeBase: data.merge_base_commit.sha,
    aheadBy: data.ahead_by,
    behindBy: data.behind_by,
    files: files.flatMap(({ filename, previous_filename, status, sha }): ChangedFile[] => {
      const after = { path: filename, blob: status === 'removed' ? undefined : (sha ?? undefined) }
      const moved = status === 'renamed' && previous_filename !== undefined
      return moved ? [{ path: previous_filename, blob: undefined }, after] : [after]
    }),
    isComplete: files.length < MAX_FILES,
    messages: data.commits.map(({ commit }) => commit.message),
  }
}

/**
 * Deletes a ref; one that is gone is fine. One call.
 *
 * @param ref full name
 * @throws GitHubError
 */
export async function deleteRef(github: GitHub, ref: string): Promise<void> {
  try {
    await github.send({
      route: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
      parameters: { ref: withoutRefs(ref) },
      about: `deleting ${ref}`,
      repeatable: true,
    })
  } catch (error) {
    const isGone = error instanceof GitHubError && /does not exist/i.test(error.answer)
    if (!isGone && !isFailure(error, 'not-found')) throw error
  }
}
