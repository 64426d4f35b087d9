import type { Inputs, Observation, VersionTag } from '../../../actions/semver-tag/model.ts'
import { baseOf, lastPrereleaseOf, readVersionTags } from '../../../shared/version/tags.ts'

/** The commit that is to be released, and one that a tag reaches already. */
export const SHA = 'c0'.padEnd(40, '0')
export const OLD = 'b'.repeat(40)

/** What a plan is made from when a test says nothing else: one push to the default branch, no tags, no commits. */
export const INPUTS: Inputs = {
  mode: 'next',
  bump: 'auto',
  labels: false,
  labelRules: new Map(),
  releaseRules: new Map(),
  defaultBump: 'none',
  initialVersion: '0.1.0',
  majorZero: 'minor',
  branches: [],
  tagPrefix: 'v',
  tagPrefixes: ['v'],
  isPrefixSaid: false,
  path: [],
  sha: SHA,
  source: 'auto',
  create: 'tag',
  annotated: true,
  tagMessage: '{tag}',
  floatingTags: [],
  splitSquashes: false,
  releaseName: '{tag}',
  releaseNotes: '',
  draft: false,
  images: [],
  latestOn: 'release',
  allowDowngrade: false,
  pullRequest: { branch: 'nexus-release--{base}', versionFiles: [], files: [], labels: [] },
  releaseFiles: [],
  makeLatest: 'auto',
  dryRun: false,
}
export const SEEN: Observation = {
  source: 'git',
  shallow: false,
  sha: SHA,
  ref: 'refs/heads/main',
  event: 'push',
  defaultBranch: 'main',
  runId: '77',
  tags: [],
  floating: [],
  commits: [],
  sincePrerelease: [],
  elsewhere: [],
}

/** Tags as observing reads them: what no version is has gone, base and pre-release are found. */
export function tagsSeen(
  tags: readonly VersionTag[],
  prefix = 'v',
): Pick<Observation, 'tags' | 'base' | 'last'> {
  const read = readVersionTags(tags, prefix)
  return { tags: read, base: baseOf(read), last: lastPrereleaseOf(read) }
}
