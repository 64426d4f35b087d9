import { createHash } from 'node:crypto'
import type { StageCodeScanning } from './code-scanning-state.ts'
import { StageObjects } from './objects.ts'
import type { StageDeployment } from './stage-deployment.ts'

export type { StageAlert, StageAnalysis, StageCodeScanning, StageUpload } from './code-scanning-state.ts'

/** What this GitHub knows: one repository. Everything is plain data; a test may read and change it at any time. */
export interface State {
  owner: string
  name: string
  defaultBranch: string
  private: boolean
  archived: boolean
  commits: Map<string, StageCommit>
  tagObjects: Map<string, StageTag>
  /** Trees and blobs that a ref may point at. */
  otherObjects: Map<string, 'tree' | 'blob'>
  /** Full name → object. */
  refs: Map<string, string>
  releases: StageRelease[]
  latestRelease: number | undefined
  pulls: StagePull[]
  /** Whether GITHUB_TOKEN may open pull requests: a setting of the repository. */
  mayOpenPulls: boolean
  /** Labels that the repository has. */
  labels: Set<string>
  /** Trees and blobs of the commits that have content. */
  objects: StageObjects
  /** Path → text of the files that can be read, the same at every commit. */
  files: Map<string, string>
  /** E-mail address → login: whose commits GitHub knows. */
  logins: Map<string, string>
  rules: RefRule[]
  issues: StageIssue[]
  comments: StageComment[]
  deployments: StageDeployment[]
  codeScanning: StageCodeScanning
  /** Releases that are published from now on cannot be changed, nor can their tags. */
  immutableReleases: boolean
  nextId: number
  /** ms since 1970; a test may turn it. */
  now: () => number
}

export interface Person {
  name: string
  email: string
  /** ISO 8601, UTC. */
  date: string
}

export interface StageCommit {
  sha: string
  tree: string
  parents: string[]
  author: Person
  committer: Person
  message: string
  /** Paths that differ from every parent. */
  paths: string[]
  /** Names the content of .github/workflows; empty when there is none. */
  workflows: string
}

export interface StageTag {
  sha: string
  tag: string
  message: string
  object: { sha: string; type: ObjectType }
  tagger: Person
}

export interface StageAsset {
  id: number
  name: string
  contentType: string
  bytes: Buffer
}

export interface StageRelease {
  id: number
  tag: string
  target: string
  name: string
  body: string
  draft: boolean
  prerelease: boolean
  immutable: boolean
  createdAt: string
  publishedAt: string | null
  assets?: StageAsset[]
}

export interface StagePull {
  number: number
  title: string
  /** `dependabot[bot]` for an app. */
  author: string | null
  labels: string[]
  merged: boolean
  base: string
  body: string
  /** SHAs that it brought in: its merge, squash or rebased commits; the last is the one that merged it. */
  commits: string[]
  /** The branch it comes from. */
  head?: string
  /** Where that branch stood last. */
  headOid?: string
  open?: boolean
  /** From a fork, whose branch may have any name. */
  fork?: boolean
  isInMergeQueue?: boolean
}

export interface StageIssue {
  number: number
  title: string
  body: string | null
  labels: string[]
  state: 'open' | 'closed'
  reason: 'completed' | 'not_planned' | 'reopened' | 'duplicate' | null
  author: string
  association: 'NONE' | 'CONTRIBUTOR' | 'COLLABORATOR' | 'MEMBER' | 'OWNER'
  /** It is a pull request, which GitHub lists as well. */
  isPull: boolean
  createdAt: string
}

/** On an issue, or on a pull request as a whole. */
export interface StageComment {
  id: number
  /** Of the issue or the pull request. */
  number: number
  body: string
  author: string
  association: StageIssue['association']
  createdAt: string
}

/** A ruleset that is active. */
export interface RefRule {
  /** Full names. */
  refs: RegExp
  refuses: readonly ('creation' | 'update' | 'deletion')[]
}

export type ObjectType = 'commit' | 'tag' | 'tree' | 'blob'

/** An empty repository. */
export function emptyState(owner = 'octo', name = 'demo'): State {
  return {
    ...{ owner, name, defaultBranch: 'main', private: false, archived: false },
    ...{ commits: new Map(), tagObjects: new Map(), otherObjects: new Map(), refs: new Map() },
    ...{
      releases: [],
      latestRelease: undefined,
      pulls: [],
      mayOpenPulls: true,
      labels: new Set<string>(),
      objects: new StageObjects(),
      logins: new Map(),
      files: new Map(),
      rules: [],
      issues: [],
      comments: [],
      deployments: [],
    },
    codeScanning: {
      ...{ access: 'on', defaultSetup: false, pendingLooks: 0, processingErrors: [] },
      ...{ uploads: [], analyses: [], alerts: [] },
    },
    ...{ immutableReleases: false, nextId: 1, now: Date.now },
  }
}

export interface NewCommit {
  message: string
  /** The tip of the branch, when not given. */
  parents?: string[]
  /** `main`, when not given; an empty string moves no branch. */
  branch?: string
  paths?: string[]
  /** Path → text of what it changes in the tree of its first parent; null deletes. */
  content?: Readonly<Record<string, string | Buffer | null>>
  /** A tree of `objects`, instead of `content`. */
  tree?: string
  /** Content of .github/workflows; that of the first parent, when not given. */
  workflows?: string
  author?: { name: string; email: string }
}

/** Seconds between commits: each one is later than those before it. */
const STEP = 60
const BEGIN = Date.UTC(2026, 0, 1) / 1_000

/** Adds a commit and gives its SHA, which is the one that git would give (but for its tree). */
export function addCommit(state: State, given: NewCommit): string {
  const branch = given.branch ?? state.defaultBranch
  const tip = state.refs.get(`refs/heads/${branch}`)
  const parents = given.parents ?? (tip === undefined ? [] : [tip])
  const time = BEGIN + state.commits.size * STEP
  const person = {
    ...(given.author ?? { name: 'Ada', email: 'ada@octo.test' }),
    date: isoSeconds(time * 1_000),
  }
  const workflows = given.workflows ?? state.commits.get(parents[0] ?? '')?.workflows ?? ''
  const inherits =
    given.content === undefined && state.objects.tree(state.commits.get(parents[0] ?? '')?.tree ?? '')
  const content = given.content ?? (inherits ? {} : undefined)
  const changed = given.tree ?? (content === undefined ? undefined : treeWith(state, parents[0], content))
  const paths = given.paths ?? Object.keys(given.content ?? {})
  const tree =
    changed ?? objectName('tree', `${workflows}\n${(given.paths ?? []).join('\n')}\n${state.commits.size}`)
  const line = `${person.name} <${person.email}> ${time} +0000`
  const head = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${line}`,
    `committer ${line}`,
  ]
  const sha = objectName('commit', `${head.join('\n')}\n\n${given.message}\n`)
  state.commits.set(sha, {
    ...{ sha, tree, parents, author: person, committer: person, message: given.message },
    ...{ paths, workflows },
  })
  if (branch !== '') state.refs.set(`refs/heads/${branch}`, sha)
  return sha
}

/** The tree of a parent with some files changed. */
function treeWith(
  state: State,
  parent: string | undefined,
  content: NonNullable<NewCommit['content']>,
): string {
  const files = new Map(state.objects.tree(state.commits.get(parent ?? '')?.tree ?? ''))
  for (const [path, text] of Object.entries(content)) {
    const mode = files.get(path)?.mode ?? '100644'
    if (text === null) files.delete(path)
    else files.set(path, { mode, blob: state.objects.writeBlob(Buffer.from(text)) })
  }
  return state.objects.writeTree(files)
}

/** Adds a tag object (not a ref) and gives its SHA, the one that git would give. */
export function addTagObject(state: State, tag: Omit<StageTag, 'sha'>): string {
  const seconds = Math.floor(Date.parse(tag.tagger.date) / 1_000)
  const tagger = `${tag.tagger.name} <${tag.tagger.email}> ${seconds} +0000`
  const head = [`object ${tag.object.sha}`, `type ${tag.object.type}`, `tag ${tag.tag}`, `tagger ${tagger}`]
  const sha = objectName('tag', `${head.join('\n')}\n\n${tag.message}\n`)
  state.tagObjects.set(sha, { sha, ...tag })
  return sha
}

/** `refs/tags/<name>` on a commit, lightweight, or annotated when a message is given. Gives the object of the ref. */
export function addTag(state: State, name: string, commit: string, message?: string): string {
  const tagger = { name: 'Ada', email: 'ada@octo.test', date: isoSeconds(state.now()) }
  const object =
    message === undefined
      ? commit
      : addTagObject(state, { tag: name, message, object: { sha: commit, type: 'commit' }, tagger })
  state.refs.set(`refs/tags/${name}`, object)
  return object
}

/** What kind of object this is; undefined when this repository does not have it. */
export function typeOf(state: State, sha: string): ObjectType | undefined {
  if (state.commits.has(sha)) return 'commit'
  if (state.tagObjects.has(sha)) return 'tag'
  return state.otherObjects.get(sha)
}

/** The commit that an object peels to. */
export function peeled(state: State, sha: string): string | undefined {
  let at = sha
  for (let tag = state.tagObjects.get(at); tag !== undefined; tag = state.tagObjects.get(at))
    at = tag.object.sha
  return state.commits.has(at) ? at : undefined
}

export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function objectName(type: ObjectType, content: string): string {
  return createHash('sha1')
    .update(`${type} ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex')
}
