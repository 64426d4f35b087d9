import type { Version } from '../version/version.ts'
import type { Work } from './model.ts'

/** release-please's marker counts as well, so that nobody has to touch a file to come over. */
const MARKER = /x-release-(?:please-)?version(?![\w-])/
/** X.Y.Z with what belongs to it, and no part of a longer number such as 10.0.0.1. */
const TOKEN =
  /(?<![0-9A-Za-z]|\d\.)(v?)(\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)(?!\.?\d)/g

interface Token {
  start: number
  end: number
  value: string
}

/**
 * Lines that carry `x-release-version`, usually in a comment: what is one of the known versions there becomes the next
 * one. Where none is, the only version of the line does. Anything else is not clear enough to be written.
 */
export async function setMarked(paths: readonly string[], work: Work): Promise<void> {
  for (const path of paths) {
    let at = 0
    let count = 0
    const text = await work.read(path)
    for (const [index, line] of text.split('\n').entries()) {
      if (MARKER.test(line)) {
        count++
        const found = chosen(tokensOf(line), work)
        if (typeof found === 'string') work.problem(`${path}:${index + 1}`, found)
        else {
          for (const { start, end } of found)
            work.edit(path, { start: at + start, end: at + end, text: work.next.version })
        }
      }
      at += line.length + 1
    }
    if (count === 0) work.problem(path, 'no line of it carries x-release-version')
  }
}

function tokensOf(line: string): Token[] {
  return [...line.matchAll(TOKEN)].map((match) => {
    const start = match.index + (match[1] as string).length
    const value = match[2] as string
    return { start, end: start + value.length, value }
  })
}

function chosen(tokens: readonly Token[], { known, next }: Work): Token[] | string {
  const wanted = new Set([...known, next.version])
  const found = tokens.filter(({ value }) => wanted.has(value))
  if (found.length > 0) return found
  const [only, second] = tokens
  if (only === undefined) return 'the line has no version such as 1.2.3'
  const seen = tokens.map(({ value }) => value).join(', ')
  if (second !== undefined)
    return `which version of the line is it: ${seen}? None is ${known.join(' or ') || 'known'}`
  // `1.2.3-alpine` is another thing than the version that it begins with.
  if (known.some((version) => only.value.startsWith(`${version}-`)) && isPlain(next))
    return `${only.value} is not ${known.join(' or ')}: put the version between characters that end it`
  return [only]
}

function isPlain({ prerelease }: Version): boolean {
  return prerelease.length === 0
}
