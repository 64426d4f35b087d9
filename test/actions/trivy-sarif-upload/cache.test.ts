import { rmSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { databaseKey } from '../../../actions/trivy-sarif-upload/observe/cache.ts'
import { type CacheService, startCacheService } from '../../support/cache-service.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult } from '../../support/runner.ts'
import { type FakeRun, type FakeTrivy, fakeTrivy, trivySarif } from '../../support/trivy/fake.ts'

const CLEAN = { report: trivySarif() }
const HOUR = 3_600_000
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString()

const LIMITED: FakeRun = {
  exit: 1,
  stderr:
    't\tFATAL\tFatal error\trun error: init error: DB error: failed to download vulnerability DB: TOOMANYREQUESTS\n',
}

/** Jobs of one repository: each has a folder of its own, and at the same path, as on GitHub's runners. */
function jobs(service: CacheService) {
  const temp = tempFolder('nexus-job-')
  return async (
    trivy: FakeTrivy,
    {
      inputs = {},
      env = {},
      event = 'push',
    }: { inputs?: Record<string, string>; env?: Record<string, string>; event?: string } = {},
  ): Promise<StepResult> => {
    rmSync(temp, { recursive: true, force: true })
    return runAction({
      action: 'trivy-sarif-upload',
      inputs: { scan: 'image', target: 'app:1', 'trivy-sha256': trivy.sha256, upload: 'never', ...inputs },
      event: { name: event, payload: {} },
      env: { ...trivy.env, ...service.env, ...env },
      temp,
      workspace: `${temp}/../${temp.split('/').at(-1)}-work`,
    })
  }
}

test('the key names the six hours in which a database was made', () => {
  expect(databaseKey(Date.parse('2026-11-21T11:59:59Z'))).toBe('nexus-trivy-db-2-2026-11-21T06')
  expect(databaseKey(Date.parse('2026-11-21T12:00:00Z'))).toBe('nexus-trivy-db-2-2026-11-21T12')
})

describe('the database through the Actions cache', () => {
  test('is kept by the first job, restored by the next, and stands in when the registry limits', async () => {
    const service = await startCacheService()
    const job = jobs(service)
    const made = ago(30)
    const first = await job(fakeTrivy({ ...CLEAN, downloads: made }))
    expectConclusion(first, 'success')
    expect(service.entries.map(({ key, final }) => [key, final])).toEqual([
      [databaseKey(Date.parse(made)), true],
    ])

    const trivy = fakeTrivy(LIMITED, CLEAN)
    const second = await job(trivy)
    expectConclusion(second, 'success')
    expect(trivy.calls()).toHaveLength(2)
    expect(second.summary).toMatch(
      /The vulnerability database is 30 h( 1 min)? old, from the cache: the registry limits/,
    )
    // It is the same as before: nothing is kept.
    expect(service.entries).toHaveLength(1)

    const third = await job(fakeTrivy({ ...CLEAN, downloads: ago(1) }))
    expectConclusion(third, 'success')
    expect(service.entries).toHaveLength(2)
  })

  test('pull requests take what is there, and keep one only when there is none', async () => {
    const service = await startCacheService()
    const job = jobs(service)
    const pull = { event: 'pull_request' }
    expectConclusion(await job(fakeTrivy({ ...CLEAN, downloads: ago(30) }), pull), 'success')
    expectConclusion(await job(fakeTrivy({ ...CLEAN, downloads: ago(1) }), pull), 'success')
    expect(service.entries).toHaveLength(1)
  })

  test.each<[string, { inputs?: Record<string, string>; env?: Record<string, string> }]>([
    ['with `cache: false`', { inputs: { cache: 'false' } }],
    ['for a scan that looks nothing up', { inputs: { scan: 'fs', target: '.', scanners: 'secret' } }],
    ['for the configuration', { inputs: { scan: 'config', target: '.' } }],
    ['where the user has a folder for it', { env: { TRIVY_CACHE_DIR: tempFolder('nexus-own-cache-') } }],
  ])('%s nobody asks the cache', async (_, given) => {
    const service = await startCacheService()
    const step = await jobs(service)(fakeTrivy({ ...CLEAN, downloads: ago(1) }), given)
    expectConclusion(step, 'success')
    expect(service.asked).toEqual([])
  })

  test('a scan without a service for it goes on', async () => {
    const trivy = fakeTrivy({ ...CLEAN, downloads: ago(1) })
    const step = await jobs(await startCacheService())(trivy, { env: { ACTIONS_RESULTS_URL: '' } })
    expectConclusion(step, 'success')
    expect(step.log).toContain('There is no Actions cache here')
  })

  test('a cache that is out of order stops no scan', async () => {
    const service = await startCacheService()
    service.status = 403
    const step = await jobs(service)(fakeTrivy({ ...CLEAN, downloads: ago(1) }))
    expectConclusion(step, 'success')
    expect(service.entries).toEqual([])
    expect(step.annotations.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('nor does one that never answers: the scan goes on with a folder of its own', async () => {
    const service = await startCacheService()
    service.hang()
    const trivy = fakeTrivy({ ...CLEAN, downloads: ago(1) })
    const step = await jobs(service)(trivy, { inputs: { 'scan-timeout': '6s' } })
    expectConclusion(step, 'success')
    expect(step.log).toContain(
      'The vulnerability database was not restored: the Actions cache took longer than',
    )
    const { argv = [] } = trivy.calls()[0] ?? {}
    expect(argv[argv.indexOf('--cache-dir') + 1]).not.toMatch(/nexus-trivy-cache$/)
  })
})
