import { shown } from '../../../shared/action/inputs.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'

type Path = readonly (string | number)[]

/** Collects what is wrong with a config file. */
export interface Checker {
  add(at: Path, message: string): void
  /** The map at a path, an empty one when it is none; keys beside `known` are problems. */
  map(at: Path, given: unknown, known: readonly string[]): Record<string, unknown>
}

/** @param add told what is wrong, and on which line */
export function checker(
  lineOf: (path: Path) => number,
  add: (line: number, message: string) => void,
): Checker {
  const at = (path: Path, message: string): void => {
    const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
    add(lineOf(path), `${name.replace(/^\./, '')}${name === '' ? '' : ': '}${message}`)
  }
  return {
    add: at,
    map(path, given, known) {
      if (!isMap(given)) {
        at(path, `${shown(given ?? null)} is not a map with the keys ${known.join(', ')}.`)
        return {}
      }
      for (const key of Object.keys(given)) {
        if (!known.includes(key))
          at([...path, key], `no such key here; there are ${known.join(', ')}.${didYouMean(key, known)}`)
      }
      return given
    },
  }
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
