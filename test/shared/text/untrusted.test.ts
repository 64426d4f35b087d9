import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cut, oneLine, visible, withoutCommands } from '../../../shared/text/untrusted.ts'

/** What .NET's String.TrimStart() takes away: Char.IsWhiteSpace. */
const DOTNET_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/**
 * The lines of a text that the runner would obey.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs TryParseV2, TryParse
 */
function commandsIn(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.replace(DOTNET_SPACE, '').startsWith('::') || line.includes('##['))
}

/** Text made of what commands are made of. */
const commandish = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(':', '::', '#', '##', '[', ']', '##[', '::error::', 'add-mask'),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom('\n', '\r', '\r\n', ' ', '\t', '\u2028', '\u2029', '\u0085', '\u3000'),
      },
      { weight: 2, arbitrary: fc.constantFrom('\u200b', '\ufeff', '\u180e', '\v', '\f', '\u001b') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

describe('withoutCommands', () => {
  test('the oracle sees commands', () => {
    expect(commandsIn('a\n \t::error::b\nc##[add-mask]d\n#[x]\na::b')).toHaveLength(2)
  })

  test.each([
    ['::error::x', 'at the start of the text'],
    ['ok\n::error::x', 'at the start of a line'],
    ['ok\r::error::x', 'after a lone carriage return'],
    ['ok\r\n::error::x', 'after CRLF'],
    [' \t\u00a0\u3000::error::x', 'after white space that .NET trims'],
    ['\u0085::error::x', 'after NEL, which JavaScript does not call white space'],
    ['\u2028::error::x', 'after a line separator'],
    ['a ##[error]x', 'the old form, anywhere in a line'],
    ['###[error]x', 'the old form behind a further #'],
    [':::error::x', 'three colons'],
    ['\n\n\n::stop-commands::x', 'after empty lines'],
  ])('%j is inert: %s', (text) => {
    expect(commandsIn(withoutCommands(text))).toEqual([])
  })

  test('no text holds a command, and people read the same', () => {
    fc.assert(
      fc.property(commandish, (text) => {
        const inert = withoutCommands(text)
        expect(commandsIn(inert)).toEqual([])
        expect(inert.replaceAll('\u200b', '')).toBe(text.replaceAll('\u200b', ''))
      }),
      { numRuns: 2_000 },
    )
  })

  test('nor after control characters were made visible', () => {
    fc.assert(
      fc.property(commandish, (text) => {
        expect(commandsIn(withoutCommands(visible(text)))).toEqual([])
      }),
    )
  })

  test.each(['std::vector<int>', 'a: b', ':', '#[derive(Debug)]', '[::1]:80'])(
    '%s stays as it is',
    (text) => {
      expect(withoutCommands(text)).toBe(text)
    },
  )

  // Quadratic behaviour would take minutes here, and run into the timeout of the test.
  test.each([
    ['\n', 'line feeds'],
    ['\r\n', 'CRLF'],
    ['\u2028', 'line separators'],
    [' \n', 'blank lines'],
    [' ', 'one long blank line'],
    ['#', 'hashes'],
    [':\n', 'colons'],
  ])('a million characters of %j cost no more than their length: %s', (unit) => {
    const text = unit.repeat(1_000_000 / unit.length)
    expect(withoutCommands(text)).toHaveLength(text.length)
  })
})

describe('visible', () => {
  test.each([
    ['a\u001b[2Jb', 'a\\u{1b}[2Jb', 'terminal control'],
    ['a\rb', 'a\\u{d}b', 'a carriage return would overwrite the line'],
    ['a\u0000b', 'a\\u{0}b', 'NUL'],
    ['a\u202eb', 'a\\u{202e}b', 'right-to-left override'],
    ['a\u2066b\u2069', 'a\\u{2066}b\\u{2069}', 'isolates'],
    ['a\u009bb', 'a\\u{9b}b', 'C1 control sequence introducer'],
    ['a\tb\nc', 'a\tb\nc', 'tab and line feed are kept'],
    ['žluťoučký 🐎 中文', 'žluťoučký 🐎 中文', 'other scripts are kept'],
  ])('%j is shown as %j: %s', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  test('no control character but tab and line feed is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/(?![\t\n])\p{Cc}|\p{Bidi_Control}/u)
      }),
    )
  })
})

describe('cut', () => {
  test('never longer than the limit, never half a character more than there was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, limit) => {
        const short = cut(text, limit)
        expect(short.length).toBeLessThanOrEqual(limit)
        expect(short.isWellFormed()).toBe(true)
        if (text.length <= limit) expect(short).toBe(text)
        else if (limit > 0) {
          expect(short.endsWith('…')).toBe(true)
          expect(text.startsWith(short.slice(0, -1))).toBe(true)
          expect(short.length).toBeGreaterThanOrEqual(limit - 1)
        }
      }),
    )
  })

  test.each([
    ['ab🐎', 4, 'ab🐎', 'fits'],
    ['ab🐎c', 4, 'ab…', 'the ellipsis would split the pair'],
    ['abcd', 3, 'ab…', 'plain'],
    ['ab', 1, '…', 'only the ellipsis'],
    ['ab', 0, '', 'no room for anything'],
  ])('%s in %d is %s: %s', (text, limit, short) => {
    expect(cut(text, limit)).toBe(short)
  })
})

test('oneLine folds, shows and cuts', () => {
  expect(oneLine('  a\r\n\tb \u2028 c\u0007 ')).toBe('a b c\\u{7}')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, limit) => {
      const line = oneLine(text, limit)
      expect(line).not.toMatch(/[\n\r\u2028\u2029]/)
      expect(line.length).toBeLessThanOrEqual(limit)
    }),
  )
})
