import { parseList } from '../text/list.ts'
import { tagNameProblem } from '../version/tag-name.ts'
import { type InputReader, type Reading, shown } from './inputs.ts'

/**
 * The input `tag-prefix`, what the names of version tags begin with; `v` when it is not given. Of several all are read,
 * and the first is written. Unlike with every other input, a prefix that is given as an empty text is one: tags such as
 * `1.2.3` have none. In a list `none`, or two quotes, stand for that.
 *
 * @returns at least one
 */
export function readTagPrefixes(inputs: InputReader): [string, ...string[]] {
  return inputs.isBlank('tag-prefix') ? [''] : inputs.read('tag-prefix', tagPrefixes, ['v'])
}

function tagPrefixes(text: string): Reading<[string, ...string[]]> {
  const [first = '', ...more] = new Set(parseList(text).map((item) => (NONE.test(item) ? '' : item)))
  const problems = [first, ...more].flatMap((prefix) => {
    const problem = tagNameProblem(`${prefix}1.0.0`)
    if (problem === undefined) return []
    return [`${shown(prefix)} cannot begin the name of a git tag, because ${problem}.`]
  })
  return problems.length === 0 ? { value: [first, ...more] } : { problem: problems.join(' ') }
}

const NONE = /^(?:none|''|"")$/i
