import type { FileWrite } from '../../../shared/github/branches.ts'
import type { BranchPull, BranchState } from '../../../shared/github/pull-requests-write.ts'
import { escapeMarkdown } from '../../../shared/text/markdown.ts'
import type { Inputs, Plan, Release } from '../model.ts'
import type { RequestFiles } from '../pull-request/files.ts'
import { baseIn, bodyOf, commitBody, nextTitle, titleOf, versionIn } from '../pull-request/text.ts'

/** What is to become of the release pull request. */
export type RequestPlan =
  /** There is none, and none is wanted; what a killed run has left goes. */
  | { kind: 'none'; deletesBranch: boolean }
  /** Nothing is to be released any more. */
  | { kind: 'close'; number: number; deletesBranch: boolean }
  /** It stays as it is although it is not what would be written; `why` is for people. */
  | { kind: 'leave'; number: number | undefined; why: string }
  | WrittenRequest

export interface WrittenRequest {
  kind: 'write'
  /** Undefined: it is opened. */
  number: number | undefined
  /** Undefined: the branch has it all. */
  commit?: { headline: string; body: string; files: readonly FileWrite[] }
  title: string
  body: string
  /** What `title` and `body` are to be changed to; neither when they are right. */
  change?: { title?: string; body?: string }
  /** Those that it does not have. */
  labels: readonly string[]
}

/** What stands open, when one does. */
export function openOf({ pulls }: BranchState): BranchPull | undefined {
  return pulls.find(({ state }) => state === 'OPEN')
}

/** Whether files have to be looked at, and for which version; the plan when they have not. */
export function wantsRequest(
  plan: Plan,
  state: BranchState,
): { kind: 'wanted'; release: Release } | Exclude<RequestPlan, WrittenRequest> {
  const open = openOf(state)
  if (plan.kind !== 'release') {
    // With a commit of a person on top it is theirs.
    const isOurs = versionIn(state.headMessage) !== undefined
    const [last] = state.pulls
    const isLeft = state.head !== undefined && last?.state === 'CLOSED' && last.head === state.head
    if (open === undefined) return { kind: 'none', deletesBranch: isLeft && isOurs }
    if (plan.kind === 'refused') return { kind: 'leave', number: open.number, why: plan.title }
    return { kind: 'close', number: open.number, deletesBranch: isOurs }
  }
  if (open?.isInMergeQueue === true) {
    return {
      kind: 'leave',
      number: open.number,
      why: 'it is in the merge queue, and a push would take it out',
    }
  }
  // Closed by hand: not now, until something else is to be released.
  const [last] = state.pulls
  const isSame =
    last !== undefined && baseIn(last.body) === state.base && versionIn(last.body) === plainVersion(plan)
  if (last?.state === 'CLOSED' && isSame) {
    const why = `#${last.number} for the same commits was closed; the next push opens another one`
    return { kind: 'leave', number: undefined, why }
  }
  return { kind: 'wanted', release: plan }
}

/** What has to be written so that the request is as it should be; pure, and the same again when it is. */
export function planRequest(
  inputs: Inputs,
  release: Release,
  state: BranchState,
  files: RequestFiles,
): RequestPlan {
  const open = openOf(state)
  if (files.conflict !== undefined) return { kind: 'leave', number: open?.number, why: files.conflict }
  const { tag, reasons } = release
  const version = plainVersion(release)
  const facts = { version, tag, base: state.base }
  const notes = inputs.releaseNotes.trim() === '' ? listOf(reasons) : inputs.releaseNotes
  const before = open === undefined ? undefined : versionIn(open.body)
  const standing =
    open === undefined
      ? undefined
      : { title: open.title, tag: before === undefined ? undefined : `${inputs.tagPrefix}${before}` }
  const title = nextTitle(tag, standing)
  const body = bodyOf(facts, notes, open?.body)
  const change = {
    ...(open?.title === title ? {} : { title }),
    ...(open?.body.trim() === body.trim() ? {} : { body }),
  }
  const writes = writesOf(files)
  return {
    kind: 'write',
    number: open?.number,
    ...(isUpToDate(version, files)
      ? {}
      : { commit: { headline: titleOf(tag), body: commitBody(facts, files.coAuthors), files: writes } }),
    title,
    body,
    ...(open === undefined || Object.keys(change).length === 0 ? {} : { change }),
    labels: inputs.pullRequest.labels.filter((label) => !open?.labels.includes(label)),
  }
}

function writesOf({ wanted, byHand }: RequestFiles): FileWrite[] {
  const ours = [...wanted].flatMap(([path, file]) =>
    file === undefined ? [] : [{ path, bytes: file.bytes }],
  )
  return [...ours, ...byHand]
}

/** Whether the branch stands on the base as it is, and has what is wanted of this version. */
function isUpToDate(version: string, { changes, wanted }: RequestFiles): boolean {
  if (changes === undefined || changes.behindBy > 0 || changes.aheadBy === 0 || !changes.isComplete)
    return false
  const last = changes.messages.findLast((message) => versionIn(message) !== undefined)
  if (last === undefined || versionIn(last) !== version) return false
  const blobs = new Map(changes.files.map(({ path, blob }) => [path, blob]))
  return [...wanted].every(
    ([path, file]) => blobs.get(path) === file?.blob && blobs.has(path) === (file !== undefined),
  )
}

/** Build metadata is for the output alone. */
export function plainVersion({ version }: Pick<Release, 'version'>): string {
  return version.replace(/\+.*/, '')
}

/** For a request without notes: what asks for the version. */
function listOf(reasons: Release['reasons']): string {
  return reasons
    .filter(({ level, cancelledBy }) => level !== 'none' && cancelledBy === undefined)
    .slice(0, 500)
    .map(({ subject, sha }) => `- ${escapeMarkdown(subject)} (${sha.slice(0, 7)})`)
    .join('\n')
}
