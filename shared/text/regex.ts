import { oneLine } from './untrusted.ts'

/** Of an expression, in characters. */
const MAX_SOURCE = 1_000

/** An expression as data: where and for how long it runs is up to whoever runs it. */
export interface Regex {
  source: string
  flags: string
}

/** What is wrong with an expression, in words that end a sentence; pure. */
export function regexProblem({ source, flags }: Regex): string | undefined {
  if (source.length > MAX_SOURCE) {
    const [found, most] = [source.length, MAX_SOURCE].map((count) => count.toLocaleString('en-US'))
    return `it has ${found} characters, and an expression has at most ${most}`
  }
  try {
    // V8 compiles when it first runs, and only then says that an expression is too large.
    new RegExp(source, flags).test('')
    return undefined
  } catch (error) {
    return oneLine((error as Error).message, 200)
  }
}
