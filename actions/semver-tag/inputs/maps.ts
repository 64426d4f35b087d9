import { type Problems, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { nearest } from '../../../shared/text/nearest.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import { LEVELS } from '../../../shared/version/bump.ts'
import { prereleaseProblem } from '../../../shared/version/version.ts'
import type { BranchRule, Level } from '../model.ts'

/** Used unless `label-rules` names others. */
const LABELS = new Map(LEVELS.map((level) => [`semver:${level}`, level]))
const TYPE = /^[A-Za-z][\w-]*$/

/** Commit type → level; types are lower case. */
export async function readReleaseRules(
  text: string | undefined,
  problems: Problems,
): Promise<Map<string, Level>> {
  const found = new Map<string, Level>()
  for (const [key, value] of await entries('release-rules', text, 'feat: minor', problems)) {
    const type = key.toLowerCase()
    if (!TYPE.test(key)) problems.add('release-rules', `${shown(key)} is no commit type.`)
    else if (found.has(type)) problems.add('release-rules', `${shown(key)} stands there twice.`)
    const level = readLevel('release-rules', key, value, problems)
    if (level !== undefined) found.set(type, level)
  }
  return found
}

/** Label → level, lower case: GitHub compares labels without case. */
export async function readLabelRules(
  text: string | undefined,
  problems: Problems,
): Promise<Map<string, Level>> {
  if (text === undefined) return LABELS
  const found = new Map<string, Level>()
  for (const [label, value] of await entries('label-rules', text, 'breaking: major', problems)) {
    const isReversed = rules.choice(label, LEVELS)
    if ('value' in isReversed && typeof value === 'string' && 'problem' in rules.choice(value, LEVELS)) {
      problems.add('label-rules', `a label comes first: write "${value}: ${label}".`)
      continue
    }
    const level = readLevel('label-rules', label, value, problems)
    if (level !== undefined) found.set(label.toLowerCase(), level)
  }
  return found
}

/** Branch glob → `release`, `none` or a pre-release identifier, in the order of the text. */
export async function readBranches(text: string | undefined, problems: Problems): Promise<BranchRule[]> {
  const found: BranchRule[] = []
  for (const [glob, value] of await entries('branches', text, 'main: release', problems)) {
    const reading = channel(value)
    if ('problem' in reading) problems.add(`branches.${glob}`, reading.problem)
    else found.push({ glob, makes: reading.value })
  }
  return found
}

/** A pre-release identifier by SemVer item 9. */
export function identifier(given: unknown): Reading<string> {
  const problem = typeof given === 'string' ? prereleaseProblem(given) : 'it is no text'
  if (problem === undefined) return { value: String(given) }
  return { problem: `${shown(given)} is no pre-release identifier such as rc: ${problem}.` }
}

function channel(given: unknown): Reading<BranchRule['makes']> {
  if (given === 'release' || given === 'none') return { value: given }
  const reading = identifier(given)
  if ('problem' in reading) return { problem: `${reading.problem} Or "release", or "none".` }
  const word = nearest(reading.value, ['release', 'none'])
  if (word !== undefined) {
    return { problem: `${shown(given)} would be a pre-release identifier. Did you mean "${word}"?` }
  }
  return { value: { prerelease: reading.value } }
}

function readLevel(input: string, key: string, value: unknown, problems: Problems): Level | undefined {
  const reading = rules.choice(value, LEVELS)
  if ('value' in reading) return reading.value
  problems.add(`${input}.${key}`, reading.problem)
  return undefined
}

async function entries(
  input: string,
  text: string | undefined,
  example: string,
  problems: Problems,
): Promise<[string, unknown][]> {
  if (text === undefined) return []
  const parsed = await parseYaml(text)
  if (!parsed.ok) {
    problems.add(input, `it is not valid YAML: ${parsed.problem}.`)
    return []
  }
  const { value } = parsed
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    problems.add(input, `${shown(text)} is not a map. Write lines such as "${example}".`)
    return []
  }
  return Object.entries(value)
}
