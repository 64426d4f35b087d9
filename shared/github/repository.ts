import type { GitHub } from './model.ts'

export interface RepositoryFacts {
  defaultBranch: string
  private: boolean
}

/**
 * One call.
 *
 * @throws GitHubError
 */
export async function readRepository(github: GitHub): Promise<RepositoryFacts> {
  const { data } = await github.send<{ default_branch: string; private: boolean }>({
    route: 'GET /repos/{owner}/{repo}',
    about: `the repository ${github.owner}/${github.repo}`,
    shape: { default_branch: 'string', private: 'boolean' },
  })
  return { defaultBranch: data.default_branch, private: data.private }
}
