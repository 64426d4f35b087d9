import { createHash } from 'node:crypto'
import type { GitHub } from './client.ts'
import { GitHubError, isFailure } from './errors.ts'
import { pages } from './pages.ts'
import type { Release } from './releases.ts'

/** A file of a release. */
export interface Asset {
  name: string
  size: number
  /** `sha256:` and 64 digits; undefined on servers that do not tell. */
  digest: string | undefined
}

interface AssetData {
  id: number
  name: string
  size: number
  state: string
  digest?: string | null
}

/** Of uploads; a file without a known type is just bytes. */
const TYPE = 'application/octet-stream'

/**
 * The files of a release; 100 a call. One whose upload was cut off is not there yet, and is deleted, because GitHub
 * keeps its name taken.
 *
 * @throws GitHubError
 */
export async function listAssets(github: GitHub, { id, tag }: Release): Promise<Asset[]> {
  const found: Asset[] = []
  const about = `the files of the release ${tag}`
  for await (const page of pages<AssetData[]>(github, {
    route: 'GET /repos/{owner}/{repo}/releases/{release_id}/assets',
    parameters: { release_id: id },
    about,
  })) {
    for (const { id: asset, name, size, state, digest } of page) {
      if (state === 'uploaded') found.push({ name, size, digest: digest ?? undefined })
      else await deleteAsset(github, asset, about)
    }
  }
  return found
}

async function deleteAsset(github: GitHub, asset: number, about: string): Promise<void> {
  try {
    await github.send({
      route: 'DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}',
      parameters: { asset_id: asset },
      about,
      repeatable: true,
    })
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error
  }
}

/**
 * Attaches a file; one call. A reply that is lost is read back, and what is not there is sent again.
 *
 * @throws GitHubError
 * @see https://docs.github.com/rest/releases/assets#upload-a-release-asset
 */
export async function uploadAsset(
  github: GitHub,
  release: Release,
  { name, bytes }: { name: string; bytes: Buffer },
): Promise<void> {
  const about = `the file ${name} of the release ${release.tag}`
  for (let sending = 1; ; sending++) {
    try {
      await github.send({
        route: `POST ${uploadUrl(github)}/repos/{owner}/{repo}/releases/{release_id}/assets{?name}`,
        parameters: { release_id: release.id, name, data: bytes },
        contentType: TYPE,
        about,
      })
      return
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      const exists = error.status === 422 && /already.?exists/i.test(error.answer)
      if (!error.uncertain && !exists) throw error
      const now = (await listAssets(github, release)).find((asset) => asset.name === name)
      if (now !== undefined && isSame(now, bytes)) return
      if (now !== undefined || sending === 3) throw error
    }
  }
}

/** Whether a file of a release has these bytes, as far as the server tells. */
export function isSame({ size, digest }: Asset, bytes: Buffer): boolean {
  if (size !== bytes.length) return false
  return digest === undefined || digest === `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Where files go: a host of its own at github.com and ghe.com, `/api/uploads` on a server of one's own. */
function uploadUrl({ options: { apiUrl } }: GitHub): string {
  const url = new URL(apiUrl)
  if (url.hostname === 'api.github.com' || /^api\..+\.ghe\.com$/.test(url.hostname))
    return `${url.protocol}//${url.host.replace(/^api\./, 'uploads.')}`
  return url.pathname === '/api/v3' ? `${url.origin}/api/uploads` : apiUrl
}
