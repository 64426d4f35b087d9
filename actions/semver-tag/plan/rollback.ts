import { joinWords } from '../../../shared/text/list.ts'
import { highestOfLine } from '../../../shared/version/tags.ts'
import { compareVersions, isStable } from '../../../shared/version/version.ts'
import { refused } from './refused.ts'
import { type KnownTag, type Scene, short } from './scene.ts'

export type RollbackAnswer =
  | { kind: 'rollback'; tag: KnownTag; why: string }
  | { kind: 'refused'; title: string; reason: string }

/** The tag to go back to. It has to exist, be a version with the prefix, and be confirmed with the word. */
export function rollbackTarget({ inputs, tags }: Scene): RollbackAnswer {
  const { to = '', confirm = '', tagPrefix } = inputs
  if (confirm !== 'ROLLBACK') {
    return refused(
      'Not confirmed',
      `A rollback to "${to}" moves what people use: write exactly "ROLLBACK" into confirm.`,
    )
  }
  const tag = tags.find(({ name }) => name === to)
  if (tag === undefined) {
    const newest = [...tags].sort((a, b) => compareVersions(b.version, a.version)).slice(0, 3)
    const known =
      newest.length === 0
        ? `there are none with the prefix "${tagPrefix}"`
        : `the highest are ${joinWords(newest.map(({ name }) => name))}`
    return refused('No such version tag', `to: there is no version tag "${to}"; ${known}.`)
  }
  const highest = isStable(tag.version) ? highestOfLine('latest', tag.version, tags) : undefined
  const from = highest === undefined || highest.name === tag.name ? '' : `, from ${highest.name}`
  return { kind: 'rollback', tag, why: `back to ${tag.name} on ${short(tag.commit)}${from}` }
}
