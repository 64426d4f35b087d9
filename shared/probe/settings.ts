import { type Reading, rules, shown } from '../action/inputs.ts'
import type { HttpVersion } from '../http/line.ts'
import { parseShare, parseSize } from '../text/units.ts'
import { readHeaderExpectations } from './expect/header.ts'
import { readJsonExpectations } from './expect/json.ts'
import { readJsonPath } from './expect/json-path.ts'
import { readStatuses, type Statuses } from './expect/statuses.ts'
import { readTextMatcher } from './expect/text.ts'
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
  'same-version': setting(false, rules.boolean),
  'health-json': setting<'auto' | 'off'>('auto', (given) => rules.choice(given, ['auto', 'off'])),
  timeout: setting(60_000, (given) => rules.duration(given, { min: 1 })),
  'attempt-timeout': setting(5_000, (given) => rules.duration(given, { min: 1 })),
  interval: optional((given) => rules.duration(given, { min: 10 })),
  'initial-delay': setting(0, rules.duration),
  'success-threshold': setting(2, (given) => rules.integer(given, { min: 1, max: 1_000 })),
  hold: setting(0, rules.duration),
  'stop-on': setting<Statuses>([], readStatuses),
  'follow-redirects': setting(0, (given) => rules.integer(given, { max: 20 })),
  samples: setting(0, (given) => rules.integer(given, { max: 100_000 })),
  concurrency: setting(1, (given) => rules.integer(given, { min: 1, max: 256 })),
  'max-p95': optional((given) => rules.duration(given, { min: 1 })),
  'max-p99': optional((given) => rules.duration(given, { min: 1 })),
  'max-error-rate': optional(readShare),
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

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-fields (names are tokens, values hold no CR, LF or NUL) */
function readHeaders(given: unknown): Reading<Record<string, string>> {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    return { problem: 'it is not a map of header names to values, such as "Authorization: Bearer …".' }
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
      return { problem: `${shown(name)} is not a header name.` }
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
