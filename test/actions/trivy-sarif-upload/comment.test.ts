import { describe, expect, test } from '@jest/globals'
import type { StageOptions } from '../../support/github/server.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { expectConclusion } from '../../support/runner.ts'
import { calls, pullRequest, type Result, type Scene, type StepOptions, said, scene } from './scene.ts'

const COMMENTS = /comments/
const WRITES = /^(?:POST|PATCH) .*comments/

const mayComment = (): StageOptions => ({
  tokens: { 'stage-token': jobToken({ 'security-events': 'write', 'pull-requests': 'write' }) },
})

function onPull(at: Scene, inputs: Record<string, string> = {}, from?: string): StepOptions {
  return { ...pullRequest(at, from), inputs: { comment: 'true', ...inputs } }
}

const ONE: readonly Result[] = [{ rule: 'sql-injection', path: 'src/db.py', message: 'built of input' }]

describe('the comment of a pull request', () => {
  test('is written once, stays when nothing changes, and is updated in place', async () => {
    const at = await scene(mayComment())
    const { stage } = at
    const first = await at.step(ONE, onPull(at, { 'fail-on': 'high' }))
    expectConclusion(first, 'failure')
    expect(stage.state.comments).toHaveLength(1)
    const [comment] = stage.state.comments
    expect(comment).toMatchObject({ number: 7, author: 'github-actions[bot]' })
    expect(comment?.body).toMatch(/^<!-- nexus-actions trivy-sarif-upload comment category=app -->\n/)
    expect(comment?.body).toContain('❌ Gate failed: 1 high')
    expect(comment?.body).toContain('`src/db.py:3`')
    expect(first.outputs['comment-url']).toBe(
      `${stage.serverUrl}/octo/demo/pull/7#issuecomment-${comment?.id}`,
    )
    expect(first.summary).toContain(`#issuecomment-${comment?.id}`)

    const again = await at.step(ONE, onPull(at, { 'fail-on': 'high' }))
    expect(again.outputs['comment-url']).toBe(first.outputs['comment-url'])
    expect(calls(stage, WRITES)).toHaveLength(1)

    const clean = await at.step([], onPull(at, { 'fail-on': 'high' }))
    expectConclusion(clean, 'success')
    expect(calls(stage, WRITES)).toEqual([
      'POST /issues/{issue_number}/comments',
      'PATCH /issues/comments/{comment_id}',
    ])
    expect(stage.state.comments).toHaveLength(1)
    expect(comment?.body).toContain('✅ Gate passed: no findings')
  })

  test('is one for each category, and never that of somebody who copied the marker', async () => {
    const at = await scene(mayComment())
    const copied = (author: string, association: 'NONE' | 'CONTRIBUTOR', id: number) => ({
      ...{ id, number: 7, author, association, createdAt: '2026-01-01T00:00:00Z' },
      body: '<!-- nexus-actions trivy-sarif-upload comment category=app -->\nall is well',
    })
    at.stage.state.comments.push(copied('mallory', 'NONE', 1), copied('eve', 'CONTRIBUTOR', 2))
    await at.step(ONE, onPull(at))
    await at.step(ONE, onPull(at, { category: 'web -->' }))
    await at.step([], onPull(at, { category: 'web -->' }))
    const { comments } = at.stage.state
    expect(comments.map(({ author }) => author)).toEqual([
      'mallory',
      'eve',
      'github-actions[bot]',
      'github-actions[bot]',
    ])
    expect(comments[0]?.body).toContain('all is well')
    expect(comments[2]?.body).toContain('1 high')
    expect(comments[3]?.body).toMatch(/^<!-- .* category=web%20%2D%2D%3E -->\n/)
    expect(comments[3]?.body).toContain('No findings')
  })

  test('is found behind a hundred others', async () => {
    const at = await scene(mayComment())
    for (let id = 1; id <= 120; id++) {
      const by = { author: 'ada', association: 'OWNER' as const, createdAt: '2026-01-01T00:00:00Z' }
      at.stage.state.comments.push({ id, number: 7, body: `+${id}`, ...by })
    }
    await at.step(ONE, onPull(at))
    await at.step([], onPull(at))
    expect(at.stage.state.comments).toHaveLength(121)
  })

  test('has no markup, mention or link of a report, and fits', async () => {
    const at = await scene(mayComment())
    const hostile = '@octo/admins <img src=x> [a](https://evil.example) -->'
    const many = Array.from({ length: 400 }, (_, index) => ({
      ...{ rule: `rule-${index}-${'|'.repeat(300)}`, path: `src/${'`&<'.repeat(300)}${index}.py` },
      message: `${hostile} ${'&@'.repeat(3_000)}`,
    }))
    await at.step(many, onPull(at, { 'max-findings': '{total: 1}' }))
    const [comment] = at.stage.state.comments
    expect(comment?.body.length).toBeLessThanOrEqual(65_536)
    expect(comment?.body).toMatch(/more in the summary/)
    const outsideCode = (comment?.body ?? '').replace(/(`+)[^`][\s\S]*?\1/g, '')
    expect(outsideCode).not.toMatch(/@octo|<img|\(https:\/\/evil/)
  })

  test('without the permission is a warning, and hides neither gate nor upload', async () => {
    const tokens = { 'stage-token': jobToken({ 'security-events': 'write' }) }
    const at = await scene({ tokens })
    const failing = await at.step(ONE, onPull(at, { 'fail-on': 'high' }))
    expectConclusion(failing, 'failure')
    expect(failing.outputs).toMatchObject({ gate: 'failed', uploaded: 'true', 'comment-url': '' })
    expect(said(failing, 'warning')).toContain('pull-requests: write')
    const passing = await at.step(ONE, onPull(at))
    expectConclusion(passing, 'success')
  })

  test('that GitHub loses the reply of is there once', async () => {
    const at = await scene(mayComment())
    at.stage.fault({ on: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', cut: 'after' })
    const done = await at.step(ONE, onPull(at))
    expectConclusion(done, 'success')
    expect(at.stage.state.comments).toHaveLength(1)
    expect(done.outputs['comment-url']).toContain('#issuecomment-')
  })

  test('is not written on a push, a dry run, from a fork, or when nobody asked for it', async () => {
    const at = await scene(mayComment())
    await at.step(ONE, { inputs: { comment: 'true' } })
    await at.step(ONE, onPull(at, { 'dry-run': 'true' }))
    await at.step(ONE, onPull(at, {}, 'mallory/demo'))
    await at.step(ONE, pullRequest(at))
    expect(calls(at.stage, COMMENTS)).toEqual([])
  })

  test('comes without code scanning, too', async () => {
    const at = await scene(mayComment())
    const done = await at.step(ONE, onPull(at, { upload: 'never' }))
    expectConclusion(done, 'success')
    expect(calls(at.stage, /code-scanning/)).toEqual([])
    expect(at.stage.state.comments[0]?.body).not.toContain('[Alerts]')
  })
})
