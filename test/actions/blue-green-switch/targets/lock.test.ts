import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { acquireLock } from '../../../../actions/blue-green-switch/apply/lock.ts'
import { Conflict } from '../../../../actions/blue-green-switch/targets/target.ts'
import { tempFolder } from '../../../support/runner/cleanup.ts'
import { expectConflict, failureOf } from './target-tests.ts'

test('who has the lock is told, and that nothing was changed', async () => {
  const path = join(tempFolder('nexus-lock-'), 'app.lock')
  const lock = await acquireLock(path, 'https://github.com/o/r/actions/runs/7\n::error::x')
  await expectConflict(
    acquireLock(path, 'me'),
    /^Another switch of this router is under way: https:\/\/github\.com\/o\/r\/actions\/runs\/7 ::error::x \(process \d+ on .*, since .*\)\. Its lock is .*app\.lock\. Nothing was changed\.$/,
  )
  await lock.write({ a: 1 })
  await lock.release()
  await (await acquireLock(path, 'me')).release()
})

test('a lock that was lost cannot be written', async () => {
  const path = join(tempFolder('nexus-lock-'), 'app.lock')
  const lock = await acquireLock(path, 'me')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"token":"[^"]*"/, '"token":"other"'))
  await expectConflict(lock.write({ a: 1 }), /Another switch of this router is under way/)
})

test('what is in the way, or a folder that is not there, is told', async () => {
  const folder = tempFolder('nexus-lock-')
  writeFileSync(join(folder, 'app.lock'), 'mine')
  await expectConflict(
    acquireLock(join(folder, 'app.lock'), 'me'),
    /is in the way, and is not a lock of this action/,
  )
  const error = await failureOf(acquireLock(join(folder, 'nowhere', 'app.lock'), 'me'))
  expect(error).not.toBeInstanceOf(Conflict)
  expect(error.message).toMatch(/^The lock .*app\.lock cannot be written: (?:Error: )?ENOENT/)
})
