import type { InputReader, Problems } from '../../../shared/action/inputs.ts'
import type { Check } from '../../../shared/probe/check.ts'
import { parseChecks, uniqueNames } from '../../../shared/probe/parse.ts'
import { defaultSettings } from '../../../shared/probe/settings.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { ChecksByColor } from '../model.ts'

/** A gate wants more than luck. */
const GATE = { 'success-threshold': 3 }
const GATE_TIMEOUT_MS = 60_000
/** What `probe-rate`, `step-interval`, `min-samples` and their like say for all of `verify`. */
const NOT_IN_VERIFY = [
  ...['samples', 'concurrency', 'max-p95', 'max-p99', 'max-error-rate', 'success-threshold', 'hold'],
  ...['interval', 'initial-delay', 'timeout', 'stop-on', 'invert', 'required', 'same-version'],
]

export interface ReadChecks {
  /** The value of the input, as YAML was read; the word `none` means none. */
  value: unknown
  colors: readonly string[]
  /** The sides that the traffic may go to; of the others it is nice to know. */
  needed: readonly string[]
  version: string
  /** ms of the whole step */
  timeout: number
}

/** Reads `checks`: a list, or a map from color to list. Everything that is wrong is told once. */
export function readGate(given: ReadChecks, inputs: InputReader): ChecksByColor {
  return perColor('checks', given, inputs, (list, problems) => {
    const timed = list.map((item) => {
      const own = Math.min(GATE_TIMEOUT_MS, given.timeout)
      if (typeof item === 'string') return { url: item, timeout: `${own}ms` }
      return isMap(item) && item['timeout'] === undefined ? { ...item, timeout: `${own}ms` } : item
    })
    const defaults = { ...defaultSettings, ...GATE, timeout: given.timeout }
    return parseChecks(timed, { defaults, origin: 'checks', untrusted: false }, problems)
  })
}

/** Reads `verify`, likewise; each of its checks is one request over HTTP. */
export function readVerify(given: ReadChecks, inputs: InputReader): ChecksByColor {
  return perColor('verify', given, inputs, (list, problems) => {
    for (const [index, item] of list.entries()) {
      const odd = isMap(item) ? Object.keys(item).filter((key) => NOT_IN_VERIFY.includes(key)) : []
      for (const key of odd) {
        const instead =
          'an answer is judged by itself; probe-rate, min-samples, max-error-rate and max-p95 are inputs'
        problems.add(`verify[${index}].${key}`, `it means nothing here: ${instead}.`)
      }
    }
    const checks = parseChecks(
      list,
      { defaults: defaultSettings, origin: 'verify', untrusted: false },
      problems,
    )
    for (const { target, display } of checks) {
      if (target.scheme !== 'http' && target.scheme !== 'https')
        problems.add('verify', `${display} is not http or https: the front door is asked over HTTP.`)
    }
    return checks
  })
}

function perColor(
  input: string,
  { value, colors, needed, version }: ReadChecks,
  inputs: InputReader,
  parse: (list: readonly unknown[], problems: Problems) => Check[],
): ChecksByColor {
  if (value === undefined || (typeof value === 'string' && value.trim().toLowerCase() === 'none'))
    return undefined
  const told = new Set<string>()
  const problems: Problems = {
    list: inputs.list,
    // Both colors have the same mistakes.
    add: (place, message) => {
      if (!told.has(place + message)) inputs.add(place, message)
      told.add(place + message)
    },
  }
  const found: Record<string, readonly Check[]> = {}
  for (const color of colors) {
    const own = needed.includes(color) ? problems : quiet()
    const list = listFor(input, value, color, own)
    if (list === undefined) continue
    const filled = fill(list, { color, version }, (name) =>
      own.add(input, `it uses {${name}}, but the input "${name}" is not given.`),
    ) as unknown[]
    const checks = uniqueNames(parse(filled, own), own, input)
    if (own === problems || own.list.length === 0) found[color] = checks
  }
  return found
}

/** Problems of a side that is only nice to know: then it is not known. */
function quiet(): Problems {
  const list: { input: string; message: string }[] = []
  return { list, add: (input, message) => list.push({ input, message }) }
}

function listFor(
  input: string,
  value: unknown,
  color: string,
  problems: Problems,
): readonly unknown[] | undefined {
  const list = isMap(value) ? value[color] : value
  if (Array.isArray(list) && list.length > 0) return list
  problems.add(
    input,
    isMap(value)
      ? `there is no list for ${color}. Write a list, or a map with one for each color.`
      : `"${oneLine(String(value), 60)}" is not a list of checks. Write "- http://{color}.internal/health", or "none".`,
  )
  return undefined
}

/** Fills `{color}` and `{version}` in every text. Unquoted, YAML reads `{version}` as a map; that is meant as well. */
function fill(
  value: unknown,
  words: Readonly<Record<'color' | 'version', string>>,
  missing: (name: string) => void,
): unknown {
  const wordOf = (name: 'color' | 'version'): string => {
    if (words[name] === '') missing(name)
    return words[name]
  }
  if (typeof value === 'string')
    return value.replace(/\{(color|version)\}/g, (_, name: 'color' | 'version') => wordOf(name))
  if (Array.isArray(value)) return value.map((item) => fill(item, words, missing))
  if (!isMap(value)) return value
  const [entry, ...more] = Object.entries(value)
  if (entry !== undefined && more.length === 0 && entry[1] === null && /^(color|version)$/.test(entry[0]))
    return wordOf(entry[0] as 'color' | 'version')
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, words, missing)]))
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
