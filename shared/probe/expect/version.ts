import type { Observation } from '../check.ts'
import type { Settings } from '../settings.ts'
import { at } from './json-path.ts'
import { capture } from './match.ts'
import type { ParsedBody } from './parsed-body.ts'

/** Longer than any version; what a page puts there instead is none. */
const MAX_VERSION = 255

type Where = Pick<Settings, 'version-path' | 'version-header' | 'version-pattern'>

/** The version that an answer reports: in a header, in its text, or in its JSON. */
export async function versionOf(
  settings: Where,
  { headers, body }: Observation,
  parsed: ParsedBody,
): Promise<string | undefined> {
  const header = settings['version-header']
  if (header !== undefined) return checked(headers?.[header]?.trim())
  const pattern = settings['version-pattern']
  if (pattern !== undefined) return checked(await capture(pattern, body?.toString('utf8') ?? ''))
  return parsed.found ? checked(at(parsed.document, settings['version-path'])) : undefined
}

/** `at "build.v"`, `in the header x-version` */
export function placeOfVersion(settings: Where): string {
  if (settings['version-header'] !== undefined) return `in the header ${settings['version-header']}`
  const pattern = settings['version-pattern']
  if (pattern !== undefined) return `by /${pattern.source}/${pattern.flags}`
  return `at "${settings['version-path'].join('.')}"`
}

function checked(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const version = String(value)
  return version === '' || version.length > MAX_VERSION ? undefined : version
}
