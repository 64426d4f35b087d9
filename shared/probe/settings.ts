import { type Reading, rules, shown } from '../action/inputs.ts'
import type { HttpVersion } from '../http/line.ts'
import { parseShare, parseSize } from '../text/units.ts'
import { readHeaderExpectations } from './expect/header.ts'
import { readJsonExpectations } from './expect/json.ts'
import { readJsonPath } from './expect/json-path.ts'
import { readStatuses, type Statuses } from './expect/statuses.ts'
import { readRegex, readTextMatcher, type VersionPattern } from './expect/text.ts'
import { readDestination, readHttpVersion, readSecretText, readServerName } from './ways.ts'

/**
 * How one setting of a check is read. The same table serves the inputs of an action (always text) and the mappings
 * in a list of checks (YAML values), so both know the same words.
 */
interface Setting<T> {
  default: T
  read: (given: unknown) => Reading<T>
  /** Its input is YAML, not plain text. */
  yaml?: true
}

const setting = <T>(fallback: T, read: (given: unknown) => Reading<T>): Setting<T> => ({
  default: fallback,
  read,
})
const optional = <T>(read: (given: unknown) => Reading<T>): Setting<T | undefined> =>
  setting<T | undefined>(undefined, read)

/** Every setting of a check by its public name; `file`, `exec` and the other schemes use those that they list. */
export const SETTINGS = {
  method: setting('GET', readMethod),
  headers: { ...setting<Record<string, string>>({}, readHeaders), yaml: true },
  body: optional(readBody),
  'expect-status': setting<Statuses>([{ from: 200, to: 299 }], readStatuses),
  'expect-body': optional(readTextMatcher),
  'expect-json': { ...setting([], readJsonExpectations), yaml: true },
  'expect-version': optional(readVersion),
  'version-path': setting(['version'], readJsonPath),
  'version-header': optional(readHeaderName),
  'version-pattern': optional(readVersionPattern),
  'same-version': setting(false, rules.boolean),
  'health-json': setting<'auto' | 'off'>('auto', (given) => rules.choice(given, ['auto', 'off'])),
  timeout: setting(60_000, (given) => rules.duration(given, { min: 1 })),
  'attempt-timeout': setting(5_000, (given) => rules.duration(given, { min: 1 })),
  interval: optional((given) => rules.duration(given, { min: 10 })),
  'initial-delay': setting(0, rules.duration),
  // Not given, it is 2, or 30 where luck could tell a wrong version from a right one.
  'success-threshold': optional((given) => rules.integer(given, { min: 1, max: 1_000 })),
  'stable-for': setting(0, rules.duration),
  hold: setting(0, rules.duration),
  'stop-on': setting<Statuses>([], readStatuses),
  'follow-redirects': setting(0, (given) => rules.integer(given, { max: 20 })),
  samples: setting(0, (given) => rules.integer(given, { max: 100_000 })),
  concurrency: setting(1, (given) => rules.integer(given, { min: 1, max: 256 })),
  'max-p95': optional((given) => rules.duration(given, { min: 1 })),
  'max-p99': optional((given) => rules.duration(given, { min: 1 })),
  'max-error-rate': optional(readShare),
  baseline: optional(readText),
  'baseline-key': optional(readBaselineKey),
  'max-regression': setting(0.2, readRegression),
  'tls-verify': setting(true, rules.boolean),
  'ca-file': optional(readText),
  'min-certificate-days': optional((given) => rules.integer(given, { max: 10_000 })),
  'connect-to': optional(readDestination),
  'server-name': optional(readServerName),
  'client-cert': optional(readText),
  'client-key': optional(readSecretText),
  'http-version': setting<HttpVersion>('auto', readHttpVersion),
  'expect-header': { ...setting([], readHeaderExpectations), yaml: true },
  'max-body': setting(1_048_576, readBodySize),
  invert: setting(false, rules.boolean),
  // Only inside a list of checks, for the schemes that name them:
  contains: optional(readTextMatcher),
  'max-age': optional((given) => rules.duration(given)),
  'expect-exit': setting(0, (given) => rules.integer(given, { max: 255 })),
} satisfies Record<string, Setting<never> | Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

export type Settings = { [Name in SettingName]: (typeof SETTINGS)[Name]['default'] }

export const defaultSettings: Settings = Object.freeze(
  Object.fromEntries(Object.entries(SETTINGS).map(([name, { default: value }]) => [name, value])),
) as Settings

/** The settings that are inputs of an action as well. */
export const STEP_SETTINGS = (Object.keys(SETTINGS) as SettingName[]).filter(
  (name) => name !== 'contains' && name !== 'max-age' && name !== 'expect-exit',
)

/** Reads one setting and puts it into `settings`. @returns what is wrong, or undefined */
export function applySetting(
  settings: Partial<Settings>,
  name: SettingName,
  given: unknown,
): string | undefined {
  const reading: Reading<unknown> = SETTINGS[name].read(given)
  if ('problem' in reading) return reading.problem
  Object.assign(settings, { [name]: reading.value })
  return undefined
}

function readMethod(given: unknown): Reading<string> {
  const method = String(given).trim().toUpperCase()
  if (!/^[A-Z][A-Z-]{0,19}$/.test(method) || method === 'CONNECT') {
    return { problem: `${shown(given)} is not an HTTP method. Write GET, HEAD, POST, OPTIONS …` }
  }
  return { value: method }
}

/** A token of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-fields (names are tokens, values hold no CR, LF or NUL) */
function readHeaders(given: unknown): Reading<Record<string, string>> {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return { problem: 'it is not a map of header names to values, such as "Authorization: Bearer …".' }
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!HEADER_NAME.test(name)) return { problem: `${shown(name)} is not a header name.` }
    if (typeof value === 'object') return { problem: `the value of ${name} is not a text.` }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(String(value))) {
      return {
        problem: `the value of ${name} holds a line break or another character that a header cannot carry.`,
      }
    }
    headers[name] = String(value)
  }
  return { value: headers }
}

function readBody(given: unknown): Reading<string> {
  // It may hold a credential, so it is not shown.
  if (typeof given === 'object')
    return { problem: 'it is not a text. Put JSON in quotes, or below "body: |".' }
  return { value: String(given) }
}

function readText(given: unknown): Reading<string> {
  if (typeof given === 'object') return { problem: `${shown(given)} is not a text.` }
  return { value: String(given) }
}

function readVersion(given: unknown): Reading<string> {
  const version = typeof given === 'object' ? '' : String(given).trim()
  return version === '' ? { problem: `${shown(given)} is not a version.` } : { value: version }
}

function readHeaderName(given: unknown): Reading<string> {
  const name = typeof given === 'string' ? given.trim().toLowerCase() : ''
  return HEADER_NAME.test(name) ? { value: name } : { problem: `${shown(given)} is not a header name.` }
}

/** A regular expression with one group: the version. */
function readVersionPattern(given: unknown): Reading<VersionPattern> {
  if (typeof given !== 'string') return { problem: `${shown(given)} is not a regular expression.` }
  const slashed = /^\/(.+)\/([a-z]*)$/s.exec(given.trim())
  const reading = readRegex(slashed?.[1] ?? given.trim(), slashed?.[2] ?? '')
  if ('problem' in reading) return reading
  const { source, flags } = reading.value
  // An alternative that always matches tells the number of groups.
  const groups = (new RegExp(`${source}|`, flags).exec('')?.length ?? 1) - 1
  if (groups === 1) return { value: reading.value }
  return {
    problem: `${shown(given)} has ${groups} groups. Put the version, and nothing else, in round brackets: "build (\\S+)"; (?:…) does not count.`,
  }
}

/** A key of the Actions cache: at most 512 characters, without commas; some are left for the rest of the key. */
function readBaselineKey(given: unknown): Reading<string> {
  const key = typeof given === 'object' ? '' : String(given).trim()
  if (/^[^,\p{Cc}]{1,200}$/u.test(key)) return { value: key }
  return { problem: `${shown(given)} is not a key of 1 to 200 characters without commas.` }
}

function readRegression(given: unknown): Reading<number> {
  const text = String(given).trim()
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)
  const share = percent === null ? Number(text === '' ? Number.NaN : text) : Number(percent[1]) / 100
  if (Number.isFinite(share) && share > 0 && share <= 100) return { value: share }
  return {
    problem: `${shown(given)} is not a share of slowing down. Write 20% or 0.2; 100% is twice as slow.`,
  }
}

function readShare(given: unknown): Reading<number> {
  const share = parseShare(String(given))
  return share === undefined
    ? { problem: `${shown(given)} is not a share. Write 1%, 0.5% or a fraction such as 0.01.` }
    : { value: share }
}

function readBodySize(given: unknown): Reading<number> {
  const bytes = parseSize(String(given))
  if (bytes === undefined)
    return { problem: `${shown(given)} is not a size. Write 64KiB, 1MiB or a number of bytes.` }
  if (bytes < 1 || bytes > 67_108_864)
    return { problem: `${shown(given)} is out of range: from 1 byte to 64 MiB.` }
  return { value: bytes }
}
