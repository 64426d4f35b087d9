import { maybe } from '../text/shape.ts'
import { GitHubError, isFailure } from './errors.ts'
import { query } from './graphql.ts'
import type { GitHub } from './model.ts'
import { mayAskRest, readRefsByRest } from './rest-refs.ts'
import { peel, TARGET, TARGET_SHAPE, type Target } from './targets.ts'

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

/** A tag and what has been released of it. */
export interface TagReleases {
  /** What the tag peels to; undefined when GitHub does not have it, or when it is on no commit. */
  commit: string | undefined
  published?: Release
  /** The first one: of several that jobs have made at once, the one that stays. */
  draft?: Release
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

/** What is to be changed; the rest stays. */
export interface ReleaseChange {
  body?: string
  draft?: false
  prerelease?: boolean
  makeLatest?: boolean
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

/** As GraphQL tells it. */
interface ReleaseNode {
  databaseId: number
  url: string
  tagName: string
  name: string | null
  description: string | null
  isDraft: boolean
  isPrerelease: boolean
}

const RELEASE = {
  id: 'number',
  html_url: 'string',
  tag_name: 'string',
  name: maybe('string'),
  body: maybe('string'),
  draft: 'boolean',
  prerelease: 'boolean',
  immutable: maybe('boolean'),
} as const

const NODE = {
  databaseId: 'number',
  url: 'string',
  tagName: 'string',
  name: maybe('string'),
  description: maybe('string'),
  isDraft: 'boolean',
  isPrerelease: 'boolean',
} as const

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
      shape: RELEASE,
    })
    return releaseOf(data)
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

/**
 * The first draft of a tag, among the newest 100 releases; one call.
 *
 * @throws GitHubError
 */
export async function findDraft(github: GitHub, tag: string): Promise<Release | undefined> {
  const { data } = await github.send<ReleaseData[]>({
    route: 'GET /repos/{owner}/{repo}/releases',
    parameters: { per_page: 100 },
    about: `the drafts of ${tag}`,
    shape: [RELEASE],
  })
  const found = data.findLast(({ draft, tag_name }) => draft && tag_name === tag)
  return found === undefined ? undefined : releaseOf(found)
}

/**
 * One call, two for a draft. When a release of the tag is there already (422, or a lost reply that is read back), it is given, with
 * `created` false: also when it may have been this very call that made it.
 *
 * @throws GitHubError
 */
export async function createRelease(
  github: GitHub,
  { tag, name, body, draft, prerelease, makeLatest }: NewRelease,
): Promise<{ created: boolean; release: Release }> {
  const about = `the release of ${tag}`
  checkLength(tag, body)
  // Drafts and pre-releases cannot be the latest release, and asking for it is an error.
  const latest = makeLatest && !draft && !prerelease
  for (let sending = 1; ; sending++) {
    try {
      const { data } = await github.send<ReleaseData>({
        route: 'POST /repos/{owner}/{repo}/releases',
        parameters: { tag_name: tag, name, body, draft, prerelease, make_latest: String(latest) },
        about,
        shape: RELEASE,
      })
      const release = releaseOf(data)
      return draft ? await onlyDraft(github, release) : { created: true, release }
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

/**
 * GitHub takes any number of drafts of one tag: jobs that ran at the same time made one each. The oldest stays, and who
 * made another takes that away again.
 */
async function onlyDraft(github: GitHub, own: Release): Promise<{ created: boolean; release: Release }> {
  try {
    const { data } = await github.send<ReleaseData[]>({
      route: 'GET /repos/{owner}/{repo}/releases',
      parameters: { per_page: 100 },
      about: `the drafts of ${own.tag}`,
    })
    const drafts = data.filter(({ draft, tag_name }) => draft && tag_name === own.tag).map(releaseOf)
    const oldest = drafts.sort((a, b) => a.id - b.id)[0] ?? own
    if (oldest.id >= own.id) return { created: true, release: own }
    await github.send({
      route: 'DELETE /repos/{owner}/{repo}/releases/{release_id}',
      parameters: { release_id: own.id },
      about: `the second draft of ${own.tag}`,
    })
    return { created: false, release: oldest }
  } catch (error) {
    // The draft stands; that there may be two is for people to see.
    if (isFailure(error, 'cancelled')) throw error
    return { created: true, release: own }
  }
}

/**
 * Changes a release; one call, repeated freely, because it says what is to be and not what is to be done.
 *
 * @throws GitHubError
 */
export async function updateRelease(
  github: GitHub,
  { id, tag }: Pick<Release, 'id' | 'tag'>,
  { makeLatest, ...change }: ReleaseChange,
): Promise<Release> {
  checkLength(tag, change.body ?? '')
  const { data } = await github.send<ReleaseData>({
    route: 'PATCH /repos/{owner}/{repo}/releases/{release_id}',
    parameters: {
      ...{ release_id: id, ...change },
      ...(makeLatest === undefined ? {} : { make_latest: String(makeLatest) }),
    },
    about: `the release of ${tag}`,
    shape: RELEASE,
    repeatable: true,
  })
  return releaseOf(data)
}

/** Of the newest releases, those that may be drafts of the tag: a draft is found by no name. */
const NEWEST = 30
const FIELDS = 'databaseId url tagName name description isDraft isPrerelease'
const OF_TAG = `query($owner:String!,$name:String!,$tag:String!,$ref:String!){repository(owner:$owner,name:$name){ref(qualifiedName:$ref){${TARGET}} release(tagName:$tag){${FIELDS}} releases(first:${NEWEST},orderBy:{field:CREATED_AT,direction:DESC}){nodes{${FIELDS}}}}}`

/**
 * Where a tag stands, and what has been released of it; one call, or a few where GraphQL does not answer. Whether a
 * release is immutable is not asked.
 *
 * @throws GitHubError
 */
export async function readReleasesOf(github: GitHub, tag: string): Promise<TagReleases> {
  try {
    const { repository } = await query<{
      repository: {
        ref: { target: Target | null } | null
        release: ReleaseNode | null
        releases: { nodes: ReleaseNode[] }
      }
    }>(github, {
      text: OF_TAG,
      variables: { owner: github.owner, name: github.repo, tag, ref: `refs/tags/${tag}` },
      about: `the release of ${tag}`,
      shape: {
        repository: {
          ref: maybe({ target: TARGET_SHAPE }),
          release: maybe(NODE),
          releases: { nodes: [NODE] },
        },
      },
      nullable: true,
    })
    const { ref, release, releases } = repository
    const ofTag = [...(release ? [release] : []), ...releases.nodes].filter(({ tagName }) => tagName === tag)
    const published = ofTag.find(({ isDraft }) => !isDraft)
    const draft = ofTag.findLast(({ isDraft }) => isDraft)
    return {
      commit: ref?.target ? peel(ref.target).commit : undefined,
      ...(published === undefined ? {} : { published: releaseOfNode(published) }),
      ...(draft === undefined ? {} : { draft: releaseOfNode(draft) }),
    }
  } catch (error) {
    if (!mayAskRest(error)) throw error
    const name = `refs/tags/${tag}`
    const { refs } = await readRefsByRest(github, [name])
    const published = await getReleaseByTag(github, tag)
    const draft = await findDraft(github, tag)
    return {
      commit: refs.get(name)?.commit,
      ...(published === undefined ? {} : { published }),
      ...(draft === undefined ? {} : { draft }),
    }
  }
}

function checkLength(tag: string, body: string): void {
  if (body.length <= MAX_RELEASE_BODY) return
  const message = `The notes of ${tag} have ${body.length} characters; GitHub takes ${MAX_RELEASE_BODY}.`
  throw new GitHubError('validation', 'Release notes too long', message)
}

function releaseOfNode(node: ReleaseNode): Release {
  const { databaseId: id, url, tagName: tag, name, description, isDraft: draft, isPrerelease } = node
  const texts = { name: name ?? '', body: description ?? '' }
  return { id, url, tag, ...texts, draft, prerelease: isPrerelease, immutable: false }
}

function releaseOf(data: ReleaseData): Release {
  const { id, html_url: url, tag_name: tag, draft, prerelease } = data
  const { name, body, immutable = false } = data
  return { id, url, tag, name: name ?? '', body: body ?? '', draft, prerelease, immutable }
}
