import type { InputReader } from '../../../shared/action/inputs.ts'

/** What every reader of inputs gets: the inputs, the variables, and a way to make a value a secret. */
export interface Reader extends InputReader {
  env: Readonly<Record<string, string | undefined>>
  /** Masks a secret; first of all, before anything is said about it. */
  mask(secret: string): void
}

/** A variable, unless it is empty. */
export function variable({ env }: Reader, name: string): string | undefined {
  return env[name]?.trim() || undefined
}
