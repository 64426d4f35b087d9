import type { Message } from '../../shared/commits/message.ts'
import type { Release as GitHubRelease } from '../../shared/github/releases.ts'
import type { Version } from '../../shared/version/version.ts'

export type Format = 'markdown' | 'keep-a-changelog' | 'json' | 'template'
export type Include = 'notable' | 'conventional' | 'all'
/** What a line of the notes is about. */
export type Unit = 'auto' | 'pull-request' | 'commit'
export type ReleaseMode = 'none' | 'draft' | 'publish' | 'update'

/** What the user asked for; read and checked by inputs.ts. */
export interface Inputs {
  token: string | undefined
  /** A tag, ref or SHA; undefined: the previous version is looked for. */
  from: string | undefined
  /** A tag, ref or SHA. */
  to: string
  /** False: it is the commit of the run, unless `version` has a tag. */
  isToGiven: boolean
  /** Heading, as given, with or without the prefix. */
  version: string | undefined
  /** What a tag that is written begins with. */
  tagPrefix: string
  /** What tags that are read begin with; the first is `tagPrefix`. */
  tagPrefixes: readonly string[]
  path: readonly string[]
  format: Format
  template: string | undefined
  /** Relative to the workspace. */
  templateFile: string | undefined
  /** Relative to the workspace; only the default one may be missing. */
  configFile: string
  groups: readonly GroupRule[] | undefined
  /** Undefined: `all` under a config file, else `notable`. */
  include: Include | undefined
  unit: Unit
  /** Whether each line names who made it. */
  authors: boolean
  /** Whether what another line has released already is folded. */
  subtract: boolean
  /** Whether header lines in the body of a squash are changes of their own. */
  splitSquashes: boolean
  exclude: Exclude
  /** `auto`: notes are made from commits, with a warning, where there are no data; `true`: that is an error. */
  pullRequests: 'auto' | 'true' | 'false'
  contributors: boolean
  links: boolean
  /** Relative to the workspace. */
  file: string | undefined
  history: boolean
  release: ReleaseMode
  maxLength: number
  /** Ms for everything. */
  timeout: number
  dryRun: boolean
}

/** One entry of the input `groups`. A commit belongs to the first rule that it meets in every part that is given. */
export interface GroupRule {
  title: string
  /** Lower case; `*` is every commit, the conventional ones or not. */
  types: readonly string[] | undefined
  scopes: readonly string[] | undefined
  /** Lower case. */
  labels: readonly string[] | undefined
  /** Only breaking changes. */
  breaking: boolean
}

/** A commit that meets one of these is left out; all lower case but `patterns`. */
export interface Exclude {
  /** Logins, names or e-mail addresses. */
  authors: readonly string[]
  types: readonly string[]
  scopes: readonly string[]
  labels: readonly string[]
  /** Tried on the first line of the message. */
  patterns: readonly RegExp[]
}

/** A commit of the range, its message taken apart. */
export interface RangeCommit {
  sha: string
  parents: readonly string[]
  author: { name: string; email: string }
  /** Seconds since 1970. */
  committedAt: number
  message: Message
  /** What a squash lists in its body; only with `squash-bodies: split`. */
  parts?: readonly Message[]
}

export interface VersionTag {
  name: string
  /** The peeled commit. */
  commit: string
  /** What the name says, when it has been read already. */
  version?: Version
}

/** What is known of pull requests and people. Everything in it may be empty: then the notes are made from commits. */
export interface PullFacts {
  /** Those that GitHub told of. */
  byNumber: ReadonlyMap<number, PullRequest>
  /** SHA of a commit whose message has no number → the pull request that brought it in. */
  byCommit: ReadonlyMap<string, number>
  /** Merges of pull requests that brought in what has a pull request of its own. */
  carriers: ReadonlySet<string>
  /** E-mail address, lower case → login, as GitHub resolved it. */
  logins: ReadonlyMap<string, string>
  /** Login, lower case → number of the first pull request of somebody new; empty when nobody asked. */
  newcomers: ReadonlyMap<string, number | undefined>
  /** Why there are no data, in one sentence for a warning; absent when all went well or nobody asked. */
  warning?: string
}

export interface Person {
  name: string
  email?: string
  /** Only when GitHub resolved it (author of a pull request, a noreply address): this one may be mentioned. */
  login?: string
  bot: boolean
}

export interface PullRequest {
  number: number
  title: string
  /** Login. */
  author?: string
  labels: readonly string[]
}

export interface Reference {
  owner?: string
  repository?: string
  number: number
  /** `closes`, `refs` …, lower case. */
  action?: string
}

/** One line of the notes. All texts are untrusted. */
export interface Entry {
  /** The commits that this line stands for, newest first; merged duplicates included. */
  shas: readonly string[]
  /** Lower case; undefined: not conventional. `revert` for what git's own reverts say. */
  type: string | undefined
  scope: string | undefined
  /** Without type, scope and the `(#12)` at its end; the first line of the message when it is not conventional. */
  subject: string
  /** What breaks, a text each (may have several paragraphs); undefined when nothing does. */
  breaking: readonly string[] | undefined
  /** Only the number when GitHub was not asked or did not know. */
  pullRequest?: PullRequest | { number: number }
  /** Other pull requests that the line stands for: updates of one dependency are folded. */
  otherPullRequests?: readonly number[]
  /** The type that GitHub's usual labels say, where the words say none. */
  labelled?: string
  references: readonly Reference[]
  /** The author, then co-authors; nobody twice. */
  authors: readonly Person[]
  /** What a revert of an earlier release undoes: a SHA, or a subject. */
  revertOf?: string
  /** It bumps the version (patch, minor, major) or breaks something. */
  notable: boolean
}

export interface Group {
  title: string
  entries: readonly Entry[]
  /** 0 is the most important one, and the last to be cut. */
  rank: number
}

/** listed + reverted + merged + excluded = range. */
export interface Counts {
  range: number
  /** Commits that a line of their own stands for. */
  listed: number
  reverted: number
  /** Merge commits whose content is listed, and duplicates folded into another line. */
  merged: number
  /** Left out by `include`, `exclude` or the config file. */
  excluded: number
}

/** The notes of one version. */
export interface Release {
  /** Without prefix; undefined: Unreleased. */
  version: string | undefined
  /** The tag of `version`, when there is one at `toSha`. */
  tag?: string
  /** YYYY-MM-DD in UTC, of the commit `to`. */
  date: string
  /** What the compare link says: tag or short SHA; absent for the first release. */
  from?: string
  to: string
  fromSha?: string
  toSha: string
  /** In the order in which they are shown; none is empty. */
  groups: readonly Group[]
  contributors: readonly Person[]
  newContributors: readonly { person: Person; pullRequest?: number }[]
  counts: Counts
  /** What other lines have released already, by version: how many changes. */
  elsewhere?: readonly { versions: readonly string[]; pullRequests: readonly number[]; changes: number }[]
  /** Excluded commits by reason, for people: `docs` → 3, `label skip-changelog` → 1. */
  excluded: ReadonlyMap<string, number>
}

/** Where links lead; absent (`links: false`) there are none. */
export interface Links {
  /** `https://github.com` */
  serverUrl: string
  /** `owner/name` */
  repository: string
}

/** What a config file or a rule makes of an entry. `rank` orders by importance, `order` by place in the notes. */
export type Placement = { title: string; rank: number; order: number } | { excluded: string }
export type Place = (entry: Entry) => Placement

/** Everything that is true now; observe.ts reads it. */
export interface Observation {
  source: 'git' | 'api'
  repository: string
  serverUrl: string
  /** `to` resolved; `name` is a tag at it, or the short SHA. */
  to: { name: string; sha: string; committedAt: number }
  /** Absent for the first release. `tag`: it was found by version. */
  from: { name: string; sha: string } | undefined
  /** The version of `to`: of its tag or of the input; undefined: Unreleased. */
  version: string | undefined
  /** The tag of `version`, when it exists. */
  tag: VersionTag | undefined
  /** All version tags with the prefix, in the order of their names. */
  tags: readonly VersionTag[]
  /** What was decided about the range, a sentence each; `notices` among them are worth an annotation. */
  decisions: readonly string[]
  notices: readonly string[]
  /** `from..to`, or everything up to `to` with `history`; nothing left out, newest first. */
  commits: readonly RangeCommit[]
  /** Those of them that touch `path`; absent without one. */
  touched: ReadonlySet<string> | undefined
  pulls: PullFacts
  /** From the config file; absent without one. */
  place: Place | undefined
  /** The config file is GitHub's own, which is about pull requests. */
  isByPullRequest: boolean
  /** What has been released on other lines since they branched off, by version. */
  elsewhere: readonly Elsewhere[]
  /** The template's text, read from `template` or `template-file`. */
  template: string | undefined
  /** `text` is absent when there is no file yet. `path` is absolute, below the workspace. */
  file: { path: string; text: string | undefined } | undefined
  /** The release of `tag` (published or draft), when `release` is not none. */
  release: GitHubRelease | undefined
}

/** A version on another line, and what it says of the changes that it has too. */
export interface Elsewhere {
  tag: string
  /** Pull requests that its commits name. */
  pullRequests: ReadonlySet<number>
  /** Commits of the range whose patch it has as well. */
  shas: ReadonlySet<string>
}
