import { type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import { parseShare } from '../../../shared/text/units.ts'

export const DAY_MS = 86_400_000

/** A rule for a list whose items are some of these words, each once. */
export const choices =
  <const T extends string>(words: readonly T[]) =>
  (text: string): Reading<T[]> => {
    const found: T[] = []
    for (const word of parseList(text)) {
      const reading = rules.choice(word, words)
      if ('problem' in reading) return reading
      if (!found.includes(reading.value)) found.push(reading.value)
    }
    return { value: found }
  }

export function share(given: unknown): Reading<number> {
  const value = typeof given === 'string' || typeof given === 'number' ? parseShare(String(given)) : undefined
  return value === undefined ? { problem: `${shown(given)} is not a share. Write 10% or 0.1.` } : { value }
}

export function repositoryList(text: string): Reading<string[]> {
  const list = [...new Set(parseList(text))]
  const wrong = list.find((name) => !/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(name) || /\/\.{1,2}$/.test(name))
  if (wrong !== undefined) return { problem: `${shown(wrong)} is not a repository such as owner/name.` }
  return list.length > 50 ? { problem: `${list.length} repositories are more than 50.` } : { value: list }
}
