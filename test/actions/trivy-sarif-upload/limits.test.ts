import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { pack, packWhatFits } from '../../../actions/trivy-sarif-upload/apply/pack.ts'
import { LIMITS, type Part } from '../../../actions/trivy-sarif-upload/sarif/limits.ts'
import type { Run } from '../../../actions/trivy-sarif-upload/sarif/model.ts'
import { expectConclusion } from '../../support/runner.ts'
import { counts, log, read, result, type Sent, type SentRun, said, sent } from './files.ts'
import { scene } from './scene.ts'

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const SCORES = ['9.5', '7.5', '5.0', '1.0']
const rules = SCORES.map((score, index) => ({ id: `r${index}`, properties: { 'security-severity': score } }))
/** Results of all severities in turn, the least severe first. */
const mixed = (count: number): object[] =>
  many(count, (index) => result(`r${3 - (index % 4)}`, `src/${index}.ts`))
const order = ({ results }: SentRun): string => results.map(({ ruleId }) => ruleId.slice(1)).join('')
/** Hexadecimal text that gzip halves and no more. */
const noise = (seed: number, blocks: number): string =>
  many(blocks, (index) => createHash('sha512').update(`${seed} ${index}`).digest('hex')).join('')

describe('at its edge a limit changes nothing, and over it says count and limit', () => {
  test('results: 5,000 are shown, 25,000 taken; the worst come first, the least severe go', async () => {
    const at = await sent(log(mixed(5_000), { rules }))
    expect(order(read(at))).toBe('3210'.repeat(1_250))
    expect(at.log).not.toContain('5,000')
    const shown = await sent(log(mixed(5_001), { rules }))
    expect(read(shown).results).toHaveLength(5_001)
    expect(order(read(shown))).toMatch(/^0{1250}1{1250}2{1250}3{1251}$/)
    expect(shown.log).toContain('uploads 5,001 results, GitHub shows 5,000 per run')
    const most = await sent(log(mixed(25_000), { rules }))
    expect(read(most).results).toHaveLength(25_000)
    expect(most.log).not.toContain('are not uploaded')
    const over = await sent(log(mixed(26_000), { rules }), { inputs: { 'fail-on': 'critical' } })
    expect(order(read(over))).toMatch(/^0{6500}1{6500}2{6500}3{5500}$/)
    expect(over.log).toContain(
      'has 26,000 results, GitHub takes 25,000 per run: the 1,000 least severe are not uploaded',
    )
    expect(over.summary).toContain('26,000')
    // The gate and the counts see everything.
    expect(counts(over)).toEqual([6_500, 6_500, 6_500, 6_500, 0])
    expect(over.outputs['gate']).toBe('failed')
  })

  test('runs: 20 in one upload, 21 in two, and none is lost', async () => {
    const runs = (count: number): object => ({
      runs: many(count, (index) => ({ ...log([result()]).runs[0], automationDetails: { id: `c${index}/` } })),
    })
    const at = await sent(runs(20))
    expect(at.files.map((file) => file.runs.length)).toEqual([20])
    const { stage, step } = await scene()
    const over = await step(JSON.stringify({ version: '2.1.0', ...runs(41) }), {
      inputs: { 'output-file': 'out.sarif' },
    })
    expectConclusion(over, 'success')
    expect(over.outputs['sarif-ids']?.split('\n')).toHaveLength(3)
    expect(stage.state.codeScanning.analyses.map(({ category }) => category)).toEqual(
      many(41, (index) => `c${index}`),
    )
    expect(over.log).toContain('41 runs, GitHub takes 20 per upload: they go into 3 uploads')
    const { workspace } = over.folders
    expect(JSON.parse(readFileSync(join(workspace, 'out.3.sarif'), 'utf8'))).toMatchObject({
      runs: { length: 1 },
    })
  })

  test('rules: 25,000; those that results refer to come first', async () => {
    const given = (count: number): object => ({ rules: many(count, (index) => ({ id: `x${index}` })) })
    const results = [{ ...result('x25000'), ruleIndex: 25_000 }, result('x24999')]
    const at = await sent(log(results.slice(1), given(25_000)))
    expect(read(at).tool.driver.rules).toHaveLength(25_000)
    const over = await sent(log(results, given(25_001)))
    const { tool, results: kept } = read(over)
    expect(tool.driver.rules).toHaveLength(25_000)
    expect(tool.driver.rules?.slice(0, 2).map(({ id }) => id)).toEqual(['x24999', 'x25000'])
    expect(kept.map(({ ruleId, ruleIndex }) => [ruleId, ruleIndex])).toEqual([
      ['x25000', undefined],
      ['x24999', undefined],
    ])
    expect(over.log).toContain('has 25,001 rules, GitHub takes 25,000 per run')
  })

  test('extensions: 100; those that are needed come first', async () => {
    const report = (count: number): object => {
      const extensions = many(count, (index) => ({ name: `e${index}`, rules: [{ id: `x${index}` }] }))
      return {
        runs: [
          {
            tool: { driver: { name: 'S' }, extensions },
            results: [
              { ...result(`x${count - 1}`), rule: { index: 0, toolComponent: { index: count - 1 } } },
            ],
          },
        ],
      }
    }
    expect(read(await sent(report(100))).tool.extensions).toHaveLength(100)
    const over = await sent(report(101))
    expect(read(over).tool.extensions).toHaveLength(100)
    expect(read(over).tool.extensions?.[0]).toMatchObject({ name: 'e100' })
    expect(over.log).toContain('has 101 tool extensions, GitHub takes 100 per run')
  })

  test('locations, steps of code flows, tags: what GitHub keeps of them', async () => {
    const place = { physicalLocation: { artifactLocation: { uri: 'a' }, region: { startLine: 1 } } }
    const flows = (...lengths: number[]): object[] => [
      {
        threadFlows: lengths.map((length) => ({
          locations: many(length, (index) => ({ nestingLevel: index, location: place })),
        })),
      },
    ]
    const tags = (count: number): object => ({
      properties: { tags: [...many(count - 1, (index) => `t${index}`), 'security'] },
    })
    const report = (more: number): object =>
      log(
        [result('r', 'a', { locations: many(100 + more, () => place), codeFlows: flows(900, 100 + more) })],
        {
          rules: [{ id: 'r', ...tags(10 + more) }],
        },
      )
    const shape = (step: Sent): unknown[] => {
      const { results, tool } = read(step)
      const steps = results[0]?.codeFlows?.[0]?.threadFlows.map(({ locations }) => locations.length)
      return [results[0]?.locations.length, steps, tool.driver.rules?.[0]?.properties?.tags?.length]
    }
    const at = await sent(report(0))
    expect(shape(at)).toEqual([100, [900, 100], 10])
    expect(at.log).not.toContain('GitHub keeps')
    const over = await sent(report(1))
    expect(shape(over)).toEqual([100, [900, 100], 10])
    expect(read(over).tool.driver.rules?.[0]?.properties?.tags).toContain('security')
    expect(over.log).toContain('1 result with up to 101 locations; GitHub keeps 100')
    expect(over.log).toContain('1 code flow with up to 1,001 steps; GitHub keeps 1,000')
    expect(over.log).toContain('1 rule with up to 11 tags; GitHub keeps 10')
    expect(shape(await sent(report(20_000)))).toEqual([100, [900, 100], 10])
    const short = many(10_001, () => flows(1)[0])
    const [first] = read(await sent(log([result('r', 'a', { codeFlows: short })]))).results
    expect(first?.codeFlows).toHaveLength(1_000)
  })

  test('10 MB gzipped: the least severe results go, and GitHub takes the rest', async () => {
    const results = many(14_000, (index) =>
      result(`r${3 - (index % 4)}`, `src/${index}.ts`, { message: { text: noise(index, 15) } }),
    )
    const { stage, step } = await scene()
    const over = await step(JSON.stringify({ version: '2.1.0', ...log(results, { rules }) }), {
      inputs: { 'fail-on': 'critical', 'output-file': 'out.sarif', annotations: '0' },
      deadlineMs: 120_000,
    })
    expectConclusion(over, 'failure')
    expect(over.outputs).toMatchObject({ uploaded: 'true', gate: 'failed', total: '14000' })
    expect(stage.state.codeScanning.uploads).toHaveLength(1)
    const file = JSON.parse(readFileSync(join(over.folders.workspace, 'out.sarif'), 'utf8')) as {
      runs: [SentRun]
    }
    const kept = order(file.runs[0])
    expect(kept).toMatch(/^0{3500}1{3500}2+3*$/)
    expect(kept.length).toBeLessThan(14_000)
    expect(over.log).toMatch(
      /has 14,000 results, more than the 10 MB that GitHub takes \(gzip\): the [\d,]+ least severe are not uploaded/,
    )
  }, 180_000)

  test('a result that alone is bigger: no upload that looks clean and closes every alert', async () => {
    const { stage, step } = await scene()
    const huge = result('r0', 'src/a.ts', { message: { text: noise(1, 170_000) } })
    const over = await step(JSON.stringify({ version: '2.1.0', ...log([huge], { rules }) }), {
      inputs: { 'fail-on': 'critical', annotations: '0' },
      deadlineMs: 60_000,
    })
    expectConclusion(over, 'failure')
    expect(stage.state.codeScanning.uploads).toHaveLength(0)
    expect(over.outputs).toMatchObject({ gate: 'failed', uploaded: 'false', critical: '1' })
    expect(said(over)).toContain('not even the worst of its 1 result fits')
  }, 90_000)

  test('10 MB gzipped together: several uploads, and nothing is lost', async () => {
    const runs = many(3, (run) => ({
      ...log(
        many(4_900, (index) =>
          result('r0', `src/${index}.ts`, { message: { text: noise(index + run * 10_000, 15) } }),
        ),
        { rules },
      ).runs[0],
      automationDetails: { id: `c${run}/` },
    }))
    const step = await sent({ runs }, { inputs: { annotations: '0' }, deadlineMs: 120_000 })
    expectConclusion(step, 'success')
    expect(step.files.length).toBeGreaterThan(1)
    expect(step.files.flatMap((file) => file.runs.map(({ results }) => results.length))).toEqual([
      4_900, 4_900, 4_900,
    ])
    expect(step.log).not.toContain('not uploaded.')
  }, 180_000)
})

describe('oversize: split', () => {
  const parts = (step: Sent): [string, string[]][] =>
    step.files.flatMap(({ runs }) =>
      runs.map(({ automationDetails, results }): [string, string[]] => [
        automationDetails.id,
        results.map(({ ruleId }) => ruleId),
      ]),
    )
  const inputs = { oversize: 'split', 'split-parts': '3' }

  test('sends every part every time, and each result to the same one', async () => {
    const results = many(60, (index) => result(`x${index}`, `src/${index}.ts`))
    const all = parts(await sent(log(results), { inputs }))
    expect(all.map(([id]) => id)).toEqual(['app/part-1/', 'app/part-2/', 'app/part-3/'])
    expect(all.flatMap(([, ids]) => ids).sort()).toEqual(many(60, (index) => `x${index}`).sort())
    expect(all.every(([, ids]) => ids.length > 5)).toBe(true)
    const less = parts(await sent(log(results.slice(0, 30)), { inputs }))
    for (const [index, [, ids]] of less.entries())
      expect(all[index]?.[1]).toEqual(expect.arrayContaining(ids))
    expect(parts(await sent(log([]), { inputs }))).toEqual([
      ...[
        ['app/part-1/', []],
        ['app/part-2/', []],
        ['app/part-3/', []],
      ],
    ])
  })

  test('takes more results than one run may have', async () => {
    const step = await sent(log(mixed(26_000), { rules }), { inputs: { ...inputs, annotations: '0' } })
    expect(parts(step).reduce((sum, [, ids]) => sum + ids.length, 0)).toBe(26_000)
    expect(step.log).not.toContain('not uploaded.')
  })

  test.each<[Record<string, string>, RegExp]>([
    [{ oversize: 'split' }, /split-parts: missing/],
    [{ 'split-parts': '3' }, /split-parts: it has no meaning/],
    [{ oversize: 'split', 'split-parts': '1' }, /split-parts: "1" is out of range/],
  ])('%j is a wrong input', async (given, words) => {
    const step = await sent(log([]), { inputs: given })
    expectConclusion(step, 'failure')
    expect(said(step)).toMatch(words)
  })
})

describe('oversize: fail', () => {
  test.each<[string, object, RegExp]>([
    ['results', log(mixed(25_001), { rules }), /25,001 results, where GitHub takes 25,000/],
    [
      'runs',
      { runs: many(21, (index) => ({ ...log([]).runs[0], automationDetails: { id: `c${index}/` } })) },
      /21 runs, where GitHub takes 20/,
    ],
    [
      'tags',
      log([result('r')], { rules: [{ id: 'r', properties: { tags: many(21, String) } }] }),
      /21 tags, where GitHub takes 20/,
    ],
    [
      'locations',
      log([
        result('r', 'a', {
          locations: many(1_001, () => ({ physicalLocation: { artifactLocation: { uri: 'a' } } })),
        }),
      ]),
      /1,001 locations, where GitHub takes 1,000/,
    ],
  ])('too many %s: nothing is uploaded, the step is red, gate and counts stand', async (_, report, words) => {
    const { stage, step } = await scene()
    const done = await step(JSON.stringify({ version: '2.1.0', ...report }), {
      inputs: { oversize: 'fail', 'fail-on': 'critical', annotations: '0' },
    })
    expectConclusion(done, 'failure')
    expect(said(done)).toMatch(words)
    expect(done.outputs['uploaded']).toBe('false')
    expect(done.outputs['gate']).toMatch(/^(passed|failed)$/)
    expect(stage.state.codeScanning.uploads).toEqual([])
  })

  test('what GitHub takes is uploaded whole, even what it does not keep', async () => {
    const tags = many(20, (index) => `t${index}`)
    const step = await sent(log(mixed(6_000), { rules: [{ id: 'r', properties: { tags } }, ...rules] }), {
      inputs: { oversize: 'fail', annotations: '0' },
    })
    expectConclusion(step, 'success')
    expect(read(step).results).toHaveLength(6_000)
    expect(read(step).tool.driver.rules?.[0]?.properties?.tags).toEqual(tags)
  })
})

describe('packing', () => {
  const part = (texts: readonly string[]): Part => {
    const run: Run = {
      tool: { driver: { name: 'S' } },
      results: texts.map((text) => ({ message: { text } })),
    }
    return { run, results: texts.map((_, index) => index), tool: 'S', category: 'c' }
  }
  const texts = many(400, (index) => noise(index, 12))

  test('what fits is under the limit, close to it, and valid', async () => {
    const whole = await pack([part(texts)])
    const size = whole?.gzip.length ?? 0
    for (const limit of [size, size - 1, Math.floor(size / 2), 2_000_000]) {
      const fitted = await packWhatFits(part(texts), limit)
      expect(fitted?.gzip.length).toBeLessThanOrEqual(limit)
      const { runs } = JSON.parse(gunzipSync(fitted?.gzip ?? '').toString()) as {
        runs: [{ results: unknown[] }]
      }
      expect(runs[0].results).toHaveLength(fitted?.kept ?? -1)
      expect(fitted?.kept).toBeGreaterThan(Math.min(1, limit / size) * texts.length * 0.55)
    }
    expect(await packWhatFits(part(texts), 500)).toBeUndefined()
    expect(await pack([part(texts)], size - 1)).toBeUndefined()
    expect(await pack([part(texts)], size)).toBeDefined()
  })

  test('the limit is below what GitHub calls 10 MB, however it counts', () => {
    expect(LIMITS.bytes).toBeLessThanOrEqual(10_000_000)
  })
})

test('52 MB and 20,000 results are read, checked, sent and counted', async () => {
  const pad = 'installed in a layer, '.repeat(112)
  const results = many(20_000, (index) =>
    result(`r${index % 4}`, `src/${index % 3_000}.ts`, { properties: { pad: `${pad}${index}` } }),
  )
  const text = JSON.stringify({ version: '2.1.0', ...log(results, { rules }) })
  expect(text.length).toBeGreaterThan(52_000_000)
  const { stage, step } = await scene()
  const done = await step(text, { inputs: { 'fail-on': 'critical', annotations: '0' }, deadlineMs: 120_000 })
  expect(counts(done)).toEqual([5_000, 5_000, 5_000, 5_000, 0])
  expect(done.outputs).toMatchObject({ gate: 'failed', uploaded: 'true', 'processing-status': 'complete' })
  expect(stage.state.codeScanning.uploads).toHaveLength(1)
}, 180_000)
