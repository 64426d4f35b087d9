import { floatingName, highestOfLine } from '../../../shared/version/tags.ts'
import { compareVersions, isStable, type Version } from '../../../shared/version/version.ts'
import type { FloatingLeft, FloatingMove } from '../model.ts'
import type { Scene } from './scene.ts'

/**
 * Where the floating tags go with a version. They follow stable versions only, point at commits, and never go below
 * the highest version of their line unless a rollback may take them down.
 *
 * @param commit the commit of the version
 * @param whyNot set when this step moves nothing at all
 */
export function planFloating(
  { inputs, observation, tags }: Scene,
  version: Version,
  commit: string,
  whyNot: string | undefined,
): { moves: FloatingMove[]; left: FloatingLeft[] } {
  const mayGoDown = inputs.mode === 'rollback' && inputs.allowDowngrade
  const moves: FloatingMove[] = []
  const left: FloatingLeft[] = []
  for (const kind of inputs.floatingTags) {
    const name = floatingName(kind, version, inputs.tagPrefix)
    const now = observation.floating.find((tag) => tag.name === name)
    const highest = highestOfLine(kind, version, tags)
    const isLower = highest !== undefined && compareVersions(highest.version, version) > 0
    const why =
      whyNot ??
      (!isStable(version)
        ? `${version.version} is a pre-release, and floating tags follow stable versions only`
        : now?.commit === commit
          ? 'it is there already'
          : isLower && !mayGoDown
            ? `it does not go below ${highest.name}${inputs.mode === 'rollback' ? ' without allow-downgrade' : ''}`
            : undefined)
    if (why !== undefined) left.push({ name, kind, why })
    else
      moves.push({
        name,
        kind,
        ...(now === undefined ? {} : { from: now.object, fromCommit: now.commit }),
        to: commit,
      })
  }
  return { moves, left }
}
