import { isMergeSubject, pullRequestOf } from '../../../shared/commits/subject.ts'
import { joinWords, plural } from '../../../shared/text/list.ts'
import { highestTag, readVersionTags } from '../../../shared/version/tags.ts'
import type { Inputs, Observation } from '../model.ts'

/**
 * What kind of history this is, in one line for who sets the step up: how tags are spelled, how pull requests are merged,
 * how many commits are conventional, and the inputs that fit.
 */
export function profileOf({ unit, include, groups, configFile }: Inputs, observation: Observation): string {
  const { commits, tags, place, isByPullRequest } = observation
  if (commits.length === 0) return ''
  const changes = commits.filter(({ message }) => !isMergeSubject(message.subject))
  const conventional = changes.filter(({ message }) => message.header !== undefined).length
  const merged = commits.filter(({ message }) => message.subject.startsWith('Merge pull request #')).length
  const squashed = changes.filter(({ message }) => pullRequestOf(message.subject) !== undefined).length
  const newest = highestTag(readVersionTags(tags, []))?.name
  const spelling =
    newest === undefined ? 'no version tags' : `${plural(tags.length, 'version tag')} such as ${newest}`
  const strategy =
    merged + squashed === 0
      ? 'no pull requests named in messages'
      : joinWords([
          ...(merged > 0 ? [`${plural(merged, 'pull request')} merged with merge commits`] : []),
          ...(squashed > 0 ? [`${squashed} squashed`] : []),
        ])
  const isMostly = changes.length > 0 && conventional * 2 >= changes.length
  const fits = [
    ...(unit === 'auto' && !isByPullRequest && merged > 0 && !isMostly ? ['unit: pull-request'] : []),
    ...(include === undefined && groups === undefined && place === undefined && !isMostly
      ? ['include: all']
      : []),
  ]
  const inputs = fits.length > 0 ? ` Inputs that fit: ${fits.join(', ')}.` : ''
  const config = place === undefined ? '' : ` Sorted by ${configFile}.`
  return `This history: ${spelling}; ${strategy}; ${conventional} of ${plural(changes.length, 'commit')} conventional.${config}${inputs}`
}
