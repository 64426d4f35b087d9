/** Losing more than this at a border means that one grapheme alone is longer than the room (`Z` with 5,000 accents). */
const MAX_LOSS = 64

/** Made on first use: it takes 10 ms, and most texts are cut beside ASCII or not at all. */
let segmenter: Intl.Segmenter | undefined

/**
 * The last border of two graphemes at or before `end`, in UTF-16 code units: cutting there splits no emoji, flag,
 * accent or syllable. Where one grapheme alone is too long, it is the last border of two code points.
 *
 * @see https://www.unicode.org/reports/tr29/
 */
export function borderBefore(text: string, end: number): number {
  if (end <= 0) return 0
  if (end >= text.length) return text.length
  const [before, after] = [text.charCodeAt(end - 1), text.charCodeAt(end)]
  const isLineEnd = before === 0x0d && after === 0x0a
  if (before < 0x80 && after < 0x80) return isLineEnd ? end - 1 : end
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const border = segmenter.segment(text).containing(end)?.index ?? end
  if (end - border <= MAX_LOSS) return border
  const splitsPair = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
  return splitsPair ? end - 1 : end
}

/** At most `limit` UTF-16 code units, cut at a grapheme border, with an ellipsis when something was cut. */
export function cutGraphemes(text: string, limit: number): string {
  if (text.length <= limit) return text
  return limit < 1 ? '' : `${text.slice(0, borderBefore(text, limit - 1))}…`
}
