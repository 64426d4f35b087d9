import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatDuration, parseDuration } from '../../../shared/text/duration.ts'
import { joinWords, parseList, plural } from '../../../shared/text/list.ts'
import { formatShare, formatSize, parseShare, parseSize } from '../../../shared/text/units.ts'

describe('durations', () => {
  test.each([
    ['250ms', 250, 'milliseconds'],
    ['30s', 30_000, 'seconds'],
    ['5m', 300_000, 'm is minutes, not months or milli'],
    ['1h30m', 5_400_000, 'units go from large to small'],
    ['2d', 172_800_000, 'days'],
    ['1d2h3m4s5ms', 93_784_005, 'every unit once'],
    ['1.5h', 5_400_000, 'fractions of a unit'],
    ['0.5ms', 1, 'rounded to whole milliseconds'],
    ['30', 30_000, 'a bare number is seconds'],
    ['0.25', 250, 'a bare fraction is seconds too'],
    ['0', 0, 'zero needs no unit'],
    [' 5s ', 5_000, 'white space around it'],
  ])('%s is %d ms: %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each([
    ['', 'nothing'],
    [' ', 'only white space'],
    ['s', 'a unit alone'],
    ['-5s', 'negative'],
    ['+5s', 'signed'],
    ['5 s', 'a space inside'],
    ['1m1h', 'small before large'],
    ['1s1s', 'a unit twice'],
    ['1h30', 'a part without unit'],
    ['5S', 'upper case: M would be minutes or months'],
    ['1w', 'unknown unit'],
    ['.5s', 'no digit before the point'],
    ['5.s', 'no digit after it'],
    ['1e3', 'scientific notation'],
    ['Infinity', 'not finite'],
    ['٣s', 'digits of another script'],
    ['5s\n::error::', 'something after it'],
  ])('%j is none: %s', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  test('whatever it is given, it answers a whole number of milliseconds or nothing', () => {
    const parts = fc.array(fc.constantFrom('1', '.', '5', 's', 'ms', 'm', 'h', 'd', ' ', '-'), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          parts.map((all) => all.join('')),
        ),
        (text) => {
          const ms = parseDuration(text)
          expect(ms === undefined || (Number.isInteger(ms) && ms >= 0)).toBe(true)
        },
      ),
    )
  })

  test('a sum of its parts, in their order', () => {
    const amount = fc.integer({ min: 0, max: 999 })
    fc.assert(
      fc.property(amount, amount, amount, amount, amount, (d, h, m, s, ms) => {
        const wanted = d * 86_400_000 + h * 3_600_000 + m * 60_000 + s * 1_000 + ms
        expect(parseDuration(`${d}d${h}h${m}m${s}s${ms}ms`)).toBe(wanted)
      }),
    )
  })

  test('a long run of digits costs no more than its length', () => {
    expect(parseDuration(`${'1'.repeat(200_000)}x`)).toBeUndefined()
    expect(parseDuration(`${'1s'.repeat(100_000)}`)).toBeUndefined()
  })

  test.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [172.4, '172 ms'],
    [999.4, '999 ms'],
    [999.7, '1 s'],
    [1_000, '1 s'],
    [1_540, '1.5 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_700, '1 h'],
    [5_400_000, '1 h 30 min'],
    [604_800_000, '168 h'],
  ])('%d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('no unit overflows into the next: never 1000 ms, 60 s or 60 min', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/\b(1000 ms|60(\.0)? s|60 min)/)
      }),
    )
  })
})

describe('sizes', () => {
  test.each([
    ['1MiB', 1_048_576],
    ['512 KiB', 524_288],
    ['64kB', 64_000],
    ['1.5mib', 1_572_864],
    ['10', 10],
    ['10b', 10],
    ['2GiB', 2_147_483_648],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  test.each(['', 'MiB', '-1', '1TB', '1ib', '1 M', '1e6', '1,000', '1MiB2'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined()
  })

  test.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [1_048_575, '1 MiB'],
    [2_097_152, '2 MiB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text)
  })

  test('what is written reads back within its precision', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (bytes) => {
        const back = parseSize(formatSize(bytes)) ?? Number.NaN
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(Math.max(1, bytes * 0.06))
      }),
    )
  })
})

describe('shares', () => {
  test.each([
    ['1%', 0.01],
    ['0.5 %', 0.005],
    ['0%', 0],
    ['100%', 1],
    ['0.01', 0.01],
    ['0', 0],
  ])('%s is %d', (text, share) => {
    expect(parseShare(text)).toBeCloseTo(share, 12)
  })

  test.each([
    ['1', 'one percent, or everything? A threshold that lets everything pass is no threshold'],
    ['1.0', 'likewise'],
    ['5', 'five percent or five hundred'],
    ['101%', 'more than all'],
    ['-1%', 'negative'],
    ['', 'nothing'],
    ['%', 'no number'],
  ])('%j is none: %s', (text) => {
    expect(parseShare(text)).toBeUndefined()
  })

  test('a share is from 0 to 1', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,4}(\.\d{1,3})? ?%?$/), (text) => {
        const share = parseShare(text)
        expect(share === undefined || (share >= 0 && share <= 1)).toBe(true)
      }),
    )
  })

  test('reads without needless zeros', () => {
    expect([0, 0.005, 0.01, 0.123456, 1].map(formatShare)).toEqual([
      '0 %',
      '0.5 %',
      '1 %',
      '12.35 %',
      '100 %',
    ])
  })
})

describe('lists', () => {
  test.each([
    ['a, b\nc', ['a', 'b', 'c'], 'commas and lines mix'],
    ['a\r\nb\r\n', ['a', 'b'], 'CRLF'],
    [' ,, \n a b ,', ['a b'], 'empty items are dropped, inner blanks are kept'],
    ['', [], 'nothing'],
  ])('%j is %j: %s', (text, items) => {
    expect(parseList(text)).toEqual(items)
  })

  test('items joined by any separator come back', () => {
    const item = fc.stringMatching(/^[a-z0-9.*-]{1,8}$/)
    const separator = fc.constantFrom(',', '\n', '\r\n', ' , ', ',\n')
    fc.assert(
      fc.property(fc.array(item), separator, (items, between) => {
        expect(parseList(items.join(between))).toEqual(items)
      }),
    )
  })

  test('words for people', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => joinWords(words))).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ])
    expect(joinWords(['a', 'b'], 'or')).toBe('a or b')
    expect([plural(1, 'check'), plural(0, 'check'), plural(2, 'entry', 'entries')]).toEqual([
      '1 check',
      '0 checks',
      '2 entries',
    ])
  })
})
