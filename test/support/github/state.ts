import { createHash } from 'node:crypto'
import type { StageDeployment } from './stage-deployment.ts'

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
  /** Path → text of the files that can be read, the same at every commit. */
  files: Map<string, string>
  /** E-mail address → login: whose commits GitHub knows. */
  logins: Map<string, string>
  rules: RefRule[]
  issues: StageIssue[]
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

/** Code scanning of the repository. */
export interface StageCodeScanning {
  /** `unlicensed`: a private repository without Code Security. */
  access: 'on' | 'off' | 'unlicensed'
  /** CodeQL's default setup refuses CodeQL analyses of anybody else. */
  defaultSetup: boolean
  /** Looks at an upload that still show it as pending. */
  pendingLooks: number
  /** What processing says of every upload, instead of taking it. */
  processingErrors: string[]
  uploads: StageUpload[]
  analyses: StageAnalysis[]
  alerts: StageAlert[]
}

export interface StageUpload {
  id: string
  ref: string
  commit: string
  /** Unpacked. */
  sarif: unknown
  looks: number
  status: 'pending' | 'complete' | 'failed'
  errors: string[]
}

export interface StageAnalysis {
  id: number
  ref: string
  commit: string
  tool: string
  category: string
  sarifId: string
  createdAt: string
  results: number
  rules: number
  /** One run, as it was uploaded. */
  sarif: unknown
}

export interface StageAlert {
  number: number
  tool: string
  category: string
  rule: string
  path: string
  line: number
  message: string
  /** What makes it the same alert in a later analysis. */
  identity: string
  /** Refs where it is open, or was. */
  refs: Map<string, 'open' | 'fixed'>
  dismissed: { reason: string; comment: string | null; by: string; at: string } | undefined
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
      logins: new Map(),
      files: new Map(),
      rules: [],
      issues: [],
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
  const tree = objectName('tree', `${workflows}\n${(given.paths ?? []).join('\n')}\n${state.commits.size}`)
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
    ...{ paths: given.paths ?? [], workflows },
  })
  if (branch !== '') state.refs.set(`refs/heads/${branch}`, sha)
  return sha
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
