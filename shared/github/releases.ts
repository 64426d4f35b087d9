import type { GitHub } from './client.ts'
import { GitHubError, isFailure } from './errors.ts'

export interface Release {
  id: number
  url: string
  tag: string
  name: string
  body: string
  draft: boolean
  prerelease: boolean
  immutable: boolean
}

export interface NewRelease {
  /** It must exist: `target_commitish` is never sent, and GitHub would tag the default branch. */
  tag: string
  name: string
  /** At most 125,000 characters. */
  body: string
  draft: boolean
  prerelease: boolean
  makeLatest: boolean
}

interface ReleaseData {
  id: number
  html_url: string
  tag_name: string
  name: string | null
  body?: string | null
  draft: boolean
  prerelease: boolean
  immutable?: boolean
}

export const MAX_RELEASE_BODY = 125_000
const SENDINGS = 3

/**
 * The published release of a tag; drafts are not found this way. One call.
 *
 * @throws GitHubError
 */
export async function getReleaseByTag(github: GitHub, tag: string): Promise<Release | undefined> {
  try {
    const { data } = await github.send<ReleaseData>({
      route: 'GET /repos/{owner}/{repo}/releases/tags/{tag}',
      parameters: { tag },
      about: `the release of ${tag}`,
    })
    return releaseOf(data)
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

/**
 * A draft of a tag, among the newest 100 releases; one call.
 *
 * @throws GitHubError
 */
export async function findDraft(github: GitHub, tag: string): Promise<Release | undefined> {
  const { data } = await github.send<ReleaseData[]>({
    route: 'GET /repos/{owner}/{repo}/releases',
    parameters: { per_page: 100 },
    about: `the drafts of ${tag}`,
  })
  const found = data.find(({ draft, tag_name }) => draft && tag_name === tag)
  return found === undefined ? undefined : releaseOf(found)
}

/**
 * One call. When a release of the tag is there already (422, or a lost reply that is read back), it is given, with
 * `created` false: also when it may have been this very call that made it.
 *
 * @throws GitHubError
 */
export async function createRelease(
  github: GitHub,
  { tag, name, body, draft, prerelease, makeLatest }: NewRelease,
): Promise<{ created: boolean; release: Release }> {
  const about = `the release of ${tag}`
  if (body.length > MAX_RELEASE_BODY) {
    const message = `The notes of ${tag} have ${body.length} characters; GitHub takes ${MAX_RELEASE_BODY}.`
    throw new GitHubError('validation', 'Release notes too long', message)
  }
  // Drafts and pre-releases cannot be the latest release, and asking for it is an error.
  const latest = makeLatest && !draft && !prerelease
  for (let sending = 1; ; sending++) {
    try {
      const { data } = await github.send<ReleaseData>({
        route: 'POST /repos/{owner}/{repo}/releases',
        parameters: { tag_name: tag, name, body, draft, prerelease, make_latest: String(latest) },
        about,
      })
      return { created: true, release: releaseOf(data) }
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      const exists = error.status === 422 && /already.?exists/i.test(error.answer)
      if (!error.uncertain && !exists) throw error
      const release = draft ? await findDraft(github, tag) : await getReleaseByTag(github, tag)
      if (release !== undefined) return { created: false, release }
      if (exists || sending === SENDINGS) throw error
    }
  }
}

function releaseOf(data: ReleaseData): Release {
  const { id, html_url: url, tag_name: tag, draft, prerelease } = data
  const { name, body, immutable = false } = data
  return { id, url, tag, name: name ?? '', body: body ?? '', draft, prerelease, immutable }
}
