import type { Version } from '../version/version.ts'

/** An operator, if any, and one whole version: the forms of which it is clear what the next version makes of them. */
const PLAIN = /^((?:workspace:)?\s*(?:\^|~>?|>=|==?)?\s*)v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/

/**
 * What a requirement on a sibling (`^1.0.0`, `~1.2.3`, `>=1.0.0`, `1.0.0`, `workspace:^1.0.0`) becomes when the sibling
 * gets its next version: the operator stays. Undefined for any other form (`*`, `workspace:^`, `file:…`, `>=1 <3`),
 * which stays as it is.
 */
export function nextRequirement(text: string, { version }: Version): string | undefined {
  const match = PLAIN.exec(text)
  return match === null ? undefined : `${match[1]}${version}`
}
