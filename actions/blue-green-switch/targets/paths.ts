/** A shell at the other end of `via` (ssh hands the words to one) reads these as they are. */
export const PLAIN_PATH = /^[\w@%+=:,./-]+$/
