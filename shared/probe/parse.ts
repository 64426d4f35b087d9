import type { Problems } from '../action/inputs.ts'
import { rules, shown } from '../action/inputs.ts'
import { formatDuration } from '../text/duration.ts'
import { joinWords } from '../text/list.ts'
import { didYouMean } from '../text/nearest.ts'
import { oneLine } from '../text/untrusted.ts'
import type { Check, Target } from './check.ts'
import { neededSamples, samplesOf } from './samples.ts'
import { COMMON_SETTINGS, SCHEMES } from './schemes.ts'
import { applySetting, SETTINGS, type SettingName, type Settings } from './settings.ts'
import { defaultName, displayTarget, readArgv, readTarget, TRUSTED_ONLY } from './target.ts'
import { isUsable } from './usable.ts'

const OWN_KEYS = ['name', 'url', 'exec', 'required']
/** Settings that a list out of the checkout may not hold. */
const CREDENTIALS: readonly SettingName[] = ['headers', 'client-cert', 'client-key']
/** Inputs that belong to the step; the value is what to write instead. */
const STEP_KEYS: Record<string, string> = {
  'fail-on-unhealthy': 'write "required: false" to report a check without failing',
  'dry-run': 'it is for the whole step',
  checks: 'lists do not nest',
  'checks-file': 'lists do not nest',
}

export interface ParseOptions {
  /** What a check has when it says nothing itself: the inputs of the step. */
  defaults: Settings
  /** Where the list comes from, for messages: `checks`, `checks-file`. */
  origin: string
  /** A list out of the checkout: it may hold neither programs, nor local files, nor headers. */
  untrusted: boolean
}

/**
 * Reads a list of checks from a YAML value. Everything wrong goes to `problems` with its place (`checks[2].url`);
 * what is right is returned.
 */
export function parseChecks(list: unknown, options: ParseOptions, problems: Problems): Check[] {
  const { origin } = options
  if (!Array.isArray(list) || list.length === 0) {
    problems.add(
      origin,
      'it is not a list of checks. Write one "- http://host/health" or "- name: …" per check.',
    )
    return []
  }
  const checks: Check[] = []
  for (const [index, item] of list.entries()) {
    const check = parseCheck(item, `${origin}[${index}]`, options, problems)
    if (check !== undefined) checks.push(check)
  }
  return checks
}

/** One item of the list: a URL, or a mapping. */
export function parseCheck(
  item: unknown,
  place: string,
  options: ParseOptions,
  problems: Problems,
): Check | undefined {
  const mapping = typeof item === 'string' ? { url: item } : item
  if (mapping === null || typeof mapping !== 'object' || Array.isArray(mapping)) {
    problems.add(place, `${shown(item)} is neither a URL nor a mapping with "url".`)
    return undefined
  }
  const given = mapping as Record<string, unknown>
  const at = (key: string): string => (typeof item === 'string' ? place : `${place}.${oneLine(key, 60)}`)
  const target = parseTarget(given, place, at, options, problems)
  const settings = parseSettings(given, target, at, options, problems)
  let required = true
  if (given['required'] !== undefined) {
    const reading = rules.boolean(given['required'])
    if ('problem' in reading) problems.add(at('required'), reading.problem)
    else required = reading.value
  }
  let name = target === undefined ? '' : defaultName(target)
  if (given['name'] !== undefined) {
    name = typeof given['name'] === 'object' ? '' : oneLine(String(given['name']), 100)
    if (name === '') problems.add(at('name'), `${shown(given['name'])} is not a name.`)
  }
  if (target === undefined) return undefined
  if (options.origin === 'checks-file' && target.scheme === 'unix') {
    // Behind such a socket may be the container engine of the runner.
    problems.add(at('url'), 'unix is accepted in the inputs "url" and "checks" only.')
  }
  if (options.untrusted && TRUSTED_ONLY.includes(target.scheme)) {
    problems.add(
      at(target.scheme === 'exec' ? 'exec' : 'url'),
      `${target.scheme} is accepted in the input "checks" only.`,
    )
  }
  return { name, target, display: displayTarget(target), required, settings }
}

function parseTarget(
  given: Record<string, unknown>,
  place: string,
  at: (key: string) => string,
  { untrusted }: ParseOptions,
  problems: Problems,
): Target | undefined {
  const hasUrl = given['url'] !== undefined
  const hasExec = given['exec'] !== undefined
  if (hasUrl === hasExec) {
    problems.add(place, hasUrl ? 'it has both "url" and "exec"; write one of them.' : 'it has no "url".')
    return undefined
  }
  const reading = hasUrl ? readTarget(given['url'], untrusted) : readArgv(given['exec'])
  if ('value' in reading) return reading.value
  problems.add(at(hasUrl ? 'url' : 'exec'), reading.problem)
  return undefined
}

function parseSettings(
  given: Record<string, unknown>,
  target: Target | undefined,
  at: (key: string) => string,
  options: ParseOptions,
  problems: Problems,
): Settings {
  const settings: Partial<Settings> = { ...options.defaults }
  // The input asks it of every HTTP check; a program that prints a version says so itself.
  if (target?.scheme === 'exec') settings['expect-version'] = undefined
  const known = [...OWN_KEYS, ...Object.keys(SETTINGS)]
  for (const [key, value] of Object.entries(given)) {
    if (OWN_KEYS.includes(key) || value === null || value === undefined) continue
    if (!Object.hasOwn(SETTINGS, key)) {
      const instead = Object.hasOwn(STEP_KEYS, key) ? STEP_KEYS[key] : undefined
      const reason =
        instead === undefined
          ? `it is not known.${didYouMean(key, known)}`
          : `it does not belong here: ${instead}.`
      problems.add(at(key), reason)
      continue
    }
    const name = key as SettingName
    if (target !== undefined && !isUsable(name, target)) {
      problems.add(at(key), `it means nothing for ${target.scheme}. ${usableWords(target)}`)
      continue
    }
    if (CREDENTIALS.includes(name) && options.untrusted) {
      problems.add(
        at(key),
        `${name} ${name === 'headers' ? 'are' : 'is'} accepted in the inputs "${name}" and "checks" only.`,
      )
      continue
    }
    const problem = applySetting(settings, name, value)
    if (problem !== undefined) problems.add(at(key), problem)
  }
  const complete = settings as Settings
  const own = (key: SettingName): boolean => given[key] !== undefined
  if (own('timeout') && complete.timeout > options.defaults.timeout) {
    const whole = formatDuration(options.defaults.timeout)
    problems.add(at('timeout'), `it is longer than the timeout of the whole step (${whole}). Raise that one.`)
  }
  checkTogether(complete, own, at, problems)
  if (target !== undefined && isUsable('body', target)) complete.headers = withContentType(complete)
  return complete
}

/** Servers refuse a body whose kind they are not told (415, 422); what begins like JSON is JSON. */
function withContentType({ headers, body }: Settings): Settings['headers'] {
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return isGiven || !/^\s*[[{]/.test(body ?? '')
    ? headers
    : { ...headers, 'Content-Type': 'application/json' }
}

/**
 * Rules between settings. They hold for the inputs of a step (`own` says yes to all) as well as for one mapping, where
 * only what the mapping says itself is reported, so that nothing is told twice.
 */
export function checkTogether(
  settings: Settings,
  own: (key: SettingName) => boolean,
  at: (key: string) => string,
  problems: Problems,
): void {
  const { timeout } = settings
  for (const key of ['initial-delay', 'stable-for', 'hold'] as const) {
    if (settings[key] > 0 && settings[key] >= timeout && (own(key) || own('timeout'))) {
      const [given, room] = [formatDuration(settings[key]), formatDuration(timeout)]
      problems.add(at(key), `${given} do not fit into the timeout of ${room}. Raise the timeout.`)
    }
  }
  if (settings.invert) {
    const holds = settings.hold > 0 && (own('invert') || own('hold'))
    const samples = settings.samples > 0 && own('samples')
    const gates = (['max-p95', 'max-p99', 'max-error-rate', 'baseline'] as const).some(
      (key) => settings[key] !== undefined && own(key),
    )
    if (holds || samples || gates)
      problems.add(at('invert'), 'a target that is to be down has no samples and no hold.')
    return
  }
  const sampled = samplesOf(settings)
  const [threshold, needed] = neededSamples(settings)
  if (sampled < needed && (own('samples') || own(threshold))) {
    problems.add(at('samples'), `${threshold} needs at least ${needed} samples, not ${sampled}.`)
  }
}

function usableWords(target: Target): string {
  return `There are ${joinWords([...OWN_KEYS.filter((key) => key !== 'exec'), ...COMMON_SETTINGS, ...SCHEMES[target.scheme].settings])}.`
}

/** Names are how checks are told apart in outputs: given ones must differ, made-up ones get a number. */
export function uniqueNames(checks: readonly Check[], problems: Problems, origin: string): Check[] {
  const given = new Set(checks.map(({ name }) => name))
  const seen = new Map<string, number>()
  return checks.map((check) => {
    let count = (seen.get(check.name) ?? 0) + 1
    if (count > 1 && check.name !== defaultName(check.target)) {
      problems.add(origin, `two checks are named ${shown(check.name)}. Give each a name of its own.`)
    }
    while (count > 1 && given.has(`${check.name} (${count})`)) count += 1
    seen.set(check.name, count)
    return count === 1 ? check : { ...check, name: `${check.name} (${count})` }
  })
}
