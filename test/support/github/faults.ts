import type { State } from './state.ts'

/** Something that goes wrong with a call. */
export interface Fault {
  /** `POST /repos/{owner}/{repo}/git/refs`, `POST /graphql`, or a pattern of these. */
  on: string | RegExp
  /** Only calls whose body has this text: the name of a mutation. */
  body?: string
  /** How many calls; 1 when not given. */
  times?: number
  /** How many calls go well before. */
  after?: number
  /** Instead of the answer; GitHub does nothing. */
  answer?: { status: number; headers?: Readonly<Record<string, string>>; data?: unknown; text?: string }
  /** The connection is cut before GitHub has done anything, after it, or in the middle of the answer. */
  cut?: 'before' | 'after' | 'body'
  /** ms before GitHub does anything. */
  delay?: number
  /** Another client comes first: called just before the request is looked at. */
  race?: (state: State) => void
  /** Called just after it was carried out. */
  afterwards?: (state: State) => void
}

/** Faults that wait for their call. */
export class Faults {
  readonly #waiting: (Fault & { left: number; skip: number })[] = []

  add(fault: Fault): void {
    this.#waiting.push({ ...fault, left: fault.times ?? 1, skip: fault.after ?? 0 })
  }

  clear(): void {
    this.#waiting.length = 0
  }

  /** The first fault that is about this call. */
  take(operation: string, body: string): Fault | undefined {
    for (const fault of this.#waiting) {
      const named = typeof fault.on === 'string' ? fault.on === operation : fault.on.test(operation)
      if (!named || fault.left === 0 || !body.includes(fault.body ?? '')) continue
      if (fault.skip > 0) {
        fault.skip -= 1
        continue
      }
      fault.left -= 1
      return fault
    }
    return undefined
  }
}

/** What GitHub answers while a secondary rate limit is over. */
export const secondaryLimit = (retryAfter?: number): NonNullable<Fault['answer']> => ({
  status: 403,
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  data: {
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    documentation_url: 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api',
  },
})
