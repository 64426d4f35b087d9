import type { GitHub } from './client.ts'
import { isFailure } from './errors.ts'
import { query } from './graphql.ts'
import { pages } from './pages.ts'
import { mayAskRest } from './rest-refs.ts'

export interface PullRequest {
  number: number
  title: string
  /** Login; empty for a deleted account. */
  author: string
  labels: string[]
  merged: boolean
}

interface PullData {
  number: number
  title: string
  merged: boolean
  author: { login: string } | null
  labels: { nodes: { name: string }[] } | null
}

/** As REST tells it. */
interface PullByRest {
  number: number
  title: string
  merged_at: string | null
  user: { login: string } | null
  labels: { name: string }[]
}

type Answer = {
  repository: Record<string, { associatedPullRequests?: { nodes: PullData[] } | null } | null>
}

const BATCH = 100
const FIELDS =
  '...on Commit{associatedPullRequests(first:5){nodes{number title merged author{login} labels(first:50){nodes{name}}}}}'

/**
 * The pull requests that brought in each commit, by its SHA; an entry for every asked commit. One GraphQL call for 100
 * commits; a call that GitHub cannot finish (502, 504, time-out) is halved. One REST call a commit where GraphQL does
 * not answer.
 *
 * @throws GitHubError
 */
export async function pullRequestsOfCommits(
  github: GitHub,
  shas: readonly string[],
): Promise<Map<string, PullRequest[]>> {
  const found = new Map<string, PullRequest[]>()
  const unique = [...new Set(shas)]
  for (let at = 0; at < unique.length; at += BATCH)
    await addBatch(github, unique.slice(at, at + BATCH), found)
  return found
}

async function addBatch(
  github: GitHub,
  shas: readonly string[],
  found: Map<string, PullRequest[]>,
): Promise<void> {
  try {
    const repository = await ask(github, shas)
    for (const [index, sha] of shas.entries()) {
      found.set(sha, (repository[`c${index}`]?.associatedPullRequests?.nodes ?? []).map(pullOf))
    }
  } catch (error) {
    const tooMuch = isFailure(error, 'server', 'network')
    if (!tooMuch && mayAskRest(error)) return addByRest(github, shas, found)
    if (!tooMuch || shas.length === 1) throw error
    const half = Math.ceil(shas.length / 2)
    await addBatch(github, shas.slice(0, half), found)
    await addBatch(github, shas.slice(half), found)
  }
}

async function addByRest(
  github: GitHub,
  shas: readonly string[],
  found: Map<string, PullRequest[]>,
): Promise<void> {
  for (const sha of shas) {
    const pulls: PullRequest[] = []
    for await (const page of pages<PullByRest[]>(github, {
      route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
      parameters: { commit_sha: sha },
      about: `the pull requests of the commit ${sha}`,
    })) {
      for (const { number, title, merged_at, user, labels } of page) {
        const names = labels.map(({ name }) => name)
        pulls.push({ number, title, author: user?.login ?? '', labels: names, merged: merged_at !== null })
      }
    }
    found.set(sha, pulls)
  }
}

async function ask(github: GitHub, shas: readonly string[]): Promise<Answer['repository']> {
  const declared = shas.map((_, index) => `,$c${index}:GitObjectID!`).join('')
  const fields = shas.map((_, index) => `c${index}:object(oid:$c${index}){${FIELDS}}`).join(' ')
  const { repository } = await query<Answer>(github, {
    text: `query($owner:String!,$name:String!${declared}){repository(owner:$owner,name:$name){${fields}}}`,
    variables: {
      owner: github.owner,
      name: github.repo,
      ...Object.fromEntries(shas.map((sha, index) => [`c${index}`, sha])),
    },
    about: `the pull requests of ${shas.length} commits`,
    // The same again would only fail again; less of it may not.
    ...(shas.length > 1 ? { attempts: 1 } : {}),
  })
  return repository
}

function pullOf({ number, title, merged, author, labels }: PullData): PullRequest {
  return {
    ...{ number, title, merged, author: author?.login ?? '' },
    labels: (labels?.nodes ?? []).map(({ name }) => name),
  }
}
