const [TAB, LF, CR, SPACE] = [9, 10, 13, 32]
/** Stands for the end of the file. */
const END = 65_535
const BLOCK = 100
const FACTOR = 37
const TWO_32 = 0x1_0000_0000
/** 37 to the power of 100 modulo 2 to the power of 64, in halves. */
const FIRST = firstPower()

/**
 * The hash of each line of a text, `primaryLocationLineHash` as github/codeql-action makes it: a rolling hash modulo
 * 2^64 over the 100 characters that begin with the line, without blanks and tabs and with every line end as a line feed,
 * then how often that hash has been there so far. One pass, whatever the number of lines that are asked for.
 *
 * @returns the hash of line n at index n; index 0 is empty
 */
export function lineHashes(text: string): string[] {
  const hashes = ['']
  const seen = new Map<string, number>()
  const window = new Uint16Array(BLOCK)
  const startsLine = new Int32Array(BLOCK)
  const { high: firstHigh, low: firstLow } = FIRST
  let [high, low, at, line] = [0, 0, 0, 0]
  let isLineStart = true

  const push = (char: number): void => {
    const begin = window[at] ?? 0
    window[at] = char
    const sum = low * FACTOR + char
    low = sum >>> 0
    high = (Math.imul(high, FACTOR) + Math.floor(sum / TWO_32)) | 0
    if (begin !== 0) {
      const product = firstLow * begin
      const productLow = product >>> 0
      high =
        (high - Math.imul(firstHigh, begin) - Math.floor(product / TWO_32) - (low < productLow ? 1 : 0)) | 0
      low = (low - productLow) >>> 0
    }
    at = at + 1 === BLOCK ? 0 : at + 1
  }
  const flush = (): void => {
    const number = startsLine[at] ?? 0
    if (number === 0) return
    startsLine[at] = 0
    const top = high >>> 0
    const hash = top === 0 ? low.toString(16) : top.toString(16) + low.toString(16).padStart(8, '0')
    const count = (seen.get(hash) ?? 0) + 1
    seen.set(hash, count)
    hashes[number] = `${hash}:${count}`
  }
  const take = (char: number): void => {
    flush()
    if (isLineStart) startsLine[at] = ++line
    isLineStart = char === LF
    push(char)
  }

  let afterReturn = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === SPACE || char === TAB || (afterReturn && char === LF)) {
      afterReturn = false
      continue
    }
    afterReturn = char === CR
    take(afterReturn ? LF : char)
  }
  take(END)
  for (let i = 0; i < BLOCK; i++) {
    flush()
    push(0)
  }
  return hashes
}

function firstPower(): { high: number; low: number } {
  const power = BigInt.asUintN(64, BigInt(FACTOR) ** BigInt(BLOCK))
  return { high: Number(power >> 32n) | 0, low: Number(power & 0xffff_ffffn) }
}
