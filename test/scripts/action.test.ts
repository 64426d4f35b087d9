import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parseArguments } from '../../scripts/action/arguments.ts'
import { terminalMarkdown } from '../../scripts/action/markdown.ts'
import { tempFolder } from '../support/runner/cleanup.ts'
import { fixtureAction } from '../support/runner/fixture-action.ts'

const { folder } = fixtureAction('', { inputs: { url: {}, timeout: {}, body: {} } })
const file = join(tempFolder('nexus-arguments-'), 'body.txt')
writeFileSync(file, 'line 1\nline 2\n')

test('inputs are values, files, and values in several lines', () => {
  const given = ['url=http://a/?b=c', `body=@${file}`, 'timeout=1\n2']
  expect(parseArguments(folder, given, [])).toEqual({
    action: { folder },
    inputs: { url: 'http://a/?b=c', body: 'line 1\nline 2\n', timeout: '1\n2' },
  })
  expect(parseArguments(folder, ['body=@@me', 'url='], [])).toMatchObject({
    inputs: { body: '@me', url: '' },
  })
})

test('every mistake is told, with the nearest name', () => {
  expect(parseArguments(folder, ['ulr=x', 'foo', 'body=@/nowhere'], [])).toEqual({
    problems: [
      '"ulr" is no input of this action. Did you mean "url"?',
      '"foo" is not of the form input=value.',
      'body: there is no file /nowhere. For a value that starts with @, write @@.',
    ],
  })
  expect(parseArguments('helth-check', [], ['health-check', 'changelog'])).toEqual({
    problems: [
      'There is no action "helth-check". Did you mean "health-check"? Known: health-check, changelog.',
    ],
  })
})

test('a summary reads well in a terminal', () => {
  const plain = (text: string): string => text
  const markdown = [
    '### ✅ Done \\(1 ms\\)\n',
    '|  | Check | ms |\n| :---: | :--- | ---: |\n| ✅ | `a\\|b` | 1 |\n| ❌ | 127&#8203;.0.0.1 | 12 |\n',
    '> [!NOTE]\n> **bold** and [link](https://a.example)\n',
    '<details><summary>More &lt;b&gt;</summary>\n\n```\n| <raw> |\n```\n\n</details>',
  ].join('\n')
  expect(terminalMarkdown(markdown, { bold: plain, dim: plain })).toBe(
    [
      '✅ Done (1 ms)\n',
      '    Check      ms\n✅  a|b         1\n❌  127.0.0.1  12\n',
      '│ NOTE\n│ bold and link (https://a.example)\n',
      '▾ More <b>\n\n  | <raw> |',
    ].join('\n'),
  )
})
