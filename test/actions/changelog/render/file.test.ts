import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Release } from '../../../../actions/changelog/model.ts'
import { upsertBody, upsertSections } from '../../../../actions/changelog/render/file.ts'
import { piecesOf } from '../../../../actions/changelog/render/headings.ts'
import { nodesOf } from './markdown-oracle.ts'
import { entry, group, release } from './notes-fixtures.ts'

const OPTIONS = { format: 'markdown', contributors: true, heading: true } as const

const version = (name: string | undefined, subject = 'a'): Release =>
  release([group('Features', 1, entry({ subject }))], { version: name })
const put = (before: string | undefined, ...releases: Release[]): Promise<string> =>
  upsertSections(before, releases, OPTIONS)
const section = (name: string, subject = 'a'): string =>
  `## [${name}]${name === 'Unreleased' ? '' : ' - 2026-01-31'}\n\n### Features\n\n- ${subject} (\`0123456\`)\n`

describe('a changelog file', () => {
  test('is begun with a title', async () => {
    expect(await put(undefined, version('1.0.0'))).toBe(`# Changelog\n\n${section('1.0.0')}`)
    expect(await put('', version('1.0.0'))).toBe(`# Changelog\n\n${section('1.0.0')}`)
    expect(await put('\ufeff', version('1.0.0'))).toBe(`\ufeff# Changelog\n\n${section('1.0.0')}`)
  })

  test('says what Keep a Changelog is when it is one', async () => {
    const text = await upsertSections(undefined, [version('1.0.0')], {
      ...OPTIONS,
      format: 'keep-a-changelog',
    })
    expect(text).toMatch(
      /^# Changelog\n\nAll notable changes .*\n.*keepachangelog\.com\/en\/1\.1\.0\/\)\.\n\n## \[1\.0\.0\]/,
    )
  })

  const rest = `${section('1.1.0', 'older')}\n${section('1.0.0', 'oldest')}`
  test.each([
    [
      'under the title, never above it',
      `# Changelog\n\n${rest}`,
      '1.2.0',
      `# Changelog\n\n${section('1.2.0')}\n${rest}`,
    ],
    [
      'under what is unreleased',
      `# C\n\n## [Unreleased]\n\n- x\n\n${rest}`,
      '1.2.0',
      `# C\n\n## [Unreleased]\n\n- x\n\n${section('1.2.0')}\n${rest}`,
    ],
    [
      'what is unreleased on top',
      `# C\n\nWords.\n\n${rest}`,
      undefined,
      `# C\n\nWords.\n\n${section('Unreleased')}\n${rest}`,
    ],
    [
      'a backport at its place',
      `# C\n\n${section('2.0.0', 'x')}\n${rest}`,
      '1.1.1',
      `# C\n\n${section('2.0.0', 'x')}\n${section('1.1.1')}\n${rest}`,
    ],
    ['the lowest at the end', `# C\n\n${rest}`, '0.9.0', `# C\n\n${rest}\n${section('0.9.0')}`],
    [
      'a pre-release under its version',
      `# C\n\n${section('2.0.0', 'x')}\n${rest}`,
      '2.0.0-rc.1',
      `# C\n\n${section('2.0.0', 'x')}\n${section('2.0.0-rc.1')}\n${rest}`,
    ],
    ['behind a file without versions', '# C\n\nWords.', '1.0.0', `# C\n\nWords.\n\n${section('1.0.0')}`],
    [
      'above versions that are underlined',
      'C\n=\n\n1.1.0 / 2020-01-01\n==================\n\n  * x\n\n1.0.0\n=====\n',
      '1.2.0',
      `C\n=\n\n${section('1.2.0')}\n1.1.0 / 2020-01-01\n==================\n\n  * x\n\n1.0.0\n=====\n`,
    ],
    [
      'above link definitions',
      '# C\n\n[1.0.0]: https://a.example\n',
      '1.2.0',
      `# C\n\n${section('1.2.0')}\n[1.0.0]: https://a.example\n`,
    ],
    [
      'not into a code block',
      `# C\n\n\`\`\`\n## [1.1.0]\n\`\`\`\n`,
      '1.2.0',
      `# C\n\n\`\`\`\n## [1.1.0]\n\`\`\`\n\n${section('1.2.0')}`,
    ],
    [
      'not into a comment',
      `# C\n\n<!--\n## [1.1.0]\n-->\n`,
      '1.2.0',
      `# C\n\n<!--\n## [1.1.0]\n-->\n\n${section('1.2.0')}`,
    ],
  ])('new: %s', async (_, before, name, after) => {
    expect(await put(before, version(name))).toBe(after)
    expect(await put(after, version(name))).toBe(after)
  })

  test.each([
    '## [1.1.0] - 2020-01-01',
    '## 1.1.0',
    '## v1.1.0 (2020-01-01)',
    '# [1.1.0](https://a.example) (2020-01-01)',
    '### [1.1.0] - 2020-01-01 [YANKED]',
    '## `1.1.0`',
    '## pkg@1.1.0',
    '## <small>1.1.0 (2020-01-01)</small>',
    '# <a name="1.1.0"></a> 1.1.0 (2020-01-01)',
    '## Version 1.1.0',
    '## 1.1.0, 2020-01-01',
    '1.1.0 / 2020-01-01\n==================',
    'v1.1.0\n------',
  ])('the section under "%s" is replaced, and nothing else', async (heading) => {
    const before = `# C\n\n## [1.2.0]\n\n- a *hand-written* line  \n\n${heading}\n\n- old\n\n\n## [1.0.0]\n\n- x`
    const after = `# C\n\n## [1.2.0]\n\n- a *hand-written* line  \n\n${section('1.1.0', 'new').trimEnd()}\n\n\n## [1.0.0]\n\n- x`
    expect(await put(before, version('1.1.0', 'new'))).toBe(after)
  })

  test.each([
    ['1.10.0', '## [1.1.0]'],
    ['1.1.0', '## [1.1.0-rc.1]'],
    ['1.1.0', '## Upgrading to 1.1.0'],
    ['1.1.0', '#### [1.1.0]'],
    ['1.1.0', '### Release 1.1.0 for packagers'],
    ['1.1.0', 'fixed since\n1.1.0\n-----'],
    ['1.1.0', '- a list\n\n1. 1.1.0\n---'],
    ['1.1.0', '    ## [1.1.0]'],
  ])('%s is not found under "%s"', async (name, heading) => {
    const after = await put(`# C\n\n${heading}\n\n- x\n`, version(name))
    expect(after).toContain(`${heading}\n\n- x\n`)
    expect(after).toContain(section(name))
  })

  test('keeps CR LF and a byte order mark', async () => {
    const before = `\ufeff# C\r\n\r\n## [1.0.0]\r\n\r\n- x\r\n`
    const after = await put(before, version('1.1.0'))
    expect(after).toBe(
      `\ufeff# C\r\n\r\n${section('1.1.0').replaceAll('\n', '\r\n')}\r\n## [1.0.0]\r\n\r\n- x\r\n`,
    )
    expect(await put(after, version('1.1.0'))).toBe(after)
  })

  test('keeps what people wrote between marks, above and below', async () => {
    const kept = (text: string): string => `<!-- keep -->\n${text}\n<!-- /keep -->`
    const before = `# C\n\n## [1.1.0]\n\nlost\n\n${kept('Read this.')}\n\n### Old\n\n- old\n\n${kept('And this.')}\n\n## [1.0.0]\n`
    const after = await put(before, version('1.1.0', 'new'))
    expect(after).toBe(
      `# C\n\n## [1.1.0] - 2026-01-31\n\n${kept('Read this.')}\n\n### Features\n\n- new (\`0123456\`)\n\n${kept('And this.')}\n\n## [1.0.0]\n`,
    )
    expect(await put(after, version('1.1.0', 'new'))).toBe(after)
    await expect(put('## [1.1.0]\n<!-- keep -->\nx\n', version('1.1.0'))).rejects.toThrow(
      '"<!-- keep -->" in the section of 1.1.0 has no "<!-- /keep -->"',
    )
  })

  test('keeps headings between marks, which begin no section', async () => {
    const kept = '<!-- keep -->\n## Upgrade\n\n### 1.0.0 is gone\n\nRead this.\n<!-- /keep -->'
    const before = `# C\n\n## [1.1.0]\n\n${kept}\n\n- old\n\n## [1.0.0]\n`
    const after = await put(before, version('1.1.0', 'new'))
    expect(after).toBe(
      `# C\n\n## [1.1.0] - 2026-01-31\n\n${kept}\n\n### Features\n\n- new (\`0123456\`)\n\n## [1.0.0]\n`,
    )
    expect(await put(after, version('1.1.0', 'new'))).toBe(after)
    // A mark without its end does not take the sections below with it.
    const open = `## [1.1.0]\n\n<!-- keep -->\n\n## [1.0.0]\n\n${kept}\n`
    expect(piecesOf(open).sections.map((each) => each.version)).toEqual(['1.1.0', '1.0.0'])
  })

  test('takes a whole history, and the same once more changes nothing', async () => {
    const all = [version(undefined), version('2.0.0'), version('1.0.0')]
    const text = await put('# C\n', ...all)
    expect(text).toBe(`# C\n\n${section('Unreleased')}\n${section('2.0.0')}\n${section('1.0.0')}`)
    expect(await put(text, ...all)).toBe(text)
  })

  test('takes thousands of versions', async () => {
    const all = Array.from({ length: 3_000 }, (_, index) => version(`1.${3_000 - index}.0`))
    const text = await put('# C\n', ...all)
    expect(piecesOf(text).sections.map((each) => each.version)).toEqual(all.map((each) => each.version))
    expect(await put(text, ...all)).toBe(text)
  })

  test('a template without a heading gets one, so that its section is found again', async () => {
    const options = { ...OPTIONS, format: 'template', template: '{{#groups}}{{title}}{{/groups}}' } as const
    const text = await upsertSections('# C\n', [version('1.0.0')], options)
    expect(text).toBe('# C\n\n## [1.0.0] - 2026-01-31\n\nFeatures\n')
    expect(await upsertSections(text, [version('1.0.0')], options)).toBe(text)
    const own = { ...options, template: '\n## {{version}}\n' }
    expect(await upsertSections('# C\n', [version('1.0.0')], own)).toBe('# C\n\n## 1.0.0\n')
  })

  test('a template may have a place for words to come, which is there once', async () => {
    const place = '<!-- keep -->\n<!-- /keep -->'
    const options = {
      ...OPTIONS,
      format: 'template',
      template: `## {{version}}\n\n${place}\n\n{{#groups}}{{title}}{{/groups}}`,
    } as const
    const text = await upsertSections('# C\n', [version('1.0.0')], options)
    expect(await upsertSections(text, [version('1.0.0')], options)).toBe(text)
    const written = text.replace('keep -->', 'keep -->\nWords.')
    expect(await upsertSections(written, [version('1.0.0')], options)).toBe(written)
    const body = upsertBody(undefined, `${place}\n\nnotes`)
    expect(upsertBody(body, `${place}\n\nnotes`)).toBe(body)
  })

  test('whatever the file says, the rest of it stays byte for byte, and a rerun changes nothing', async () => {
    const piece = fc.constantFrom(
      ...[
        '# C\n',
        '## [1.1.0] - 2020-01-01\n',
        '## 1.0.0\n',
        '## [Unreleased]\n',
        '### Added\n',
        '- x\n',
        '\n',
        'words\n',
      ],
      ...[
        '```\n',
        '~~~\n',
        '<!--\n',
        '-->\n',
        '1.0.0\n====\n',
        '----\n',
        '[1.0.0]: https://a.example\n',
        '    code\n',
        ' \n',
        '\r\n',
        'end',
      ],
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 20 }),
        fc.constantFrom('1.1.0', '2.0.0', undefined),
        async (parts, name) => {
          const before = parts.join('')
          if (neverEnds(before)) {
            await expect(put(before, version(name))).rejects.toThrow('never ends')
            return
          }
          const after = await put(before, version(name))
          expect(await put(after, version(name))).toBe(after)
          const own = (name ?? 'unreleased').toLowerCase()
          const isOwn = (each: { version: string | undefined }): boolean =>
            each.version?.toLowerCase() === own
          expect(piecesOf(after).sections.filter(isOwn).length).toBeGreaterThan(0)
          const others = (text: string): string[] =>
            piecesOf(text).sections.flatMap((each) => (isOwn(each) ? [] : [each.text.trimEnd()]))
          if (before.trim() !== '' && !/```|~~~|<!--/.test(before))
            expect(others(after)).toEqual(others(before))
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('the text of a release', () => {
  const OURS = '<!-- changelog -->\nnotes\n<!-- /changelog -->'
  test('is marked as ours', () => {
    expect(upsertBody(undefined, 'notes\n')).toBe(OURS)
    expect(upsertBody('  \n', 'notes\n')).toBe(OURS)
    expect(upsertBody(OURS, 'notes\n')).toBe(OURS)
  })

  test('keeps what people wrote before and behind it', () => {
    const before = `Hello.\r\n\r\n${OURS.replaceAll('\n', '\r\n')}\r\n\r\nBye.`
    expect(upsertBody(before, 'other\n')).toBe(
      'Hello.\n\n<!-- changelog -->\nother\n<!-- /changelog -->\n\nBye.',
    )
    expect(upsertBody('Hello.', 'notes')).toBe(`Hello.\n\n${OURS}`)
  })

  test('keeps what people keep within it', () => {
    const kept = '<!-- keep -->\nmine\n<!-- /keep -->'
    const before = `<!-- changelog -->\nold\n\n${kept}\n<!-- /changelog -->`
    const after = upsertBody(before, 'new')
    expect(after).toBe(`<!-- changelog -->\nnew\n\n${kept}\n<!-- /changelog -->`)
    expect(upsertBody(after, 'new')).toBe(after)
  })
})

/** Whether a code block or a comment is open at the end, by GitHub's own parser. */
function neverEnds(text: string): boolean {
  const marker = 'the end of the file'
  return nodesOf(`${text}\n\n${marker}`).some(
    ({ type, value }) => (type === 'code' || type === 'html') && value?.endsWith(marker) === true,
  )
}
