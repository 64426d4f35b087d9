/** Whether a text is a pattern and no plain path. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text)
}

export interface GlobOptions {
  /** As file names are on Windows and macOS; `false` when not given. */
  ignoreCase?: boolean
}

/**
 * A test for paths and names with forward slashes, the same for files, branches and everything else: `*` is any text
 * without a slash, `?` one character but a slash, `**` any text, and a `**` that is a whole segment is any number of
 * folders, none too, so that `a` is found at any depth and at the top; everything else is itself. One test takes at
 * most glob × path steps, whatever the stars.
 */
export function globTest(glob: string, { ignoreCase = false }: GlobOptions = {}): (path: string) => boolean {
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text)
  const wanted = folded(glob)
  if (!isGlob(glob)) return (path) => folded(path) === wanted
  // Neighbours say no more than one of them: `**/**/` and `***`.
  const tokens = (wanted.match(/(?:(?<![^/])\*\*+\/)+|\*\*+|./gs) ?? []).map((token) =>
    token.endsWith('*/') ? '**/' : token.startsWith('**') ? '**' : token,
  )
  return (path) => matches(tokens, folded(path))
}

function matches(tokens: readonly string[], path: string): boolean {
  const { length } = path
  // reached[j]: the tokens so far match the first j characters.
  let reached = new Uint8Array(length + 1)
  reached[0] = 1
  for (const token of tokens) {
    const next = new Uint8Array(length + 1)
    const isFolders = token.endsWith('*/')
    const isStar = !isFolders && token.startsWith('*')
    let any = 0
    for (let j = 0; j <= length; j++) {
      const before = path[j - 1]
      if (isFolders) {
        next[j] = reached[j] === 1 || (any === 1 && before === '/') ? 1 : 0
        any |= reached[j] ?? 0
      } else if (isStar) {
        const grows = j > 0 && next[j - 1] === 1 && (token.length > 1 || before !== '/')
        next[j] = reached[j] === 1 || grows ? 1 : 0
      } else if (j > 0 && reached[j - 1] === 1) {
        next[j] = (token === '?' ? before !== '/' : before === token) ? 1 : 0
      }
    }
    reached = next
  }
  return reached[length] === 1
}
