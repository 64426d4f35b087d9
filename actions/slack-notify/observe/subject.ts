import { basename } from 'node:path'
import type { RunContext } from '../../../shared/action/context.ts'
import type { RunFacts } from '../message/subject.ts'
import type { Inputs, Silence } from '../model.ts'
import { type Data, mapOf, mapsOf, textOf, wholeOf } from './record.ts'

/** The run that a message is about, and what is needed to ask GitHub for more. */
export interface SubjectRun {
  facts: RunFacts
  runId: string
  /** The file or the id of its workflow. */
  workflow: string
  /** As GitHub has it, without the owner of a fork. */
  headBranch: string
  headRepository: string
  event: string
  /** Of the run of the event; undefined when the message is about this run, or when it has none yet. */
  conclusion: string | undefined
  durationMs: number | undefined
  isEvent: boolean
  silence: Silence | undefined
}

/**
 * What the message is about: on `workflow_run` the run that the event tells of, otherwise this run.
 *
 * @param event the payload
 */
export function subjectOf(
  { subject }: Pick<Inputs, 'subject'>,
  context: RunContext,
  event: Data,
  env: NodeJS.ProcessEnv,
): SubjectRun {
  const isEvent = subject !== 'this-run' && context.eventName === 'workflow_run'
  return isEvent ? runOfEvent(context, event, env) : thisRun(context, event, env)
}

function thisRun(context: RunContext, event: Data, env: NodeJS.ProcessEnv): SubjectRun {
  const pull = mapOf(event['pull_request'])
  const head = mapOf(pull['head'])
  const branch = env['GITHUB_HEAD_REF'] || context.refName
  const headRepository = textOf(mapOf(head['repo'])['full_name']) || context.repository
  const number = wholeOf(pull['number'])
  return {
    facts: {
      repository: context.repository,
      serverUrl: context.serverUrl,
      workflow: context.workflow,
      runUrl: context.runUrl,
      branch: forked(branch, headRepository, context.repository),
      isTag: context.refType === 'tag' || context.ref.startsWith('refs/tags/'),
      // Of a pull request the commit of the person, not the merge that GitHub tries out.
      sha: textOf(head['sha']) || context.sha,
      commitTitle: firstLine(mapOf(event['head_commit'])['message']),
      actor: context.actor,
      triggeringActor: env['GITHUB_TRIGGERING_ACTOR'] || context.actor,
      attempt: Number(context.runAttempt) || 1,
      pull:
        number === undefined
          ? undefined
          : { number, title: textOf(pull['title']), url: textOf(pull['html_url']) },
    },
    runId: context.runId,
    workflow: /\/([^/@]+)@/.exec(env['GITHUB_WORKFLOW_REF'] ?? '')?.[1] ?? context.workflow,
    headBranch: branch,
    headRepository,
    event: context.eventName,
    conclusion: undefined,
    durationMs: undefined,
    isEvent: false,
    silence: undefined,
  }
}

/** @see https://docs.github.com/webhooks/webhook-events-and-payloads#workflow_run */
function runOfEvent(context: RunContext, event: Data, env: NodeJS.ProcessEnv): SubjectRun {
  const run = mapOf(event['workflow_run'])
  const id = wholeOf(run['id'])
  const path = textOf(run['path']).split('@', 1)[0] ?? ''
  const workflow = mapOf(event['workflow'])
  const headRepository = textOf(mapOf(run['head_repository'])['full_name'])
  const branch = textOf(run['head_branch'])
  const actor = textOf(mapOf(run['actor'])['login'])
  const triggeringActor = textOf(mapOf(run['triggering_actor'])['login']) || actor
  const attempt = wholeOf(run['run_attempt']) || 1
  const repository = textOf(mapOf(event['repository'])['full_name']) || context.repository
  return {
    facts: {
      repository,
      serverUrl: context.serverUrl,
      // The name may be empty or missing.
      workflow: textOf(workflow['name']).trim() || textOf(run['name']).trim() || basename(path) || 'Workflow',
      runUrl: textOf(run['html_url']) || pageOf(context, repository, id),
      branch: forked(branch, headRepository, repository),
      isTag: textOf(run['event']) === 'release',
      sha: textOf(run['head_sha']),
      commitTitle: firstLine(mapOf(run['head_commit'])['message']),
      actor,
      triggeringActor,
      attempt,
      pull: pullOf(run, context, repository),
    },
    runId: id === undefined ? '' : String(id),
    workflow: String(wholeOf(run['workflow_id']) ?? wholeOf(workflow['id']) ?? basename(path)),
    headBranch: branch,
    headRepository: headRepository || repository,
    event: textOf(run['event']),
    conclusion: conclusionOf(run),
    durationMs: durationOf(run),
    isEvent: true,
    silence: silenceOf(id, path, context, env),
  }
}

/** `started` while it runs: the event may be `requested` or `in_progress`. */
function conclusionOf(run: Data): string | undefined {
  const conclusion = textOf(run['conclusion'])
  if (conclusion !== '') return conclusion
  return textOf(run['status']) === 'completed' ? undefined : 'started'
}

/** Of this attempt; `created_at` is that of the first one. */
function durationOf(run: Data): number | undefined {
  const ms = Date.parse(textOf(run['updated_at'])) - Date.parse(textOf(run['run_started_at']))
  return ms >= 0 && textOf(run['conclusion']) !== '' ? ms : undefined
}

/** A notifier that reports itself starts itself again. */
function silenceOf(
  id: number | undefined,
  path: string,
  { repository }: RunContext,
  env: NodeJS.ProcessEnv,
): Silence | undefined {
  if (id === undefined) {
    return {
      error: 'no_subject',
      message:
        'The event workflow_run tells of no run, so that there is nothing to tell. Use "subject: this-run" for this one.',
    }
  }
  const own = (env['GITHUB_WORKFLOW_REF'] ?? '').split('@', 1)[0] ?? ''
  if (path === '' || own !== `${repository}/${path}`) return undefined
  return {
    error: '',
    message:
      'The run is one of this very workflow, which is not reported: it would start itself again and again. Name the others in "workflows" of its trigger.',
  }
}

/** The pull request that it ran for. The list may hold others of the same branch, and is empty for forks. */
function pullOf(run: Data, { serverUrl }: RunContext, repository: string): RunFacts['pull'] {
  if (!textOf(run['event']).startsWith('pull_request')) return undefined
  const own = mapsOf(run['pull_requests']).find(
    (pull) => textOf(mapOf(pull['head'])['sha']) === textOf(run['head_sha']),
  )
  const number = wholeOf(own?.['number'])
  if (number === undefined) return undefined
  return { number, title: textOf(run['display_title']), url: `${serverUrl}/${repository}/pull/${number}` }
}

function pageOf({ serverUrl }: RunContext, repository: string, id: number | undefined): string {
  return id === undefined ? '' : `${serverUrl}/${repository}/actions/runs/${id}`
}

/** A fork may call its branch main, too: `octocat:main`, as GitHub writes it. */
function forked(branch: string, head: string, repository: string): string {
  if (branch === '' || head === '' || head.toLowerCase() === repository.toLowerCase()) return branch
  return `${head.split('/', 1)[0]}:${branch}`
}

function firstLine(message: unknown): string {
  return textOf(message).split(/\r?\n/, 1)[0] ?? ''
}
