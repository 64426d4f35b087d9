import { ActionError } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { type Release, readReleasesOf } from '../../../shared/github/releases.ts'
import type { ReleaseMode, VersionTag } from '../model.ts'

/**
 * The tag as GitHub has it, which a checkout may not know yet, and the release that a mode is about: a draft for `draft`
 * where there is one, else the published one, and the other way round for the other modes. One call.
 *
 * @throws ActionError when GitHub does not have the tag: publishing would make one, on the default branch
 * @throws GitHubError
 */
export async function observeRelease(
  github: GitHub,
  name: string,
  mode: Exclude<ReleaseMode, 'none'>,
): Promise<{ tag: VersionTag; release: Release | undefined }> {
  const { commit, published, draft } = await readReleasesOf(github, name)
  if (commit === undefined) {
    throw new ActionError(
      'No such tag',
      `There is no tag ${name} at GitHub, and this action creates none. Push it first, or create it with semver-tag.`,
    )
  }
  return { tag: { name, commit }, release: mode === 'draft' ? (draft ?? published) : (published ?? draft) }
}
