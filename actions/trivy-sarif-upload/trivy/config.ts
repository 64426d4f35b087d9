/** What became of a trivy.yaml that was found by its name. */
export interface AllowedConfig {
  /** The keys that are obeyed. */
  config: Record<string, unknown>
  /** Their names, `scan.skip-dirs`. */
  obeyed: string[]
  /** Names of keys that are not. */
  refused: string[]
  /** `ignorefile` and `secret.config`: read by the same rules as the files that are found by name. */
  ignoreFile: string | undefined
  secretConfig: string | undefined
}

/**
 * Keys that say what is looked at and how it is read. Everything else is not obeyed where nobody has named the file:
 * servers, registries and repositories (data would go where a pull request wants it), policies and VEX (anything could be
 * hidden), severities, formats, outputs and exit codes (the gate is here).
 */
const ALLOWED =
  /^(?:scan\.(?:skip-dirs|skip-files|file-patterns|scanners|parallel|detection-priority)|pkg\.(?:types|relationships|include-dev-deps)|vulnerability\.(?:ignore-unfixed|ignore-status)|misconfiguration\.(?:scanners|terraform\.exclude-downloaded-modules)|license\.[a-z][a-z-]*|secret\.config|ignorefile)$/
const MAX_NAMED = 100

/** The part of a trivy.yaml that is obeyed; pure. @param value as parsed */
export function allowedConfig(value: unknown): AllowedConfig {
  const found: AllowedConfig = {
    config: {},
    obeyed: [],
    refused: [],
    ignoreFile: undefined,
    secretConfig: undefined,
  }
  walk(value, [], found)
  return found
}

function walk(value: unknown, path: readonly string[], found: AllowedConfig): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) {
      // Viper takes keys in any case, and dots as steps.
      walk(each, [...path, ...key.toLowerCase().split('.')], found)
    }
    return
  }
  const name = path.join('.')
  if (name === '' || value === null) return
  if (name === 'ignorefile' && typeof value === 'string') found.ignoreFile = value
  else if (name === 'secret.config' && typeof value === 'string') found.secretConfig = value
  else if (ALLOWED.test(name) && isPlain(value)) {
    found.obeyed.push(name)
    put(found.config, path, value)
  } else if (found.refused.length < MAX_NAMED) found.refused.push(name)
}

/** Keys that this action sets itself, whoever names the file: a report it can read, and a gate of its own. */
const OURS =
  /^(?:format|output|output-plugin-arg|template|report|exit-code|exit-on-eol|severity|compliance|dependency-tree|list-all-pkgs|quiet|debug|timeout|version|generate-default-config|cache\.dir|scan\.compliance|scan\.show-suppressed)$/
const PATHS =
  /^(?:ignore-policy|vex|scan\.vex|vulnerability\.vex|rego\.(?:check|data|policy)|misconfiguration\.(?:terraform\.vars|helm\.values?|helm\.set-file|cloudformation\.params|config-file-schemas))$/

/**
 * A trivy.yaml that an input names: all of it but what this action sets; pure.
 *
 * @param absolute makes a path absolute that is relative to the workspace, because Trivy runs elsewhere
 */
export function namedConfig(value: unknown, absolute: (path: string) => string): AllowedConfig {
  const found: AllowedConfig = {
    config: {},
    obeyed: [],
    refused: [],
    ignoreFile: undefined,
    secretConfig: undefined,
  }
  const isUrl = (text: string): boolean =>
    /^[a-z][a-z0-9+.-]*:/i.test(text) || text === 'repo' || text === 'oci'
  const take = (each: unknown, path: readonly string[]): void => {
    if (typeof each === 'object' && each !== null && !Array.isArray(each)) {
      for (const [key, inner] of Object.entries(each)) take(inner, [...path, ...key.toLowerCase().split('.')])
      return
    }
    const name = path.join('.')
    if (name === '' || each === null || path.includes('__proto__')) return
    if (name === 'ignorefile' && typeof each === 'string') found.ignoreFile = each
    else if (name === 'secret.config' && typeof each === 'string') found.secretConfig = each
    else if (OURS.test(name)) found.refused.push(name)
    else {
      const resolved = (one: unknown): unknown =>
        PATHS.test(name) && typeof one === 'string' && !isUrl(one) ? absolute(one) : one
      found.obeyed.push(name)
      put(found.config, path, Array.isArray(each) ? each.map(resolved) : resolved(each))
    }
  }
  take(value, [])
  return found
}

/** A scalar, or a list of them. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every((each) => typeof each !== 'object') : typeof value !== 'object'
}

function put(config: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = config
  for (const step of path.slice(0, -1)) {
    const next = at[step]
    if (typeof next === 'object' && next !== null) at = next as Record<string, unknown>
    else {
      const made: Record<string, unknown> = {}
      at[step] = made
      at = made
    }
  }
  at[path.at(-1) ?? ''] = value
}
