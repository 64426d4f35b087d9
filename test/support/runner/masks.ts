/**
 * Text as the runner shows it: every occurrence of a mask becomes `***`, overlapping ones together.
 * The runner also knows some encoded forms of each mask; they are left out on purpose, so that a test sees what an
 * action does not mask by itself.
 */
export function maskText(text: string, masks: Iterable<string>): string {
  const found: [start: number, end: number][] = []
  for (const mask of masks) {
    // A job without a token.
    if (mask === '') continue
    for (let at = text.indexOf(mask); at >= 0; at = text.indexOf(mask, at + 1))
      found.push([at, at + mask.length])
  }
  let result = ''
  let position = 0
  for (const [start, end] of found.sort((a, b) => a[0] - b[0])) {
    if (start >= position) result += `${text.slice(position, start)}***`
    position = Math.max(position, end)
  }
  return result + text.slice(position)
}
