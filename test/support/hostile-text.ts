import fc from 'fast-check'

/** What means something to Slack, Markdown, HTML, a shell, a runner or a terminal, and what is hard to cut. */
const PIECES = [
  ...[
    '<!channel>',
    '<!here|x>',
    '<@U0123456>',
    '<!subteam^S1>',
    '<https://evil.example|click me>',
    '@everyone',
    '@here',
  ],
  ...[
    '&amp;',
    '&lt;',
    '&',
    '<',
    '>',
    '`',
    '```',
    '*',
    '_',
    '~',
    '|',
    '\\',
    '"',
    "'",
    '](',
    '[x](https://evil.example)',
  ],
  ...[
    '\n',
    '\r\n',
    '\t',
    '\u0000',
    '\u001b[31m',
    '\u202e',
    '\u200b',
    '\ud83d',
    '\ude00',
    '😀',
    '👩‍👩‍👧',
    'é',
    '漢字',
  ],
  ...[
    '\u0024{{ secrets.X }}',
    '\u0024{HOME}',
    '$(id)',
    '{{constructor}}',
    '::error::x',
    '##[add-mask]y',
    '<!-- x -->',
    '--',
  ],
  ...[
    ' ',
    'word ',
    'snake_case',
    'https://evil.example/',
    '- item\n',
    '# head\n',
    'x'.repeat(700),
    '&'.repeat(700),
  ],
]

/** Text from people who mean no good, and from those who write strange things: up to `most` pieces, or any bytes. */
export function hostileText(most: number): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: most }).map((parts) => parts.join('')),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 * most }) },
    { weight: 1, arbitrary: fc.constant('') },
  )
}
