import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { judge } from '../../../shared/probe/judge.ts'
import { checkOf, seen } from './fixtures.ts'

interface ProductDocument {
  product: string
  source: string
  status?: number
  /** JSON, or the text that is sent. */
  body: string
  verdict: 'good' | 'tolerated' | { says: string }
}

const DOCUMENTS = parse(
  readFileSync(join(import.meta.dirname, 'documents.yml'), 'utf8'),
) as readonly ProductDocument[]

describe('documents of real products', () => {
  test.each(DOCUMENTS.map((document) => [document.product, document] as const))(
    '%s',
    async (_product, { body, status = 200, verdict }) => {
      const isJson = /^(?:\{|\[[{\]])/.test(body)
      const headers = isJson ? { 'content-type': 'application/json' } : {}
      const observation = seen(body, { status, statusText: '', headers })
      const { failure, reason, degraded } = await judge(checkOf(), observation)
      if (typeof verdict === 'object') {
        expect(failure).toBe('health')
        expect(reason.split('; ')[0]).toMatch(new RegExp(verdict.says))
      } else {
        expect([failure, reason]).toEqual([undefined, expect.any(String)])
        expect(degraded.length > 0).toBe(verdict === 'tolerated')
      }
    },
  )

  test('are many, and each has its source', () => {
    expect(DOCUMENTS.length).toBeGreaterThanOrEqual(60)
    expect(DOCUMENTS.filter(({ verdict }) => typeof verdict === 'object').length).toBeGreaterThan(25)
    for (const { source } of DOCUMENTS) expect(URL.canParse(source)).toBe(true)
  })
})
