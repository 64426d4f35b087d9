import type { YAMLMap } from 'yaml'
import { parseYamlDocument } from '../../../../shared/text/yaml.ts'

/** The weighted service of a dynamic configuration. */
export interface Weighted {
  /** By color; Traefik takes 1 where none is written. */
  weights: Readonly<Record<string, number>>
  /** The cookie that binds users to a service as long as that has a weight. */
  cookie: string | undefined
  /** The same file with other weights; everything else stays as it is, byte for byte. */
  with(weights: Readonly<Record<string, number>>): string
}

interface Edit {
  start: number
  end: number
  text: string
}

/**
 * Finds `http.services.<service>.weighted` in a file of Traefik's file provider; pure.
 *
 * @param names what each color's service is called there
 * @returns what is wrong, in words that follow the name of the file
 */
export async function parseWeighted(
  text: string,
  service: string,
  names: Readonly<Record<string, string>>,
): Promise<Weighted | string> {
  const { isMap, isScalar, isSeq } = await import('yaml')
  const parsed = await parseYamlDocument(text)
  if (!parsed.ok) {
    const hint = text.includes('{{') ? ' (templates of Go are not understood here)' : ''
    return `is not valid YAML: ${parsed.problem}${hint}`
  }
  const { document } = parsed
  const list = document.getIn(['http', 'services', service, 'weighted', 'services'], true)
  if (!isSeq(list)) return `has no list http.services.${service}.weighted.services`
  const parts = new Map<string, YAMLMap>()
  const weights: Record<string, number> = {}
  for (const item of list.items) {
    if (!isMap(item)) return `has something else than a map in http.services.${service}.weighted.services`
    const name = item.get('name')
    const weight = item.get('weight') ?? 1
    if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0) {
      return `gives "${name}" of ${service} a weight that is not a whole number`
    }
    const color = Object.keys(names).find((key) => sameService(names[key] ?? '', String(name)))
    if (color === undefined) {
      if (weight === 0) continue
      return `sends traffic of ${service} to "${name}", which is none of ${Object.keys(names).join(' and ')}`
    }
    if (parts.has(color)) return `has "${name}" twice in ${service}`
    parts.set(color, item)
    weights[color] = weight
  }
  const missing = Object.keys(names).find((color) => !parts.has(color))
  if (missing !== undefined)
    return `has no "${names[missing]}" in ${service}: add "- name: ${names[missing]}" with "weight: 0"`

  const editOf = (item: YAMLMap, weight: number): Edit | undefined => {
    const value = item.get('weight', true)
    if (isScalar(value) && value.range) {
      const [start, end] = value.range
      return value.value === weight ? undefined : { start, end, text: String(weight) }
    }
    const pair = item.items.find(({ key }) => isScalar(key) && key.value === 'name')
    const [key, name] = [pair?.key, pair?.value]
    if (!isScalar(key) || !isScalar(name) || !key.range || !name.range) return undefined
    const at = name.range[1]
    const column = key.range[0] - (text.lastIndexOf('\n', key.range[0] - 1) + 1)
    const eol = text.includes('\r\n') ? '\r\n' : '\n'
    const separator = item.flow === true ? ', ' : eol + ' '.repeat(column)
    return { start: at, end: at, text: `${separator}weight: ${weight}` }
  }
  const sticky: unknown = document.getIn(['http', 'services', service, 'weighted', 'sticky', 'cookie'])
  const cookieName: unknown = document.getIn([
    'http',
    'services',
    service,
    'weighted',
    'sticky',
    'cookie',
    'name',
  ])
  const cookie = sticky === undefined ? undefined : typeof cookieName === 'string' ? cookieName : ''
  return {
    weights,
    cookie,
    with: (wanted) =>
      [...parts]
        .flatMap(([color, item]) => editOf(item, wanted[color] ?? 0) ?? [])
        .toSorted((a, b) => b.start - a.start)
        .reduce(
          (result, { start, end, text: fresh }) => result.slice(0, start) + fresh + result.slice(end),
          text,
        ),
  }
}

/** Inside the file a service may be named with or without its provider. */
export function sameService(one: string, other: string): boolean {
  return one.replace(/@file$/, '') === other.replace(/@file$/, '')
}
