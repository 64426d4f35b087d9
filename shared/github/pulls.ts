import { plural } from '../text/list.ts'
import { maybe, type Shape } from '../text/shape.ts'
import { inBatches } from './batches.ts'
import { isFailure } from './errors.ts'
import { query } from './graphql.ts'
import type { GitHub } from './model.ts'
import { pages } from './pages.ts'
import { mayAskRest } from './rest-refs.ts'

export interface PullRequest {
  number: number
  title: string
  /** Login as REST writes it, `dependabot[bot]`; empty for a deleted account. */
  author: string
  labels: string[]
  merged: boolean
  /** SHA of its merge, of its squash, or of the last rebased commit; only where it was asked for by its number. */
  mergeCommit?: string
}

/** E-mail address in lower case → login. */
export type Logins = Map<string, string>

interface PullData {
  number: number
  title: string
  merged: boolean
  author: { __typename: string; login: string } | null
  labels: { nodes: { name: string }[] } | null
  mergeCommit?: { oid: string; authors: Authors } | null
  commits?: { nodes: ({ commit: { authors: Authors } | null } | null)[] | null } | null
}

interface Authors {
  nodes: ({ email: string | null; user: { login: string } | null } | null)[] | null
}

/** As REST tells it. */
interface PullByRest {
  number: number
  title: string
  merged_at: string | null
  user: { login: string } | null
  labels: { name: string }[]
}

type CommitAnswer = {
  repository: Record<
    string,
    { associatedPullRequests?: { nodes: PullData[] } | null; authors?: Authors } | null
  >
}

const AUTHORS_SHAPE = maybe({
  nodes: maybe([maybe({ email: maybe('string'), user: maybe({ login: 'string' }) })]),
})
const PULL_SHAPE = {
  number: 'number',
  title: 'string',
  merged: 'boolean',
  author: maybe({ __typename: 'string', login: 'string' }),
  labels: maybe({ nodes: maybe([{ name: 'string' }]) }),
  mergeCommit: maybe({ oid: 'string', authors: AUTHORS_SHAPE }),
  commits: maybe({ nodes: maybe([maybe({ commit: maybe({ authors: AUTHORS_SHAPE }) })]) }),
} as const
const PULL_BY_REST = {
  number: 'number',
  title: 'string',
  merged_at: maybe('string'),
  user: maybe({ login: 'string' }),
  labels: [{ name: 'string' }],
} as const
/** The aliases of a query: `c0`, `p7` … */
const aliases = (names: readonly string[], shape: Shape): Shape =>
  Object.fromEntries(names.map((name) => [name, shape]))

const BATCH = 100
/** Of one pull request, whose authors are asked: one person may have many addresses. */
const MAX_COMMITS = 50
/** Of GraphQL's `Int`. */
const MAX_INT = 2_147_483_647
const PULL = 'number title merged author{__typename login} labels(first:50){nodes{name}}'
/** The author and, by the trailers, the co-authors. */
const AUTHORS = 'authors(first:10){nodes{email user{login}}}'

/**
 * The pull requests that brought in each commit, by its SHA; an entry for every asked commit. One GraphQL call for 100
 * commits; a call that GitHub cannot finish (502, 504, time-out) is halved. One REST call a commit where GraphQL does
 * not answer.
 *
 * @param logins when given, who wrote the commits is asked too, and added
 * @throws GitHubError
 */
export async function pullRequestsOfCommits(
  github: GitHub,
  shas: readonly string[],
  { logins }: { logins?: Logins } = {},
): Promise<Map<string, PullRequest[]>> {
  const found = new Map<string, PullRequest[]>()
  const fields = `...on Commit{associatedPullRequests(first:5){nodes{${PULL}}}${logins === undefined ? '' : ` ${AUTHORS}`}}`
  await inBatches([...new Set(shas)], BATCH, async (some, attempts) => {
    try {
      const repository = await askCommits(github, some, fields, attempts)
      for (const [index, sha] of some.entries()) {
        const commit = repository[`c${index}`]
        found.set(sha, (commit?.associatedPullRequests?.nodes ?? []).map(pullOf))
        if (logins !== undefined) learn(logins, commit?.authors)
      }
    } catch (error) {
      if (isFailure(error, 'server', 'network') || !mayAskRest(error)) throw error
      await addByRest(github, some, found)
    }
  })
  return found
}

/**
 * Pull requests by their numbers; no entry for what is none (an issue, a number of another repository). One GraphQL
 * call for 100; a call that GitHub cannot finish (502, 504, time-out) is halved.
 *
 * @param logins when given, who wrote the commits that merged them is asked too, and added
 * @throws GitHubError
 */
export async function pullRequestsByNumber(
  github: GitHub,
  numbers: readonly number[],
  { logins }: { logins?: Logins } = {},
): Promise<Map<number, PullRequest>> {
  const found = new Map<number, PullRequest>()
  const authors = logins === undefined ? '' : ` ${AUTHORS}`
  let commits = logins === undefined ? '' : ` commits(first:${MAX_COMMITS}){nodes{commit{${AUTHORS}}}}`
  // One number that is none would make the whole query invalid, and messages may say any.
  const possible = numbers.filter((number) => number >= 1 && number <= MAX_INT)
  await inBatches([...new Set(possible)], BATCH, async (some, attempts) => {
    const ask = (): Promise<{ repository: Record<string, PullData | null> }> => {
      const fields = `${PULL} mergeCommit{oid${authors}}${commits}`
      const asked = some.map((number) => `p${number}:pullRequest(number:${number}){${fields}}`).join(' ')
      return query(github, {
        text: `query($owner:String!,$name:String!){repository(owner:$owner,name:$name){${asked}}}`,
        variables: { owner: github.owner, name: github.repo },
        about: plural(some.length, 'pull request'),
        shape: {
          repository: aliases(
            some.map((number) => `p${number}`),
            maybe(PULL_SHAPE),
          ),
        },
        nullable: true,
        ...(attempts === undefined ? {} : { attempts }),
      })
    }
    const { repository } = await ask().catch((error: unknown) => {
      // A server that does not tell of the commits still tells of the pull requests.
      if (commits === '' || !isFailure(error, 'validation')) throw error
      commits = ''
      return ask()
    })
    for (const number of some) {
      const pull = repository[`p${number}`]
      if (!pull) continue
      found.set(number, pullOf(pull))
      if (logins === undefined) continue
      learn(logins, pull.mergeCommit?.authors)
      for (const node of pull.commits?.nodes ?? []) learn(logins, node?.commit?.authors)
    }
  })
  return found
}

/**
 * The oldest merged pull request of each person, by login; no entry for who has none. One GraphQL call for 100; halved
 * as above.
 *
 * @param logins of people; a bot is searched by another name
 * @throws GitHubError
 */
export async function firstPullRequests(
  github: GitHub,
  logins: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const repository = `${github.owner}/${github.repo}`
  await inBatches([...new Set(logins)], BATCH, async (some, attempts) => {
    const declared = some.map((_, index) => `$q${index}:String!`).join(',')
    const asked = some
      .map(
        (_, index) =>
          `s${index}:search(query:$q${index},type:ISSUE,first:1){nodes{...on PullRequest{number}}}`,
      )
      .join(' ')
    const words = some.map((login) => `repo:${repository} is:pr is:merged author:${login} sort:created-asc`)
    const data = await query<Record<string, { nodes: { number?: number }[] }>>(github, {
      text: `query(${declared}){${asked}}`,
      variables: Object.fromEntries(words.map((text, index) => [`q${index}`, text])),
      about: `the first pull requests of ${plural(some.length, 'contributor')}`,
      shape: aliases(
        some.map((_, index) => `s${index}`),
        { nodes: [maybe({ number: maybe('number') })] },
      ),
      ...(attempts === undefined ? {} : { attempts }),
    })
    for (const [index, login] of some.entries()) {
      const number = data[`s${index}`]?.nodes[0]?.number
      if (typeof number === 'number') found.set(login, number)
    }
  })
  return found
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
      shape: [PULL_BY_REST],
    })) {
      for (const { number, title, merged_at, user, labels } of page) {
        const names = labels.map(({ name }) => name)
        pulls.push({ number, title, author: user?.login ?? '', labels: names, merged: merged_at !== null })
      }
    }
    found.set(sha, pulls)
  }
}

async function askCommits(
  github: GitHub,
  shas: readonly string[],
  fields: string,
  attempts: 1 | undefined,
): Promise<CommitAnswer['repository']> {
  const declared = shas.map((_, index) => `,$c${index}:GitObjectID!`).join('')
  const asked = shas.map((_, index) => `c${index}:object(oid:$c${index}){${fields}}`).join(' ')
  const { repository } = await query<CommitAnswer>(github, {
    text: `query($owner:String!,$name:String!${declared}){repository(owner:$owner,name:$name){${asked}}}`,
    variables: {
      owner: github.owner,
      name: github.repo,
      ...Object.fromEntries(shas.map((sha, index) => [`c${index}`, sha])),
    },
    about: `the pull requests of ${plural(shas.length, 'commit')}`,
    shape: {
      repository: aliases(
        shas.map((_, index) => `c${index}`),
        maybe({ associatedPullRequests: maybe({ nodes: [PULL_SHAPE] }), authors: AUTHORS_SHAPE }),
      ),
    },
    ...(attempts === undefined ? {} : { attempts }),
  })
  return repository
}

function pullOf({ number, title, merged, author, labels, mergeCommit }: PullData): PullRequest {
  // GraphQL leaves out what REST, and people, put after the login of an app.
  const isBot = author?.__typename === 'Bot' && !author.login.endsWith('[bot]')
  return {
    ...{ number, title, merged, author: author === null ? '' : `${author.login}${isBot ? '[bot]' : ''}` },
    labels: (labels?.nodes ?? []).map(({ name }) => name),
    ...(mergeCommit ? { mergeCommit: mergeCommit.oid } : {}),
  }
}

function learn(logins: Logins, authors: Authors | undefined): void {
  for (const author of authors?.nodes ?? []) {
    if (author?.email && author.user) logins.set(author.email.toLowerCase(), author.user.login)
  }
}
