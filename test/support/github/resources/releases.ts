import { createHash } from 'node:crypto'
import { type Answer, type Asked, notFound, page, type Route, refusal } from '../route.ts'
import { isoSeconds, type StageAsset, type StageRelease, type State } from '../state.ts'
import { mayNotPublish } from '../tokens.ts'
import { userJson } from './people.ts'
import { brokenRule, isRefName } from './refs.ts'

const MAX_BODY = 125_000

interface Body {
  tag_name?: string
  target_commitish?: string
  name?: string | null
  body?: string | null
  draft?: boolean
  prerelease?: boolean
  make_latest?: 'true' | 'false' | 'legacy'
}

export const releases: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/releases',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const { state, token } = asked
      // Drafts are for those who may publish them.
      const visible = state.releases.filter(
        ({ draft }) => !draft || token.permissions['contents'] === 'write',
      )
      const { items, headers } = page(
        asked,
        `/repos/${state.owner}/${state.name}/releases`,
        visible.toReversed(),
      )
      return { status: 200, data: items.map((release) => releaseJson(asked, release)), headers }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/releases/latest',
    needs: ['contents', 'read'],
    handle: (asked) => found(asked, ({ id }) => id === asked.state.latestRelease),
  },
  {
    operation: 'GET /repos/{owner}/{repo}/releases/tags/{tag}',
    needs: ['contents', 'read'],
    handle: (asked) => found(asked, ({ tag, draft }) => !draft && tag === asked.parameters['tag']),
  },
  {
    operation: 'GET /repos/{owner}/{repo}/releases/{release_id}',
    needs: ['contents', 'read'],
    handle: (asked) => found(asked, ({ id }) => String(id) === asked.parameters['release_id']),
  },
  {
    operation: 'POST /repos/{owner}/{repo}/releases',
    needs: ['contents', 'write'],
    handle: create,
  },
  {
    operation: 'PATCH /repos/{owner}/{repo}/releases/{release_id}',
    needs: ['contents', 'write'],
    handle: update,
  },
  {
    operation: 'DELETE /repos/{owner}/{repo}/releases/{release_id}',
    needs: ['contents', 'write'],
    handle: ({ state, parameters }) => {
      const at = state.releases.findIndex(({ id }) => String(id) === parameters['release_id'])
      if (at < 0) return notFound()
      state.releases.splice(at, 1)
      return { status: 204 }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/releases/{release_id}/assets',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const release = releaseWith(asked)
      if (release === undefined) return notFound()
      const path = `/repos/${asked.state.owner}/${asked.state.name}/releases/${release.id}/assets`
      const { items, headers } = page(asked, path, release.assets ?? [])
      return { status: 200, data: items.map((asset) => assetJson(asked, asset)), headers }
    },
  },
  {
    operation: 'POST /repos/{owner}/{repo}/releases/{release_id}/assets',
    needs: ['contents', 'write'],
    handle: upload,
  },
]

function releaseWith({ state, parameters }: Asked): StageRelease | undefined {
  return state.releases.find(({ id }) => String(id) === parameters['release_id'])
}

/** The bytes are the body. @see https://docs.github.com/rest/releases/assets#upload-a-release-asset */
function upload(asked: Asked): Answer {
  const { state, query, raw } = asked
  const release = releaseWith(asked)
  if (release === undefined) return notFound()
  if (release.immutable) return refusal(422, 'Cannot upload assets to an immutable release.')
  const name = (query.get('name') ?? '').replace(/[^A-Za-z0-9._+@~-]+/g, '.')
  if (name === '') return refusal(422, 'Invalid request.')
  if (release.assets?.some((asset) => asset.name === name)) {
    const error = { resource: 'ReleaseAsset', code: 'already_exists', field: 'name' }
    return refusal(422, 'Validation Failed', [error])
  }
  const asset: StageAsset = { id: state.nextId++, name, contentType: 'application/octet-stream', bytes: raw }
  release.assets = [...(release.assets ?? []), asset]
  return { status: 201, data: assetJson(asked, asset) }
}

function assetJson(
  { state, apiUrl, serverUrl }: Asked,
  { id, name, contentType, bytes }: StageAsset,
): unknown {
  const date = isoSeconds(state.now())
  return {
    ...{ id, node_id: `RA_${id}`, name, label: null, state: 'uploaded', content_type: contentType },
    ...{ size: bytes.length, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` },
    ...{ url: `${apiUrl}/repos/${state.owner}/${state.name}/releases/assets/${id}`, download_count: 0 },
    ...{ browser_download_url: `${serverUrl}/${name}`, created_at: date, updated_at: date },
    uploader: userJson('github-actions[bot]', apiUrl, serverUrl),
  }
}

function found(asked: Asked, is: (release: StageRelease) => boolean): Answer {
  const release = asked.state.releases.find(is)
  return release === undefined ? notFound() : { status: 200, data: releaseJson(asked, release) }
}

function create(asked: Asked): Answer {
  const { state, token } = asked
  const body = asked.body as Body
  const { tag_name: tag = '', draft = false, prerelease = false } = body
  const target = body.target_commitish || state.defaultBranch
  const wrong = wrongBody(body, draft, prerelease)
  if (wrong !== undefined) return wrong
  if (!isRefName(`refs/tags/${tag}`))
    return invalid({ code: 'custom', field: 'tag_name', message: 'tag_name is not a valid tag' })
  // Any number of drafts may share a tag.
  if (!draft && state.releases.some((other) => !other.draft && other.tag === tag)) {
    return invalid({ code: 'already_exists', field: 'tag_name' })
  }
  const refused = draft
    ? undefined
    : (tagFor(state, tag, target) ?? mayNotPublish(state, token, state.refs.get(`refs/tags/${tag}`) ?? ''))
  if (refused !== undefined) return refused
  const now = isoSeconds(state.now())
  const release: StageRelease = {
    ...{ id: state.nextId++, tag, target, name: body.name ?? '', body: body.body ?? '', draft, prerelease },
    ...{ immutable: !draft && state.immutableReleases, createdAt: now, publishedAt: draft ? null : now },
  }
  state.releases.push(release)
  setLatest(state, release, body.make_latest ?? 'true')
  return { status: 201, data: releaseJson(asked, release) }
}

function update(asked: Asked): Answer {
  const { state, parameters } = asked
  const body = asked.body as Body
  const release = state.releases.find(({ id }) => String(id) === parameters['release_id'])
  if (release === undefined) return notFound()
  const { draft = release.draft, prerelease = release.prerelease } = body
  const wrong = wrongBody(body, draft, prerelease)
  if (wrong !== undefined) return wrong
  if (release.immutable && body.tag_name !== undefined && body.tag_name !== release.tag) {
    return refusal(422, 'Cannot update the tag of an immutable release.')
  }
  const published = release.draft && !draft
  const tag = body.tag_name ?? release.tag
  const refused = published ? tagFor(state, tag, body.target_commitish ?? release.target) : undefined
  if (refused !== undefined) return refused
  Object.assign(release, {
    draft,
    prerelease,
    tag,
    name: body.name ?? release.name,
    body: body.body ?? release.body,
  })
  if (published) {
    release.publishedAt = isoSeconds(state.now())
    release.immutable = state.immutableReleases
  }
  setLatest(state, release, body.make_latest ?? (published ? 'true' : 'false'))
  return { status: 200, data: releaseJson(asked, release) }
}

function wrongBody(body: Body, draft: boolean, prerelease: boolean): Answer | undefined {
  if ((body.body ?? '').length > MAX_BODY) {
    return invalid({
      code: 'custom',
      field: 'body',
      message: `body is too long (maximum is ${MAX_BODY} characters)`,
    })
  }
  if (body.make_latest === 'true' && (draft || prerelease)) {
    const message = 'Drafts and prereleases cannot be set as latest.'
    return invalid({ code: 'custom', field: 'make_latest', message })
  }
  return undefined
}

/** GitHub makes the tag of a published release, lightweight, where there is none. */
function tagFor(state: State, tag: string, target: string): Answer | undefined {
  const ref = `refs/tags/${tag}`
  if (state.refs.has(ref)) return undefined
  const commit = state.refs.get(`refs/heads/${target}`) ?? (state.commits.has(target) ? target : undefined)
  if (commit === undefined) return invalid({ code: 'invalid', field: 'target_commitish' })
  const refused = brokenRule(state, ref, 'creation')
  if (refused === undefined) state.refs.set(ref, commit)
  return refused
}

function setLatest(
  state: State,
  { id, draft, prerelease }: StageRelease,
  wish: 'true' | 'false' | 'legacy',
): void {
  if (!draft && !prerelease && wish !== 'false') state.latestRelease = id
}

function invalid(error: Record<string, string>): Answer {
  return refusal(422, 'Validation Failed', [{ resource: 'Release', ...error }])
}

function releaseJson({ state, apiUrl, serverUrl }: Asked, release: StageRelease): unknown {
  const { id, tag, draft } = release
  const repository = `${apiUrl}/repos/${state.owner}/${state.name}`
  const html = `${serverUrl}/${state.owner}/${state.name}/releases/tag`
  return {
    ...{ id, node_id: `RE_${id}`, url: `${repository}/releases/${id}` },
    html_url: `${html}/${draft ? `untagged-${id}` : encodeURIComponent(tag)}`,
    assets_url: `${repository}/releases/${id}/assets`,
    upload_url: `${repository}/releases/${id}/assets{?name,label}`,
    tarball_url: draft ? null : `${repository}/tarball/${tag}`,
    zipball_url: draft ? null : `${repository}/zipball/${tag}`,
    ...{ tag_name: tag, target_commitish: release.target, name: release.name, body: release.body },
    ...{ draft, prerelease: release.prerelease, immutable: release.immutable },
    ...{ created_at: release.createdAt, published_at: release.publishedAt, assets: [] },
    author: userJson('github-actions[bot]', apiUrl, serverUrl),
  }
}

/** As GraphQL tells it. */
export function releaseNode(asked: Asked, release: StageRelease): unknown {
  const { id, tag, name, body, draft, prerelease } = release
  const { html_url: url } = releaseJson(asked, release) as { html_url: string }
  return {
    ...{ id: `RE_${id}`, databaseId: id, tagName: tag, name, description: body, url },
    ...{ isDraft: draft, isPrerelease: prerelease },
  }
}
