import { maybe } from '../text/shape.ts'
import { query } from './graphql.ts'
import type { GitHub } from './model.ts'
import type { PeeledRef, RefsNow } from './ref-model.ts'
import { mayAskRest, readRefsByRest } from './rest-refs.ts'
import { peel, TARGET, TARGET_SHAPE, type Target } from './targets.ts'

const NODE = maybe({ target: TARGET_SHAPE })

/**
 * How several refs stand, in one call; in several where GraphQL does not answer.
 *
 * @param refs full names, `refs/tags/v1`; at most 100
 * @throws GitHubError
 */
export async function readRefs(github: GitHub, refs: readonly string[]): Promise<RefsNow> {
  try {
    return await readTogether(github, refs)
  } catch (error) {
    if (mayAskRest(error)) return readRefsByRest(github, refs)
    throw error
  }
}

async function readTogether(github: GitHub, refs: readonly string[]): Promise<RefsNow> {
  const declared = refs.map((_, index) => `,$r${index}:String!`).join('')
  const fields = refs.map((_, index) => `r${index}:ref(qualifiedName:$r${index}){${TARGET}}`).join(' ')
  const { repository } = await query<{ repository: Record<string, unknown> }>(github, {
    text: `query($owner:String!,$name:String!${declared}){repository(owner:$owner,name:$name){id ${fields}}}`,
    variables: {
      owner: github.owner,
      name: github.repo,
      ...Object.fromEntries(refs.map((ref, index) => [`r${index}`, ref])),
    },
    about: `how ${refs.join(', ')} stand`,
    shape: {
      repository: { id: 'string', ...Object.fromEntries(refs.map((_, index) => [`r${index}`, NODE])) },
    },
  })
  const found = new Map<string, PeeledRef>()
  for (const [index, ref] of refs.entries()) {
    const node = repository[`r${index}`] as { target: Target | null } | null
    if (node?.target) found.set(ref, { ref, ...peel(node.target) })
  }
  return { repositoryId: repository['id'] as string, refs: found }
}
