import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { safe } from '../../../shared/action/log.ts'
import { COMMANDS, parseCommand } from '../../support/runner/commands.ts'
import { lineSplitter } from '../../support/runner/lines.ts'
import { runAction } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const registered = new Set(COMMANDS)

/** The commands that the runner would obey in this text. */
function commandsIn(text: string): unknown[] {
  const found: unknown[] = []
  const splitter = lineSplitter((line) => {
    const command = parseCommand(line, registered)
    if (command !== undefined) found.push(command)
  })
  splitter.write(Buffer.from(text))
  splitter.end()
  return found
}

test('no text becomes a workflow command', () => {
  const piece = fc.constantFrom(
    ...[
      '::',
      ':',
      '##[',
      '##',
      '[',
      ']',
      'error',
      'ERROR',
      'add-mask',
      'set-output name=a',
      ' ',
      '\t',
      '\r',
      '\n',
    ],
    ...[
      '\r\n',
      '\u0085',
      '\u00a0',
      '\u200b',
      '\u2028',
      '\u3000',
      '\ufeff',
      '\u001b[31m',
      '\0',
      'text',
      '%0A',
      '#',
    ],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(commandsIn(safe(pieces.join('')))).toEqual([])
    }),
    { numRuns: 5_000 },
  )
})

describe('through the runner', () => {
  const HOSTILE = [
    '::error::a',
    ' \t::set-env name=PATH::/evil',
    'x ##[error]b',
    'x\n::stop-commands::y',
    'x\r::add-mask::e',
    '##[set-output name=a]b',
    '\u0085::error::c',
    '::group::g',
  ]
  const hostile = JSON.stringify(HOSTILE)

  test('hostile text in log lines and groups is shown and not obeyed', async () => {
    const result = await runAction({
      action: houseAction(`run('main', async () => {
        for (const text of ${hostile}) { log.info(text); log.group('title', [text]) }
        return passed })`),
    })
    expect(result.conclusion).toBe('success')
    expect(result.annotations).toEqual([])
    expect(new Set(result.commands.map(({ name }) => name))).toEqual(new Set(['group', 'endgroup']))
    expect(result.commands.filter(({ name }) => name === 'group')).toHaveLength(HOSTILE.length)
    expect(result.masks).not.toContain('e')
  })

  test('hostile text in annotations, their titles and group titles makes nothing but that', async () => {
    const result = await runAction({
      action: houseAction(`run('main', async () => {
        for (const text of ${hostile}) { log.warning(text, text); log.group(text, []) }
        return failed(${hostile}.join(','), ${hostile}.join()) })`),
    })
    expect(new Set(result.commands.map(({ name }) => name))).toEqual(
      new Set(['warning', 'group', 'endgroup', 'error']),
    )
    expect(result.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(result.outputs).toEqual({})
  })

  test('control characters are shown, not obeyed', async () => {
    const result = await runAction({
      action: houseAction(
        `run('main', async () => { log.info('a\\u001b[2Kb\\u202ec\\u0007'); return passed })`,
      ),
    })
    expect(result.stdout).toBe('a\\u{1b}[2Kb\\u{202e}c\\u{7}\n')
  })
})
