import type { Entry } from '../model.ts'

/** What people call the labels of pull requests that do what a commit type says; as {@link labelKey} spells them. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  feat: ['enhancement', 'feature', 'features', 'new-feature', 'feature-request', 'semver-minor', 'minor'],
  fix: ['bug', 'bugs', 'bugfix', 'bug-fix', 'fixes', 'semver-patch', 'patch'],
  perf: ['performance', 'optimization'],
  docs: ['documentation', 'doc'],
  refactor: ['refactoring', 'cleanup'],
  test: ['tests', 'testing'],
  ci: ['github-actions', 'continuous-integration'],
  build: ['build-system'],
  chore: ['maintenance', 'internal'],
  revert: ['reverts'],
  deps: ['dependencies', 'dependency'],
}
const BREAKING = [
  'breaking',
  'breaking-change',
  'breaking-changes',
  'semver-major',
  'major',
  'backwards-incompatible',
]

/** Another name of a type, as people write it. */
const TYPES: Readonly<Record<string, string>> = {
  feature: 'feat',
  bugfix: 'fix',
  performance: 'perf',
  doc: 'docs',
}

/**
 * The labels that a commit without a pull request would have had, by its type: feat and `enhancement`, fix and `bug`,
 * `chore(deps)` and `dependencies`, what breaks and `breaking-change` …
 */
export function labelsOfType({ type, scope, breaking }: Entry): ReadonlySet<string> {
  const found = new Set(breaking === undefined ? [] : BREAKING)
  const types = type === undefined ? [] : [TYPES[type] ?? type, ...(isDependencies(scope) ? ['deps'] : [])]
  for (const each of types) for (const label of [each, ...(LABELS[each] ?? [])]) found.add(label)
  return found
}

/** The type that labels say; of several the one that moves the version farthest. */
export function typeOfLabels(labels: readonly string[]): string | undefined {
  const keys = new Set(labels.map(labelKey))
  return Object.keys(LABELS).find((type) => keys.has(type) || LABELS[type]?.some((label) => keys.has(label)))
}

export function isBreakingLabel(label: string): boolean {
  return BREAKING.includes(labelKey(label))
}

/** A label without what sets it apart from others of its repository: `type: Bug Fix`, `kind/bug-fix` are `bug-fix`. */
export function labelKey(label: string): string {
  const word = label
    .toLowerCase()
    .replace(/^(?:type|kind|category|pr|changelog|release-note|c|t)\s*[:/-]\s*/, '')
  return word.trim().replace(/[\s_:]+/g, '-')
}

function isDependencies(scope: string | undefined): boolean {
  return /^(?:deps|deps-dev|dependencies)$/i.test(scope ?? '')
}
