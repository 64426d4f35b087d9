/** A failure told to the person at the keyboard: what failed, on which thing, what was expected, what to do next. */
export class ActionError extends Error {
  /** The title of the annotation, a few words. */
  readonly title: string

  constructor(title: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ActionError'
    this.title = title
  }
}

/** One thing wrong with what the user gave. `input` is the input's name, or a path into it such as `checks[2].url`. */
export interface Problem {
  input: string
  message: string
}

/** All problems of all inputs at once; thrown before anything was written. */
export class InputError extends ActionError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ input, message }) => `${input}: ${message}`)
    super(problems.length === 1 ? 'Wrong input' : `${problems.length} wrong inputs`, lines.join('\n'))
    this.name = 'InputError'
    this.problems = problems
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name
  return String(thrown)
}
