import { type InputReader, inputReader, type Reading, rules, shown } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { readTagPrefixes } from '../../shared/action/tag-prefix.ts'
import { parsePrefixedVersion } from '../../shared/version/version.ts'
import { readExclude } from './inputs/exclude.ts'
import { readGroups } from './inputs/groups.ts'
import { below, paths, revision } from './inputs/places.ts'
import type { Format, Include, Inputs, ReleaseMode, Unit } from './model.ts'

const FORMATS: readonly Format[] = ['markdown', 'keep-a-changelog', 'json', 'template']
const INCLUDES: readonly Include[] = ['notable', 'conventional', 'all']
const UNITS: readonly Unit[] = ['auto', 'pull-request', 'commit']
const RELEASES: readonly ReleaseMode[] = ['none', 'draft', 'publish', 'update']

/** GitHub's own file; it alone may be missing. */
export const DEFAULT_CONFIG = '.github/release.yml'
/** What GitHub takes as the text of a release. */
const MAX_BODY = 125_000
/** Below this the notes could not even say that they were cut. */
const MIN_LENGTH = 500

/** @throws InputError with every problem of every input; nothing has been read or written then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const inputs = inputReader(env)
  const token = inputs.text('token')
  if (token !== undefined) maskSecret(token)
  const tagPrefixes = readTagPrefixes(inputs)
  const flag = (name: string, fallback: boolean): boolean => inputs.read(name, rules.boolean, fallback)
  const optional = (name: string, rule: (text: string) => Reading<string>): string | undefined =>
    inputs.read<string | undefined>(name, rule, undefined)
  const choice = <const T extends string>(name: string, choices: readonly T[], fallback: NoInfer<T>): T =>
    inputs.read(name, (text) => rules.choice(text, choices), fallback)

  const to = inputs.read('to', revision, env['GITHUB_SHA'] ?? '')
  const found: Inputs = {
    token,
    from: optional('from', revision),
    to,
    // The default is the commit of the run.
    isToGiven: to !== (env['GITHUB_SHA'] ?? ''),
    version: optional('version', (text) => version(text, tagPrefixes)),
    tagPrefix: tagPrefixes[0],
    tagPrefixes,
    path: inputs.read('path', paths, []),
    format: choice('format', FORMATS, 'markdown'),
    template: inputs.raw('template'),
    templateFile: optional('template-file', below),
    configFile: inputs.read('config-file', below, DEFAULT_CONFIG),
    groups: await readGroups(inputs.text('groups'), inputs),
    include: inputs.read('include', (text) => rules.choice(text, INCLUDES), undefined),
    unit: choice('unit', UNITS, 'auto'),
    authors: flag('authors', false),
    subtract: flag('subtract', true),
    splitSquashes: choice('squash-bodies', ['title', 'split'], 'title') === 'split',
    exclude: await readExclude(inputs.text('exclude'), inputs),
    pullRequests: inputs.read('pull-requests', autoOrFlag, 'auto'),
    contributors: flag('contributors', true),
    links: flag('links', true),
    file: optional('file', below),
    history: flag('history', false),
    release: choice('release', RELEASES, 'none'),
    maxLength: inputs.read('max-length', (text) => rules.integer(text, { min: MIN_LENGTH }), MAX_BODY),
    timeout: inputs.read('timeout', (text) => rules.duration(text), 600_000),
    dryRun: flag('dry-run', false),
  }
  together(found, inputs)
  inputs.finish()
  return found
}

/** Problems that only show when several inputs are seen at once. */
function together(found: Inputs, inputs: InputReader): void {
  const { format, template, templateFile, file, release, token } = found
  if (found.to === '') inputs.add('to', 'no commit: the runner gave none, so write one.')
  if (format === 'template' && template === undefined && templateFile === undefined)
    inputs.add('template', 'missing: format "template" needs template or template-file.')
  if (template !== undefined && templateFile !== undefined)
    inputs.add('template', 'given together with template-file: leave one of them out.')
  if (format !== 'template' && (template ?? templateFile) !== undefined)
    inputs.add('format', `"${format}" takes no template: write format: template.`)
  if (format === 'json' && file !== undefined)
    inputs.add('file', 'format "json" has no sections to update: take the output changelog-file instead.')
  if (release === 'none') return
  if (format === 'json') inputs.add('release', 'the text of a release is Markdown: leave format "json" out.')
  if (found.history)
    inputs.add('release', 'the text of a release is about one version: leave history out, or use two steps.')
  if (token === undefined)
    inputs.add('token', 'missing: a release needs contents: write; leave the input token at its default.')
  if (found.maxLength > MAX_BODY)
    inputs.add('max-length', `${found.maxLength} is more than the ${MAX_BODY} characters GitHub takes.`)
}

/** A version, with or without the prefix; or the word Unreleased, which is the same as nothing. */
function version(text: string, prefixes: readonly string[]): Reading<string> {
  if (parsePrefixedVersion(text, prefixes) !== undefined || /^unreleased$/i.test(text)) return { value: text }
  return { problem: `${shown(text)} is no version by SemVer 2.0.0, such as 1.2.3 or 2.0.0-rc.1.` }
}

function autoOrFlag(text: string): Reading<'auto' | 'true' | 'false'> {
  const flag = rules.boolean(text)
  if ('value' in flag) return { value: flag.value ? 'true' : 'false' }
  return rules.choice(text, ['auto', 'true', 'false'])
}
