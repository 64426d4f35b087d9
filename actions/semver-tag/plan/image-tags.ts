import { type FloatingKind, highestOfLine } from '../../../shared/version/tags.ts'
import { compareVersions, isStable, type Version } from '../../../shared/version/version.ts'
import type { Observation } from '../model.ts'
import { type Scene, short } from './scene.ts'

/** A tag of an image: at most 128 characters, never `+` (OCI Distribution 1.1, "Pulling manifests"). */
const IMAGE_TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const MAX_LENGTH = 128

/** Names that belong to releases and pull requests; a branch called so must not take them. */
const RESERVED = /^(?:latest|pr-\d+|v?\d+(?:\.\d+){0,2}|v?\d+\.\d+\.\d+-.*)$/i

export interface ImageTags {
  /** With image names in front when there are any. */
  imageTags: string[]
  /** Image → its tags. */
  imageTagsByImage: Record<string, string[]>
  notices: string[]
}

/**
 * The image tags of a build, by the truth table of the contract.
 *
 * @param released the version this build is a release of; a rollback that may go down gives all of its names
 */
export function planImageTags(scene: Scene, released?: Version): ImageTags {
  const { inputs, observation, rule } = scene
  const notices: string[] = []
  const wanted = rule.isPullRequest
    ? ofPullRequest(scene)
    : [
        ...(released === undefined ? [] : ofRelease(scene, released)),
        ...(inputs.mode === 'rollback' || rule.branch === undefined
          ? []
          : ofBranch(rule.branch, observation)),
        ...(isDefaultBranchBuild(scene) ? ['latest'] : []),
      ]
  const valid = [...new Set(wanted)].filter((tag) => IMAGE_TAG.test(tag))
  if (valid.length < new Set(wanted).size)
    notices.push('An image tag was left out: it is longer than 128 characters.')
  const images = inputs.images.length === 0 ? [''] : inputs.images
  const named = (image: string): string[] => valid.map((tag) => (image === '' ? tag : `${image}:${tag}`))
  return {
    imageTags: images.flatMap(named),
    imageTagsByImage: Object.fromEntries(images.map((image) => [image, named(image)])),
    notices,
  }
}

function ofPullRequest({ observation: { pullRequest, ref } }: Scene): string[] {
  const number = pullRequest ?? /^refs\/pull\/(\d+)\//.exec(ref)?.[1]
  return number === undefined ? [] : [`pr-${number}`]
}

/** A short name (`1.2`, `1`, `latest`) only when no higher version has a right to it: a backport leaves `latest` alone. */
function ofRelease({ inputs, tags }: Scene, version: Version): string[] {
  if (!isStable(version)) return [version.version]
  const { major, minor } = version
  const mayGoDown = inputs.mode === 'rollback' && inputs.allowDowngrade
  const isHighest = (kind: FloatingKind): boolean => {
    const highest = highestOfLine(kind, version, tags)
    return mayGoDown || highest === undefined || compareVersions(highest.version, version) <= 0
  }
  return [
    inImageTag(`${inputs.tagPrefix}${version.version}`),
    version.version,
    ...(isHighest('minor') ? [`${major}.${minor}`] : []),
    ...(isHighest('major') && major > 0 ? [`${major}`] : []),
    ...(isHighest('latest') ? ['latest'] : []),
  ]
}

/**
 * `{branch}` and `{branch}-{sha7}`; the branch gives way where both do not fit. An older commit has only the second: the
 * first is where the branch is now.
 */
function ofBranch(branch: string, { sha, isTip }: Pick<Observation, 'sha' | 'isTip'>): string[] {
  const name = inImageTag(branch)
  const id = short(sha)
  if (name === '') return [id]
  const withId = `${name.slice(0, MAX_LENGTH - 1 - id.length)}-${id}`
  return RESERVED.test(name) || isTip === false ? [withId] : [name.slice(0, MAX_LENGTH), withId]
}

function isDefaultBranchBuild({ inputs, observation, rule }: Scene): boolean {
  return (
    observation.isTip !== false &&
    inputs.latestOn === 'default-branch' &&
    inputs.mode === 'next' &&
    rule.branch !== undefined &&
    rule.branch === observation.defaultBranch
  )
}

/** As docker/metadata-action does it: what is not allowed becomes a hyphen, and none leads. */
function inImageTag(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '')
}
