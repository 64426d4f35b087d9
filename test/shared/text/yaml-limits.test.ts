import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parseYaml, parseYamlDocument } from '../../../shared/text/yaml.ts'
import { HOSTILE_YAML } from '../../support/hostile-yaml.ts'

/** All of them take four seconds; before there were limits, each took a minute or never ended. */
const DEADLINE_MS = 120_000

describe('documents that keep a parser busy', () => {
  const problems = new Map<string, string | null>()

  beforeAll(async () => {
    const script = join(import.meta.dirname, 'parse-hostile.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script], {
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }))
    for (const line of stdout.trim().split('\n')) {
      const { name, problem } = JSON.parse(line) as { name: string; problem: string | null }
      problems.set(name, problem)
    }
  }, DEADLINE_MS + 10_000)

  test.each(HOSTILE_YAML)('$name', ({ name, refused }) => {
    expect(problems.has(name)).toBe(true)
    const problem = problems.get(name)
    if (refused === undefined) expect(problem).toBeNull()
    else {
      expect(problem).toMatch(refused)
      expect(problem).not.toMatch(/[\n\r]/)
      expect(problem?.length).toBeLessThan(200)
    }
  })
})

describe('what people write is far from the limits', () => {
  const DOCUMENTS: readonly [string, string][] = [
    ['the most of any input: 128 KiB of small numbers', `[${'1,'.repeat(65_000)}]`],
    ['2,000 checks', JSON.stringify(checks(2_000))],
    [
      '2,000 checks in blocks',
      checks(2_000)
        .map(({ name, url }) => `- name: ${name}\n  url: ${url}\n  expect-status: 200\n`)
        .join(''),
    ],
    ['5,000 people', Array.from({ length: 5_000 }, (_, index) => `person-${index}: U${index}`).join('\n')],
    ['4,000 lines of comments', `${'# what it is for\n'.repeat(4_000)}a: 1`],
    ['1,000 jobs that share an anchor', `base: &base {retries: 3}\njobs:\n${'  - *base\n'.repeat(999)}`],
    ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`],
  ]

  test.each(DOCUMENTS)('%s', async (_name, text) => {
    expect(await parseYaml(text)).toMatchObject({ ok: true })
  })

  function checks(count: number) {
    return Array.from({ length: count }, (_, index) => ({
      name: `c${index}`,
      url: `https://a.example/${index}`,
    }))
  }
})

describe('lines', () => {
  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('are those that end in %s', async (_name, end) => {
    const parsed = await parseYaml(['a: 1', 'b:', '  - c', '  - d: [x,', '      y]'].join(end))
    if (!parsed.ok) throw new Error(parsed.problem)
    expect(parsed.value).toEqual({ a: 1, b: ['c', { d: ['x', 'y'] }] })
    expect(parsed.lineOf(['a'])).toBe(1)
    expect(parsed.lineOf(['b', 1, 'd'])).toBe(4)
    expect(parsed.lineOf(['b', 1, 'd', 1])).toBe(5)
    expect(parsed.lineOf(['nobody'])).toBe(1)
    expect(await parseYaml(['a: 1', 'b: ]', 'c: 2'].join(end))).toMatchObject({
      problem: expect.stringMatching(/\(line 2\)$/),
    })
  })

  test('a document keeps the places of its nodes', async () => {
    const parsed = await parseYamlDocument('a:\r\n  b: 7 # seven\r\n')
    if (!parsed.ok) throw new Error(parsed.problem)
    const node = parsed.document.getIn(['a', 'b'], true) as {
      value: unknown
      range: [number, number, number]
    }
    expect([node.value, node.range.slice(0, 2), parsed.lineAt(node.range[0])]).toEqual([7, [9, 10], 2])
  })
})
