import { ActionError } from '../../../shared/action/errors.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import { globTest, isGlob } from '../../../shared/text/glob.ts'
import { maybe, type Shape } from '../../../shared/text/shape.ts'
import { type Asking, ask, nodesOf } from './budget.ts'

export interface About {
  defaultBranch: string
  /** The environments that exist, as GitHub spells them. */
  environments: string[]
}

interface Answer {
  repository: {
    defaultBranchRef: { name: string } | null
    environments: { nodes: ({ name: string } | null)[] | null } | null
  } | null
}

const QUERY = `query($owner:String!,$name:String!){repository(owner:$owner,name:$name){
  defaultBranchRef{name} environments(first:100){nodes{name}}}}`

const SHAPE: Shape = {
  repository: maybe({
    defaultBranchRef: maybe({ name: 'string' }),
    environments: maybe({ nodes: nodesOf({ name: 'string' }) }),
  }),
}

/** The default branch and the environments. @throws ActionError for a repository that the token does not see */
export async function readAbout(asking: Asking): Promise<About> {
  const label = `${asking.owner}/${asking.name}`
  try {
    const { repository } = await ask<Answer>(asking, {
      text: QUERY,
      variables: {},
      shape: SHAPE,
      about: `the repository ${label}`,
    })
    return {
      defaultBranch: repository?.defaultBranchRef?.name ?? 'main',
      environments: (repository?.environments?.nodes ?? []).flatMap((node) => node?.name ?? []),
    }
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error
    throw new ActionError(
      'Repository not found',
      `${label} does not exist, or the token does not see it. The job's own token sees its own repository and public ones; ` +
        'give a token of a GitHub App, or a fine-grained one, for others.',
      { cause: error },
    )
  }
}

/**
 * The environments that are meant, spelled as GitHub has them: the API compares with case. A name that does not exist any
 * more is asked for as it was written, because deployments outlive their environment.
 */
export function meantEnvironments(wanted: readonly string[], { environments }: About): string[] {
  const found = wanted.flatMap((text) => {
    const fits = globTest(text.toLowerCase())
    const names = environments.filter((name) => fits(name.toLowerCase()))
    return isGlob(text) || names.includes(text) ? names : [...names, text]
  })
  return [...new Set(found)]
}
