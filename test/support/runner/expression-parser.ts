/** The syntax tree of one `${{ … }}`. */
export type Node =
  | { type: 'literal'; value: null | boolean | number | string }
  | { type: 'context'; name: string }
  | { type: 'index'; of: Node; key: Node }
  | { type: 'call'; name: string; args: Node[] }
  | { type: 'not'; operand: Node }
  | { type: 'binary'; operator: string; left: Node; right: Node }

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|([-+]?(?:\d[\w.+-]*|\.\d[\w.+-]*))|([A-Za-z_][\w-]*)|(\|\||&&|[=!<>]=|[!<>()[\].,]))/y

/** Loosest first; operators of one row bind equally and group to the left. */
const BINARY = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>=']]

/**
 * Reads the runner's expression language.
 *
 * @throws Error that shows the expression, for everything that is not in the language, and for the wildcard `*`
 * @see https://github.com/actions/runner/blob/main/src/Sdk/DTExpressions2/Expressions2/Tokens/LexicalAnalyzer.cs
 */
export function parseExpression(source: string): Node {
  const tokens = tokensOf(source)
  let at = 0

  const peek = (): string | undefined => tokens[at]
  const accept = (...wanted: string[]): string | undefined => {
    const token = peek()
    if (token === undefined || !wanted.includes(token)) return undefined
    at += 1
    return token
  }
  const expect = (wanted: string): void => {
    if (accept(wanted) === undefined) throw wrong(source, `"${wanted}" expected, got ${peek() ?? 'the end'}`)
  }

  const binary = (level: number): Node => {
    const operators = BINARY[level]
    if (operators === undefined) return unary()
    let left = binary(level + 1)
    for (let operator = accept(...operators); operator !== undefined; operator = accept(...operators)) {
      left = { type: 'binary', operator, left, right: binary(level + 1) }
    }
    return left
  }
  const unary = (): Node => (accept('!') === undefined ? postfix() : { type: 'not', operand: unary() })

  const postfix = (): Node => {
    let node = primary()
    for (;;) {
      if (accept('.') !== undefined) {
        const name = tokens[at++]
        if (name === undefined || !/^[A-Za-z_]/.test(name)) throw wrong(source, 'a property name expected')
        node = { type: 'index', of: node, key: { type: 'literal', value: name } }
      } else if (accept('[') !== undefined) {
        node = { type: 'index', of: node, key: binary(0) }
        expect(']')
      } else {
        return node
      }
    }
  }

  const primary = (): Node => {
    const token = tokens[at++]
    if (token === undefined) throw wrong(source, 'a value expected, got the end')
    if (token === '(') {
      const inner = binary(0)
      expect(')')
      return inner
    }
    if (token.startsWith("'")) return { type: 'literal', value: token.slice(1, -1).replaceAll("''", "'") }
    if (/^[-+.\d]/.test(token)) return { type: 'literal', value: numberLiteral(source, token) }
    if (!/^[A-Za-z_]/.test(token)) throw wrong(source, `a value expected, got ${token}`)
    if (token === 'null') return { type: 'literal', value: null }
    if (token === 'true' || token === 'false') return { type: 'literal', value: token === 'true' }
    if (accept('(') === undefined) return { type: 'context', name: token }
    const args: Node[] = []
    if (accept(')') !== undefined) return { type: 'call', name: token, args }
    do args.push(binary(0))
    while (accept(',') !== undefined)
    expect(')')
    return { type: 'call', name: token, args }
  }

  const tree = binary(0)
  if (at < tokens.length) throw wrong(source, `nothing expected after the expression, got ${peek()}`)
  return tree
}

function tokensOf(source: string): string[] {
  const tokens: string[] = []
  const end = source.trimEnd().length
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (match === null) throw wrong(source, `unknown at "${source.slice(start).trim().slice(0, 20)}"`)
    tokens.push(match[0].trim())
  }
  return tokens
}

function numberLiteral(source: string, token: string): number {
  const value = Number(token)
  if (Number.isNaN(value)) throw wrong(source, `${token} is not a number`)
  return value
}

function wrong(source: string, reason: string): Error {
  return new Error(`Expression \${{${source}}}: ${reason}.`)
}
