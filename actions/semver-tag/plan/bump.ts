import { levelOf, typeOf } from '../../../shared/commits/level.ts'
import { type Message, parseMessage } from '../../../shared/commits/message.ts'
import { pullMergesOf } from '../../../shared/commits/ownership.ts'
import { cancellations } from '../../../shared/commits/revert.ts'
import { pullRequestOf } from '../../../shared/commits/subject.ts'
import { plural } from '../../../shared/text/list.ts'
import { highestLevel, type Level } from '../../../shared/version/bump.ts'
import type { Inputs, Reason, UnreleasedCommit } from '../model.ts'

export interface Weighed {
  level: Level
  reasons: readonly Reason[]
  /** What decided, in words. */
  why: string
}

export type ReadCommit = Omit<UnreleasedCommit, 'message' | 'parts'> & { message: Message; parts: Message[] }

/** The commits with their messages taken apart (Conventional Commits 1.0.0). */
export function readCommits(commits: readonly UnreleasedCommit[]): ReadCommit[] {
  return commits.map((commit) => ({
    ...commit,
    message: parseMessage(commit.message),
    parts: (commit.parts ?? []).map(parseMessage),
  }))
}

/**
 * How far commits move the version in `auto`: of each commit the label of its pull request, else its message; what
 * cancels counts nothing; the highest wins; `default-bump` when there are commits and none of them bumps.
 *
 * @param isZero the version before is 0.y.z, where `major-zero` says what a major change is (SemVer item 4)
 */
export function weigh(commits: readonly ReadCommit[], inputs: Inputs, isZero: boolean): Weighed {
  const cancelled = cancellations(commits, numbersOf(commits))
  const atZero = (level: Level): Level => (isZero && level === 'major' ? inputs.majorZero : level)
  const reasons = commits.map((commit) => reasonOf(commit, inputs, cancelled.get(commit.sha), atZero))
  const level = highestLevel(reasons.map((reason) => reason.level))
  const total = plural(commits.length, 'commit')
  if (level !== 'none') {
    const deciding = reasons.filter((reason) => reason.level === level).length
    return { level, reasons, why: `${deciding} of ${total} ${deciding === 1 ? 'asks' : 'ask'} for ${level}` }
  }
  if (commits.length === 0) return { level, reasons, why: 'there are no commits' }
  const none = `none of ${total} asks for a version`
  // A label that says none is an answer, and default-bump is for commits without one.
  if (inputs.defaultBump === 'none' || reasons.every(({ by }) => by === 'label'))
    return { level, reasons, why: none }
  return {
    level: atZero(inputs.defaultBump),
    reasons,
    why: `${none}, and default-bump is ${inputs.defaultBump}`,
  }
}

/** The pull request that each commit came with, as far as merges and GitHub tell. */
function numbersOf(commits: readonly ReadCommit[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const { sha, pullRequest } of commits) if (pullRequest !== undefined) numbers.set(sha, pullRequest)
  const merges = new Map(commits.map(({ sha, message }) => [sha, pullRequestOf(message.subject)]))
  for (const [sha, merge] of pullMergesOf(commits)) {
    const number = merges.get(merge)
    if (number !== undefined && merges.get(sha) === undefined) numbers.set(sha, number)
  }
  return numbers
}

function reasonOf(
  { sha, message, parts, labels = [], pullRequest = pullRequestOf(message.subject) }: ReadCommit,
  { labelRules, releaseRules }: Inputs,
  cancelledBy: string | undefined,
  atZero: (level: Level) => Level,
): Reason {
  const byLabel = labels.flatMap((label) => labelRules.get(label.toLowerCase()) ?? [])
  const type = typeOf(message)
  const all = [message, ...parts]
  const level =
    byLabel.length > 0 ? highestLevel(byLabel) : highestLevel(all.map((each) => levelOf(each, releaseRules)))
  return {
    sha,
    subject: message.title ?? message.subject,
    ...(type === undefined ? {} : { type }),
    breaking: all.some(({ breaking }) => breaking.length > 0),
    level: cancelledBy === undefined ? atZero(level) : 'none',
    by: byLabel.length > 0 ? 'label' : 'commit',
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(cancelledBy === undefined ? {} : { cancelledBy }),
  }
}
