import { type InputReader, inputReader, type Reading, rules, shown } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { readTagPrefixes } from '../../shared/action/tag-prefix.ts'
import { isObjectName } from '../../shared/git/revision.ts'
import { parseList } from '../../shared/text/list.ts'
import { LEVELS } from '../../shared/version/bump.ts'
import { FLOATING_KINDS } from '../../shared/version/tags.ts'
import {
  buildMetadataProblem,
  isStable,
  parsePrefixedVersion,
  parseVersion,
} from '../../shared/version/version.ts'
import { identifier, readBranches, readLabelRules, readReleaseRules } from './inputs/maps.ts'
import { packagesTogether, readPackages } from './inputs/packages.ts'
import { pullRequestTogether, readPullRequest } from './inputs/pull-request.ts'
import type { Inputs } from './model.ts'

/** What GitHub takes as the text of a release. */
const MAX_NOTES = 125_000
/** Of action.yml; who writes `v,` has said it. */
const DEFAULT_PREFIX = 'v'
const BUMPS = ['auto', 'major', 'minor', 'patch', 'prerelease', 'none'] as const

/** @throws InputError with every problem of every input; nothing has been read or written then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const inputs = inputReader(env)
  const token = inputs.text('token')
  if (token !== undefined) maskSecret(token)
  const tagPrefixes = readTagPrefixes(inputs)
  const choice = <const T extends string>(name: string, choices: readonly T[], fallback: NoInfer<T>): T =>
    inputs.read(name, (text) => rules.choice(text, choices), fallback)
  const flag = (name: string, fallback: boolean): boolean => inputs.read(name, rules.boolean, fallback)
  const list = (name: string, rule: (item: string) => Reading<string>): string[] =>
    inputs.read(name, (text) => each(text, rule), [])
  const optional = (name: string, rule: (text: string) => Reading<string>): string | undefined =>
    inputs.read<string | undefined>(name, rule, undefined)

  const found: Inputs = {
    token,
    mode: choice('mode', ['next', 'rollback', 'pull-request'], 'next'),
    version: optional('version', (text) => strict(text, tagPrefixes)),
    bump: choice('bump', BUMPS, 'auto'),
    labels: flag('labels', false),
    labelRules: await readLabelRules(inputs.text('label-rules'), inputs),
    releaseRules: await readReleaseRules(inputs.text('release-rules'), inputs),
    defaultBump: choice('default-bump', LEVELS, 'none'),
    initialVersion: inputs.read('initial-version', core, '0.1.0'),
    majorZero: choice('major-zero', ['minor', 'major'], 'minor'),
    prerelease: optional('prerelease', identifier),
    branches: await readBranches(inputs.text('branches'), inputs),
    buildMetadata: optional('build-metadata', metadata),
    tagPrefix: tagPrefixes[0],
    tagPrefixes,
    isPrefixSaid:
      inputs.isBlank('tag-prefix') || (inputs.text('tag-prefix') ?? DEFAULT_PREFIX) !== DEFAULT_PREFIX,
    path: list('path', path),
    sha: inputs.read('sha', objectName, env['GITHUB_SHA'] ?? ''),
    source: choice('source', ['auto', 'git', 'api'], 'auto'),
    create: choice('create', ['tag', 'release', 'none'], 'tag'),
    annotated: flag('annotated', true),
    tagMessage: inputs.raw('tag-message') ?? '{tag}',
    floatingTags: inputs.read(
      'floating-tags',
      (text) => each(text, (item) => rules.choice(item, FLOATING_KINDS)),
      [],
    ),
    splitSquashes: choice('squash-bodies', ['title', 'split'], 'title') === 'split',
    releaseName: inputs.text('release-name') ?? '{tag}',
    releaseNotes: inputs.raw('release-notes') ?? '',
    releaseNotesFile: inputs.text('release-notes-file'),
    releaseFiles: parseList(inputs.text('release-files') ?? ''),
    makeLatest: choice('make-latest', ['auto', 'true', 'false'], 'auto'),
    draft: flag('draft', false),
    images: list('images', image),
    latestOn: choice('latest-on', ['release', 'default-branch'], 'release'),
    to: inputs.text('to'),
    confirm: inputs.raw('confirm'),
    allowDowngrade: flag('allow-downgrade', false),
    packages: await readPackages(inputs.text('packages'), tagPrefixes[0], inputs),
    pullRequest: readPullRequest(inputs),
    dryRun: flag('dry-run', false),
  }
  together(found, inputs)
  inputs.finish()
  return found
}

/** Problems that only show when several inputs are seen at once. */
function together(found: Inputs, inputs: InputReader): void {
  const { length } = found.releaseNotes
  if (length > MAX_NOTES) {
    inputs.add('release-notes', `${length} characters are more than the ${MAX_NOTES} that GitHub takes.`)
  }
  if (length > 0 && found.releaseNotesFile !== undefined)
    inputs.add('release-notes-file', 'release-notes is given as well: leave one of them out.')
  if (found.releaseFiles.length > 0 && found.create !== 'release')
    inputs.add('release-files', 'it needs "create: release".')
  if (found.sha === '') inputs.add('sha', 'no commit: the runner gave none, so write one.')
  pullRequestTogether(found, inputs)
  packagesTogether(found, inputs)
  if (found.mode !== 'rollback') return
  if (found.to === undefined)
    inputs.add('to', 'missing: a rollback needs the tag to go back to, such as v1.2.2.')
  if (found.confirm !== 'ROLLBACK') {
    const seen = found.confirm === undefined ? 'missing' : `${shown(found.confirm)} is not it`
    inputs.add('confirm', `${seen}: a rollback needs the word ROLLBACK.`)
  }
}

function strict(text: string, prefixes: readonly string[]): Reading<string> {
  if (parsePrefixedVersion(text, prefixes) !== undefined) return { value: text }
  return { problem: `${shown(text)} is no version by SemVer 2.0.0, such as 1.2.3 or 2.0.0-rc.1.` }
}

function core(text: string): Reading<string> {
  const version = parseVersion(text)
  if (version !== undefined && isStable(version) && version.build.length === 0) return { value: text }
  return { problem: `${shown(text)} is not X.Y.Z, such as 0.1.0.` }
}

function metadata(text: string): Reading<string> {
  const bare = text.replace(/^\+/, '')
  const problem = buildMetadataProblem(bare)
  if (problem === undefined) return { value: bare }
  return { problem: `${shown(text)} is no build metadata such as build.7: ${problem}.` }
}

function objectName(text: string): Reading<string> {
  const name = text.toLowerCase()
  return isObjectName(name)
    ? { value: name }
    : { problem: `${shown(text)} is no full commit id (40 or 64 hexadecimal digits).` }
}

function path(text: string): Reading<string> {
  const clean = text
    .replaceAll('\\', '/')
    .replace(/^(\.\/+)+/, '')
    .replace(/\/+$/, '')
  if (clean === '' || clean === '.')
    return { problem: `${shown(text)} is the whole repository: leave path out.` }
  if (/^([A-Za-z]:)?\//.test(clean) || clean.split('/').includes('..')) {
    return {
      problem: `${shown(text)} is not inside the repository. Write it from its top, such as services/api.`,
    }
  }
  if (clean.includes('*')) return { problem: `${shown(text)} is a pattern; a path is a file or a folder.` }
  return { value: clean }
}

/** Registries take lower case only, and `github.repository` often is not. */
function image(text: string): Reading<string> {
  const name = text.toLowerCase()
  if (/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(name)) return { value: name }
  const hint = /[^/]:[^/]*$|@/.test(text) ? ' Leave out the tag: this step adds it.' : ''
  return { problem: `${shown(text)} is no image name, such as ghcr.io/owner/app.${hint}` }
}

function each<T extends string>(text: string, rule: (item: string) => Reading<T>): Reading<T[]> {
  const readings = parseList(text).map(rule)
  const problems = readings.flatMap((reading) => ('problem' in reading ? [reading.problem] : []))
  if (problems.length > 0) return { problem: problems.join(' ') }
  return { value: [...new Set(readings.flatMap((reading) => ('value' in reading ? [reading.value] : [])))] }
}
