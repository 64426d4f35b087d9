import type { Composer, Document, Lexer, Parser } from 'yaml'
import { oneLine } from '../untrusted.ts'
import { beyond, LIMITS, Refused } from './limits.ts'

type Token = Parameters<Composer['compose']>[0] extends Iterable<infer T> ? T : never

/** Between two tokens of the lexer: the next one is a scalar, whatever it begins with. */
const SCALAR = '\u001f'

/**
 * Lexes, parses and composes one document with a look at the limits between any two tokens, and stops at the first
 * error: left alone, the parser goes on and describes each of 900,000, with the line it stands in.
 *
 * @throws Refused
 */
export function compose(text: string, lexer: Lexer, parser: Parser, composer: Composer): Document {
  const tokens = [...parsed(text, lexer, parser)]
  // A field of each composer, and the one way to stop it; a warning is no reason to.
  Object.assign(composer, {
    onError(source: Source, _code: string, message: string, isWarning?: boolean) {
      if (isWarning !== true) throw new Refused(worded(message), offsetOf(source))
    },
  })
  const [document] = composer.compose(tokens, true, text.length)
  const [error] = document?.errors ?? []
  if (document === undefined) throw new Refused('it holds no document')
  if (error !== undefined) throw new Refused(worded(error.message), error.pos[0])
  return document as Document
}

function* parsed(text: string, lexer: Lexer, parser: Parser): Generator<Token, void> {
  let [count, blanks, aliases, documents, isScalar] = [0, 0, 0, 0, false]
  const bound = (value: number, limit: number, what: string): void => {
    if (value > limit) throw new Refused(`it has ${beyond(limit, what)}`, parser.offset)
  }
  function* checked(tokens: Iterable<Token>): Generator<Token, void> {
    for (const token of tokens) {
      if (token.type === 'error') throw new Refused(worded(token.message), token.offset)
      if (token.type === 'document' && ++documents > 1)
        throw new Refused('it holds more than one document', token.offset)
      yield token
    }
  }
  for (const lexeme of lexer.lex(text)) {
    const isBlank = !isScalar && lexeme !== SCALAR && /^(?:[\s#&!?:%\ufeff]|-$)/.test(lexeme)
    blanks = isBlank ? blanks + 1 : 0
    if (!isScalar && /^[&*]/.test(lexeme)) aliases += 1
    bound(++count, LIMITS.tokens, 'words and signs')
    bound(blanks, LIMITS.blanks, 'blanks, comments and signs in a row')
    bound(aliases, LIMITS.aliases, 'anchors and aliases')
    isScalar = lexeme === SCALAR
    yield* checked(parser.next(lexeme))
    // A document and a scalar stand on the stack beside the collections.
    if (parser.stack.length > LIMITS.depth + 2)
      throw new Refused(`it is nested too deeply: more than ${LIMITS.depth} levels`, parser.offset)
  }
  yield* checked(parser.end())
}

type Source = number | readonly [number, number] | { offset: number }

function offsetOf(source: Source): number {
  if (typeof source === 'number') return source
  return 'offset' in source ? source.offset : source[0]
}

/** How the parser calls the signs that people write. */
const SIGNS: Readonly<Record<string, string>> = {
  'flow-seq-start': '"["',
  'flow-seq-end': '"]"',
  'flow-map-start': '"{"',
  'flow-map-end': '"}"',
  'flow-error-end': 'end of a list or map',
  'double-quoted-scalar': 'text in quotes',
  'single-quoted-scalar': 'text in quotes',
  'block-scalar-header': '"|" or ">"',
  'block-seq-ind': '"-"',
  'seq-item-ind': '"-"',
  'explicit-key-ind': '"?"',
  'map-value-ind': '":"',
  'doc-start': '"---"',
  'doc-end': '"..."',
}

/** The first line of the parser's message, whose others may quote the document, with the signs as people write them. */
function worded(message: string): string {
  const line = (message.slice(0, 400).split('\n', 1)[0] ?? '').replace(/:$/, '')
  const signs = line.replace(/\b([a-z]+(?:-[a-z]+)+)(?: token)?\b/g, (all, name) => SIGNS[name] ?? all)
  return oneLine(signs.replace(/ in YAML (?:stream|document)(?=:|$)/, ''), 160)
}
