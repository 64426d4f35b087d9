import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { summaryHtml } from '../../scripts/demo/page/markdown.ts'
import { sanitizeHtml } from '../../scripts/demo/page/sanitize.ts'

describe('a summary is rendered as GitHub does', () => {
  test.each([
    ['| a | b |\n| :-- | --: |\n| 1 | 2 |', '<td align="right">2</td>'],
    ['- [x] done', '<input type="checkbox" disabled="" checked="">'],
    ['~~old~~ https://a.example/x?a=1&b=2', '<del>old</del> <a href="https://a.example/x?a=1&amp;b=2">'],
    [
      '<details open><summary>More</summary>\n\n**bold**\n\n</details>',
      '<details open=""><summary>More</summary>\n<p><strong>bold</strong></p>\n</details>',
    ],
    [
      '> [!NOTE]\n> Read me',
      '<blockquote class="markdown-alert markdown-alert-note"><p class="markdown-alert-title">Note</p>\n<p>Read me</p>',
    ],
    [
      '```mermaid\ngraph TD\nA-->B\n```',
      '<pre><code class="language-mermaid">graph TD\nA--&gt;B\n</code></pre>',
    ],
    ['a &#64; b &#8203;<sub>x</sub>', 'a @ b \u200b<sub>x</sub>'],
    ['x <!-- hidden --> y', '<p>x  y</p>'],
  ])('%j', (markdown, html) => {
    expect(summaryHtml(markdown)).toContain(html)
  })
})

describe('nothing in a summary becomes script', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script>alert(1)&lt;/script>'],
    ['<img src=x onerror=alert(1)>', '<img>'],
    ['<a href="javascript:alert(1)">x</a>', '<p><a>x</a></p>'],
    ['<a href="&#106;avascript:alert(1)">x</a>', '<p><a>x</a></p>'],
    ['<a href="JaVaScRiPt&colon;alert(1)">x</a>', '<p><a>x</a></p>'],
    ['[x](javascript:alert(1))', '<p><a href="">x</a></p>'],
    ['<svg/onload=alert(1)>', ''],
    ['<details ontoggle=alert(1) open style="x">', '<details open=""></details>'],
    ["<b title='\"><script>alert(1)</script>'>x", '&lt;script>'],
    ['</article></main><b>bold', '<b>bold</b>'],
    ['<base href="https://evil.example"><meta http-equiv=refresh>', ''],
  ])('%j', (markdown, html) => {
    const result = summaryHtml(markdown)
    expect(result).toContain(html)
    expect(result).not.toMatch(/<script|<svg|\son\w+=|javascript|<base|<meta|<\/article|<\/main|style=/i)
  })

  test('whatever comes, only listed tags come out, and each is closed', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '</',
        '/>',
        '"',
        "'",
        '=',
        ' ',
        '\n',
        '<!--',
        '-->',
        '&lt;',
        '&',
        'b',
        'table',
        'details',
        'script',
      ],
      ...[
        '<b>',
        '</b>',
        '<a href="',
        "<i title='",
        '<details>',
        '</details>',
        '<td>',
        'onload=x',
        'style',
        '<svg>',
        '<br>',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const html = sanitizeHtml(pieces.join(''))
        const open: string[] = []
        const rest = html.replace(
          /<(\/?)(b|i|a|td|table|details|br)((?: (?:href|title|open)="[^"<]*")*)>/g,
          (_, slash: string, name: string) => {
            if (slash !== '') expect(open.pop()).toBe(name)
            else if (name !== 'br') open.push(name)
            return ''
          },
        )
        expect(rest).not.toContain('<')
        expect(open).toEqual([])
      }),
      { numRuns: 5_000 },
    )
  })
})
