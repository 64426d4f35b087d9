import type { Result } from './model.ts'
import { referenceOf } from './uri.ts'

/** What most results consist of; all else may hold addresses that nobody has settled. */
const SETTLED = new Set([
  'ruleId',
  'ruleIndex',
  'rule',
  'level',
  'kind',
  'message',
  'locations',
  'relatedLocations',
  'codeFlows',
  'partialFingerprints',
  'fingerprints',
  'suppressions',
  'properties',
  'baselineState',
  'guid',
  'correlationGuid',
  'occurrenceCount',
  'rank',
])

/** Whether a result has parts in which addresses may stand that nobody has settled. */
export function hasMore(result: Result): boolean {
  for (const key in result) if (!SETTLED.has(key)) return true
  return false
}

/** Makes URIs ones that the standard takes (RFC 3986), wherever they stand but where places are settled. */
export function repairUris(value: unknown, key: string): void {
  if (Array.isArray(value)) {
    for (const each of value) repairUris(each, key)
    return
  }
  if (typeof value !== 'object' || value === null || key === 'properties') return
  const node = value as Record<string, unknown>
  for (const name of Object.keys(node)) {
    const each = node[name]
    if (name === 'uri' && typeof each === 'string') node[name] = referenceOf(each)
    else if (typeof each === 'object' && !(key === 'result' && SETTLED.has(name))) repairUris(each, name)
  }
}
