import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { readContext } from '../../../shared/action/context.ts'
import { maskSecret } from '../../../shared/action/secrets.ts'
import { readStory, tellStory } from '../../../shared/action/story.ts'

let temp = ''
const context = () => readContext({ RUNNER_TEMP: temp })
const file = () => join(temp, 'nexus-story.jsonl')

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'nexus-story-'))
})

describe('the story of a job', () => {
  test('is read in the order in which it was told', () => {
    tellStory(context(), { action: 'health-check', outcome: 'healthy', text: '3 of 3 are healthy' })
    tellStory(context(), { action: 'blue-green-switch', outcome: 'switched', text: 'green is live' })
    expect(readStory(context()).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'health-check healthy',
      'blue-green-switch switched',
    ])
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  test('holds no secret, no second line and no long text', () => {
    maskSecret('s3cr3t-value')
    tellStory(context(), {
      action: 'health-check',
      outcome: 'unhealthy',
      text: `a\nb\u001b[2K s3cr3t-value ${'x'.repeat(5_000)}`,
    })
    const [line] = readStory(context())
    expect(line?.text).toMatch(/^a b\\u\{1b\}\[2K \*\*\* x+…$/)
    expect(line?.text.length).toBeLessThanOrEqual(500)
    expect(readFileSync(file(), 'utf8')).not.toContain('s3cr3t')
  })

  test('a FIFO in its place is not waited for', () => {
    execFileSync('mkfifo', [file()])
    tellStory(context(), { action: 'health-check', outcome: 'healthy', text: 'x' })
    expect(readStory(context())).toEqual([])
  })

  test('is bounded: what no longer fits is not told', () => {
    for (let i = 0; i < 1_000; i++)
      tellStory(context(), { action: 'changelog', outcome: 'written', text: 'y'.repeat(400) })
    expect(statSync(file()).size).toBeLessThanOrEqual(65_536)
    expect(readStory(context()).length).toBeGreaterThan(100)
  })

  test.each([
    ['no JSON', 'hello'],
    ['null', 'null'],
    ['a list', '[1]'],
    ['numbers', '{"action":1,"outcome":2,"text":3}'],
    ['another spelling of an action', '{"action":"<!channel>","outcome":"failed","text":"x"}'],
    ['another spelling of an outcome', '{"action":"health-check","outcome":"A B","text":"x"}'],
    ['binary', '\u0000\u0001\ufffd'],
  ])('passes over %s and keeps the rest', (_, line) => {
    writeFileSync(file(), `${line}\n{"action":"semver-tag","outcome":"released","text":"v1.2.3"}\n`)
    expect(readStory(context())).toEqual([{ action: 'semver-tag', outcome: 'released', text: 'v1.2.3' }])
  })

  test.each([
    ['a link', () => symlinkSync('/etc/passwd', file())],
    ['a folder', () => mkdirSync(file())],
    ['missing', () => undefined],
    ['huge', () => writeFileSync(file(), 'z'.repeat(3_000_000))],
  ])('is empty where the file is %s, and telling does no harm', (_, make) => {
    make()
    expect(readStory(context())).toEqual([])
    expect(() => tellStory(context(), { action: 'x', outcome: 'y', text: 'z' })).not.toThrow()
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('"outcome"')
  })

  test('without RUNNER_TEMP there is none', () => {
    tellStory(readContext({}), { action: 'x', outcome: 'y', text: 'z' })
    expect(readStory(readContext({}))).toEqual([])
  })
})
