import { makeRepository, type TestRepository } from '../../support/git.ts'
import { dangersOf, textOf } from './render/markdown-oracle.ts'
import { TRICKY, type TrickyCase, type TrickyCommit } from './tricky-messages.ts'

const WHO = 'Ada <ada@octo.test>'
const BEGIN = 1_767_225_600

export interface TrickyRepository {
  repository: TestRepository
  /** The newest commit of each case. */
  tips: ReadonlyMap<TrickyCase, string>
}

/** One repository with every case as a branch of its own on top of the tag v1.0.0. */
export function trickyRepository(): TrickyRepository {
  const repository = makeRepository()
  const base = repository.commit('feat: base')
  repository.tag('v1.0.0')
  const tree = repository.git(['rev-parse', 'HEAD^{tree}'])
  const tips = new Map(
    TRICKY.map((each) => [each, commitsOf(each).reduce(add(repository, tree), [base]).at(-1) ?? base]),
  )
  return { repository, tips }
}

const commitsOf = ({ commits }: TrickyCase): readonly TrickyCommit[] => commits

/** Commit objects as they are, which git itself would mend. */
function add({ git }: TestRepository, tree: string) {
  return (before: string[], commit: TrickyCommit): string[] => {
    const given = typeof commit === 'object' ? commit : { message: textFrom(commit, before) }
    const last = before.at(-1) ?? ''
    const parents = given.isMerge === true ? [before.at(-2) ?? '', last] : [last]
    const when = `${BEGIN + before.length * 60} +0000`
    const header = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${WHO} ${when}`,
      `committer ${WHO} ${when}`,
      ...(given.encoding === undefined ? [] : [`encoding ${given.encoding}`]),
    ].join('\n')
    const object = Buffer.concat([Buffer.from(`${header}\n\n`), Buffer.from(given.message)])
    return [...before, git(['hash-object', '-t', 'commit', '-w', '--stdin'], object)]
  }
}

function textFrom(
  commit: string | ((before: readonly string[]) => string),
  before: readonly string[],
): string {
  return typeof commit === 'string' ? commit : commit(before)
}

/**
 * What is wrong with notes about a case, in words for a table; nothing when all is well.
 *
 * @param home where links may lead
 */
export function faultsOf(
  { read = [], absent = [], once }: TrickyCase,
  markdown: string,
  home: string,
): string[] {
  const text = textOf(markdown).replaceAll('\u200b', '')
  const count = once === undefined ? 1 : text.split(once).length - 1
  const longest = Math.max(...markdown.split('\n').map(({ length }) => length))
  return [
    ...read.filter((words) => !text.includes(words)).map((words) => `lost: ${words}`),
    ...absent.filter((words) => text.includes(words)).map((words) => `listed: ${words}`),
    ...(count === 1 ? [] : [count === 0 ? `lost: ${once}` : `${count} times: ${once}`]),
    ...(longest > 3_000 ? [`a line of ${longest} characters`] : []),
    ...new Set(dangersOf(markdown, [], home)),
  ]
}
