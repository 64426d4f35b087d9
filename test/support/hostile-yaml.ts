/** A document that was written to keep a parser busy, and why it is not read; `undefined` where it is read after all. */
export interface HostileYaml {
  name: string
  text: string
  refused: RegExp | undefined
}

const times = (count: number, text: string): string => text.repeat(count)
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

const DEEP = /^it is nested too deeply: more than 64 levels \(line \d+\)$/
const TOKENS = /^it has more than 300,000 words and signs \(line \d+\)$/
const BLANKS = /^it has more than 10,000 blanks, comments and signs in a row \(line \d+\)$/
const ALIASES = /^it has more than 1,000 anchors and aliases \(line \d+\)$/
const VALUES = /^it has more than 300,000 values, each alias written out$/
const KEYS = /^it has a map with [\d,]+ keys, more than 5,000 keys \(line 1\)$/
const DOCUMENTS = /^it holds more than one document \(line 2\)$/
const CONTROL = /^it holds the control character U\+[0-9A-F]{4} \(line \d+\)$/
const LENGTH = /^it is longer than 1 MiB: [\d,]+ characters of at most 1,048,576$/
const TOO_LONG_KEY = /^The : indicator must be at most 1024 chars/

const bomb = (levels: string, width: number): string =>
  `a: &a [${Array(width).fill('x').join(',')}]\n${[...levels.slice(1)]
    .map((name, index) => `${name}: &${name} [${Array(width).fill(`*${levels[index]}`).join(',')}]`)
    .join('\n')}`

/** At most 1 MiB each, as a file of a checkout may be. */
export const HOSTILE_YAML: readonly HostileYaml[] = [
  // Quotes
  { name: 'double quotes alone', text: times(900_000, '"'), refused: TOKENS },
  { name: 'single quotes alone', text: times(900_000, "'"), refused: undefined },
  { name: 'quotes in turn', text: times(450_000, `'"`), refused: TOKENS },
  {
    name: 'texts in quotes, one a line',
    text: times(200_000, '"a"\n'),
    refused: /^Unexpected text in quotes/,
  },
  { name: 'quotes that never end, one a line', text: times(200_000, '- "a\n'), refused: TOKENS },
  { name: 'one long text in quotes', text: `"${times(1_000_000, 'x')}"`, refused: undefined },
  { name: 'blanks in quotes', text: `"${times(1_000_000, ' ')}"`, refused: undefined },
  { name: 'backslashes in quotes', text: `"${times(1_000_000, '\\')}"`, refused: undefined },
  { name: 'wrong escapes', text: `"${times(500_000, '\\q')}"`, refused: /^Invalid escape sequence \\q/ },
  // Brackets
  { name: '[, again and again', text: times(50_000, '[,'), refused: DEEP },
  { name: 'closed and never opened', text: times(80_000, ']'), refused: /^Unexpected "]" \(line 1\)$/ },
  { name: 'opened and never closed', text: times(1_000_000, '['), refused: DEEP },
  { name: 'maps in maps', text: times(200_000, '{a: '), refused: DEEP },
  { name: 'empty maps side by side', text: times(500_000, '{}'), refused: /^Unexpected "}"/ },
  { name: 'commas alone', text: `[${times(900_000, ',')}]`, refused: TOKENS },
  { name: 'empty lists in a list', text: `[${times(300_000, '[],')}]`, refused: TOKENS },
  { name: 'a list opened on each line', text: times(100_000, 'a: [\n'), refused: TOKENS },
  { name: 'a list as the key of a list', text: times(50, '[') + times(50, ']: 1'), refused: undefined },
  { name: 'question marks in a list', text: `[${times(400_000, '? ')}]`, refused: BLANKS },
  { name: 'colons in a list', text: `[${times(400_000, ': ')}]`, refused: BLANKS },
  // Blocks
  { name: 'lists in lists on one line', text: times(300_000, '- '), refused: DEEP },
  { name: 'keys of keys on one line', text: times(300_000, '? '), refused: DEEP },
  { name: 'colons on one line', text: times(300_000, ': '), refused: DEEP },
  { name: 'a stair of maps', text: lines(1_400, (level) => `${times(level, ' ')}a:`), refused: DEEP },
  { name: 'pairs on one line', text: times(16_000, 'a: b '), refused: DEEP },
  // Keys
  { name: 'one key 16,000 times', text: times(16_000, 'a: b\n'), refused: KEYS },
  {
    name: 'one key 5,000 times',
    text: times(5_000, 'a: b\n'),
    refused: /^the key "a" stands twice in one map \(line 2\)$/,
  },
  { name: '60,000 keys', text: lines(60_000, (index) => `k${index}: 1`), refused: TOKENS },
  { name: '20,000 keys', text: lines(20_000, (index) => `k${index}: 1`), refused: KEYS },
  {
    name: '20,000 keys on a line',
    text: `{${lines(20_000, (index) => `k${index}: 1,`).replaceAll('\n', '')}}`,
    refused: KEYS,
  },
  { name: 'no keys, only colons', text: times(400_000, ':\n'), refused: BLANKS },
  { name: 'a key of a megabyte', text: `${times(1_000_000, 'k')}: 1`, refused: TOO_LONG_KEY },
  { name: 'a:a:a:', text: times(500_000, 'a:'), refused: TOO_LONG_KEY },
  // Anchors, aliases, tags
  { name: 'an alias bomb', text: bomb('abcdefgh', 9), refused: VALUES },
  { name: 'a narrow alias bomb', text: bomb('abcdefghijklmnopqrstuvwxyz', 2), refused: VALUES },
  { name: 'an anchor on each line', text: lines(70_000, (index) => `- &a${index} 1`), refused: ALIASES },
  { name: 'an alias on each line', text: `- &a 1\n${times(200_000, '- *a\n')}`, refused: ALIASES },
  {
    name: 'an alias inside its anchor',
    text: 'a: &a [1, {b: *a}]',
    refused: /^the alias \*a stands inside itself/,
  },
  { name: 'anchors in a row', text: times(300_000, '&a '), refused: ALIASES },
  { name: 'tags in a row', text: times(300_000, '!a '), refused: BLANKS },
  { name: '!!binary of a megabyte', text: `a: !!binary ${times(900_000, 'A')}`, refused: undefined },
  { name: '!!binary on each line', text: times(70_000, '- !!binary AA\n'), refused: TOKENS },
  // Scalars
  { name: 'a word of a megabyte', text: times(1_000_000, 'x'), refused: undefined },
  { name: 'a number of a megabyte', text: times(1_000_000, '1'), refused: undefined },
  { name: 'a word a line', text: times(500_000, 'x\n'), refused: undefined },
  { name: 'a block of lines', text: `|\n${times(300_000, ' x\n')}`, refused: undefined },
  { name: 'a block of empty lines', text: `a: |\n${times(900_000, '\n')}b: 1`, refused: BLANKS },
  { name: 'a block on each line', text: times(60_000, '- |\n  x\n'), refused: TOKENS },
  {
    name: 'bars alone',
    text: times(900_000, '|'),
    refused: /^Block scalar header includes extra characters/,
  },
  { name: 'an empty block on each line', text: times(200_000, '- |\n'), refused: TOKENS },
  { name: 'half a surrogate pair, often', text: times(900_000, '\ud800'), refused: undefined },
  // White space, comments, line ends
  { name: 'tabs alone', text: times(900_000, '\t'), refused: undefined },
  { name: 'tabs before keys', text: times(100_000, '\ta: b\n'), refused: TOKENS },
  { name: 'a comment of a megabyte', text: `#${times(1_000_000, 'x')}\na: 1`, refused: undefined },
  { name: 'a comment on each line', text: `a:\n${times(170_000, '  #x\n')}  b: 1`, refused: BLANKS },
  {
    name: 'empty lines, then comments, again and again',
    text: times(20, `-\n${times(4_900, '\n')}${times(1_600, '  #c\n')}  b\n`),
    refused: undefined,
  },
  { name: 'lines that end in CR', text: times(100_000, 'a: b\r'), refused: TOKENS },
  { name: 'CR alone', text: times(900_000, '\r'), refused: BLANKS },
  { name: 'byte order marks', text: times(500_000, '\ufeff'), refused: undefined },
  { name: 'NUL', text: times(100_000, '\0'), refused: CONTROL },
  { name: 'the parser’s own marks', text: 'a: [\u0018, \u001f, \u0002]', refused: CONTROL },
  // Documents
  { name: 'documents', text: times(250_000, '---\n'), refused: DOCUMENTS },
  { name: 'ends of documents', text: times(250_000, '...\n'), refused: DOCUMENTS },
  { name: 'directives', text: times(90_000, '%YAML 1.2\n'), refused: BLANKS },
  { name: 'more than a mebibyte', text: times(1_048_577, ' '), refused: LENGTH },
]
