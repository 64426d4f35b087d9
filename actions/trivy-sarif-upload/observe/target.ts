import type { RunContext } from '../../../shared/action/context.ts'
import { ActionError } from '../../../shared/action/errors.ts'
import type { RepositoryFacts } from '../../../shared/github/repository.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Inputs, Target } from '../model.ts'
import type { EventPayload, Head } from './event.ts'

/** What an event does not tell, or not always. */
export interface TargetFacts {
  head?: Head | undefined
  repository?: RepositoryFacts | undefined
}

interface Place {
  ref: string
  sha: string
}

const PULL = /^refs\/pull\/(\d+)\/(merge|head)$/
const NO_PLACE: Place = { ref: '', sha: '' }

/**
 * For which commit of which ref the results are; pure. A ref never gets the commit of another one: a merge ref has the
 * merge commit that GitHub tried out, a head ref the commit of the branch.
 *
 * @throws ActionError when it cannot be told
 */
export function targetOf(
  { ref, sha }: Pick<Inputs, 'ref' | 'sha'>,
  context: RunContext,
  event: EventPayload,
  { head, repository }: TargetFacts = {},
): Target {
  const places = placesOf(context, event)
  const chosen =
    ref === undefined && sha === undefined ? fromEvent(context, event, places, head) : given(ref, sha, places)
  if (chosen.ref === '' || chosen.sha === '') throw unknown(context, event)
  const number = Number(PULL.exec(chosen.ref)?.[1]) || undefined
  const defaultBranch = event.repository?.default_branch ?? repository?.defaultBranch
  const isPrivate = event.repository?.private ?? repository?.private
  // A schedule always runs on the default branch, and its payload does not name it.
  const isDefault =
    defaultBranch === undefined
      ? context.eventName === 'schedule' && chosen.ref === context.ref
      : chosen.ref === `refs/heads/${defaultBranch}`
  const elsewhere = ref === undefined && head !== undefined && head.sha !== chosen.sha
  return {
    ...chosen,
    baseRef: baseOf(chosen.ref, number, event),
    pullRequest: number,
    onDefaultBranch: isDefault,
    isPublic: isPrivate === undefined ? undefined : !isPrivate,
    readOnly: readOnly(context, event),
    ...(elsewhere ? { said: [elsewhereWords(head, chosen)] } : {}),
  }
}

/** The pairs of ref and commit that the event is about; the first is what it stands for itself. */
function placesOf(context: RunContext, event: EventPayload): Place[] {
  const { ref, sha, eventName } = context
  const places: Place[] = [{ ref, sha }]
  const { pull_request: pull, workflow_run: run } = event
  if (pull?.number !== undefined) {
    const merge = eventName === 'pull_request_target' ? (pull.merge_commit_sha ?? '') : ''
    if (merge !== '') places.push({ ref: `refs/pull/${pull.number}/merge`, sha: merge })
    if (pull.head?.sha) places.push({ ref: `refs/pull/${pull.number}/head`, sha: pull.head.sha })
  }
  if (run?.head_sha) {
    const own = run.pull_requests?.find(({ head }) => head?.sha === run.head_sha)
    if (run.event?.startsWith('pull_request') && own?.number !== undefined) {
      places.push({ ref: `refs/pull/${own.number}/head`, sha: run.head_sha })
    } else if (!isForeign(run.head_repository, context) && run.head_branch) {
      places.push({ ref: `refs/heads/${run.head_branch}`, sha: run.head_sha })
    } else {
      // A branch of a fork may have the name of one of ours: its results must not become ours.
      places.push({ ref: '', sha: run.head_sha })
    }
  }
  return places
}

/** What was checked out decides among the pairs of the event; without a checkout, what made the event. */
function fromEvent(
  { eventName }: RunContext,
  event: EventPayload,
  places: readonly Place[],
  head: Head | undefined,
): Place {
  const [first = NO_PLACE, ...others] = places
  if (head !== undefined) {
    const found = places.find(({ sha }) => sha === head.sha)
    if (found !== undefined) return found
  }
  // The commit of a workflow_run is the newest of the default branch; the reports are of the run that came before.
  return eventName === 'workflow_run' && event.workflow_run !== undefined ? (others.at(-1) ?? first) : first
}

function given(ref: string | undefined, sha: string | undefined, places: readonly Place[]): Place {
  if (ref !== undefined && sha !== undefined) return { ref, sha }
  const found = places.find((place) => (ref === undefined ? place.sha === sha : place.ref === ref))
  if (found !== undefined && found.ref !== '') return found
  const [has, lacks] = ref === undefined ? ['sha', 'ref'] : ['ref', 'sha']
  const value = oneLine(ref ?? sha ?? '', 100)
  throw new ActionError(
    'Wrong input',
    `${has}: "${value}" is not what this run is about, so "${lacks}" has to be given as well: results that get the ref of one commit and the id of another land in the wrong place.`,
  )
}

function baseOf(ref: string, number: number | undefined, event: EventPayload): string {
  const { pull_request: pull, merge_group: group, workflow_run: run } = event
  const queued = /^refs\/heads\/gh-readonly-queue\/(.+)\/pr-[^/]+$/.exec(ref)?.[1]
  if (queued !== undefined) return group?.base_ref ?? `refs/heads/${queued}`
  if (number === undefined) return ref
  const base =
    pull?.number === number
      ? pull.base?.ref
      : run?.pull_requests?.find((pulled) => pulled.number === number)?.base?.ref
  return base === undefined ? ref : `refs/heads/${base}`
}

/**
 * Who gets a token that only reads: a pull request from a fork, and most of what Dependabot starts.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflows-in-forked-repositories
 */
function readOnly(context: RunContext, event: EventPayload): Target['readOnly'] {
  const { eventName, actor } = context
  const pull = event.pull_request
  const isPull = /^pull_request(?:_review(?:_comment)?)?$/.test(eventName)
  if (isPull && pull !== undefined && isForeign(pull.head?.repo, context)) {
    const from = pull.head?.repo?.full_name ?? 'a fork that is gone'
    const said = `This pull request comes from ${oneLine(from, 100)}, and the token of its runs only reads.`
    return { reason: 'fork', said }
  }
  if (actor === 'dependabot[bot]' && (isPull || /^(?:push|create|deployment(?:_status)?)$/.test(eventName))) {
    const said =
      'Dependabot started this run, and its token only reads unless the job has `permissions: { security-events: write }`.'
    return { reason: 'dependabot', said }
  }
  return undefined
}

function isForeign(of: { full_name?: string } | null | undefined, { repository }: RunContext): boolean {
  return of?.full_name?.toLowerCase() !== repository.toLowerCase()
}

function unknown({ eventName }: RunContext, { workflow_run: run }: EventPayload): ActionError {
  const example = run?.head_sha
    ? ' Such as `ref: refs/pull/<number>/head` and `sha: $' +
      '{{ github.event.workflow_run.head_sha }}`; GitHub does not tell the number of a pull request that comes from a fork.'
    : ' Such as `ref: refs/heads/main` and its commit.'
  return new ActionError(
    'No ref',
    `The event ${oneLine(eventName, 60)} does not say which branch or pull request these results belong to. Give "ref" and "sha".${example}`,
  )
}

function elsewhereWords({ sha, branch }: Head, chosen: Place): string {
  const at = branch === undefined ? sha.slice(0, 7) : `${oneLine(branch, 100)} at ${sha.slice(0, 7)}`
  return `The checkout is ${at}, but the results go to ${oneLine(chosen.ref, 100)} at ${chosen.sha.slice(0, 7)}. If they are about what is checked out, give "ref" and "sha".`
}
