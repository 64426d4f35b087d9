import type { Place } from '../model.ts'
import { type Checker, isMap } from './check.ts'

interface Type {
  type: string
  scope: string | undefined
  /** Empty for a hidden one. */
  section: string
  hidden: boolean
}

/** What a breaking change of a type without section comes under. */
const OTHER = 'Other'

/**
 * The `types` of the preset conventionalcommits: the first one that meets type and scope gives the section; what is
 * hidden or not in the list is left out, unless it breaks something.
 *
 * @see https://github.com/conventional-changelog/conventional-changelog/tree/master/packages/conventional-changelog-conventionalcommits
 */
export function readTypes(given: unknown, at: readonly (string | number)[], check: Checker): Place {
  if (!Array.isArray(given) || given.length === 0) check.add(at, 'it is not a list of types.')
  const types = (Array.isArray(given) ? given : []).map((one, index) => readType(one, [...at, index], check))
  const titles = [...new Set([...types.map(({ section }) => section).filter((title) => title !== ''), OTHER])]
  return ({ type, scope, breaking }) => {
    const found = types.find((one) => one.type === type && (one.scope === undefined || one.scope === scope))
    if (type !== undefined && breaking === undefined && (found === undefined || found.hidden))
      return { excluded: type }
    const title = found?.section || OTHER
    const order = titles.indexOf(title)
    return { title, rank: order, order }
  }
}

function readType(given: unknown, at: readonly (string | number)[], check: Checker): Type {
  const map = check.map(at, given, ['type', 'scope', 'section', 'hidden'])
  const text = (key: string): string | undefined => {
    const value = map[key] ?? undefined
    if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value?.trim()
    check.add([...at, key], 'it is no text.')
    return undefined
  }
  const hidden = map['hidden'] ?? false
  if (typeof hidden !== 'boolean') check.add([...at, 'hidden'], 'it is neither true nor false.')
  const [type, section] = [text('type'), text('section')]
  if (isMap(given)) {
    if ((map['type'] ?? undefined) === undefined) check.add(at, 'a type is missing, such as feat.')
    if ((map['section'] ?? undefined) === undefined && hidden !== true)
      check.add(at, 'a type needs a section, or hidden: true.')
  }
  return {
    type: type?.toLowerCase() ?? '',
    scope: text('scope'),
    section: section ?? '',
    hidden: hidden === true,
  }
}
