import { FileRefused, readRegularFile } from '../files/regular.ts'
import { parseJson } from '../text/json.ts'
import { oneLine } from '../text/untrusted.ts'
import { ActionError } from './errors.ts'

/** GitHub sends no payload above 25 MB. */
const MAX_BYTES = 33_554_432
/** Commit messages, releases and inputs are text; how the payload itself is nested is GitHub's. */
const MAX_DEPTH = 100

const REF = { ref: 'string', sha: 'string' } as const
const REPOSITORY = {
  default_branch: 'string',
  fork: 'boolean',
  full_name: 'string',
  html_url: 'string',
  name: 'string',
  private: 'boolean',
} as const
const USER = { login: 'string', type: 'string' } as const
const HEAD = { ref: 'string', sha: 'string', repo: REPOSITORY } as const
const COMMIT = { id: 'string', message: 'string', timestamp: 'string', author: { name: 'string' } } as const

/** What is read of an event payload; a list holds one shape. */
const SHAPE = {
  action: 'string',
  after: 'string',
  base_ref: 'string',
  before: 'string',
  commits: [COMMIT],
  created: 'boolean',
  deleted: 'boolean',
  deployment: { environment: 'string', id: 'number', ref: 'string', sha: 'string' },
  forced: 'boolean',
  head_commit: COMMIT,
  issue: { html_url: 'string', number: 'number', pull_request: { url: 'string' }, title: 'string' },
  merge_group: { base_ref: 'string', base_sha: 'string', head_ref: 'string', head_sha: 'string' },
  number: 'number',
  pull_request: {
    base: HEAD,
    draft: 'boolean',
    head: HEAD,
    html_url: 'string',
    labels: [{ name: 'string' }],
    merge_commit_sha: 'string',
    merged: 'boolean',
    number: 'number',
    title: 'string',
    user: USER,
  },
  ref: 'string',
  release: { html_url: 'string', name: 'string', tag_name: 'string', target_commitish: 'string' },
  repository: REPOSITORY,
  sender: USER,
  workflow: { id: 'number', name: 'string', path: 'string' },
  workflow_run: {
    actor: USER,
    conclusion: 'string',
    display_title: 'string',
    event: 'string',
    head_branch: 'string',
    head_commit: COMMIT,
    head_repository: REPOSITORY,
    head_sha: 'string',
    html_url: 'string',
    id: 'number',
    name: 'string',
    path: 'string',
    pull_requests: [{ base: REF, head: REF, number: 'number' }],
    run_attempt: 'number',
    run_number: 'number',
    run_started_at: 'string',
    status: 'string',
    triggering_actor: USER,
    updated_at: 'string',
    workflow_id: 'number',
  },
} as const

type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | { readonly [key: string]: Shape }

type Checked<T> = T extends 'string'
  ? string
  : T extends 'number'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends readonly [infer Item]
        ? Checked<Item>[]
        : { -readonly [K in keyof T]?: Checked<T[K]> }

/**
 * The parts of an event payload that the suite reads. Any of them may be missing; what is there has the type that it
 * says: `null` and values of another type count as missing.
 */
export type EventPayload = Checked<typeof SHAPE>

/**
 * The event payload; an empty one when the runner gave none.
 *
 * @throws ActionError when it is missing, cut, or something else than a JSON object
 */
export function readEvent(env: NodeJS.ProcessEnv = process.env): EventPayload {
  const path = env['GITHUB_EVENT_PATH']
  if (!path) return {}
  const fail = (why: string): ActionError =>
    new ActionError(
      'The event cannot be read',
      `The payload of the event cannot be read from ${oneLine(path, 300)} (GITHUB_EVENT_PATH): ${why}. ` +
        'The runner writes it before each job. Run the job again; if a step or a container of it changes RUNNER_TEMP or this variable, let it not.',
    )
  let text: string
  try {
    text = readRegularFile(path, MAX_BYTES).toString('utf8')
  } catch (error) {
    if (error instanceof FileRefused) throw fail(error.message)
    throw error
  }
  const parsed = parseJson(text, MAX_DEPTH)
  if (!parsed.ok) throw fail(parsed.problem)
  const { value } = parsed
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw fail(`it is ${oneLine(JSON.stringify(value), 40)} and not a JSON object`)
  return checked(value, SHAPE) as EventPayload
}

/** What a value has of a shape; undefined when it is of another kind; pure. */
function checked(value: unknown, shape: Shape): unknown {
  if (typeof shape === 'string') {
    if (shape === 'number') return Number.isSafeInteger(value) ? value : undefined
    return typeof value === shape ? value : undefined
  }
  if (isListShape(shape)) {
    if (!Array.isArray(value)) return undefined
    return value.map((item) => checked(item, shape[0])).filter((item) => item !== undefined)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const found: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(shape)) {
    const given = Object.hasOwn(value, key)
      ? checked((value as Record<string, unknown>)[key], inner)
      : undefined
    if (given !== undefined) found[key] = given
  }
  return found
}

function isListShape(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}
