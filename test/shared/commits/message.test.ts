import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { levelOf, typeOf } from '../../../shared/commits/level.ts'
import { parseHeader, parseMessage } from '../../../shared/commits/message.ts'
import { coAuthors, footerValues } from '../../../shared/commits/references.ts'
import { isMergeSubject, pullRequestOf } from '../../../shared/commits/subject.ts'

const NO_RULES = new Map()

describe('header', () => {
  test.each([
    ['feat: add x', 'feat', '', false, 'add x', 'item 1'],
    ['fix(parser): y', 'fix', 'parser', false, 'y', 'item 4'],
    ['fix(a/b): y', 'fix', 'a/b', false, 'y', 'item 4: a scope with a slash'],
    ['fix(a b, c): y', 'fix', 'a b, c', false, 'y', 'item 4: a scope with blanks'],
    ['fix(ü): y', 'fix', 'ü', false, 'y', 'item 4: any letters'],
    ['FEAT: x', 'feat', '', false, 'x', 'item 15: case does not count'],
    ['Feat(API): x', 'feat', 'API', false, 'x', 'item 15; the scope is kept as written'],
    ['feat!: x', 'feat', '', true, 'x', 'item 13'],
    ['feat(api)!: x', 'feat', 'api', true, 'x', 'item 13: after the scope'],
    ['feat:   x', 'feat', '', false, 'x', 'more than one space'],
    ['feat: a: b', 'feat', '', false, 'a: b', 'the first colon ends the type'],
    ['feat: x (#12)', 'feat', '', false, 'x (#12)', 'a squashed pull request'],
    ['build-deps: x', 'build-deps', '', false, 'x', 'item 14: other types'],
    ['feat: \u2028x', 'feat', '', false, 'x', 'a line separator is white space'],
    ['feat: a\u2028b', 'feat', '', false, 'a\u2028b', 'and ends no line'],
    ['feat: a\u0000b', 'feat', '', false, 'a\u0000b', 'NUL is a character'],
  ])('%j is %s(%s) %s %j: %s', (line, type, scope, bang, description) => {
    expect(parseHeader(line)).toEqual({ type, scope, bang, description })
  })

  test.each([
    ['', 'nothing'],
    ['add x', 'item 1: no type'],
    ['feat x', 'item 1: no colon'],
    ['feat:x', 'item 1: no space'],
    ['feat:\tx', 'item 1: a tab is no space'],
    ['feat: ', 'item 5: no description'],
    ['feat:', 'item 5: no description'],
    ['feat : x', 'item 1: a space before the colon'],
    [' feat: x', 'item 1: the type is a prefix'],
    ['- feat: x', 'item 1: the type is a prefix'],
    ['feat!(api): x', 'item 13: the mark comes right before the colon'],
    ['feat!!: x', 'item 13: one mark'],
    ['!feat: x', 'item 13'],
    ['feat(): x', 'item 4: an empty scope'],
    ['feat( ): x', 'item 4: an empty scope'],
    ['feat(a: x', 'item 4: an open scope'],
    ['feat(a)b: x', 'item 4: text after the scope'],
    ['feat(a)(b): x', 'item 4: two scopes'],
    ['feat((a)): x', 'item 4: nested'],
    ['feat (a): x', 'item 4: a space before the scope'],
    ['1feat: x', 'item 1: a type is a noun'],
    ['(a): x', 'item 1: no type'],
    ['new feat: x', 'item 1: two words'],
    ['BREAKING CHANGE: x', 'item 12 is about footers'],
    ['https://example.com', 'an address'],
    ['Merge branch main', 'a merge'],
    ['feat： x', 'another colon'],
  ])('%j is none: %s', (line) => {
    expect(parseHeader(line)).toBeUndefined()
  })

  test.each(['defeat: x', 'fixup: x', 'features: x', 'prefix: x'])(
    '%s is not feat or fix (anchored)',
    (line) => {
      expect(levelOf(parseMessage(line), NO_RULES)).toBe('none')
    },
  )

  test('is what was formatted', () => {
    const type = fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/)
    const text = fc.string({ unit: 'grapheme' }).map((s) => s.replace(/[\r\n()]/g, '').trim())
    fc.assert(
      fc.property(type, text, fc.boolean(), text, (name, scope, bang, description) => {
        fc.pre(description !== '')
        const line = `${name}${scope === '' ? '' : `(${scope})`}${bang ? '!' : ''}: ${description}`
        expect(parseHeader(line)).toEqual({ type: name, scope, bang, description })
      }),
    )
  })
})

describe('breaking', () => {
  test.each([
    ['feat: a\n\nBREAKING CHANGE: b', ['b'], 'item 12'],
    ['fix: a\n\nBREAKING-CHANGE: b', ['b'], 'item 16'],
    ['chore: a\n\nbody\n\nBREAKING CHANGE: b', ['b'], 'any type, after a body'],
    ['feat: a\n\nbody\nBREAKING CHANGE: b', ['b'], 'at the start of any line'],
    ['feat: a\nBREAKING CHANGE: b', ['b'], 'even without a blank line'],
    ['feat: a\r\n\r\nBREAKING CHANGE: b\r\n', ['b'], 'CRLF'],
    ['feat: a\n\nRefs: #1\nBREAKING CHANGE: b', ['b'], 'after another footer'],
    [
      'feat: a\n\nBREAKING CHANGE: b\nc\n\nd\nRefs: 1',
      ['b\nc\n\nd'],
      'item 10: paragraphs, up to the next footer',
    ],
    ['feat: a\n\nBREAKING CHANGE: b\nBREAKING CHANGE: c', ['b', 'c'], 'two of them'],
    ['feat!: a', ['a'], 'item 13: the description tells'],
    ['feat!: a\n\nBREAKING CHANGE: b', ['b'], 'item 13: the footer tells more'],
    ['no type\n\nBREAKING CHANGE: b', ['b'], 'under any subject: overlooking one is worse'],
    ['feat: a\n\nbreaking change: b', [], 'item 15: upper case'],
    ['feat: a\n\nBreaking Change: b', [], 'item 15: upper case'],
    ['feat: a\n\nBREAKING CHANGES: b', [], 'item 12'],
    ['feat: a\n\nBREAKING CHANGE:b', [], 'item 12: a space'],
    ['feat: a\n\nBREAKING CHANGE #12', [], 'item 12: a colon'],
    ['feat: a\n\nBREAKING-CHANGE #12', [], 'item 12: a colon'],
    ['feat: a\n\nBREAKING CHANGE: ', [], 'item 12: a description'],
    ['feat: a\n\n* BREAKING CHANGE: b', [], 'at the start of a line'],
    ['feat: a\n\n BREAKING CHANGE: b', [], 'at the start of a line'],
    ['feat: a\n\nno BREAKING CHANGE: b', [], 'at the start of a line'],
    ['feat: BREAKING CHANGE: b', [], 'a description is none'],
    ['feat: a\n\nBREAKING_CHANGE: b', [], 'item 16: a hyphen or a space'],
  ])('%j: %j (%s)', (message, notes) => {
    const parsed = parseMessage(message)
    expect(parsed.breaking).toEqual(notes)
    expect(levelOf(parsed, NO_RULES) === 'major').toBe(notes.length > 0)
  })
})

describe('body and footers', () => {
  test.each([
    ['feat: a\n\nbody', 'body', [], 'item 6'],
    ['feat: a\n\none\n\ntwo', 'one\n\ntwo', [], 'item 7: paragraphs'],
    ['feat: a\n\nbody\n\nRefs: #1', 'body', [['Refs', '#1']], 'item 8'],
    ['feat: a\n\nCloses #1', '', [['Closes', '#1']], 'item 8: the other separator'],
    [
      'feat: a\n\nReviewed-by: Z\nRefs #1',
      '',
      [
        ['Reviewed-by', 'Z'],
        ['Refs', '#1'],
      ],
      'item 9: hyphens',
    ],
    ['feat: a\n\nReviewed by: Z', 'Reviewed by: Z', [], 'item 9: no blanks in a token'],
    [
      'feat: a\n\nNote: b\n  c\n\nd\nX: e',
      '',
      [
        ['Note', 'b\n  c\n\nd'],
        ['X', 'e'],
      ],
      'item 10',
    ],
    ['feat: a\n\ntext\nRefs: #1', 'text\nRefs: #1', [], 'item 8: a blank line comes first'],
    ['feat: a\n\nRefs:#1', 'Refs:#1', [], 'item 8: a space'],
    ['feat: a\n\nfix: not a header', '', [['fix', 'not a header']], 'a body never is a header'],
  ])('%j (%#)', (message, body, footers) => {
    const parsed = parseMessage(message)
    expect(parsed.body).toBe(body)
    expect(parsed.footers.map(({ token, value }) => [token, value])).toEqual(footers)
    expect(parsed.header?.type).toBe('feat')
  })

  test('nothing after the first line makes a header invalid', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', size: 'medium' }), (rest) => {
        expect(parseMessage(`feat(x): a\n${rest}`).header).toEqual(parseHeader('feat(x): a'))
      }),
    )
  })

  test.each([
    ['\n\nfeat: a', 'feat: a', 'git leaves blank lines at the top'],
    ['feat: a\r\n', 'feat: a', 'CRLF'],
    ['', '', 'an empty message'],
    [' \n\t\n', '', 'blanks'],
  ])('the subject of %j is %j: %s', (message, subject) => {
    expect(parseMessage(message).subject).toBe(subject)
  })
})

describe('levels', () => {
  test.each([
    ['feat: a', 'minor', 'item 2'],
    ['FEAT: a', 'minor', 'item 15'],
    ['fix: a', 'patch', 'item 3'],
    ['perf: a', 'patch', 'contract'],
    ['revert: a', 'patch', 'contract'],
    ['Revert "feat: a"', 'patch', 'as git writes it'],
    ['docs: a', 'none', 'item 14: no effect'],
    ['chore!: a', 'major', 'item 13: any type'],
    ['add a thing', 'none', 'no Conventional Commit'],
    ['Merge pull request #1 from a/b\n\nfeat: a', 'minor', 'the title below the subject of a merge'],
    ['Merge pull request #1 from a/b\n\nfeat!: a', 'major', 'what breaks by its title'],
    ['Merge pull request #1 from a/b\n\nA\n\nfeat: a', 'none', 'a line below the title'],
    ["Merge branch 'b' into 'main'\n\nfeat: a\n\nSee merge request o/r!12", 'minor', 'as GitLab writes it'],
    ["Merge branch 'b' into 'main'\n\nfeat: a", 'none', 'the body of another merge'],
  ])('%j is %s: %s', (message, level) => {
    expect(levelOf(parseMessage(message), NO_RULES)).toBe(level)
  })

  test('rules of the user lie on top', () => {
    const rules = new Map([
      ['docs', 'patch'],
      ['feat', 'none'],
    ] as const)
    expect(levelOf(parseMessage('docs: a'), rules)).toBe('patch')
    expect(levelOf(parseMessage('feat: a'), rules)).toBe('none')
    expect(levelOf(parseMessage('feat!: a'), rules)).toBe('major')
    expect(levelOf(parseMessage('fix: a'), rules)).toBe('patch')
    expect(typeOf(parseMessage('Revert "x"'))).toBe('revert')
  })
})

describe('references', () => {
  test('co-authors', () => {
    const message = parseMessage(
      'feat: a (#7)\n\nCo-authored-by: A B <a@b.c>\nco-authored-by: <x@y>\nCo-Authored-By: nobody\nCo-authored-by: C <>',
    )
    expect(coAuthors(message)).toEqual([
      { name: 'A B', email: 'a@b.c' },
      { name: '', email: 'x@y' },
    ])
    expect(footerValues(message, 'CO-AUTHORED-BY')).toHaveLength(4)
  })

  test.each([
    ['feat: a (#12)', 12],
    ['Merge pull request #12 from a/b', 12],
    ['feat: a (#12) b', undefined],
    ['feat: a #12', undefined],
    ['feat: a (#12', undefined],
    ['feat: a (#99999999999)', undefined],
  ])('the pull request of %j is %s', (subject, number) => {
    expect(pullRequestOf(subject)).toBe(number)
  })

  test.each([
    ["Merge branch 'a' into b", true],
    ["Merge remote-tracking branch 'a'", true],
    ['Merge pull request #1 from a/b', true],
    ["Merge tag 'v1'", true],
    ['Merge sort is faster', false],
  ])('%j is a merge: %s', (subject, isMerge) => {
    expect(isMergeSubject(subject)).toBe(isMerge)
  })
})

describe('hostile text', () => {
  const SIZE = 100_000
  test.each([
    ['a subject', `feat: ${'x'.repeat(SIZE)}`],
    ['blanks after the colon', `feat:${' '.repeat(SIZE)}`],
    ['a type', 'f'.repeat(SIZE)],
    ['open brackets', `feat${'('.repeat(SIZE)}: x`],
    ['a scope that stays open', `feat(${'a'.repeat(SIZE)}`],
    ['hyphens', `feat: a\n\n${'a-'.repeat(SIZE)}`],
    ['quotes', `Revert "${'"'.repeat(SIZE)}x`],
    ['lines', `feat: a\n${'\n'.repeat(SIZE)}`],
    ['footers', `feat: a\n\n${'Refs: 1234567\n'.repeat(SIZE / 10)}`],
    ['git lines', `Revert "a"\n\n${'This reverts commit 1234567.\n'.repeat(SIZE / 10)}`],
    ['hexadecimal digits', `revert: a\n\nRefs: ${'a'.repeat(SIZE)}`],
    ['slashes', `revert: a\n\nReverts ${'a/'.repeat(SIZE)}`],
    ['carriage returns', '\r'.repeat(SIZE)],
  ])('%s, 100,000 of them, do no harm', (_name, message) => {
    const parsed = parseMessage(message)
    expect(typeof levelOf(parsed, NO_RULES)).toBe('string')
    coAuthors(parsed)
    pullRequestOf(parsed.subject)
  })

  test('no input throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'feat',
        'fix',
        '!',
        ': ',
        '(',
        ')',
        '\n',
        '\r\n',
        '\n\n',
        'BREAKING CHANGE: ',
        ' #',
        '-',
        '\0',
      ),
      fc.constantFrom(
        'This reverts commit ',
        'abcdef1',
        'Revert "',
        '"',
        'Co-authored-by: ',
        '<',
        '>',
        'Refs: ',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parsed = parseMessage(pieces.join(''))
        coAuthors(parsed)
        expect(['major', 'minor', 'patch', 'none']).toContain(levelOf(parsed, NO_RULES))
      }),
      { numRuns: 1_000 },
    )
  })
})
