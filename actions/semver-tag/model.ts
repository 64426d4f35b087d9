import type { Release as GitHubRelease } from '../../shared/github/releases.ts'
import type { Level } from '../../shared/version/bump.ts'
import type { FloatingKind } from '../../shared/version/tags.ts'

import type { PackagesInputs } from './model/packages.ts'
import type { PullRequestInputs } from './model/pull-request.ts'

import type { Elsewhere, FloatingTag, KnownTag } from './model/tags.ts'

export type { Elsewhere, FloatingTag, KnownTag, Tag, VersionTag } from './model/tags.ts'
export type { FloatingKind, Level }

/** The `bump` output: how far the version really moved. */
export type Bump = Level | 'prerelease'

/** One row of the `branches` input: an exact name decides before any glob, then the first glob that matches. */
export interface BranchRule {
  /** An exact branch name or a glob (`*` within one path segment, `**` across them, `?`); never a regex. */
  glob: string
  /** A stable release, nothing, or pre-releases with this identifier (SemVer item 9, for example `beta`). */
  makes: 'release' | 'none' | { prerelease: string }
}

/**
 * What the user asked for: every input of action.yml, read and checked by itself. Optional members are absent when
 * the input is empty. Whether a thing fits the repository is the plan's business.
 */
export interface Inputs {
  /** Absent: no API. */
  token?: string | undefined
  mode: 'next' | 'rollback' | 'pull-request'
  /** As given, with or without the prefix; a strict SemVer 2.0.0 rest. */
  version?: string | undefined
  bump: 'auto' | Bump
  labels: boolean
  /** Label (lower case) → level, the defaults `semver:major` … `semver:none` included. */
  labelRules: ReadonlyMap<string, Level>
  /** Commit type (lower case) → level: only what the user gave; the plan lays it over the defaults. */
  releaseRules: ReadonlyMap<string, Level>
  defaultBump: Level
  /** A strict `X.Y.Z`. */
  initialVersion: string
  majorZero: 'minor' | 'major'
  prerelease?: string | undefined
  /** Empty: only the default branch releases. */
  branches: readonly BranchRule[]
  /** Dot-separated identifiers (SemVer item 10), without the `+`. */
  buildMetadata?: string | undefined
  /** What a tag that is written begins with. */
  tagPrefix: string
  /** What tags that are read begin with; the first is `tagPrefix`. */
  tagPrefixes: readonly string[]
  /** False: it is the default, and nobody has said how tags are spelled. */
  isPrefixSaid: boolean
  /** Empty: every commit counts. */
  path: readonly string[]
  sha: string
  source: 'auto' | 'git' | 'api'
  create: 'tag' | 'release' | 'none'
  annotated: boolean
  /** With `{tag}` and so on still in it; apply fills it in. */
  tagMessage: string
  floatingTags: readonly FloatingKind[]
  /** Whether header lines in the body of a squash count as commits of their own. */
  splitSquashes: boolean
  releaseName: string
  releaseNotes: string
  /** A file that has them instead. */
  releaseNotesFile?: string | undefined
  /** Globs of files of the workspace that are attached to the release. */
  releaseFiles: readonly string[]
  /** `auto`: the highest stable version is the latest release. */
  makeLatest: 'auto' | 'true' | 'false'
  draft: boolean
  /** Image names without a tag, for example `ghcr.io/owner/app`. */
  images: readonly string[]
  latestOn: 'release' | 'default-branch'
  /** Rollback only: a tag name. */
  to?: string | undefined
  /** Rollback only, as given and not trimmed; the plan wants exactly `ROLLBACK`. */
  confirm?: string | undefined
  allowDowngrade: boolean
  /** A monorepo in one step. */
  packages?: PackagesInputs | undefined
  /** `mode: pull-request` only. */
  pullRequest: PullRequestInputs
  dryRun: boolean
}

/** A commit between the base and `sha`. */
export interface UnreleasedCommit {
  sha: string
  /** The whole message, decoded. */
  message: string
  /** Lets a reverted merge take along what it had merged. Absent: not known. */
  parents?: readonly string[]
  /** With `squash-bodies: split`: what the body lists, a message each; `message` is the rest. */
  parts?: readonly string[]
  /** Labels of the merged pull request the commit came with; only with `labels: true`. */
  labels?: readonly string[]
  pullRequest?: number
}

/** What is true now, from git or the API; both give the same. */
export interface Observation {
  source: 'git' | 'api'
  /** True when history is cut off and nothing completed it: the plan then refuses. */
  shallow: boolean
  /** The full id of the commit that is to be tagged. */
  sha: string
  /** `GITHUB_REF`: `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/7/merge`. */
  ref: string
  /** `GITHUB_EVENT_NAME` */
  event: string
  /** Absent when neither the event nor the API told it. */
  defaultBranch?: string
  /** Of the event; for `pr-N`. */
  pullRequest?: number
  runId: string
  /** False when the branch of this run has moved on; undefined when nobody knows. */
  isTip?: boolean | undefined
  /** Every version tag of the repository with a prefix that is read, reachable or not, in any order. */
  tags: readonly KnownTag[]
  /** The base of the next version (`baseOf`), and the pre-release in progress (`lastPrereleaseOf`). */
  base?: KnownTag | undefined
  last?: KnownTag | undefined
  /** Versions that nobody asked about and that must not be passed by; see {@link Elsewhere}. */
  elsewhere: readonly Elsewhere[]
  /** Those of the asked-for floating tags that exist; names from `floatingName` in `shared/version`. */
  floating: readonly FloatingTag[]
  /**
   * The commits that `sha` reaches and the base does not, with `path` only those that touch it and the merges that
   * brought them in. Newest first.
   */
  commits: readonly UnreleasedCommit[]
  /** The commits that `sha` reaches and `last` does not; a hotfix that was merged since is among them. */
  sincePrerelease: readonly UnreleasedCommit[]
}

/** What one commit contributed to the decision, newest first. */
export interface Reason {
  sha: string
  subject: string
  /** Lower case; absent when the header is not a Conventional Commit. */
  type?: string
  breaking: boolean
  level: Level
  /** What gave the level. */
  by: 'label' | 'commit'
  pullRequest?: number
  /** It counts no more: the revert that undid this commit, or (for a revert) the commit that it undid. */
  cancelledBy?: string
}

export interface FloatingMove {
  name: string
  kind: FloatingKind
  /** The object the ref holds now (`beforeOid`); absent when the tag is to be created. */
  from?: string
  /** The commit `from` means. */
  fromCommit?: string
  /** A commit, never a tag object. */
  to: string
}

export interface FloatingLeft {
  name: string
  kind: FloatingKind
  /** One sentence without a full stop. */
  why: string
}

/** What every plan tells. */
interface Common {
  /** Base of the decision; both absent when there is no stable version tag. */
  previousTag?: string
  previousVersion?: string
  /** The commit this is about: `sha`, or that of the tag rolled back to. */
  sha: string
  /** Every unreleased commit, newest first, also those that count for nothing. */
  reasons: readonly Reason[]
  /** For people: things worth an annotation, such as the one notice of the branch rule. */
  notices: readonly string[]
  /** One a line for the `image-tags` output, image names in front when there are any. */
  imageTags: readonly string[]
  /** Image → its tags; for the output `image-tags-json`. An empty name when there are no images. */
  imageTagsByImage: Readonly<Record<string, readonly string[]>>
}

/** A version that there is or will be. */
interface Versioned extends Common {
  tag: string
  /** Output `version`: no prefix; with build metadata only when it was given. */
  version: string
  major: number
  minor: number
  patch: number
  /** `rc.1`, or an empty string. */
  prerelease: string
  bump: Bump
}

/** What apply carries out; nothing of it in a dry run. */
interface Writes {
  createTag: boolean
  /** Make sure that there is a release of the tag (look first, drafts too). */
  createRelease: boolean
  /** `make_latest` of the release: this is the highest stable version. */
  makeLatest: boolean
  moves: readonly FloatingMove[]
  left: readonly FloatingLeft[]
  /** Why nothing is created although there is a version; absent when it is (or would be, in a dry run). */
  whyNot?: string
}

/** There is a next version; `createTag` says whether this step makes it. */
export interface Release extends Versioned, Writes {
  kind: 'release'
  /** What decided, in one sentence: `minor: feat in 3 of 10 commits`. */
  why: string
}

/** `sha` already has the tag. `resumed`: this very run made it, goes on where it stopped, and `released` is true. */
export interface AlreadyReleased extends Versioned, Writes {
  kind: 'already-released'
  createTag: false
  resumed: boolean
  why: string
}

/** Back to an existing tag: no tag is created, floating tags go down only when that is allowed. */
export interface Rollback extends Versioned, Writes {
  kind: 'rollback'
  createTag: false
  createRelease: false
  bump: 'none'
  why: string
}

/** Nothing to release. The version is the current one; absent when there is none yet. */
export interface Nothing extends Common, Partial<Omit<Versioned, keyof Common | 'bump'>> {
  kind: 'nothing'
  bump: 'none'
  why: string
}

/** The step fails with this; nothing has been written. */
export interface Refused extends Common {
  kind: 'refused'
  /** Title of the annotation, a few words. */
  title: string
  /** What, where, expected and seen, what to do next. */
  reason: string
}

export type Plan = Release | AlreadyReleased | Rollback | Nothing | Refused

/** A plan that may write. */
export type Writable = Release | AlreadyReleased | Rollback

/** What has been done, also when it ended with a failure. */
export interface Applied {
  /** This run has created the tag: now, or before it was started again. */
  created: boolean
  /** Floating tags that have been moved. */
  moved: FloatingMove[]
  /** Floating tags that GitHub, or another run, kept from moving. */
  refused: { name: string; why: string }[]
  release?: GitHubRelease
  /** Another run was faster, in words: the plan has to be made anew. */
  raced?: string
  failure?: { title: string; message: string }
}
