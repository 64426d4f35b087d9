import type { Commit } from '../../../shared/git/history.ts'
import type { Tag } from '../../../shared/git/tags.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { compare, getCommit, listCommits, listRange } from '../../../shared/github/commits.ts'
import { getRef, listRefs } from '../../../shared/github/refs.ts'
import { getTagObject, listTags } from '../../../shared/github/tags.ts'
import { readVersionTags } from '../../../shared/version/tags.ts'
import { compareVersions, isStable } from '../../../shared/version/version.ts'
import type { Source, Standing } from './source.ts'

/** Comparisons that are under way at once. */
const AT_ONCE = 8

/** The repository at GitHub; no checkout is needed. */
export function apiSource(github: GitHub, sha: string, prefixes: readonly string[]): Source {
  return {
    kind: 'api',
    tags: async () => {
      const [tags, recent] = await Promise.all([listTags(github), newest(github, sha)])
      const isRecent = ({ commit }: Tag): boolean => commit !== undefined && recent.has(commit)
      const isReachable = await ancestry(tags, prefixes, isRecent, github, sha)
      return tags.map((tag) => ({ ...tag, reachable: isReachable(tag) }))
    },
    message: async ({ type, object }) =>
      type === 'tag' ? (await getTagObject(github, object))?.message : undefined,
    standing: (commits) => standing(github, commits, sha),
    // Only asked where no checkout tells.
    tip: async (branch) => (await getRef(github, `refs/heads/${branch}`).catch(() => undefined))?.object,
    range: async (without, paths) => {
      const [base, ...more] = without
      if (base === undefined) return everything(github, sha, paths)
      const range = await listRange(github, base, sha)
      const rest = await Promise.all(more.map((each) => listRange(github, each, sha)))
      const kept = rest.reduce((left, list) => common(left, list), range)
      return paths.length === 0 ? kept : touching(github, sha, kept, paths)
    },
  }
}

/** Commits that are asked about one by one; what stands below the highest few decides nothing. */
const MAX_ASKED = 4
/** Branches that are asked whether they have one of these. */
const MAX_BRANCHES = 20

async function standing(
  github: GitHub,
  commits: readonly string[],
  sha: string,
): Promise<Map<string, Standing>> {
  const found = new Map<string, Standing>()
  const heads = [...new Set((await listRefs(github, 'refs/heads/')).map(({ object }) => object))]
  await Promise.all(
    commits.slice(0, MAX_ASKED).map(async (commit) => {
      const contains = (await compare(github, commit, sha))?.status === 'behind'
      const isOnBranch = contains || heads.length > MAX_BRANCHES || heads.includes(commit)
      const [first] = isOnBranch ? [] : ((await getCommit(github, commit))?.parents ?? [])
      const isOurs = first !== undefined && (await isAncestor(github, first, sha))
      // Of many branches nobody can tell with few calls.
      if (isOurs && !(await isInOne(github, commit, heads)))
        found.set(commit, { on: 'beside', from: first, contains })
      else found.set(commit, { on: 'branch', contains })
    }),
  )
  return found
}

async function isInOne(github: GitHub, commit: string, heads: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(heads.map((head) => isAncestor(github, commit, head)))
  return answers.some((answer) => answer)
}

/** The first page of history: most tags that matter stand on one of these. */
async function newest(github: GitHub, sha: string): Promise<Set<string>> {
  const found = new Set<string>()
  for await (const commit of listCommits(github, sha)) {
    found.add(commit.sha)
    if (found.size === 100) break
  }
  return found
}

/** Asks about each version tag, from the highest down to the first stable one that is reachable. */
async function ancestry(
  tags: readonly Tag[],
  prefixes: readonly string[],
  isRecent: (tag: Tag) => boolean,
  github: GitHub,
  sha: string,
): Promise<(tag: Tag) => boolean> {
  const ranked = readVersionTags(tags, prefixes).sort((a, b) => compareVersions(b.version, a.version))
  const answers = new Map<string, boolean>()
  const isReachable = (tag: Tag): boolean => isRecent(tag) || answers.get(tag.commit ?? '') === true
  for (let from = 0; from < ranked.length; from += AT_ONCE) {
    const some = ranked.slice(from, from + AT_ONCE)
    const end = some.findIndex((tag) => isStable(tag.version) && isReachable(tag))
    const open = some.slice(0, end < 0 ? some.length : end).filter((tag) => !isReachable(tag))
    const commits = new Set(open.flatMap(({ commit }) => commit ?? []))
    await Promise.all(
      [...commits].map(async (commit) => {
        if (!answers.has(commit)) answers.set(commit, await isAncestor(github, commit, sha))
      }),
    )
    if (some.some((tag) => isStable(tag.version) && isReachable(tag))) break
  }
  return isReachable
}

async function isAncestor(github: GitHub, commit: string, sha: string): Promise<boolean> {
  const status = (await compare(github, commit, sha))?.status
  return status === 'ahead' || status === 'identical'
}

async function everything(github: GitHub, sha: string, paths: readonly string[]): Promise<Commit[]> {
  const all: Commit[] = []
  for await (const commit of listCommits(github, sha)) all.push(commit)
  return paths.length === 0 ? all : touching(github, sha, all, paths)
}

/** Those of a range that touch a path: its own history is read as far back as the range goes. */
async function touching(
  github: GitHub,
  sha: string,
  range: readonly Commit[],
  paths: readonly string[],
): Promise<Commit[]> {
  if (range.length === 0) return []
  const left = new Set(range.map((commit) => commit.sha))
  const oldest = Math.min(...range.map(({ committedAt }) => committedAt))
  const touched = new Set<string>()
  await Promise.all(
    paths.map(async (path) => {
      for await (const commit of listCommits(github, sha, { path })) {
        if (left.has(commit.sha)) touched.add(commit.sha)
        else if (commit.committedAt < oldest) break
      }
    }),
  )
  return range.filter((commit) => touched.has(commit.sha))
}

function common(some: readonly Commit[], others: readonly Commit[]): Commit[] {
  const shas = new Set(others.map(({ sha }) => sha))
  return some.filter(({ sha }) => shas.has(sha))
}
