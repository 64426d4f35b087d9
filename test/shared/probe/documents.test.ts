import { describe, expect, test } from '@jest/globals'
import { judge } from '../../../shared/probe/judge.ts'
import { DOCUMENTS } from './documents.ts'
import { checkOf, seen } from './fixtures.ts'

describe('documents of real products', () => {
  test.each(DOCUMENTS.map((document) => [document.product, document] as const))(
    '%s',
    async (_product, { body, status = 200, verdict }) => {
      const observation = seen(body as string | object, { status, statusText: '' })
      const { failure, reason, degraded } = await judge(checkOf(), observation)
      if (verdict instanceof RegExp) {
        expect(failure).toBe('health')
        expect(reason.split('; ')[0]).toMatch(verdict)
      } else {
        expect([failure, reason]).toEqual([undefined, expect.any(String)])
        expect(degraded.length > 0).toBe(verdict === 'tolerated')
      }
    },
  )

  test('are many, and each has its source', () => {
    expect(DOCUMENTS.length).toBeGreaterThanOrEqual(60)
    expect(DOCUMENTS.filter(({ verdict }) => verdict instanceof RegExp).length).toBeGreaterThan(25)
    for (const { source } of DOCUMENTS) expect(URL.canParse(source)).toBe(true)
  })
})
