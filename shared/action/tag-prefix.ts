import { tagNameProblem } from '../version/tag-name.ts'
import { type InputReader, type Reading, shown } from './inputs.ts'

/**
 * The input `tag-prefix`, what the names of version tags begin with; `v` when it is not given. Unlike with every other
 * input, a prefix that is given as an empty text is one: tags such as `1.2.3` have none.
 */
export function readTagPrefix(inputs: InputReader): string {
  return inputs.isBlank('tag-prefix') ? '' : inputs.read('tag-prefix', tagPrefix, 'v')
}

function tagPrefix(text: string): Reading<string> {
  const problem = tagNameProblem(`${text}1.0.0`)
  if (problem === undefined) return { value: text }
  return { problem: `${shown(text)} cannot begin the name of a git tag, because ${problem}.` }
}
