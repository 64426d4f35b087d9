import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { codeBlock, codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { visible } from '../../../shared/text/untrusted.ts'

/** What GitHub makes of Markdown, in the parts that are standardized. */
function html(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  })
}

/** The text that a person reads, without the spaces of no width that keep things apart. */
function textOf(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replaceAll('\u200b', '')
}

const folded = (text: string): string => visible(text.replace(/\s+/g, ' ')).replaceAll('\u200b', '')

const tags = (markup: string): string[] => markup.match(/<\/?[a-z][^>]*>/gi) ?? []

/** Text made of what Markdown is made of. */
const hostile = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...'\\`*_{}[]()#+-!|~$<>&@=:.;"\'/^ \n\t') },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          '<img src=x onerror=alert(1)>',
          '<!-- ',
          '</details>',
          '[a](javascript:x)',
          '![i](http://e.vil/x.png)',
          'https://e.vil',
          'HTTP://e.vil/a?b',
          'www.e.vil',
          'me@e.vil.com',
          'mailto:me@e.vil.com',
          'xmpp:me@e.vil.com',
          '@octocat',
          '&lt;',
          '&#64;',
          '&amp;',
          '```',
          '\n\n',
          '\r\n',
          '    ',
          '1. ',
          '12) ',
          '- [x] ',
          '---',
          '===',
          '# ',
          '| a | b |\n| - | - |',
          '[^1]',
          '[^1]: note',
          '[a]: http://e.vil',
          '~~s~~',
          '**b**',
          '\\|',
          '\\\\|',
          '\u200b',
          '\u202e',
          '\u0000',
        ),
      },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('escapeMarkdown', () => {
  test('is literal text in a paragraph, and all of it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markup = html(escapeMarkdown(text))
        expect(tags(markup).filter((tag) => tag !== '<p>' && tag !== '</p>')).toEqual([])
        expect(tags(markup).length).toBeLessThanOrEqual(2)
        expect(textOf(markup).trim()).toBe(folded(text).trim())
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    ['after a bullet', (cell: string) => `- ${cell}`],
    ['in bold', (cell: string) => `- **x${cell}x**: y`],
    ['in a heading', (cell: string) => `### x ${cell}`],
  ])('adds no element of its own %s', (_where, put) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tags(html(put(escapeMarkdown(text))))).toEqual(
          tags(html(put(text.trim() === '' ? '' : 'word'))),
        )
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['me@example.com', 'GitHub links an address even when its @ is an entity'],
    ['@octocat', 'GitHub looks for mentions in the rendered text'],
  ])('in %s no letter follows the @: %s', (text) => {
    expect(html(escapeMarkdown(text))).not.toMatch(/@\w/)
  })

  test('costs no more than the length of the text', () => {
    const text = `${'\n '.repeat(100_000)}${'`'.repeat(100_000)}${'www.'.repeat(100_000)}`
    expect(escapeMarkdown(text).length).toBeGreaterThan(100_000)
  })
})

describe('codeSpan', () => {
  test('is one code element with all of the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markup = html(codeSpan(text))
        const wanted = folded(text)
        if (wanted.trim() === '') return
        expect(tags(markup)).toEqual(['<p>', '<code>', '</code>', '</p>'])
        // Outside of a table the backslash that protects a pipe is seen.
        expect(textOf(markup).trim().replace(/\\+\|/g, '|')).toBe(wanted.trim().replace(/\\+\|/g, '|'))
      }),
      { numRuns: 3_000 },
    )
  })

  test('is empty for blank text: two fences would be a fence', () => {
    expect([codeSpan(''), codeSpan(' \n ')]).toEqual(['', ''])
  })
})

describe('table', () => {
  test('keeps every cell in its place, escaped or as code', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const markup = html(table(['x', 'y', 'z'], [[escapeMarkdown(a), codeSpan(b), 'end']], 'lrc'))
        const cells = [...markup.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map((cell) => cell[1] ?? '')
        expect(cells).toHaveLength(3)
        expect(tags(cells[0] ?? '')).toEqual([])
        expect(tags(cells[1] ?? '').filter((tag) => !/^<\/?code>$/.test(tag))).toEqual([])
        expect(cells.map((cell) => textOf(cell).trim())).toEqual([folded(a).trim(), folded(b).trim(), 'end'])
      }),
      { numRuns: 3_000 },
    )
  })

  test('aligns its columns', () => {
    expect(table(['a', 'b', 'c', 'd'], [['1', '2', '3', '4']], 'lrc')).toBe(
      '| a | b | c | d |\n| :--- | ---: | :---: | :--- |\n| 1 | 2 | 3 | 4 |',
    )
  })
})

describe('codeBlock', () => {
  test('ends where it should, and holds all of the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markup = html(`${codeBlock(text, 'json')}\n\nafter`)
        expect(tags(markup)).toEqual([
          '<pre>',
          '<code class="language-json">',
          '</code>',
          '</pre>',
          '<p>',
          '</p>',
        ])
        const wanted = visible(text.replace(/\r\n?/g, '\n')).replaceAll('\u200b', '')
        expect(textOf(markup.slice(0, markup.indexOf('</pre>')))).toBe(`${wanted}\n`)
      }),
      { numRuns: 2_000 },
    )
  })

  test('half a million fences are no stack overflow', () => {
    expect(codeBlock('` '.repeat(500_000)).startsWith('```\n')).toBe(true)
    expect(codeSpan('` '.repeat(500_000)).startsWith('``')).toBe(true)
  })
})

test('details: the summary is text, on one line', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const markup = html(details(text, 'body'))
      expect(tags(markup)).toEqual(['<details>', '<summary>', '</summary>', '<p>', '</p>', '</details>'])
      expect(textOf(markup.slice(0, markup.indexOf('</summary>'))).trim()).toBe(folded(text).trim())
    }),
    { numRuns: 1_000 },
  )
})
