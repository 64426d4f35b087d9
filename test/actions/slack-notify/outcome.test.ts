import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { tellStory } from '../../../shared/action/story.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import type { JobStatus } from '../../support/runner/contexts.ts'
import { runPost } from '../../support/runner.ts'
import { readable } from '../../support/slack/limits.ts'
import { notify, said, slack } from './stage.ts'

async function tell(
  inputs: Record<string, string>,
  jobStatus: JobStatus,
  story: readonly { action: string; outcome: string; text: string }[] = [],
) {
  const server = await slack()
  const temp = join(tempFolder('nexus-story-'), 'temp')
  mkdirSync(temp)
  for (const line of story) tellStory({ temp } as Parameters<typeof tellStory>[0], line)
  const result = await notify({ 'webhook-url': server.webhookUrl, ...inputs }, { jobStatus, temp })
  expect(result.annotations).toEqual([])
  const { status } = JSON.parse(result.outputs['result'] ?? '{}')
  return { text: readable(server.messages[0]?.payload), status }
}

describe('a rollback takes its own outcome, not that of the job', () => {
  const inputs = { template: 'rollback', reason: 'errors rose', environment: 'production', version: 'blue' }

  test.each<[string, JobStatus, string]>([
    ['true', 'failure', '✅ Rolled production back to blue'],
    ['"true"', 'failure', '✅ Rolled production back to blue'],
    ['false', 'failure', '❌ production was not rolled back'],
    ['""', 'failure', '❌ production was not rolled back'],
    ['false', 'cancelled', '🚫 production was not rolled back'],
    ['false', 'success', '⏭️ production was not rolled back'],
  ])('rolled-back: %s in a job that ended with %s', async (value, jobStatus, headline) => {
    const { text } = await tell({ ...inputs, fields: `rolled-back: ${value}\nsince: 12:00` }, jobStatus)
    expect(text).toContain(headline)
    expect(text).toContain('*since*')
    expect(text).not.toContain('rolled-back*')
  })

  test('from what blue-green-switch left, without any wiring', async () => {
    const line = {
      action: 'blue-green-switch',
      outcome: 'rolled-back',
      text: 'Put back: blue has all the traffic',
    }
    const { text } = await tell(inputs, 'failure', [line])
    expect(text).toContain('✅ Rolled production back to blue')
    expect(text).toContain('blue-green-switch: Put back: blue has all the traffic')
  })

  test('status says it above all', async () => {
    const { text } = await tell({ ...inputs, fields: 'rolled-back: true', status: 'failure' }, 'success')
    expect(text).toContain('❌ Rollback of production to blue failed')
  })
})

describe('a security scan takes its gate, not the status of the job', () => {
  test.each<[string, JobStatus, string, string]>([
    ['failed', 'failure', '❌ Security scan of octo-repo found what must not stay', 'failure'],
    ['failed', 'success', '❌ Security scan of octo-repo found what must not stay', 'failure'],
    ['passed', 'failure', '✅ Security scan of octo-repo passed', 'success'],
    ['', 'failure', '❌ Security scan of octo-repo gave no result', 'failure'],
    ['', 'success', '⏭️ Security scan of octo-repo gave no result', 'skipped'],
    ['off', 'success', '✅ Security scan of octo-repo passed', 'success'],
  ])('gate: "%s" in a job that ended with %s', async (gate, jobStatus, headline, status) => {
    const found = await tell({ template: 'security', fields: `gate: "${gate}"\nHigh: 3` }, jobStatus)
    expect(found.text).toContain(headline)
    expect(found.status).toBe(status)
  })

  test('without a word of the scan nothing is claimed', async () => {
    const { text } = await tell({ template: 'security' }, 'failure')
    expect(text).toContain('❌ Security scan of octo-repo failed')
  })

  test('from what trivy-sarif-upload left', async () => {
    const line = { action: 'trivy-sarif-upload', outcome: 'failed', text: '2 critical' }
    expect((await tell({ template: 'security' }, 'success', [line])).text).toContain(
      'found what must not stay',
    )
  })
})

describe('the story', () => {
  const lines = [
    { action: 'health-check', outcome: 'unhealthy', text: 'api: checks.redis is "down" <!channel> *x*' },
    { action: 'blue-green-switch', outcome: 'rolled-back', text: 'put back, blue has all the traffic' },
  ]

  test('of the steps before is told, as text', async () => {
    const { text } = await tell({}, 'failure', lines)
    expect(text).toContain('health-check: api: checks.redis is "down" <!channel> *x*')
    expect(text).toContain('blue-green-switch: put back')
  })

  test('is left out with story: false', async () => {
    expect((await tell({ story: 'false' }, 'failure', lines)).text).not.toContain('health-check')
  })

  test('is bounded', async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({
      ...lines[0],
      text: `step ${index} ${'x'.repeat(400)}`,
    }))
    const { text } = await tell({}, 'failure', many as typeof lines)
    expect(text).toContain('step 59')
    expect(text).toContain('… 40 earlier steps')
    expect(text).not.toContain('step 39 ')
  })

  test('that is garbage is passed over', async () => {
    const server = await slack()
    const temp = tempFolder('nexus-garbage-')
    writeFileSync(join(temp, 'nexus-story.jsonl'), 'null\n[]\n{"action":1}\n\u0000\n{"action":"x"\n')
    const result = await notify({ 'webhook-url': server.webhookUrl }, { temp })
    expect(result.annotations).toEqual([])
    expect(server.messages).toHaveLength(1)
  })

  test('is told by the post step, with what later steps left', async () => {
    const server = await slack()
    const main = await notify({ 'webhook-url': server.webhookUrl, lifecycle: 'final' })
    const { temp } = main.folders
    for (const line of lines) tellStory({ temp } as Parameters<typeof tellStory>[0], line)
    const post = await runPost(main, { jobStatus: 'failure' })
    expect(said(post, 'error')).toEqual([])
    expect(readable(server.messages[0]?.payload)).toContain(
      'blue-green-switch: put back, blue has all the traffic',
    )
  })
})

describe('lifecycle final beside needs', () => {
  test.each<[string, JobStatus, string]>([
    ['success', 'failure', '❌'],
    ['success', 'success', '✅'],
    ['failure', 'success', '❌'],
    ['success', 'cancelled', '🚫'],
  ])('needs %s, this job %s', async (result, jobStatus, emoji) => {
    const server = await slack()
    const needs = JSON.stringify({ build: { result } })
    const main = await notify({ 'webhook-url': server.webhookUrl, lifecycle: 'final', needs })
    await runPost(main, { jobStatus })
    expect(readable(server.messages[0]?.payload).startsWith(emoji)).toBe(true)
  })
})
