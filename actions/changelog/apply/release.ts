import type { GitHub } from '../../../shared/github/client.ts'
import { createRelease, type Release, updateRelease } from '../../../shared/github/releases.ts'
import type { ReleaseRequest } from '../model/plan.ts'
import { sameText } from '../plan/release.ts'

/**
 * Creates or changes the release, in one call when nothing interferes; none when it is as it should be.
 *
 * @returns `changed`: this run made it what it is
 * @throws GitHubError
 */
export async function applyRelease(
  request: ReleaseRequest,
  github: GitHub,
): Promise<{ release: Release | undefined; changed: boolean }> {
  const { existing, kind } = request
  if (kind === 'unchanged') return { release: existing, changed: false }
  if (existing !== undefined) return { release: await change(existing, request, github), changed: true }
  const { created, release } = await createRelease(github, request)
  // Another run was faster, or the reply of this one was lost.
  const isOurs = created || (sameText(release.body, request.body) && release.draft === request.draft)
  return { release: isOurs ? release : await change(release, request, github), changed: true }
}

async function change(existing: Release, request: ReleaseRequest, github: GitHub): Promise<Release> {
  const { body, draft, prerelease, makeLatest } = request
  const isPublished = existing.draft && !draft
  return updateRelease(github, existing, {
    ...(sameText(existing.body, body) ? {} : { body }),
    // Of a release that stands nothing but its text is changed: a person may have made another one the latest.
    ...(isPublished ? { draft: false as const, makeLatest: makeLatest && !prerelease } : {}),
  })
}
