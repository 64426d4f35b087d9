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

/** Nobody reads more at once. */
const MAX_TOLD = 50

/** All problems of all inputs at once; thrown before anything was written. */
export class InputError extends ActionError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.slice(0, MAX_TOLD).map(({ input, message }) => `${input}: ${message}`)
    const more = problems.length - lines.length
    if (more > 0) lines.push(`And ${more} more.`)
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

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EBUSY: 'another program holds it',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'it would be too large for this disk',
  EIO: 'the disk does not work',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go in circles',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  ENXIO: 'it is not a regular file',
  EPERM: 'this user may not write there',
  EROFS: 'the disk can only be read',
}

/** Why the system refused something about a file, in words that end a sentence; the error's own message for others. */
export function reasonOf(thrown: unknown): string {
  const code = (thrown as NodeJS.ErrnoException | null | undefined)?.code
  const reason = code === undefined ? undefined : REASONS[code]
  return reason === undefined ? messageOf(thrown) : `${reason} (${code})`
}
