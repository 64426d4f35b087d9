import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { didYouMean, nearest } from '../../../shared/text/nearest.ts'

const KNOWN = ['timeout', 'interval', 'samples', 'hold', 'method', 'expect-status', 'url']

test.each([
  ['timout', 'timeout', 'a letter is missing'],
  ['tiemout', 'timeout', 'neighbours are swapped: one edit'],
  ['timeouts', 'timeout', 'a letter too many'],
  ['TIMEOUT', 'timeout', 'case is no difference'],
  ['hodl', 'hold', 'short words may differ by one'],
  ['expectstatus', 'expect-status', 'a separator is missing'],
  ['expected-status', 'expect-status', 'two letters of many'],
  ['url', 'url', 'the word itself'],
  ['retries', undefined, 'nothing is near'],
  ['xyz', undefined, 'a third of the letters is the limit'],
  ['', undefined, 'nothing was given'],
  ['t'.repeat(100_000), undefined, 'a very long word'],
])('%.20s', (word, wanted, _why) => {
  expect(nearest(word, KNOWN)).toBe(wanted)
})

test('known words are their own nearest, and one slip away they are found', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KNOWN.filter((word) => word.length > 4)), fc.nat(), (word, at) => {
      expect(nearest(word, KNOWN)).toBe(word)
      const position = at % word.length
      expect(nearest(word.slice(0, position) + word.slice(position + 1), KNOWN)).toBe(word)
      expect(nearest(`${word.slice(0, position)}q${word.slice(position)}`, KNOWN)).toBe(word)
    }),
  )
})

test('the answer is a known word or nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (word, known) => {
      const found = nearest(word, known)
      expect(found === undefined || known.includes(found)).toBe(true)
    }),
  )
})

test('as a sentence', () => {
  expect(didYouMean('timout', KNOWN)).toBe(' Did you mean "timeout"?')
  expect(didYouMean('zzz', KNOWN)).toBe('')
})
