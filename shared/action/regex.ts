import type { Regex } from '../text/regex.ts'

/** Expressions may be catastrophic, and texts hostile. */
const BUDGET_MS = 200

/** The expression did not come to an end in time, or is larger than V8 takes: neither yes nor no. */
export class RegexStopped extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'RegexStopped'
  }
}

/**
 * What an expression finds in a text: the match and its groups, or undefined. It runs in a context of its own, where V8
 * stops it, whatever the text.
 *
 * @throws RegexStopped with a reason that follows the expression in a sentence
 */
export async function matchRegex(
  { source, flags }: Regex,
  text: string,
): Promise<readonly (string | undefined)[] | undefined> {
  const found = await stopped(
    'const found = new RegExp(source, flags).exec(text); found === null ? "" : JSON.stringify([...found])',
    { source, flags, text },
    BUDGET_MS,
  )
  if (found === '') return undefined
  return (JSON.parse(found) as (string | null)[]).map((group) => group ?? undefined)
}

/**
 * Which of the texts any of the expressions matches; one context for all of them.
 *
 * @param budget ms for all of them
 * @throws RegexStopped
 */
export async function matchAny(
  regexes: readonly Regex[],
  texts: readonly string[],
  budget = 2_000,
): Promise<boolean[]> {
  if (regexes.length === 0 || texts.length === 0) return texts.map(() => false)
  const answer = await stopped(
    'const all = JSON.parse(regexes).map(({ source, flags }) => new RegExp(source, flags))\n' +
      'JSON.stringify(JSON.parse(texts).map((text) => all.some((regex) => regex.test(text))))',
    { regexes: JSON.stringify(regexes), texts: JSON.stringify(texts) },
    budget,
  )
  return JSON.parse(answer) as boolean[]
}

/** The text that a script ends in, within its time. Only texts go in and come out. */
async function stopped(script: string, names: Record<string, string>, timeout: number): Promise<string> {
  const { runInNewContext } = await import('node:vm')
  try {
    return String(runInNewContext(script, { ...names }, { timeout }))
  } catch (error) {
    const isLate = (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
    throw new RegexStopped(isLate ? `took more than ${timeout} ms` : 'is too large')
  }
}
