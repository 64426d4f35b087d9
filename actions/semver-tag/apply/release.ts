import { ActionError } from '../../../shared/action/errors.ts'
import { readRegularFile } from '../../../shared/files/regular.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { isSame, listAssets, uploadAsset } from '../../../shared/github/release-assets.ts'
import {
  createRelease,
  findDraft,
  getReleaseByTag,
  type Release,
  updateRelease,
} from '../../../shared/github/releases.ts'
import type { ReleaseFile } from '../model/kept.ts'
import type { Inputs, Writable } from '../model.ts'
import { MAX_ASSET } from '../observe/release-files.ts'

/**
 * Makes sure that there is a release of the tag with its files. With files it is a draft until it has them all: an
 * immutable release takes none afterwards. A release that is there stays as it is, but for files that it lacks.
 *
 * @param isNew the tag was made a moment ago
 * @throws ActionError
 */
export async function makeRelease(
  plan: Writable,
  inputs: Inputs,
  files: readonly ReleaseFile[],
  isNew: boolean,
  github: GitHub,
): Promise<Release> {
  const wantsDraft = inputs.draft || files.length > 0
  // The tag of a moment ago has no release; but another job of this very run may have made a draft of it.
  const found = isNew && !wantsDraft ? undefined : await findRelease(github, plan.tag)
  const release =
    found ??
    (
      await createRelease(github, {
        tag: plan.tag,
        name: filled(inputs.releaseName, plan),
        body: inputs.releaseNotes,
        draft: wantsDraft,
        prerelease: plan.prerelease !== '',
        makeLatest: plan.makeLatest,
      })
    ).release
  if (files.length === 0) return release
  await attach(github, release, files)
  if (!release.draft || inputs.draft) return release
  return updateRelease(github, release, {
    draft: false,
    makeLatest: plan.makeLatest && plan.prerelease === '',
  })
}

async function findRelease(github: GitHub, tag: string): Promise<Release | undefined> {
  return (await getReleaseByTag(github, tag)) ?? (await findDraft(github, tag))
}

async function attach(github: GitHub, release: Release, files: readonly ReleaseFile[]): Promise<void> {
  const standing = new Map((await listAssets(github, release)).map((asset) => [asset.name, asset]))
  for (const { name, path } of files) {
    const bytes = readRegularFile(path, MAX_ASSET)
    const asset = standing.get(assetName(name))
    if (asset === undefined) await uploadAsset(github, release, { name: assetName(name), bytes })
    else if (!isSame(asset, bytes)) {
      const message = `${name} of the release ${release.tag} has other bytes than the file here. Nothing is replaced: delete the file of the release, or leave it out of release-files.`
      throw new ActionError('Release file differs', message)
    }
  }
}

/**
 * GitHub renames files with special characters: what it does not take becomes a dot.
 *
 * @see https://docs.github.com/rest/releases/assets#upload-a-release-asset
 */
function assetName(name: string): string {
  return name.replace(/[^A-Za-z0-9._+@~-]+/g, '.')
}

/** A template with `{tag}`, `{version}` and `{sha}` filled in. */
export function filled(template: string, { tag, version, sha }: Writable): string {
  const values: Record<string, string> = { tag, version, sha }
  return template.replace(/\{(tag|version|sha)\}/g, (_, name: string) => values[name] ?? '')
}
