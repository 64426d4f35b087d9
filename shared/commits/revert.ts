import { broughtBy, type Node } from './graph.ts'
import type { Message } from './message.ts'
import { isPullMerge, ownersIn } from './ownership.ts'
import { footerValues } from './references.ts'
import { pullRequestOf, withoutPullRequest } from './subject.ts'

/** Looking up what a merge brought in walks the whole range; more reverted merges than this are taken alone. */
const MAX_MERGES = 50

/** What a revert says it undoes; the first that is not empty counts. */
export interface Revert {
  /** Lower case, 7 to 64 digits. */
  shas: readonly string[]
  pullRequests: readonly number[]
  subject?: string
}

export interface RangeCommit extends Node {
  message: Message
}

/**
 * Revert = a commit of the type `revert`, of the subject `Revert "…"` or `Reapply "…"` (git since 2.43), or of no type
 * and with a body that begins as git writes it
 *
 * Other commits may quote a revert (a squash merge lists what it squashed) and are none.
 */
export function revertOf(message: Message): Revert | undefined {
  // What a merge of a revert undoes is told by what it merged.
  if (message.title !== undefined) return undefined
  const quoted = quotedSubject(message.subject)
  const isGits = message.header === undefined && GITS_LINE.test(message.body)
  if (message.header?.type !== 'revert' && quoted === undefined && !isGits) return undefined
  const subject = quoted ?? message.header?.description
  const text = [message.body, ...message.footers.map(({ token, value }) => `${token} ${value}`)].join('\n')
  return {
    shas: shasOf(message, text),
    pullRequests: matches(text, /^Reverts (?:[\w.-]+\/[\w.-]+)?#(\d{1,10})\b/gm).map(Number),
    ...(subject === undefined ? {} : { subject }),
  }
}

const GITS_LINE = /^This reverts commit [0-9a-f]{7,64}\b/i

/** GitsLine = "This reverts commit " Sha; Refs = "Refs: " Sha { "," Sha } (the FAQ of Conventional Commits) */
function shasOf(message: Message, text: string): string[] {
  const gits = matches(text, /^This reverts commit ([0-9a-f]{7,64})\b/gim)
  const found =
    gits.length > 0
      ? gits
      : footerValues(message, 'Refs').flatMap((value) =>
          matches(value, /(?<![\w#-])([0-9a-f]{7,64})(?![\w-])/gi),
        )
  return found.map((sha) => sha.toLowerCase())
}

/** Quoted = ( "Revert" | "Reapply" ) SP DQUOTE Subject DQUOTE [ SP "(#" Number ")" ] */
function quotedSubject(line: string): string | undefined {
  const start = /^(revert|reapply) "/i.exec(line)
  if (start === null) return undefined
  const end = line.lastIndexOf('"')
  if (end < start[0].length || !/^(?: ?\(#\d{1,10}\))?$/.test(line.slice(end + 1))) return undefined
  const inner = line.slice(start[0].length, end)
  return start[1]?.toLowerCase() === 'reapply' ? `Revert "${inner}"` : inner
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] as string)
}

/**
 * Which commits of a range count no more: a commit and its revert cancel, so does a revert and its revert (what the
 * first had undone then counts again), and a reverted merge takes along what it had merged. A revert that also undoes
 * something outside the range stays, what it undoes inside does not. The merge of a pull request of which nothing is
 * left counts no more, whatever its title says.
 *
 * @param commits the whole range, newest first, no parent before its child
 * @param numbers the pull request of a commit whose subject does not tell it, by SHA
 * @returns id of a commit → id of the commit it cancels with
 */
export function cancellations(
  commits: readonly RangeCommit[],
  numbers: ReadonlyMap<string, number> = new Map(),
): Map<string, string> {
  const cancelled = new Map<string, string>()
  const reverts = commits.map(({ message }) => revertOf(message))
  if (reverts.every((revert) => revert === undefined)) return cancelled
  const nodes = new Map(commits.map((commit) => [commit.sha, commit]))
  const find = finder(commits, numbers)
  let merges = 0
  commits.forEach((commit, index) => {
    const revert = reverts[index]
    if (revert === undefined || cancelled.has(commit.sha)) return
    const { targets, isWhole } = find(revert, index)
    for (const target of targets) {
      const isMerge = (target.parents?.length ?? 0) > 1 && merges++ < MAX_MERGES
      for (const sha of [target.sha, ...(isMerge ? broughtBy(target, nodes) : [])]) {
        if (sha !== commit.sha && !cancelled.has(sha)) cancelled.set(sha, commit.sha)
      }
    }
    if (isWhole && targets[0] !== undefined) cancelled.set(commit.sha, targets[0].sha)
  })
  if (cancelled.size > 0) cancelEmptied(commits, cancelled)
  return cancelled
}

/** Merges of pull requests whose every commit was undone by somebody else, from the innermost out. */
function cancelEmptied(commits: readonly RangeCommit[], cancelled: Map<string, string>): void {
  const merges = new Set(commits.filter(isPullMerge).map(({ sha }) => sha))
  if (merges.size === 0) return
  const owners = ownersIn(commits, ({ sha }) => merges.has(sha))
  const content = new Map<string, { last: string | undefined; isLeft: boolean }>()
  for (const commit of commits.toReversed()) {
    const own = content.get(commit.sha)
    const isEmpty = own?.last !== undefined && !own.isLeft
    if (isEmpty && !cancelled.has(commit.sha)) cancelled.set(commit.sha, own.last as string)
    const owner = owners.get(commit.sha)
    if (owner === undefined) continue
    const by = cancelled.get(commit.sha)
    const known = content.get(owner) ?? { last: undefined, isLeft: false }
    // A merge within, without words of its own, is no content.
    const isBare = (commit.parents?.length ?? 0) > 1 && !merges.has(commit.sha)
    if (by === undefined ? !isBare : owners.get(by) === owner) known.isLeft = true
    if (by !== undefined) known.last = by
    content.set(owner, known)
  }
}

type Find = (revert: Revert, index: number) => { targets: RangeCommit[]; isWhole: boolean }

/** Looks up what a revert at an index undoes among the older commits; by sha, else by pull request, else by subject. */
function finder(commits: readonly RangeCommit[], numbers: ReadonlyMap<string, number>): Find {
  const bySha = indexed(commits, ({ sha }) => sha.slice(0, 7))
  const byPullRequest = indexed(
    commits,
    ({ sha, message }) => numbers.get(sha) ?? pullRequestOf(message.subject),
  )
  const bySubject = indexed(commits, ({ message }) => withoutPullRequest(message.title ?? message.subject))
  const older = <K>(map: ReadonlyMap<K, number[]>, key: K, index: number, limit: number): RangeCommit[] => {
    const found = map.get(key) ?? []
    const start = firstAbove(found, index)
    return found.slice(start, start + limit).map((at) => commits[at] as RangeCommit)
  }
  return ({ shas, pullRequests, subject }, index) => {
    if (shas.length > 0) {
      const found = shas.map((sha) =>
        older(bySha, sha.slice(0, 7), index, 50).find((c) => c.sha.startsWith(sha)),
      )
      const targets = found.filter((commit) => commit !== undefined)
      return { targets, isWhole: targets.length === shas.length }
    }
    if (pullRequests.length > 0) {
      const found = pullRequests.map((number) => older(byPullRequest, number, index, 1_000))
      return { targets: found.flat(), isWhole: found.every((list) => list.length > 0) }
    }
    const alike = subject === undefined ? [] : older(bySubject, withoutPullRequest(subject), index, 50)
    // Of several with the same words, the one with the number that is quoted.
    const number = pullRequestOf(subject ?? '')
    const quoted = alike.find(({ message }) => pullRequestOf(message.subject) === number)
    const targets = [quoted ?? alike[0]].filter((commit) => commit !== undefined)
    return { targets, isWhole: targets.length > 0 }
  }
}

/** Key → the places in the list, in order. */
function indexed<K>(
  commits: readonly RangeCommit[],
  keyOf: (commit: RangeCommit) => K | undefined,
): Map<K, number[]> {
  const map = new Map<K, number[]>()
  commits.forEach((commit, index) => {
    const key = keyOf(commit)
    if (key === undefined) return
    const list = map.get(key)
    if (list === undefined) map.set(key, [index])
    else list.push(index)
  })
  return map
}

/** Where the first number above `limit` stands in an ascending list (binary search). */
function firstAbove(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) > limit) high = middle
    else low = middle + 1
  }
  return low
}
