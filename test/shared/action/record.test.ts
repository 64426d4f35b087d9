import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { secretKey } from '../../../shared/action/record.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'

describe('the secret of a job', () => {
  test('is made once, and a FIFO in its place is not waited for', () => {
    const folder = tempFolder('nexus-record-')
    const path = join(folder, 'key')
    expect(secretKey(path, 'make')).toEqual(secretKey(path, 'read'))
    const fifo = join(folder, 'fifo')
    execFileSync('mkfifo', ['-m', '600', fifo])
    for (const mode of ['make', 'read'] as const) expect(() => secretKey(fifo, mode)).toThrow(/not a secret/)
  })
})
