import { ActionError } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { type Release, readReleasesOf } from '../../../shared/github/releases.ts'
import type { ReleaseMode } from '../plan/model.ts'

/**
 * The release that a mode is about, in one call: a draft for `draft` where there is one, else the published one, and the
 * other way round for the other modes.
 *
 * @throws ActionError when GitHub does not have the tag: publishing would make one, on the default branch
 * @throws GitHubError
 */
export async function observeRelease(
  github: GitHub,
  tag: string,
  mode: Exclude<ReleaseMode, 'none'>,
): Promise<Release | undefined> {
  const { hasTag, published, draft } = await readReleasesOf(github, tag)
  if (!hasTag) {
    throw new ActionError(
      'No such tag',
      `There is no tag ${tag} at GitHub, and this action creates none: push it first, for example with semver-tag.`,
    )
  }
  return mode === 'draft' ? (draft ?? published) : (published ?? draft)
}
