/** A workflow command that the runner recognised in a line of output. */
export interface Command {
  /** As it was written; the runner compares without case. */
  name: string
  properties: Record<string, string>
  data: string
}

/** What the runner registers, apart from resume tokens. */
export const COMMANDS = [
  'stop-commands',
  'set-env',
  'set-output',
  'save-state',
  'add-mask',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'debug',
  'warning',
  'error',
  'notice',
  'group',
  'endgroup',
  'echo',
]

/** Char.IsWhiteSpace of .NET, which has U+0085 and not U+FEFF. */
const DOTNET_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/**
 * Finds the command in one line, or undefined: first `::name key=value,key=value::data` at the start of the line, then
 * `##[name key=value;key=value]data` anywhere in it.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function parseCommand(line: string, registered: ReadonlySet<string>): Command | undefined {
  return parseV2(line, registered) ?? parseV1(line, registered)
}

function parseV2(line: string, registered: ReadonlySet<string>): Command | undefined {
  const text = line.replace(DOTNET_SPACE, '')
  if (!text.startsWith('::')) return undefined
  const end = text.indexOf('::', 2)
  if (end < 0) return undefined
  return command(text.slice(2, end), ',', PROPERTY, registered, unescaped(text.slice(end + 2), DATA))
}

function parseV1(line: string, registered: ReadonlySet<string>): Command | undefined {
  const start = line.indexOf('##[')
  if (start < 0) return undefined
  const end = line.indexOf(']', start)
  if (end < 0) return undefined
  return command(line.slice(start + 3, end), ';', V1, registered, unescaped(line.slice(end + 1), V1))
}

type Escapes = readonly (readonly [escaped: string, char: string])[]

// In this order, the per cent sign last.
const DATA: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
]
const PROPERTY: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
]
const V1: Escapes = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
]

function command(
  info: string,
  separator: string,
  escapes: Escapes,
  registered: ReadonlySet<string>,
  data: string,
): Command | undefined {
  const space = info.indexOf(' ')
  const name = space < 0 ? info : info.slice(0, space)
  if (!registered.has(name.toLowerCase())) return undefined
  const properties: Record<string, string> = {}
  for (const pair of space < 0
    ? []
    : info
        .slice(space + 1)
        .trim()
        .split(separator)) {
    const [key, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    if (pair.indexOf('=') > 0 && value !== '') properties[key.toLowerCase()] = unescaped(value, escapes)
  }
  return { name, properties, data }
}

function unescaped(text: string, escapes: Escapes): string {
  return escapes.reduce((result, [escaped, char]) => result.replaceAll(escaped, char), text)
}
