import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fitNotes } from '../../../../actions/changelog/render/fit.ts'
import { renderNotes } from '../../../../actions/changelog/render/notes.ts'
import { hostileText } from '../../../support/hostile-text.ts'
import { dangersOf } from './markdown-oracle.ts'
import { entry, group, LINKS, release } from './notes-fixtures.ts'

const OPTIONS = { format: 'markdown', contributors: false, heading: false, links: LINKS } as const
const lines = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => entry({ subject: `${name} ${index}` }))

const big = release([
  group('Breaking', 0, ...lines(3, 'breaks')),
  group('Features', 1, ...lines(10, 'adds')),
  group('Other', 5, ...lines(10, 'does')),
])

describe('notes that are too long', () => {
  test('stay whole at the limit, and are cut one below it', async () => {
    const whole = await renderNotes([big], OPTIONS)
    expect(await fitNotes([big], OPTIONS, whole.length)).toEqual({
      text: whole,
      cut: { versions: 0, groups: 0, lines: 0 },
    })
    const { text, cut } = await fitNotes([big], OPTIONS, whole.length - 1)
    expect(text.length).toBeLessThan(whole.length)
    expect(cut).toMatchObject({ versions: 0, groups: 0 })
    expect(text).toContain('does 0')
    expect(text).not.toContain('does 9')
    expect(text).toMatch(
      /_Left out to stay within the limit: Other \(\d lines?\)\._ Everything: \[v1\.1\.0\.\.\.v1\.2\.0\]\(https:/,
    )
  })

  test('lose the least important groups first, and of the next one the last lines', async () => {
    const whole = await renderNotes([big], OPTIONS)
    const { text, cut } = await fitNotes([big], OPTIONS, whole.length / 2)
    expect(cut.groups).toBe(1)
    expect(cut.lines).toBeGreaterThan(0)
    expect(text).not.toContain('does')
    expect(text).toContain('breaks 2')
    expect(text).toContain('adds 0')
    expect(text).not.toContain('adds 9')
    expect(text).toContain(`Other (10 lines), Features (${cut.lines} line`)
    const least = await fitNotes([big], OPTIONS, 510)
    expect(least.cut).toEqual({ versions: 0, groups: 2, lines: 1 })
    expect(least.text).toContain('breaks 1')
    expect(least.text).not.toContain('breaks 2')
    expect(least.text).toContain('Other (10 lines), Features (10 lines), Breaking (1 line)')
  })

  test('leave nobody out where nobody is named', async () => {
    const person = { name: 'Ada', login: 'ada', bot: false }
    const { text } = await fitNotes([{ ...big, contributors: [person] }], OPTIONS, 510)
    expect(text).toContain('Left out')
    expect(text).not.toContain('contributor')
  })

  test('lose older versions first', async () => {
    const older = release([group('Features', 1, ...lines(10, 'older'))], { version: '1.0.0', from: 'v0.9.0' })
    const options = { ...OPTIONS, heading: true }
    const { text, cut } = await fitNotes([big, older, older], options, 2_900)
    expect(cut).toEqual({ versions: 2, groups: 0, lines: 0 })
    expect(text).toContain('does 9')
    expect(text).not.toContain('older 0')
    // Of everything that was asked for.
    expect(text).toMatch(/limit: 2 older versions\._ Everything: .*compare\/v0\.9\.0\.\.\.v1\.2\.0/)
    const { cut: more } = await fitNotes([big, older, older], options, 1_000)
    expect(more).toMatchObject({ versions: 2, groups: 1 })
  })

  test('lose a crowd before the most important lines', async () => {
    const contributors = Array.from({ length: 1_000 }, (_, index) => ({ name: `N ${index}`, bot: false }))
    const crowded = { ...big, contributors }
    const { text, cut } = await fitNotes([crowded], { ...OPTIONS, contributors: true }, 1_000)
    expect(cut).toEqual({ versions: 0, groups: 2, lines: 0 })
    expect(text).toContain('breaks 2')
    expect(text).toContain('Features (10 lines), 1000 contributors._')
  })

  test('are cut as sections of Keep a Changelog, and as JSON', async () => {
    const kept = await fitNotes([big], { ...OPTIONS, format: 'keep-a-changelog' }, 900)
    expect(kept.text).toContain('### Added')
    expect(kept.text.length).toBeLessThanOrEqual(900)
    const json = await fitNotes([big], { ...OPTIONS, format: 'json' }, 3_000)
    expect(JSON.parse(json.text)).toMatchObject({
      releases: [{ version: '1.2.0' }],
      cut: ['Other (10 lines)', expect.stringMatching(/^Features \(\d+ lines\)$/)],
    })
  })

  test('that fit nowhere are an error, and no half text', async () => {
    await expect(fitNotes([big], OPTIONS, 50)).rejects.toThrow('max-length is 50')
  })

  test('are never longer than the limit, always whole lines, always safe', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(hostileText(8), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 600, max: 4_000 }),
        async (groups, limit) => {
          const made = release(
            groups.map((all, rank) => group(`G${rank}`, rank, ...all.map((subject) => entry({ subject })))),
          )
          const whole = await renderNotes([made], OPTIONS)
          const { text, cut } = await fitNotes([made], OPTIONS, limit)
          expect(text.length).toBeLessThanOrEqual(limit)
          expect(text === whole).toBe(cut.groups + cut.lines === 0)
          expect(dangersOf(text)).toEqual([])
          const known = new Set(whole.split('\n'))
          const strange = text.split('\n').filter((line) => !known.has(line) && !line.startsWith('_Left out'))
          expect(strange.filter((line) => line !== 'No notable changes.')).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })
})
