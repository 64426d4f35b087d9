import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fitAnnotation } from '../../../shared/text/annotation.ts'

describe('the message of an annotation', () => {
  test('keeps first lines, counts the rest, and keeps the last line', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `checks[${i}].url: is missing.`)
    const fitted = fitAnnotation([...lines, 'Nothing was done.'].join('\n'), 300).split('\n')
    expect(fitted.at(-1)).toBe('Nothing was done.')
    expect(fitted[0]).toBe(lines[0])
    const left = 100 - (fitted.length - 2)
    expect(fitted.at(-2)).toBe(`… and ${left} more lines, whole in the log of this step.`)
  })

  test('one long line is cut', () => {
    expect(fitAnnotation('x'.repeat(5_000))).toHaveLength(4_096)
  })

  test('never over the limit, never a cut line but a lone or the last one', () => {
    const text = fc.array(
      fc.string({ maxLength: 200 }).map((line) => line.replaceAll('\n', ' ')),
      { minLength: 1, maxLength: 60 },
    )
    fc.assert(
      fc.property(text, fc.integer({ min: 400, max: 2_000 }), (lines, limit) => {
        const fitted = fitAnnotation(lines.join('\n'), limit)
        expect(fitted.length).toBeLessThanOrEqual(limit)
        const kept = fitted.split('\n').filter((line) => !line.startsWith('… and '))
        for (const line of kept) expect(lines).toContain(line)
      }),
    )
  })
})
