import { describe, expect, test } from '@jest/globals'
import { renderNotes } from '../../../../actions/changelog/render/notes.ts'
import { entry, group, LINKS, release } from './notes-fixtures.ts'

const person = { name: 'Ada <b>', login: 'ada', bot: false }
const RELEASE = release(
  [
    group(
      'Features',
      1,
      entry({
        subject: 'a <b> @x',
        scope: 'ui',
        authors: [person],
        pullRequest: { number: 12, title: 't', labels: ['l'] },
      }),
      entry({ subject: 'b', breaking: ['gone'] }),
    ),
  ],
  { contributors: [person], newContributors: [{ person, pullRequest: 12 }] },
)
const render = (template: string, contributors = true): Promise<string> =>
  renderNotes([RELEASE], { format: 'template', template, contributors, heading: false, links: LINKS })

describe('a template', () => {
  test.each([
    ['escapes', '{{#groups}}{{#entries}}{{subject}};{{/entries}}{{/groups}}', 'a &lt;b> @\u200bx;b;\n'],
    [
      'leaves what is marked safe',
      '{{#groups}}{{#entries}}{{{subject}}};{{/entries}}{{/groups}}',
      'a <b> @x;b;\n',
    ],
    [
      'has addresses that work',
      '{{compareUrl}} {{{compareUrl}}}',
      `${'https://github.example/octo/shop/compare/v1.1.0...v1.2.0 '.repeat(2).trim()}\n`,
    ],
    [
      'has the line of the house',
      '{{#groups}}{{#entries}}* {{line}}\n{{/entries}}{{/groups}}',
      '* **ui:** a &lt;b> @\u200bx ([#12](https://github.example/octo/shop/issues/12))\n* **Breaking:** b ([`0123456`](https://github.example/octo/shop/commit/0123456789abcdef0123456789abcdef01234567))\n',
    ],
    ['mentions people', '{{#contributors}}{{mention}} {{name}}{{/contributors}}', '@ada Ada &lt;b>\n'],
    [
      'asks',
      '{{#groups}}{{#entries}}{{#pullRequest}}#{{number}}{{/pullRequest}}{{^pullRequest}}none{{/pullRequest}} {{/entries}}{{/groups}}',
      '#12 none \n',
    ],
    ['reads dots', '{{counts.listed}} of {{counts.range}}', '1 of 1\n'],
    ['reads the outer from within', '{{#groups}}{{version}}{{/groups}}', '1.2.0\n'],
    ['has comments', 'a{{! not shown }}b', 'ab\n'],
  ])('%s', async (_, template, text) => {
    expect(await render(template)).toBe(text)
  })

  test.each([
    ['a wrong name', 'a\n{{versoin}}', 'line 2: there is no "versoin" here. Did you mean "version"?'],
    ['a name of another place', '{{subject}}', 'line 1: there is no "subject" here. Known here: '],
    ['a wrong section', '{{#group}}x{{/group}}', 'line 1: there is no "group" here. Did you mean "groups"?'],
    ['a wrong member', '{{counts.all}}', 'line 1: there is no "counts.all" here.'],
    ['the constructor', '{{constructor}}', 'line 1: there is no "constructor" here.'],
    [
      'the prototype, with dots',
      '{{counts.__proto__.constructor}}',
      'line 1: there is no "counts.__proto__.constructor" here.',
    ],
    ['a partial', '\n\n{{> footer}}', 'line 3: partials such as {{> footer}} cannot be used.'],
    ['a list as text', '{{groups}}', 'line 1: "groups" is no text: write {{#groups}} … {{/groups}}'],
    ['a map as text', '{{{counts}}}', 'line 1: "counts" is no text'],
    ['an open section', 'a\n{{#groups}}', 'The template cannot be read: Unclosed section "groups" (line 2).'],
    ['an open tag', '{{version', 'The template cannot be read: Unclosed tag (line 1).'],
  ])('%s is an error', async (_, template, message) => {
    await expect(render(template)).rejects.toThrow(message)
  })

  test('knows nobody with contributors: false', async () => {
    expect(
      await render('{{#contributors}}x{{/contributors}}{{#newContributors}}y{{/newContributors}}.', false),
    ).toBe('.\n')
  })
})
