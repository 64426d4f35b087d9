import { describe, expect, test } from '@jest/globals'
import { COMMANDS, parseCommand } from '../support/runner/commands.ts'
import { readPairs } from '../support/runner/file-commands.ts'
import { lineSplitter } from '../support/runner/lines.ts'
import { maskText } from '../support/runner/masks.ts'
import { stepLog } from '../support/runner/step-log.ts'

const registered = new Set(COMMANDS)

describe('a line that is a workflow command', () => {
  test.each([
    ['::error::x', { name: 'error', properties: {}, data: 'x' }],
    ['\t\u0085\u3000 ::error::x', { name: 'error', properties: {}, data: 'x' }],
    ['::ERROR::x', { name: 'ERROR', properties: {}, data: 'x' }],
    [
      '::error title=a%2Cb%3A,line=3::1%0A2%25',
      { name: 'error', properties: { title: 'a,b:', line: '3' }, data: '1\n2%' },
    ],
    ['::error title=a=b,,empty=,=x::', { name: 'error', properties: { title: 'a=b' }, data: '' }],
    ['before ##[error]x', { name: 'error', properties: {}, data: 'x' }],
    [
      '##[error title=a%5D;line=1]x%3B',
      { name: 'error', properties: { title: 'a]', line: '1' }, data: 'x;' },
    ],
    ['::nothing::##[debug]x', { name: 'debug', properties: {}, data: 'x' }],
    ['::set-output name=a::b', { name: 'set-output', properties: { name: 'a' }, data: 'b' }],
  ])('%j', (line, command) => {
    expect(parseCommand(line, registered)).toEqual(command)
  })
})

describe('a line that is none', () => {
  test.each([
    'x ::error::x',
    '\ufeff::error::x',
    '::error',
    '::errors::x',
    ':\u200b:error::x',
    '##\u200b[error]x',
    '##[errors]x',
    '##[error',
    '::::',
    '##[other]##[error]x',
  ])('%j', (line) => {
    expect(parseCommand(line, registered)).toBeUndefined()
  })
})

describe('name=value and heredoc', () => {
  const read = (text: string, newline?: string): [string, string][] => {
    const pairs: [string, string][] = []
    readPairs(text, (name, value) => pairs.push([name, value]), newline)
    return pairs
  }

  test.each([
    ['', []],
    [
      'a=1\n\nb=x=y\n',
      [
        ['a', '1'],
        ['b', 'x=y'],
      ],
    ],
    ['a=b<<c\n', [['a', 'b<<c']]],
    [
      'a<<E\none\ntwo\nE\nb=1',
      [
        ['a', 'one\ntwo'],
        ['b', '1'],
      ],
    ],
    ['a<<E\nE\n', [['a', '']]],
    ['a<<E\n\n\nE', [['a', '\n']]],
    ['a<<E=F\nx\nE=F\n', [['a', 'x']]],
    ['a=1\r\n', [['a', '1\r']]],
  ])('%j', (text, pairs) => {
    expect(read(text, '\n')).toEqual(pairs)
  })

  test('Windows ends a line at CRLF and at LF', () => {
    expect(read('a=1\r\nb<<E\r\nx\ny\r\nE\r\n', '\r\n')).toEqual([
      ['a', '1'],
      ['b', 'x\ny'],
    ])
  })

  test.each([
    ['nothing', "Invalid format 'nothing'"],
    ['=x', "Value cannot be null or empty. (Parameter 'name') in '=x'"],
    ['<<E', 'Name must not be empty and delimiter must not be empty'],
    ['a<<\nx', 'Name must not be empty and delimiter must not be empty'],
    ['a<<E\nx\n', "Invalid value. Matching delimiter not found 'E'"],
    ['a<<E\nx', 'Invalid value. EOF marker missing new line.'],
  ])('%j is refused', (text, message) => {
    expect(() => read(text, '\n')).toThrow(message)
  })
})

test('lines end at LF, CR and CRLF, also when a chunk ends in between', () => {
  const lines: string[] = []
  const splitter = lineSplitter((line) => lines.push(line))
  for (const chunk of ['a\r', '\nb\rc\n', '\n\xc3', 'd', 'e\r']) splitter.write(Buffer.from(chunk, 'latin1'))
  splitter.end()
  expect(lines).toEqual(['a', 'b', 'c', '', '\ufffdde'])
})

test('masks that overlap hide everything together', () => {
  expect(maskText('xabcdefx abc', ['abcd', 'cdef', 'abc'])).toBe('x***x ***')
})

describe('the log', () => {
  const logOf = (...lines: string[]) => {
    const log = stepLog(new Set(), false, () => undefined)
    for (const line of lines) log.read(line)
    return log
  }

  test('shows commands as the runner does, and no debug', () => {
    const log = logOf(
      '::group::Plan',
      'one',
      '::endgroup::',
      '::debug::hidden',
      '::warning title=T,file=a.ts,line=3::w',
    )
    expect(log.text()).toBe('##[group]Plan\none\n##[endgroup]\n##[warning]w')
    expect(log.annotations).toEqual([{ level: 'warning', title: 'T', message: 'w', file: 'a.ts', line: 3 }])
    expect(log.failed).toBe(false)
  })

  test('obeys nothing between stop-commands and its token', () => {
    const log = logOf('::stop-commands::Token1', '::error::a', '##[error]b', '::token1::', '::error::c')
    expect(log.annotations.map(({ message }) => message)).toEqual(['c'])
    expect(log.text()).toBe('::error::a\n##[error]b\n::***::\n##[error]c'.replace('***', 'token1'))
  })

  test.each(['error', '', 'pause-logging'])('refuses the resume token %j', (token) => {
    const log = logOf(`::stop-commands::${token}`, '::error::obeyed')
    expect(log.annotations).toHaveLength(2)
    expect(log.failed).toBe(true)
  })

  test('masks what comes later, line by line', () => {
    const log = logOf('before s3cret', '::add-mask::s3cret%0A second ', 's3cret, second', '::error::s3cret')
    expect(log.text()).toBe('before s3cret\n***, ***\n##[error]***')
    expect(log.annotations[0]?.message).toBe('***')
  })

  test('an empty mask is a warning', () => {
    expect(logOf('::add-mask:: ').annotations[0]?.level).toBe('warning')
  })

  test.each(['set-output name=a', 'save-state name=a', 'set-env name=a', 'add-path', 'add-matcher'])(
    '%s turns the step red',
    (command) => {
      expect(logOf(`::${command}::b`).failed).toBe(true)
    },
  )

  test('keeps ten annotations of a level, but all lines', () => {
    const log = logOf(...Array.from({ length: 12 }, (_, index) => `::notice::${index}`))
    expect(log.annotations).toHaveLength(10)
    expect(log.text().split('\n')).toHaveLength(12)
  })
})
