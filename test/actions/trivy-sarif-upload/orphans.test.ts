import { describe, expect, test } from '@jest/globals'
import { jobToken } from '../../support/github/tokens.ts'
import { expectConclusion } from '../../support/runner.ts'
import { calls, pullRequest, type Result, type Scene, said, scene } from './scene.ts'

const DAY = 86_400_000
const ONE: readonly Result[] = [{ rule: 'sql-injection' }]
const DELETE = 'DELETE /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}'

/** Uploads so many days ago. */
async function uploaded(at: Scene, category: string, days: readonly number[]): Promise<void> {
  const { analyses } = at.stage.state.codeScanning
  for (const ago of days) {
    const sha = at.stage.state.refs.get('refs/heads/main') ?? ''
    analyses.push({
      ...{ id: at.stage.state.nextId++, ref: 'refs/heads/main', commit: sha, tool: 'Semgrep OSS', category },
      ...{ sarifId: 's', results: 0, rules: 0, sarif: { tool: { driver: { name: 'x' } }, results: [] } },
      createdAt: new Date(Date.now() - ago * DAY).toISOString(),
    })
  }
}

const standing = ({ stage }: Scene): string[] =>
  stage.state.codeScanning.analyses.map(({ category }) => category)

describe('analyses that nothing renews', () => {
  test('are listed with their day, and stay', async () => {
    const at = await scene()
    await uploaded(at, 'old|job', [90, 40, 20])
    await uploaded(at, 'weekly', [60, 7])
    await uploaded(at, 'app', [50])
    const done = await at.step(ONE)
    expectConclusion(done, 'success')
    expect(done.outputs['orphans']).toBe('1')
    const day = new Date(Date.now() - 20 * DAY).toISOString().slice(0, 10)
    expect(done.summary).toContain('1 analysis that nothing renews')
    expect(done.summary).toMatch(
      new RegExp(`Semgrep OSS \\| \`old\\\\\\|job\` \\| ${day.replaceAll('-', '\\\\?-')}`),
    )
    expect(standing(at)).toHaveLength(7)
    expect(calls(at.stage, /^DELETE/)).toEqual([])
  })

  test('are deleted with all that came before them, and nothing else is', async () => {
    const at = await scene()
    await uploaded(at, 'old', [90, 40, 20])
    await uploaded(at, 'older', [200])
    await uploaded(at, 'weekly', [60, 7])
    const done = await at.step(ONE, { inputs: { orphans: 'delete' } })
    expectConclusion(done, 'success')
    expect(done.outputs['orphans']).toBe('2')
    expect(standing(at)).toEqual(['weekly', 'weekly', 'app'])
    expect(done.summary.match(/\| deleted \|/g)).toHaveLength(2)
  })

  test('are those of orphans-after, and of no category of this run, in parts or not', async () => {
    const at = await scene()
    await uploaded(at, 'weekly', [7])
    await uploaded(at, 'app/part-1', [100])
    await uploaded(at, 'app/part-3', [100])
    const inputs = { 'orphans-after': '5d', oversize: 'split', 'split-parts': '2' }
    const done = await at.step(ONE, { inputs })
    expect(done.outputs['orphans']).toBe('2')
    expect(done.summary).toContain('`app/part-3`')
    expect(done.summary).not.toContain('`app/part-1` |')
  })

  test('that GitHub does not let go are a warning, and the others are deleted', async () => {
    const at = await scene()
    await uploaded(at, 'old', [30])
    await uploaded(at, 'older', [60])
    const answer = { status: 400, data: { message: 'Analysis specified is not deletable.' } }
    at.stage.fault({ on: DELETE, times: 1, answer })
    const done = await at.step(ONE, { inputs: { orphans: 'delete' } })
    expectConclusion(done, 'success')
    expect(said(done, 'warning')).toMatch(/"older".*was not deleted: .*not deletable/)
    expect(standing(at)).toEqual(['older', 'app'])
  })

  test('are not looked for elsewhere, nor deleted on a dry run', async () => {
    const at = await scene({ tokens: { 'stage-token': jobToken() } })
    await uploaded(at, 'old', [30])
    const inputs = { orphans: 'delete' }
    const pull = await at.step(ONE, { ...pullRequest(at), inputs })
    expect(pull.outputs['orphans']).toBe('')
    const ignored = await at.step(ONE, { inputs: { orphans: 'ignore', category: 'b' } })
    expect(ignored.outputs['orphans']).toBe('')
    const dry = await at.step(ONE, { inputs: { ...inputs, 'dry-run': 'true' } })
    expect(dry.outputs['orphans']).toBe('1')
    expect(calls(at.stage, /^DELETE/)).toEqual([])
  })

  test('a wrong orphans-after is an error that names it', async () => {
    const at = await scene()
    const done = await at.step(ONE, { inputs: { 'orphans-after': '5m' } })
    expectConclusion(done, 'failure')
    expect(said(done, 'error')).toContain('orphans-after')
  })
})
