import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { startHonest, startHttp, startUnhealthy200 } from '../../support/lying-servers.ts'
import { startNginx } from '../../support/nginx.ts'
import { testWith } from '../../support/real-parts.ts'
import { expectConclusion } from '../../support/runner.ts'
import { checkOf, healthCheck } from './step.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

testWith(
  'nginx',
  'a service behind nginx is healthy, with samples over kept connections',
  async (program) => {
    const service = await startHonest({
      status: 'healthy',
      version: '1.4.2',
      checks: { database: 'ok', redis: 'ok' },
    })
    const nginx = await startNginx(program, service.url)
    try {
      const step = await healthCheck({
        url: `${nginx.url}/health`,
        'expect-version': '1.4.2',
        samples: '20',
        timeout: '30s',
      })
      expectConclusion(step, 'success')
      expect(checkOf(step)).toMatchObject({ version: '1.4.2', samples: { count: 20, failed: 0 } })
    } finally {
      await nginx.stop()
      await service.close()
    }
  },
)

testWith('nginx', 'a dead service behind nginx is 502, not a connection problem', async (program) => {
  const service = await startHonest()
  const nginx = await startNginx(program, service.url)
  try {
    await service.close()
    const step = await healthCheck({ url: `${nginx.url}/health` })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({
      class: 'status',
      status: 502,
      reason: expect.stringMatching(/^HTTP 502 Bad Gateway instead of 200-299/),
    })
  } finally {
    await nginx.stop()
  }
})

testWith('nginx', 'an endpoint that drips through nginx is bounded', async (program) => {
  const service = await startHttp((_request, response) =>
    response.writeHead(200, { 'content-length': 100 }).flushHeaders(),
  )
  const nginx = await startNginx(program, service.url)
  try {
    const step = await healthCheck({ url: `${nginx.url}/health`, 'attempt-timeout': '300ms' })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ class: 'timeout' })
  } finally {
    await nginx.stop()
    await service.close()
  }
})

testWith('nginx', 'npm run action shows a summary that names the failing member', async (program) => {
  const service = await startUnhealthy200()
  const nginx = await startNginx(program, service.url)
  try {
    const action = spawn(
      process.execPath,
      ['scripts/action.ts', 'health-check', `url=${nginx.url}/health`, 'timeout=1s'],
      {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let said = ''
    action.stdout.on('data', (chunk) => {
      said += chunk
    })
    const [code] = (await once(action, 'close')) as [number]
    expect(code).toBe(1)
    expect(said).toMatch(/checks\.redis is "unhealthy: timeout"/)
    expect(said).toMatch(/Unhealthy: 0 of 1 check passed/)
  } finally {
    await nginx.stop()
    await service.close()
  }
})
