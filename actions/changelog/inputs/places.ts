import { type Reading, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'

/** A tag, branch or SHA; not a range, and nothing that git would calculate with. */
export function revision(text: string): Reading<string> {
  if (text.includes('..'))
    return { problem: `${shown(text)} is a range: write its two ends into from and to.` }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u0020\u007f~^:?*[\\]|@\{/.test(text))
    return { problem: `${shown(text)} is no tag, branch or SHA.` }
  return { value: text }
}

/** A file below the workspace. */
export function below(text: string): Reading<string> {
  const clean = slashed(text)
  if (clean === '' || clean === '.') return { problem: `${shown(text)} is no file.` }
  const problem = outside(clean, text, 'the workspace. Write it from there, such as docs/CHANGELOG.md.')
  return problem === undefined ? { value: clean } : { problem }
}

/** Files or folders, relative to the top of the repository. */
export function paths(text: string): Reading<string[]> {
  const problems: string[] = []
  const found = parseList(text).map((item) => {
    const clean = slashed(item).replace(/\/+$/, '')
    const problem = outside(clean, item, 'the repository. Write it from its top, such as services/api.')
    if (clean === '' || clean === '.')
      problems.push(`${shown(item)} is the whole repository: leave path out.`)
    else if (problem !== undefined) problems.push(problem)
    else if (clean.includes('*')) problems.push(`${shown(item)} is a pattern; a path is a file or a folder.`)
    return clean
  })
  return problems.length > 0 ? { problem: problems.join(' ') } : { value: [...new Set(found)] }
}

function slashed(text: string): string {
  return text.replaceAll('\\', '/').replace(/^(\.\/+)+/, '')
}

function outside(clean: string, given: string, what: string): string | undefined {
  // On Windows `C:x.md` is a file in whatever folder drive C is at.
  const isOutside = /^(?:[A-Za-z]:|\/)/.test(clean) || clean.split('/').includes('..') || clean.includes('\0')
  return isOutside ? `${shown(given)} is not inside ${what}` : undefined
}
