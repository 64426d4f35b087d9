import type * as Yaml from 'yaml'
import { oneLine } from '../untrusted.ts'
import { beyond, LIMITS, Refused } from './limits.ts'

/**
 * Holds a composed document against the limits of its maps and aliases: each key once, no alias inside what it
 * repeats, and not too much when every alias is written out. It is not nested deeper than {@link LIMITS} allows.
 *
 * @throws Refused
 */
export function checkShape(root: unknown, yaml: typeof Yaml): void {
  /** Anchor → how many values it stands for; undefined while it is open. */
  const anchors = new Map<string, number | undefined>()
  const sizeOf = (node: unknown): number => {
    if (yaml.isAlias(node)) {
      const size = anchors.get(node.source)
      if (size !== undefined) return size
      const name = `the alias *${oneLine(node.source, 60)}`
      const why = anchors.has(node.source) ? 'stands inside itself' : 'has no anchor before it'
      throw new Refused(`${name} ${why}`, node.range?.[0])
    }
    if (!yaml.isCollection(node)) return sized(node, 1)
    const anchor = node.anchor
    if (anchor !== undefined) anchors.set(anchor, undefined)
    if (yaml.isMap(node)) checkKeys(node, yaml)
    let size = 1
    for (const item of node.items) {
      size += yaml.isPair(item) ? sizeOf(item.key) + sizeOf(item.value) : sizeOf(item)
      if (size > LIMITS.values)
        throw new Refused(`it has ${beyond(LIMITS.values, 'values, each alias written out')}`)
    }
    return sized(node, size)
  }
  const sized = (node: unknown, size: number): number => {
    if (yaml.isNode(node) && 'anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, size)
    return size
  }
  sizeOf(root)
}

function checkKeys(map: Yaml.YAMLMap, yaml: typeof Yaml): void {
  if (map.items.length > LIMITS.keys) {
    const found = map.items.length.toLocaleString('en-US')
    throw new Refused(`it has a map with ${found} keys, ${beyond(LIMITS.keys, 'keys')}`, map.range?.[0])
  }
  const seen = new Set<string>()
  for (const { key } of map.items) {
    if (!yaml.isScalar(key)) continue
    // As a key of an object: 1 and "1" are one.
    const name = String(key.source ?? key.value)
    if (seen.has(name))
      throw new Refused(`the key "${oneLine(name, 60)}" stands twice in one map`, key.range?.[0])
    seen.add(name)
  }
}
