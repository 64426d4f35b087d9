import type { CommitFacts } from '../../../shared/git/commits.ts'
import type { Commit } from '../../../shared/git/history.ts'
import { isObjectName } from '../../../shared/git/revision.ts'
import type { Tag } from '../../../shared/git/tags.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { compare, getCommit, listCommits, listRange } from '../../../shared/github/commits.ts'
import { readTextFile } from '../../../shared/github/files.ts'
import { listTags } from '../../../shared/github/tags.ts'
import type { Source } from './source.ts'

/** Comparisons that are under way at once. */
const AT_ONCE = 8

/** The repository at GitHub; no checkout is needed. */
export function apiSource(github: GitHub): Source {
  let listed: Promise<Tag[]> | undefined
  const tags = (): Promise<Tag[]> => {
    listed ??= listTags(github).then((all) => all.sort((a, b) => (a.name < b.name ? -1 : 1)))
    return listed
  }
  return {
    kind: 'api',
    tags,
    resolve: async (revisions) => {
      const known = await tags()
      return Promise.all(revisions.map((revision) => resolved(github, known, revision)))
    },
    mergeBase: async (base, head) => (await compare(github, base, head))?.mergeBase,
    reached: (candidates, head) => reached(github, candidates, head),
    commits: (from, to, paths) => commits(github, from, to, paths),
    file: (path, sha) => readTextFile(github, sha, path),
  }
}

/** A tag before a branch of the same name, as git has it. */
async function resolved(
  github: GitHub,
  tags: readonly Tag[],
  revision: string,
): Promise<CommitFacts | undefined> {
  const name = revision.replace(/^refs\/tags\//, '')
  const tag =
    isObjectName(revision) || /^refs\/(?!tags\/)/.test(revision)
      ? undefined
      : tags.find((one) => one.name === name)
  if (tag !== undefined && tag.commit === undefined) return undefined
  const commit = await getCommit(github, tag?.commit ?? revision.replace(/^refs\//, ''))
  return commit === undefined ? undefined : { sha: commit.sha, committedAt: commit.committedAt }
}

async function reached(
  github: GitHub,
  tags: readonly { name: string; commit: string }[],
  head: string,
): Promise<ReadonlySet<string>> {
  // Most tags that matter stand on one of the newest commits, which are one call.
  const recent = new Set<string>()
  for await (const { sha } of listCommits(github, head)) {
    recent.add(sha)
    if (recent.size === 100) break
  }
  for (let at = 0; at < tags.length; at += AT_ONCE) {
    const some = tags.slice(at, at + AT_ONCE)
    const answers = await Promise.all(
      some.map(async ({ commit }) => recent.has(commit) || isAncestor(github, commit, head)),
    )
    const found = some.filter((_, index) => answers[index])
    if (found.length > 0) return new Set(found.map(({ name }) => name))
  }
  return new Set()
}

async function isAncestor(github: GitHub, commit: string, head: string): Promise<boolean> {
  const status = (await compare(github, commit, head))?.status
  return status === 'ahead' || status === 'identical'
}

async function* commits(
  github: GitHub,
  from: string | undefined,
  to: string,
  paths: readonly string[],
): AsyncGenerator<Commit, void> {
  const all = from === undefined ? listCommits(github, to) : await listRange(github, from, to)
  if (paths.length === 0) {
    yield* all
    return
  }
  const range: Commit[] = []
  for await (const commit of all) range.push(commit)
  const touched = await touching(github, to, range, paths)
  yield* range.filter(({ sha }) => touched.has(sha))
}

/** Which commits of a range touch a path: its own history is read as far back as the range goes. */
async function touching(
  github: GitHub,
  to: string,
  range: readonly Commit[],
  paths: readonly string[],
): Promise<Set<string>> {
  const left = new Set(range.map(({ sha }) => sha))
  const oldest = range.reduce(
    (time, { committedAt }) => Math.min(time, committedAt),
    Number.POSITIVE_INFINITY,
  )
  const touched = new Set<string>()
  for (const path of left.size === 0 ? [] : paths) {
    for await (const { sha, committedAt } of listCommits(github, to, { path })) {
      if (left.has(sha)) touched.add(sha)
      else if (committedAt < oldest) break
    }
  }
  return touched
}
