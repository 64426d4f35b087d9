import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareUrl, inline } from '../../../../actions/changelog/render/inline.ts'
import {
  breakingParagraphs,
  entryLine,
  heading,
  personText,
} from '../../../../actions/changelog/render/lines.ts'
import { renderNotes } from '../../../../actions/changelog/render/notes.ts'
import { hostileText } from '../../../support/hostile-text.ts'
import { dangersOf, nodesOf, textOf } from './markdown-oracle.ts'
import { entry, group, LINKS, release } from './notes-fixtures.ts'

/** How many texts the properties see; NEXUS_LONG=1 is the long run. */
const RUNS = process.env['NEXUS_LONG'] === '1' ? 100_000 : 3_000

/** Text of nothing but what Markdown and GitHub make something of. */
const markup = fc
  .array(
    fc.constantFrom(
      ...['\\', '`', '```', '``` ', '*', '_', '__b__', '**b**', '~~s~~', '{', '}', '[', ']', '(', ')', '#'],
      ...['+', '-', '!', '|', '$', '<', '>', '&', '@', '=', ':', '.', ';', '"', '/', '^', ' ', 'a', 'B', '1'],
      ...['http://e.test', 'HTTPS://e.test', 'www.e.test', 'WWW.', 'ww.a.b', 'me@e.test', 'mailto:', '.com'],
      ...['xmpp:', 'ftp://x.y', 'http', 's://x.y', '://', '@octocat', '@a/b', '&lt;', '&#64;', '&commat;'],
      ...['1. ', '12) ', '- [x] ', '---', '***', '===', '# ', '[^1]', '[^1]: n', '[a]: http://e', '\\|'],
      ...['<b>', '</b>', '<!--', '-->', '<?', '<![CDATA[', '<a@b.c>', '<http://x>', '\u202e', '\0', '\n'],
      ...['#12', 'GH-3', 'gh-4', 'a/b#5', 'b#6', 'é', '漢', '😀', '\u00a0', '\u3000', '１', '＿', '\u200b'],
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts) => parts.join(''))

describe('a subject is literal', () => {
  test.each([
    ['plain words stay as they are', 'add co-author support (beta)', 'add co-author support (beta)'],
    ['snake_case is no emphasis', 'rename user_id to account_id', 'rename user_id to account_id'],
    ['code spans are kept', 'use `Vec<T>` and `@decorator`', 'use `Vec<T>` and `@decorator`'],
    ['double backticks too', 'a ``x ` y`` b', 'a ``x ` y`` b'],
    ['an unpaired backtick is a backtick', 'it`s <b>', 'it\\`s &lt;b>'],
    ['HTML is text', '<script>alert(1)</script>', '&lt;script>alert(1)&lt;/script>'],
    ['unclosed details do not swallow the rest', '<details><summary>', '&lt;details>&lt;summary>'],
    ['an entity is not one', 'a &lt;b&gt; &amp; c & d', 'a &amp;lt;b&amp;gt; &amp;amp; c & d'],
    ['a mention is none', 'thanks @octocat', 'thanks @\u200boctocat'],
    ['nor of a team', 'ping @acme/security-team', 'ping @\u200bacme/security-team'],
    ['an address is no link', 'see https://evil.example', 'see https\u200b://evil.example'],
    ['nor with www', 'see www.evil.example', 'see www\u200b.evil.example'],
    ['nor what only a parser takes for e-mail', 'a@.com', 'a@\u200b.com'],
    ['nor by e-mail', 'mail me@evil.example', 'mail me@\u200bevil.example'],
    ['a link is none', '[x](javascript:alert(1))', '\\[x\\](javascript\u200b:alert(1))'],
    ['an image is none', '![x](http://evil.example/a.png)', '!\\[x\\](http\u200b://evil.example/a.png)'],
    ['table cells stay together', 'a | b', 'a \\| b'],
    ['mathematics is text', 'costs $5 and $6', 'costs \\$5 and \\$6'],
    ['a heading is text', '# big', '\\# big'],
    ['a list is text', '- item', '\\- item'],
    ['a numbered list is text', '1. item', '1\u200b. item'],
    ['a quote is text', '> said', '\\> said'],
    ['a bidirectional override is shown', 'a\u202eb', 'a\\\\u{202e}b'],
    ['what cannot be seen is shown', 'a\u200bb', 'a\\\\u{200b}b'],
    ['an emoji of several parts stays', 'family 👩‍👩‍👧 ✨', 'family 👩‍👩‍👧 ✨'],
    ['NUL is shown', 'a\u0000b', 'a\\\\u{0}b'],
    ['line ends are spaces', 'a\r\nb', 'a b'],
    ['half a surrogate pair is a mark', 'a\ud83d', 'a\ufffd'],
    ['an expression is text', '\u0024{{ secrets.X }}', '\\\u0024{{ secrets.X }}'],
    ['a comment cannot hide in code', '`<!-- keep -->`', '`<\u200b!-- keep -->`'],
  ])('%s', (_, given, expected) => {
    expect(inline(given, LINKS)).toBe(expected)
  })

  test.each([
    ['#12', '[#12](https://github.example/octo/shop/issues/12)'],
    ['(#12)', '([#12](https://github.example/octo/shop/issues/12))'],
    ['GH-56', '[GH-56](https://github.example/octo/shop/issues/56)'],
    ['`#12`', '`#12`'],
    ['abc#12', 'abc#\u200b12'],
    ['#0012', '#\u200b0012'],
    ['acme/other#34', 'acme/other#\u200b34'],
    ['#12abc', '#12abc'],
    ['a/b#5gh', 'a/b#\u200b5gh'],
    ['it works!#12', 'it works\\![#12](https://github.example/octo/shop/issues/12)'],
  ])('%s leads only into this repository', (given, expected) => {
    expect(inline(given, LINKS)).toBe(expected)
  })

  test('without links nothing leads anywhere', () => {
    expect(inline('see #12', undefined)).toBe('see #12')
    expect(dangersOf(`- ${entryLine(entry({ subject: 'a #1', references: [] }), 'x', undefined)}`)).toEqual(
      [],
    )
  })

  test('what is longer than 300 is cut', () => {
    expect(inline('x'.repeat(100_000), LINKS)).toBe(`${'x'.repeat(299)}…`)
  })

  test('whatever it is, nothing but our links and code comes out, and the words stay', () => {
    fc.assert(
      fc.property(fc.oneof(markup, hostileText(30)), (text) => {
        const line = `- ${inline(text, LINKS)}`
        expect(dangersOf(line)).toEqual([])
        const kinds = new Set(nodesOf(line).map(({ type }) => type))
        for (const kind of ['emphasis', 'strong', 'delete', 'heading', 'image', 'break'])
          expect(kinds).not.toContain(kind)
        const words = (all: string): string => all.replace(/[^\p{L}\p{N}]/gu, '')
        // Controls are shown as escapes, and what is cut has lost words.
        const isWhole = text.replace(/\s+/g, ' ').trim().length < 300
        if (isWhole && !/[\p{Cc}\p{Cf}]/u.test(text))
          expect(words(textOf(line))).toBe(words(text.toWellFormed()))
      }),
      { numRuns: RUNS },
    )
  })
})

describe('a line', () => {
  test('names scope, pull request and the issues that it closes', () => {
    const line = entryLine(
      entry({
        ...{ scope: 'core/ui kit', subject: 'faster', pullRequest: { number: 12 } },
        references: [
          { number: 3, action: 'closes' },
          { number: 4, action: 'refs' },
          { owner: 'acme', repository: 'other', number: 5, action: 'fixes' },
        ],
      }),
      'Features',
      LINKS,
    )
    expect(line).toBe(
      '**core/ui kit:** faster ([#12](https://github.example/octo/shop/issues/12), closes [#3](https://github.example/octo/shop/issues/3), acme/other#\u200b5)',
    )
  })

  test('names its commits when there is no pull request', () => {
    const shas = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => letter.repeat(40))
    expect(entryLine(entry({ shas }), 'x', undefined)).toBe(
      'a (`aaaaaaa`, `bbbbbbb`, `ccccccc`, `ddddddd`, `eeeeeee`, 2 more)',
    )
  })

  test('says that it breaks something where the group does not', () => {
    const breaks = entry({ breaking: ['the old way is gone'], subject: 'new way' })
    expect(entryLine(breaks, 'Breaking', undefined)).toMatch(/^new way/)
    expect(entryLine(breaks, 'Features', undefined)).toMatch(/^\*\*Breaking:\*\* new way/)
    expect(breakingParagraphs(breaks, undefined)).toEqual(['the old way is gone'])
  })

  test('what breaks keeps its paragraphs, and is not said twice', () => {
    expect(
      breakingParagraphs(entry({ subject: 's', breaking: ['one\ntwo\n\n# three', 's'] }), undefined),
    ).toEqual(['one two', '\\# three'])
  })

  test('mentions only people that GitHub knows', () => {
    expect(personText({ name: 'Ada', login: 'ada-l', bot: false })).toBe('@ada-l')
    expect(personText({ name: '@octocat', bot: false })).toBe('@\u200boctocat')
    expect(personText({ name: 'x', login: 'evil](http://x)', bot: false })).toBe('evil\\](http\u200b://x)')
    expect(personText({ name: 'x', login: 'dependabot[bot]', bot: true })).toBe('dependabot\\[bot\\]')
  })
})

describe('addresses and headings', () => {
  test.each([
    [undefined, 'v1.0.0', '/commits/v1.0.0'],
    ['v1.0.0', 'v1.1.0', '/compare/v1.0.0...v1.1.0'],
    ['pkg/a-v1', 'a)b c', '/compare/pkg/a-v1...a%29b%20c'],
  ])('%s to %s', (from, to, path) => {
    expect(compareUrl(LINKS, from, to)).toBe(`https://github.example/octo/shop${path}`)
  })

  test('a heading is one of Keep a Changelog', () => {
    expect(heading(release([]), undefined)).toBe('## [1.2.0] - 2026-01-31')
    expect(heading(release([], { version: undefined }), LINKS)).toBe(
      '## [Unreleased](https://github.example/octo/shop/compare/v1.1.0...v1.2.0)',
    )
    // A short SHA is ambiguous some day.
    expect(heading(release([], { version: undefined, to: 'bbbbbbb' }), LINKS)).toContain(
      `...${'b'.repeat(40)}`,
    )
  })
})

describe('whole notes', () => {
  const notes = (format: 'markdown' | 'keep-a-changelog', isHeaded = false) =>
    renderNotes(
      [
        release(
          [
            group('Breaking', 0, entry({ subject: 'new API', breaking: ['Call `b()`.'] })),
            group(
              'Fixes',
              2,
              entry({ subject: 'crash', type: 'fix' }),
              entry({ subject: 'hole', type: 'security' }),
            ),
          ],
          {
            contributors: [
              { name: 'Ada', login: 'ada', bot: false },
              { name: 'Bo @here', bot: false },
            ],
            newContributors: [{ person: { name: 'Ada', login: 'ada', bot: false }, pullRequest: 7 }],
          },
        ),
      ],
      { format, contributors: true, heading: isHeaded },
    )

  test('as release notes', async () => {
    expect(await notes('markdown')).toBe(`### Breaking

- new API (\`0123456\`)

  Call \`b()\`.

### Fixes

- crash (\`0123456\`)
- hole (\`0123456\`)

**Contributors:** @ada, Bo @\u200bhere

**New contributors:**

- @ada made their first contribution in #7
`)
  })

  test('as Keep a Changelog', async () => {
    expect(await notes('keep-a-changelog', true)).toBe(`## [1.2.0] - 2026-01-31

### Added

- **Breaking:** new API (\`0123456\`)

  Call \`b()\`.

### Fixed

- crash (\`0123456\`)

### Security

- hole (\`0123456\`)

**Contributors:** @ada, Bo @\u200bhere

**New contributors:**

- @ada made their first contribution in #7
`)
  })

  test('nothing to tell is said', async () => {
    expect(
      await renderNotes([release([])], {
        format: 'markdown',
        contributors: true,
        heading: false,
        links: LINKS,
      }),
    ).toBe(
      'No notable changes.\n\n**Full changelog:** [v1.1.0...v1.2.0](https://github.example/octo/shop/compare/v1.1.0...v1.2.0)\n',
    )
  })

  test('whatever people write, the whole is as safe as its lines', async () => {
    const text = hostileText(12)
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            ...{ subject: text, scope: fc.option(text, { nil: undefined }) },
            breaking: fc.option(fc.array(text, { maxLength: 2 }), { nil: undefined }),
            title: text,
            name: text,
          }),
          { minLength: 1, maxLength: 3 },
        ),
        async (rows) => {
          const groups = rows.map(({ title, ...row }, rank) => group(title, rank, entry(row)))
          const contributors = rows.map(({ name }) => ({ name, bot: false }))
          const all = await renderNotes([release(groups, { contributors })], {
            ...{ format: 'markdown', contributors: true, heading: true, links: LINKS },
          })
          expect(dangersOf(all)).toEqual([])
          expect(nodesOf(all).filter(({ type }) => type === 'heading')).toHaveLength(1 + rows.length)
          expect(nodesOf(all).filter(({ type }) => type === 'listItem')).toHaveLength(rows.length)
        },
      ),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  })
})
