import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cutMrkdwn, escapeMrkdwn, renderMrkdwn } from '../../../shared/text/mrkdwn.ts'
import {
  bold,
  code,
  fitLine,
  fitPages,
  type Line,
  link,
  text,
  textLines,
  webUrl,
} from '../../../shared/text/rich.ts'
import { linesOfMarkdown } from '../../../shared/text/rich-markdown.ts'
import { hostileText } from '../../support/hostile-text.ts'
import { markupProblems } from '../../support/slack/limits.ts'

const hostile = hostileText(80)
const span = fc.oneof(
  hostile.map(text),
  hostile.map(bold),
  hostile.map(code),
  hostile.map((label) => link(label, 'https://example.com/a?b=1&c=<d>|e')),
)
const lines: fc.Arbitrary<Line[]> = fc.array(fc.array(span, { maxLength: 5 }), { maxLength: 30 })
const note = (left: number): Line => [
  text(`… ${left} more, see `),
  link('the run', 'https://github.com/a/b/actions/runs/1'),
]

describe('fitting', () => {
  test('never goes over a limit, and never cuts through anything', () => {
    fc.assert(
      fc.property(
        lines,
        fc.integer({ min: 60, max: 3_000 }),
        fc.integer({ min: 1, max: 4 }),
        (given, page, pages) => {
          const total = Math.max(60, Math.floor((page * pages * 3) / 4))
          const fitted = fitPages(given, { page, total, pages }, renderMrkdwn, note)
          expect(fitted.length).toBeLessThanOrEqual(pages)
          expect(fitted.join('').length).toBeLessThanOrEqual(total)
          for (const one of fitted) {
            expect(one.length).toBeLessThanOrEqual(page)
            expect(markupProblems(one)).toEqual([])
          }
        },
      ),
      { numRuns: 4_000 },
    )
  })

  test('keeps everything that has room, and says the rest', () => {
    const all = Array.from({ length: 100 }, (_, index) => [text(`line ${index}`)])
    expect(
      fitPages(all, { page: 3_000, total: 3_000, pages: 1 }, renderMrkdwn, note)[0]?.split('\n'),
    ).toHaveLength(100)
    const [page = ''] = fitPages(all, { page: 300, total: 300, pages: 1 }, renderMrkdwn, note)
    const kept = page.split('\n').filter((line) => line.startsWith('line')).length
    expect(page).toContain(`… ${100 - kept} more, see <https://github.com/a/b/actions/runs/1|the run>`)
    expect(page.length).toBeGreaterThan(270)
  })

  test('a long line is cut rather than lost', () => {
    const [page = ''] = fitPages(
      [[text('short')], [text('x'.repeat(5_000))]],
      { page: 500, total: 500, pages: 1 },
      renderMrkdwn,
      note,
    )
    expect(page).toMatch(/^short\nx{300,}…\n… 0 more/)
    expect(page.length).toBeLessThanOrEqual(500)
  })

  test.each([
    [[text('a&b')], 5, 'a…'],
    [[text('a&b')], 7, 'a&amp;b'],
    [[text('😀😀')], 3, '😀…'],
    [[text('😀😀')], 2, '…'],
    [[code('abcdef')], 6, '`abc`…'],
    [[code('abcdef')], 3, '…'],
    [[bold('abcdef')], 7, '*abcd*…'],
    [[link('label', 'https://a.example/')], 20, '…'],
    [[link('a long label', 'https://a.example/')], 26, '<https://a.example/|a lo>…'],
    [[text('abc')], 0, ''],
    [[], 10, ''],
  ])('%j in %d', (line, limit, expected) => {
    expect(fitLine(line, limit, renderMrkdwn)).toBe(expected)
  })
})

describe('mrkdwn', () => {
  test.each([
    ['a & b < c > d', 'a &amp; b &lt; c &gt; d'],
    ['<!channel> <@U1> <https://x|y>', '&lt;!channel&gt; &lt;@U1&gt; &lt;https://x|y&gt;'],
    ['&lt;', '&amp;lt;'],
    ['snake_case and 2*3*4', 'snake_case and 2*3*4'],
    ['*bold* _it_ ~no~ `code`', '∗bold∗ ˍitˍ ∼no∼ ˋcodeˋ'],
    ['> quote', '\u00ad&gt; quote'],
  ])('%s', (given, expected) => {
    expect(escapeMrkdwn(given)).toBe(expected)
  })

  test('no text makes markup', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        const escaped = escapeMrkdwn(text(given).text)
        expect(escaped).not.toMatch(/[<>`]|&(?!(?:amp|lt|gt);)/)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['a&amp;b', 4, 'a…'],
    ['a <https://x|label> b', 10, 'a …'],
    ['x `code span` y', 8, 'x …'],
    ['😀😀😀', 4, '😀…'],
    ['short', 5, 'short'],
  ])('cutting %s to %d', (given, limit, expected) => {
    expect(cutMrkdwn(given, limit)).toBe(expected)
  })

  test('cutting goes through nothing', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 400 }), (given, limit) => {
        const markup = given.map((line) => line.map(renderMrkdwn).join('')).join('\n')
        const cut = cutMrkdwn(markup, limit)
        expect(cut.length).toBeLessThanOrEqual(limit)
        expect(markupProblems(cut)).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('Markdown', () => {
  const shown = (markdown: string): string =>
    linesOfMarkdown(markdown)
      .map((line) => line.map(renderMrkdwn).join(''))
      .join('\n')

  test.each([
    ['## Features', '*Features*'],
    ['- **api**: add `x` ([#12](https://e.x/12))', '• *api*: add `x` (<https://e.x/12|#12>)'],
    ['* one\n  * two', '• one\n\u00a0\u00a0• two'],
    ['- [x] done\n- [ ] not', '☑ done\n☐ not'],
    ['see https://e.x/a_b.', 'see <https://e.x/aˍb|https://e.x/aˍb>.'.replaceAll('ˍ', '_')],
    ['<https://e.x/>', '<https://e.x/|https://e.x/>'],
    ['[bad](javascript:alert) ![img](https://e.x/i.png)', 'bad img'],
    ['\\*not bold\\* &lt;!here&gt; &#64;all', '∗not bold∗ &lt;!here&gt; @all'],
    ['```js\nlet a = 1\n```', '`let a = 1`'],
    ['<!-- hidden -->a <b>b</b>', 'a &lt;b&gt;b&lt;/b&gt;'],
    ['a\n\n\n\nb\n', 'a\n\nb'],
    ['---', '―――'],
    ['## [1.2.0](https://e.x) (2026-01-01)', '*1.2.0 (2026-01-01)*'],
    ['<!channel> <@U1>', '&lt;!channel&gt; &lt;@U1&gt;'],
  ])('%j', (markdown, expected) => {
    expect(shown(markdown)).toBe(expected)
  })

  test('of any text is quick and has no markup of its own', () => {
    fc.assert(
      fc.property(hostile, (given) => {
        for (const line of shown(given).split('\n')) expect(markupProblems(line)).toEqual([])
        expect(shown(given)).not.toMatch(/<[@!]/)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(['[', '`', '**', '[](', '<https://', '&#', '\\', '![', '__', '<!--', 'https://a(', '[a](b('])(
    'many %s end soon',
    (piece) => {
      expect(linesOfMarkdown(piece.repeat(20_000)).length).toBeGreaterThanOrEqual(0)
    },
  )
})

test.each([
  ['https://a.example/x|y', 'https://a.example/x%7Cy'],
  ['http://a.example', 'http://a.example/'],
  ['javascript:alert(1)', undefined],
  ['https://', undefined],
  [`https://a.example/${'&'.repeat(300)}`, undefined],
])('%s as an address', (given, expected) => {
  expect(webUrl(given)).toBe(expected)
})

test('lines of a text', () => {
  expect(textLines('a\r\nb\n\n')).toEqual([[text('a')], [text('b')]])
})
