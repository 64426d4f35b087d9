import type { Tag } from '../git/tags.ts'
import { maybe } from '../text/shape.ts'
import { query } from './graphql.ts'
import type { GitHub } from './model.ts'
import { listTagsByRest, mayAskRest } from './rest-refs.ts'
import { peel, TARGET, TARGET_SHAPE, type Target } from './targets.ts'

export { createTagObject, getTagObject, type NewTagObject, type TagObject } from './tag-objects.ts'

interface RefsPage {
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  nodes: { name: string; target: Target | null }[]
}

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
