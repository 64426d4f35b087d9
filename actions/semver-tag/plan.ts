import { levelBetween } from '../../shared/version/bump.ts'
import { baseOf, highestOfLine } from '../../shared/version/tags.ts'
import { compareVersions, isStable, type Version } from '../../shared/version/version.ts'
import type { Bump, Inputs, Observation, Plan, Reason, Refused } from './model.ts'
import { readCommits, weigh } from './plan/bump.ts'
import { planFloating } from './plan/floating.ts'
import { planImageTags } from './plan/image-tags.ts'
import { type Answer, isZero, nextVersion } from './plan/next-version.ts'
import { refused } from './plan/refused.ts'
import { rollbackTarget } from './plan/rollback.ts'
import { type KnownTag, type Scene, sceneOf } from './plan/scene.ts'

/**
 * The whole decision: what is released, which tags come of it, and why. Pure: the same inputs and observation give the
 * same plan, so that it can be made anew after a race. A dry run has the plan of the real one.
 */
export function decide(inputs: Inputs, observation: Observation): Plan {
  const scene = sceneOf(inputs, observation)
  if (!observation.shallow) return inputs.mode === 'rollback' ? planRollback(scene) : planNext(scene)
  const answer = refused(
    'The history is cut off',
    'The checkout is shallow, so that neither versions nor commits can be known. Set fetch-depth: 0 in actions/checkout, or give a token so that the API can be asked.',
  )
  return { ...answer, ...common(scene) }
}

function planNext(scene: Scene): Plan {
  const { inputs, observation, rule } = scene
  const commits = readCommits(observation.commits)
  const weighed = weigh(commits, inputs, isZero(scene))
  const { reasons } = weighed
  const answer = nextVersion(scene, commits, weighed)
  switch (answer.kind) {
    case 'refused':
      return { ...answer, ...common(scene, { reasons }) }
    case 'nothing': {
      const { kind, why, current } = answer
      const version = current === undefined ? {} : named(current.version, current.name)
      const { notices } = answer
      return { kind, why, bump: 'none', ...common(scene, { reasons, notices }), ...version }
    }
    case 'already-released':
      return planAgain(scene, answer, reasons)
    case 'release': {
      const { kind, version, why } = answer
      const create = rule.mayCreate ? inputs.create : 'none'
      return {
        kind,
        why,
        bump: bumpOf(scene.base, version),
        // Who creates nothing builds no release: its names would be taken by the next push.
        ...common(scene, {
          reasons,
          released: create === 'none' ? undefined : version,
          notices: answer.notices,
        }),
        ...named(
          version,
          `${inputs.tagPrefix}${version.version}`,
          inputs.buildMetadata ?? version.build.join('.'),
        ),
        createTag: create !== 'none',
        ...writes(scene, version, observation.sha, { create, whyNot: whyNotCreated(scene) }),
      }
    }
  }
}

/** The commit has its version. Only the run that made the tag goes on; another one would undo what came after it. */
function planAgain(
  scene: Scene,
  { kind, tag, resumed, why }: Extract<Answer, { kind: 'already-released' }>,
  reasons: readonly Reason[],
): Plan {
  const { inputs, observation, rule, tags } = scene
  const { version, name } = tag
  const previous = baseOf(tags.filter((other) => compareVersions(other.version, version) < 0))
  const isItsBuild = rule.mayCreate || observation.ref === `refs/tags/${name}`
  const whyNot = resumed ? whyNotCreated(scene) : `${name} is there already, and not from this run`
  return {
    kind,
    why,
    resumed,
    bump: resumed ? bumpOf(previous, version) : 'none',
    ...common(scene, { reasons, previous, released: isItsBuild ? version : undefined }),
    ...named(version, name, inputs.buildMetadata),
    createTag: false,
    ...writes(scene, version, tag.commit, { create: whyNot === undefined ? inputs.create : 'none', whyNot }),
  }
}

function planRollback(scene: Scene): Plan {
  const { inputs, rule } = scene
  const answer = rollbackTarget(scene)
  if (answer.kind === 'refused') return { ...answer, ...common(scene) }
  const { version, name, commit } = answer.tag
  return {
    kind: 'rollback',
    why: answer.why,
    bump: 'none',
    ...common(scene, { released: rule.mayCreate ? version : undefined }),
    sha: commit,
    ...named(version, name, inputs.buildMetadata),
    createTag: false,
    ...writes(scene, version, commit, { create: 'none', whyNot: whyNotCreated(scene) }),
    createRelease: false,
  }
}

/** Why the ref or the inputs want nothing to be written; nothing when they do. */
function whyNotCreated({ inputs, rule }: Scene): string | undefined {
  if (rule.notice !== undefined) return rule.notice
  return inputs.create === 'none' ? 'create is none' : undefined
}

function writes(
  scene: Scene,
  version: Version,
  commit: string,
  { create, whyNot }: { create: Inputs['create']; whyNot: string | undefined },
) {
  const highest = highestOfLine('latest', version, scene.tags)
  return {
    createRelease: create === 'release',
    makeLatest:
      scene.inputs.makeLatest === 'auto'
        ? isStable(version) && (highest === undefined || compareVersions(highest.version, version) <= 0)
        : scene.inputs.makeLatest === 'true',
    ...planFloating(scene, version, commit, whyNot),
    ...(whyNot === undefined ? {} : { whyNot }),
  }
}

interface Told {
  reasons?: readonly Reason[]
  previous?: KnownTag | undefined
  /** The version this build is a release of; for the image tags. */
  released?: Version | undefined
  notices?: readonly string[] | undefined
}

function common(scene: Scene, told: Told = {}): Omit<Refused, 'kind' | 'title' | 'reason'> {
  const { reasons = [], released } = told
  const previous = 'previous' in told ? told.previous : scene.base
  const { imageTags, imageTagsByImage, notices } = planImageTags(scene, released)
  const notice = scene.inputs.create === 'none' ? undefined : scene.rule.notice
  return {
    ...(previous === undefined
      ? {}
      : { previousTag: previous.name, previousVersion: previous.version.version }),
    sha: scene.observation.sha,
    reasons,
    notices: [...(notice === undefined ? [] : [notice]), ...(told.notices ?? []), ...notices],
    imageTags,
    imageTagsByImage,
  }
}

function named(version: Version, tag: string, buildMetadata = '') {
  const { major, minor, patch } = version
  const metadata = buildMetadata === '' ? '' : `+${buildMetadata}`
  const prerelease = version.prerelease.join('.')
  return { tag, version: `${version.version}${metadata}`, major, minor, patch, prerelease }
}

function bumpOf(base: KnownTag | undefined, version: Version): Bump {
  return isStable(version) ? levelBetween(base?.version, version) : 'prerelease'
}
