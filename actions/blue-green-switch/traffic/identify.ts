import { type Reading, shown } from '../../../shared/action/inputs.ts'
import type { Observation } from '../../../shared/probe/check.ts'
import { at, type JsonPath, readJsonPath } from '../../../shared/probe/expect/json-path.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'

/** How an answer tells its side. */
export interface Identify {
  from: { header: string } | { json: JsonPath }
  /** Color by what the answer says. */
  colors: ReadonlyMap<string, string>
}

const KEYS = ['header', 'json', 'values']

/** Reads `{header | json, values?}`; pure. `{version}` in values is filled with `version`. */
export function readIdentify(given: unknown, colors: readonly string[], version: string): Reading<Identify> {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    return { problem: `${shown(given)} is not a map. Write "header: X-Color" or "json: version".` }
  const map = given as Record<string, unknown>
  const odd = Object.keys(map).find((key) => !KEYS.includes(key))
  if (odd !== undefined) return { problem: `${shown(odd)} is not known.${didYouMean(odd, KEYS)}` }
  const { header, json, values } = map
  if ((header === undefined) === (json === undefined)) return { problem: 'give either "header" or "json".' }
  const told = readValues(values, colors, version)
  if ('problem' in told) return told
  if (header !== undefined) {
    if (typeof header !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(header))
      return { problem: `${shown(header)} is not a header name.` }
    return { value: { from: { header: header.toLowerCase() }, colors: told.value } }
  }
  const path = readJsonPath(json)
  return 'problem' in path ? path : { value: { from: { json: path.value }, colors: told.value } }
}

function readValues(
  values: unknown,
  colors: readonly string[],
  version: string,
): Reading<ReadonlyMap<string, string>> {
  if (values === undefined) return { value: new Map(colors.map((color) => [color, color])) }
  if (values === null || typeof values !== 'object' || Array.isArray(values))
    return { problem: `values: ${shown(values)} is not a map from color to what its answers say.` }
  const found = new Map<string, string>()
  for (const [color, value] of Object.entries(values)) {
    if (!colors.includes(color))
      return { problem: `values: ${shown(color)} is no color of the target.${didYouMean(color, colors)}` }
    const text = String(value).replaceAll('{version}', version).trim()
    if (typeof value === 'object' || text === '')
      return { problem: `values.${color}: ${shown(value)} is not a text.` }
    if (found.has(text)) return { problem: `values: ${shown(text)} stands for two colors.` }
    found.set(text, color)
  }
  const missing = colors.find((color) => ![...found.values()].includes(color))
  if (missing !== undefined) return { problem: `values: ${shown(missing)} is missing.` }
  return { value: found }
}

/** Which side gave this answer; pure. @returns the color, or in words why it cannot be told */
export function sideOf(identify: Identify, seen: Observation): { side: string } | { unknown: string } {
  const { from, colors } = identify
  const said = 'header' in from ? seen.headers?.[from.header] : valueAt(seen, from.json)
  const place = 'header' in from ? `header ${from.header}` : `"${from.json.join('.')}"`
  if (said === undefined) return { unknown: `the answer has no ${place}` }
  const side = colors.get(said.trim())
  return side === undefined
    ? { unknown: `${place} is ${JSON.stringify(oneLine(said, 60))}, which is no side` }
    : { side }
}

function valueAt({ body }: Observation, path: JsonPath): string | undefined {
  try {
    const value = at(JSON.parse(body?.toString('utf8') ?? ''), path)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  } catch {
    return undefined
  }
}
