import { isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { withoutEnd } from './targets.ts'

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

const TAG = {
  sha: 'string',
  tag: 'string',
  message: 'string',
  object: { sha: 'string', type: 'string' },
} as const

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
