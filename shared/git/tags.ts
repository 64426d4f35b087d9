import { GitError } from './errors.ts'
import type { Repository } from './model.ts'
import { gitOutput } from './process.ts'
import { isObjectName } from './revision.ts'

/** A tag, as local git and as the API of GitHub tell it (shared/github/tags.ts gives the same). */
export interface Tag {
  /** Without `refs/tags/`; may begin with `-`. Never holds a control character: git allows none. */
  name: string
  /** What the ref points at: the commit, or the tag object of an annotated tag. */
  object: string
  /** Of `object`. */
  type: ObjectType
  /** The peeled commit; absent when the tag is on a tree or a blob. */
  commit?: string
}

export type ObjectType = 'commit' | 'tag' | 'tree' | 'blob'

export interface ReachableTag extends Tag {
  /** The peeled commit is the asked one or an ancestor of it. */
  reachable: boolean
}

interface TagsOptions {
  /** Full object name of a commit. */
  reachableFrom: string
  signal?: AbortSignal | undefined
}

const PREFIX = 'refs/tags/'
const FORMAT = '%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)'

/**
 * All tags, in the order of their names, and which of them are reachable from a commit: two git processes that run at
 * the same time, whatever the number of tags.
 *
 * @throws GitError
 */
export async function readTags(
  repository: Repository,
  { reachableFrom, signal }: TagsOptions,
): Promise<ReachableTag[]> {
  if (!isObjectName(reachableFrom)) {
    throw new GitError('unknown-revision', 'Unknown revision', 'Tags are looked for from a full object name.')
  }
  // Whichever fails first stops the other.
  const stop = new AbortController()
  const both = { signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]) }
  const merged = ['for-each-ref', `--merged=${reachableFrom}`, '--format=%(refname)', PREFIX] as const
  try {
    const [all, reachable] = await Promise.all([
      gitOutput(repository, ['for-each-ref', `--format=${FORMAT}`, PREFIX], both),
      gitOutput(repository, merged, both),
    ])
    const names = new Set(reachable.split('\n'))
    const tags = lines(all).map((line) => tagOf(line, names))
    await peelNested(repository, tags, both)
    return tags
  } finally {
    stop.abort()
  }
}

/**
 * All tags, in the order of their names: one git process, whatever the number of tags (a second one when a tag stands
 * on a tag and git is older than 2.45).
 *
 * @throws GitError
 */
export async function listTags(
  repository: Repository,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Tag[]> {
  const output = await gitOutput(repository, ['for-each-ref', `--format=${FORMAT}`, PREFIX], { signal })
  const tags = lines(output).map(bareTagOf)
  await peelNested(repository, tags, { signal })
  return tags
}

/**
 * The names of the tags whose commits can be reached from a commit. One process that walks the whole history.
 *
 * @throws GitError
 */
export async function reachableTags(
  repository: Repository,
  { reachableFrom, signal }: TagsOptions,
): Promise<Set<string>> {
  if (!isObjectName(reachableFrom)) {
    throw new GitError('unknown-revision', 'Unknown revision', 'Tags are looked for from a full object name.')
  }
  const args = ['for-each-ref', `--merged=${reachableFrom}`, '--format=%(refname)', PREFIX] as const
  const output = await gitOutput(repository, args, { signal })
  return new Set(lines(output).map((line) => line.slice(PREFIX.length)))
}

/**
 * The commits of the tags that contain a commit. One process.
 *
 * @throws GitError
 */
export async function tagsContaining(
  repository: Repository,
  sha: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Set<string>> {
  if (!isObjectName(sha)) return new Set()
  const format = '--format=%(objectname) %(*objectname)'
  const output = await gitOutput(repository, ['for-each-ref', `--contains=${sha}`, format, PREFIX], {
    signal,
  })
  return new Set(lines(output).map((line) => line.trim().split(' ').at(-1) ?? ''))
}

/**
 * The message of an annotated tag, trailers included, without the line ends at its end; undefined when there is no
 * such tag or it is lightweight. One process.
 *
 * @throws GitError
 */
export async function readTagMessage(
  repository: Repository,
  name: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  // No ref has one of these, and a pattern would mean something else.
  if (/[\0*?[\\]/.test(name)) return undefined
  const output = await gitOutput(
    repository,
    ['for-each-ref', '--format=%(refname)%00%(objecttype)%00%(contents)%00', '--', PREFIX + name],
    options,
  )
  const fields = output.split('\0')
  for (let at = 0; at + 2 < fields.length; at += 3) {
    // A pattern also matches what lies below it (`v1/x`): the name decides.
    if (fields[at]?.replace(/^\n/, '') !== PREFIX + name) continue
    return fields[at + 1] === 'tag' ? fields[at + 2]?.replace(/\n+$/, '') : undefined
  }
  return undefined
}

function lines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '')
}

function tagOf(line: string, reachable: ReadonlySet<string>): ReachableTag {
  const tag = bareTagOf(line)
  return { ...tag, reachable: reachable.has(PREFIX + tag.name) }
}

function bareTagOf(line: string): Tag {
  const [refname = '', object = '', type = '', target = '', targetType = ''] = line.split('\0')
  const tag: Tag = { name: refname.slice(PREFIX.length), object, type: type as ObjectType }
  if (type === 'commit') tag.commit = object
  else if (targetType === 'commit') tag.commit = target
  else if (targetType === 'tag') tag.commit = NESTED
  return tag
}

/** Stands for the commit of a tag on a tag, until it is known. */
const NESTED = ''

/** Git before 2.45 peels once; only tags on tags need another process to get to the bottom. */
async function peelNested(
  repository: Repository,
  tags: Tag[],
  options: { signal: AbortSignal | undefined },
): Promise<void> {
  const nested = tags.filter(({ commit }) => commit === NESTED)
  if (nested.length === 0) return
  const input = nested.map(({ object }) => `${object}^{}\n`).join('')
  const answers = lines(await gitOutput(repository, ['cat-file', '--batch-check'], { ...options, input }))
  for (const [index, tag] of nested.entries()) {
    const [name = '', type] = (answers[index] ?? '').split(' ')
    if (type === 'commit') tag.commit = name
    else delete tag.commit
  }
}
