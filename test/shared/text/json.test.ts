import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isHtml, parseJson } from '../../../shared/text/json.ts'

test('whatever JSON.parse reads, this reads as well', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom('', '\ufeff', ' \n'), (text, before) => {
      expect(parseJson(before + text)).toEqual({ ok: true, value: JSON.parse(text) })
    }),
  )
})

const deep = (count: number, open: string, middle: string, close: string): string =>
  open.repeat(count) + middle + close.repeat(count)

test.each([
  ['200 levels', deep(200, '[', '1', ']'), 'ok'],
  ['brackets in a text', JSON.stringify('['.repeat(100_000)), 'ok'],
  ['brackets after quotes in a text', JSON.stringify(`"\\"${'{['.repeat(100_000)}`), 'ok'],
  ['a backslash at the end of a text', `["\\\\", ${deep(150, '[', '', ']')}]`, 'ok'],
  ['backslashes without end', `"${'\\'.repeat(900_001)}`, 'it is not valid JSON'],
  ['201 levels', deep(201, '[', '1', ']'), 'it is nested too deeply: more than 200 levels'],
  ['a million lists', '['.repeat(1_000_000), 'it is nested too deeply'],
  ['a million lists that are closed', deep(1_000_000, '[', '', ']'), 'it is nested too deeply'],
  ['maps', deep(100_000, '{"a":', '1', '}'), 'it is nested too deeply'],
  ['closed and never opened', ']'.repeat(1_000_000), 'it is not valid JSON'],
  ['quotes', '"'.repeat(1_000_000), 'it is not valid JSON'],
  ['nothing', '', 'it is empty'],
  ['blanks', ' \r\n\t', 'it is empty'],
  ['a byte order mark', '\ufeff', 'it is empty'],
  ['a cut document', '{"a": [1, 2', 'it is not valid JSON'],
  ['a page', '<!DOCTYPE html>\n<html><body>502</body></html>', 'it is an HTML page and not JSON'],
  ['YAML', 'a: 1', 'it is not valid JSON'],
])('%s', (_name, text, wanted) => {
  const parsed = parseJson(text)
  if (wanted === 'ok') expect(parsed).toEqual({ ok: true, value: JSON.parse(text) })
  else expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(wanted) })
  if (!parsed.ok) expect(parsed.problem.length).toBeLessThan(200)
})

test.each([
  '<html>',
  '<!doctype HTML>',
  '\n <HTML lang="en">',
  '<head></head>',
  '<?xml version="1.0"?><html/>',
  '<!-- x --><html>',
])('%j is a page', (text) => {
  expect(isHtml(text)).toBe(true)
})

test.each(['', '{}', '"<html>"', 'text <html>', '<svg>'])('%j is none', (text) => {
  expect(isHtml(text)).toBe(false)
})
