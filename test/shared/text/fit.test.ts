import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fitBlocks } from '../../../shared/action/summary.ts'
import { fitJson } from '../../../shared/text/fit-json.ts'

const document = fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 4 }))

describe('fitJson', () => {
  test('is JSON within the limit, and says when something is missing', () => {
    fc.assert(
      fc.property(document, fc.integer({ min: 20, max: 2_000 }), (value, limit) => {
        const before = JSON.stringify(value)
        const text = fitJson(value as Record<string, unknown>, limit)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
        const back = JSON.parse(text) as Record<string, unknown>
        if (text !== before) expect(back['truncated']).toBe(true)
        expect(JSON.stringify(value)).toBe(before)
      }),
    )
  })

  test('what fits is untouched', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(fitJson(value as Record<string, unknown>, 1_000_000)).toBe(JSON.stringify(value))
      }),
    )
  })

  test('cut strings are well formed', () => {
    const text = fitJson({ a: '🐎'.repeat(500) }, 900)
    expect((JSON.parse(text) as { a: string }).a.isWellFormed()).toBe(true)
  })

  test('strings first, then the tail of the longest list; the verdict stays', () => {
    const checks = Array.from({ length: 2_000 }, (_, index) => ({ name: `c${index}`, body: 'x'.repeat(500) }))
    const back = JSON.parse(fitJson({ healthy: false, status: 'unhealthy', checks }, 65_536)) as {
      healthy: boolean
      status: string
      checks: { name: string; body: string }[]
      truncated: boolean
    }
    expect(back).toMatchObject({ healthy: false, status: 'unhealthy', truncated: true })
    expect(back.checks.length).toBeGreaterThan(300)
    expect(back.checks[0]).toEqual({ name: 'c0', body: `${'x'.repeat(39)}…` })
  })

  test('a large map, such as the versions of ten thousand checks, does not cost the rest', () => {
    const versions = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`check-${index}`, '1.2.3']),
    )
    const checks = Array.from({ length: 10_000 }, (_, index) => ({ name: `check-${index}`, passed: true }))
    const back = JSON.parse(fitJson({ healthy: true, versions, checks }, 65_536)) as {
      healthy: boolean
      versions: object
      checks: unknown[]
    }
    expect(back.healthy).toBe(true)
    expect(back.checks.length).toBeGreaterThan(100)
    expect(Object.keys(back.versions).length).toBeGreaterThan(100)
  })

  test('when nothing can be shortened, plain values are kept rather than nothing', () => {
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`.repeat(900), 1]))
    expect(JSON.parse(fitJson({ healthy: true, wide }, 2_000))).toEqual({ healthy: true, truncated: true })
    expect(fitJson({ ['x'.repeat(3_000)]: 1 }, 2_000)).toBe('{"truncated":true}')
  })
})

describe('fitBlocks', () => {
  const block = fc.string({ unit: 'grapheme', maxLength: 120 })

  test('stays within the limit, and keeps whole blocks from the first on', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), fc.integer({ min: 0, max: 1_500 }), (blocks, limit) => {
        const text = fitBlocks(blocks, limit)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
        const whole = blocks.map((one) => `${one}\n\n`).join('')
        if (text === whole || text === '') return
        const left = Number(/> (\d+) more sections? left out/.exec(text)?.[1])
        expect(left).toBeGreaterThan(0)
        expect(
          text.startsWith(
            blocks
              .slice(0, blocks.length - left)
              .map((one) => `${one}\n\n`)
              .join(''),
          ),
        ).toBe(true)
      }),
    )
  })

  test('a summary with room takes all of it, without a note', () => {
    expect(fitBlocks(['a', 'b'], 500)).toBe('a\n\nb\n\n')
  })

  test.each([0, -5, 10])('with room for %d bytes nothing is written, not half a note', (limit) => {
    expect(fitBlocks(['a'.repeat(100)], limit)).toBe('')
  })
})
