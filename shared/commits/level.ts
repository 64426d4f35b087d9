import { highestLevel, type Level } from '../version/bump.ts'
import type { Message } from './message.ts'
import { revertOf } from './revert.ts'

/** What a type moves; other types move nothing (Conventional Commits gives them no effect, item 14 and the FAQ). */
export const DEFAULT_LEVELS: ReadonlyMap<string, Level> = new Map([
  ['feat', 'minor'],
  ['fix', 'patch'],
  ['perf', 'patch'],
  ['revert', 'patch'],
])

/** The type in lower case; `revert` also for the subjects that git writes; undefined for no Conventional Commit. */
export function typeOf(message: Message): string | undefined {
  return message.header?.type ?? (revertOf(message) === undefined ? undefined : 'revert')
}

/** How far one commit moves the version: breaking is major whatever the type, else the rule of its type. */
export function levelOf(message: Message, rules: ReadonlyMap<string, Level>): Level {
  const type = typeOf(message)
  const byType = type === undefined ? 'none' : (rules.get(type) ?? DEFAULT_LEVELS.get(type) ?? 'none')
  return highestLevel([byType, message.breaking.length > 0 ? 'major' : 'none'])
}
