import type { Tag } from '../git/tags.ts'
import { maybe } from '../text/shape.ts'
import type { GitHub } from './client.ts'
import { isFailure } from './errors.ts'
import { query } from './graphql.ts'
import { listTagsByRest, mayAskRest } from './rest-refs.ts'
import { peel, TARGET, TARGET_SHAPE, type Target, withoutEnd } from './targets.ts'

export interface TagObject {
  sha: string
  tag: string
  message: string
  object: string
  type: string
}

export interface NewTagObject {
  tag: string
  message: string
  commit: string
  /** GitHub takes the owner of the token, when not given. */
  tagger?: { name: string; email: string; date: string }
}

interface TagData {
  sha: string
  tag: string
  message: string
  object: { sha: string; type: string }
}

interface RefsPage {
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  nodes: { name: string; target: Target | null }[]
}

const TAG = {
  sha: 'string',
  tag: 'string',
  message: 'string',
  object: { sha: 'string', type: 'string' },
} as const
const PAGE = {
  repository: {
    refs: {
      pageInfo: { hasNextPage: 'boolean', endCursor: maybe('string') },
      nodes: [{ name: 'string', target: TARGET_SHAPE }],
    },
  },
} as const

const LIST = `query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){refs(refPrefix:"refs/tags/",first:100,after:$after){pageInfo{hasNextPage endCursor} nodes{name ${TARGET}}}}}`

/**
 * All tags with their peeled commits, 100 a call; more calls where GraphQL does not answer.
 *
 * @throws GitHubError
 */
export async function listTags(github: GitHub): Promise<Tag[]> {
  try {
    return await listPeeled(github)
  } catch (error) {
    if (mayAskRest(error)) return listTagsByRest(github)
    throw error
  }
}

async function listPeeled(github: GitHub): Promise<Tag[]> {
  const tags: Tag[] = []
  let after: string | null = null
  do {
    const page: RefsPage = await tagsPage(github, after)
    for (const { name, target } of page.nodes) {
      if (target === null) continue
      const { object, type, commit } = peel(target)
      tags.push({ name, object, type, ...(commit === undefined ? {} : { commit }) })
    }
    const { hasNextPage, endCursor } = page.pageInfo
    // A cursor that stays where it is would never come to an end.
    after = hasNextPage && endCursor !== after ? endCursor : null
  } while (after !== null)
  return tags
}

async function tagsPage(github: GitHub, after: string | null): Promise<RefsPage> {
  const { repository } = await query<{ repository: { refs: RefsPage } }>(github, {
    text: LIST,
    variables: { owner: github.owner, name: github.repo, after },
    about: 'the tags of the repository',
    shape: PAGE,
  })
  return repository.refs
}

/**
 * One call; undefined when there is none.
 *
 * @param sha of the tag object
 * @throws GitHubError
 */
export async function getTagObject(github: GitHub, sha: string): Promise<TagObject | undefined> {
  try {
    const { data } = await github.send<TagData>({
      route: 'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
      parameters: { tag_sha: sha },
      about: `the tag object ${sha}`,
      shape: TAG,
    })
    const { object, type } = { object: data.object.sha, type: data.object.type }
    return { sha: data.sha, tag: data.tag, message: withoutEnd(data.message), object, type }
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

/**
 * Makes a tag object, not yet a ref, and gives its object name; one call. Repeated freely: an object that no ref
 * points at is seen by nobody.
 *
 * @throws GitHubError
 */
export async function createTagObject(
  github: GitHub,
  { tag, message, commit, tagger }: NewTagObject,
): Promise<string> {
  const { data } = await github.send<TagData>({
    route: 'POST /repos/{owner}/{repo}/git/tags',
    parameters: { tag, message, object: commit, type: 'commit', ...(tagger === undefined ? {} : { tagger }) },
    about: `the tag object of ${tag}`,
    shape: { sha: 'string' },
    repeatable: true,
  })
  return data.sha
}
