import type { Inputs } from '../model.ts'
import type { Finding } from '../sarif/model.ts'

/** It stands in the body; what differs only after so many characters shares an issue. */
const MAX_KEY = 1_000

/**
 * Of tool, rule and target: the image or component, else the file. Issues may stand for packages or files instead of
 * rules; what has no package has a rule.
 */
export function keyOf(
  { tool, rule, target, path = '', package: found }: Finding,
  group: Inputs['issueGroup'] = 'rule',
): string {
  const parts =
    group === 'file'
      ? [tool, 'file', target ?? path]
      : group === 'package' && found !== undefined
        ? [tool, 'package', found.name, target ?? path]
        : [tool, rule, target ?? path]
  return JSON.stringify(parts).slice(0, MAX_KEY).toWellFormed()
}

/** Of a tool's overview: no rule and target. */
export function overviewKey(tool: string): string {
  return JSON.stringify([tool, 'overview']).slice(0, MAX_KEY).toWellFormed()
}

/** The tool of a key; undefined where the key is none of ours, or was cut within the tool's name. */
export function toolIn(key: string): string | undefined {
  const [, quoted] = /^\[("(?:[^"\\]|\\.)*")/s.exec(key) ?? []
  try {
    return quoted === undefined ? undefined : String(JSON.parse(quoted))
  } catch {
    return undefined
  }
}

/** What is an issue's own: the same rule and target may be found in another category. */
export function nameOf({ key, category }: { key: string; category: string }): string {
  return `${category.toWellFormed()}\n${key}`
}
