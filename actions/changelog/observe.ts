import { ActionError, messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { redact } from '../../shared/action/secrets.ts'
import type { Connect, Step } from '../../shared/action/step.ts'
import { type Message, parseMessage } from '../../shared/commits/message.ts'
import { partsOfSquash } from '../../shared/commits/squash.ts'
import type { Commit } from '../../shared/git/history.ts'
import { isFailure } from '../../shared/github/errors.ts'
import { joinWords } from '../../shared/text/list.ts'
import type { Config } from './config/read.ts'
import { DEFAULT_CONFIG } from './inputs.ts'
import type { Inputs, Observation, PullFacts, RangeCommit } from './model.ts'
import { findSource, PATIENCE_MS } from './observe/checkout.ts'
import { readBelow } from './observe/files.ts'
import { observeRange, type Range, short } from './observe/range.ts'
import type { Source } from './observe/source.ts'
import { tagNameOf, tagsBetween } from './range/versions.ts'

/** Seconds in the notice of a long history, so that nobody takes it for a hang. */
const MANY = 5_000

/**
 * Reads what is there and writes nothing; a shallow checkout is completed in a folder of its own.
 *
 * @throws ActionError when something that was asked for is not there
 */
export async function observe(inputs: Inputs, step: Step): Promise<Observation> {
  if (inputs.history) keepHeapSmall()
  const { context } = step
  const connect = step.connect(inputs.token, PATIENCE_MS)
  const workspace = context.workspace || process.cwd()
  const file = await readFile(inputs, workspace)

  const source = await findSource(inputs, step)
  const range = await observeRange(source, inputs, context.ref)
  const base = { ...range, source: source.kind, repository: context.repository, serverUrl: context.serverUrl }
  const read: ReadText = async (path, input) =>
    readBelow(workspace, path, input) ?? (await source.file?.(path, range.to.sha))
  const template = await readTemplate(inputs, read)
  const { config, missing } = await readPlace(inputs, read)
  const released = await readRelease(inputs, base, connect)
  const commits = await readCommits(source, inputs, range)
  const touched = inputs.path.length === 0 ? undefined : await readTouched(source, inputs, base)
  const pulls = await readPulls(inputs, commits, base, connect)
  const elsewhere = inputs.subtract && !inputs.history ? await readElsewhere(source, range, commits) : []
  const notices = [
    ...missing,
    ...range.notices,
    ...movedTag(range, released.tag),
    ...untouched(inputs, range, touched),
  ]
  return {
    ...base,
    ...released,
    notices,
    commits,
    touched,
    pulls,
    place: config?.place,
    isByPullRequest: config?.isGitHubs ?? false,
    elsewhere,
    template,
    file,
  }
}

/** A tag that was moved since the checkout, or that is somewhere else than where the notes end. */
function movedTag({ to, tag: here }: Range, there: Observation['tag']): string[] {
  if (there === undefined || there.commit === to.sha || there.commit === here?.commit) return []
  return [
    `At GitHub ${there.name} stands on ${short(there.commit)}, and the notes end at ${short(to.sha)}: was it moved?`,
  ]
}

/** Nothing was changed, or nothing is there: only a person can tell. */
function untouched({ path }: Inputs, { from, to }: Range, touched: Observation['touched']): string[] {
  if (touched === undefined || touched.size > 0 || from?.sha === to.sha) return []
  return [`No commit of the range touches ${joinWords(path)}: is path right?`]
}

/**
 * Keeps V8 from growing its young generation, to 48 MB, for what a long history leaves behind: a third of the memory
 * less, at the same speed.
 */
function keepHeapSmall(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1')
}

type Ends = Pick<Observation, 'from' | 'to'>

/** The whole range: who came with whom is seen only where nothing is missing. */
async function readCommits(source: Source, { splitSquashes }: Inputs, range: Range): Promise<RangeCommit[]> {
  const { from, to } = range
  const commits: RangeCommit[] = []
  for await (const commit of range.commits ?? source.commits(from?.sha, to.sha, [])) {
    const maySplit = splitSquashes && commit.parents.length < 2
    commits.push(maySplit ? withParts(commit) : rangeCommit(commit, readMessage(commit.message)))
    if (commits.length === MANY) log.info(`Reading a long history: ${MANY} commits and more.`)
  }
  return commits
}

function rangeCommit({ sha, parents, committedAt, author }: Commit, message: Message): RangeCommit {
  return { sha, parents, committedAt, author, message }
}

function withParts(commit: Commit): RangeCommit {
  const { title, parts } = partsOfSquash(commit.message)
  const read = rangeCommit(commit, parts.length === 0 ? readMessage(commit.message) : title)
  return parts.length === 0 ? read : { ...read, parts }
}

const ABOUT_REST = /^(?:Merge |Revert|Reapply)/i
const GITS_REVERT = /\s*This reverts commit /iy

/** The message taken apart. A rest that tells nothing is let go: most of a history is such text. */
function readMessage(text: string): Message {
  const end = text.indexOf('\n')
  if (end === -1) return parseMessage(text)
  const subject = text.slice(0, end)
  if (subject.trim() === '' || ABOUT_REST.test(subject) || isTelling(text, end)) return parseMessage(text)
  // A copy: a part of a text keeps the whole of it alive.
  return parseMessage(Buffer.from(subject).toString())
}

/** Whether the notes take something from the rest of a message: references, co-authors, what breaks, a revert. */
function isTelling(text: string, end: number): boolean {
  if (text.includes('#', end) || text.includes('<', end) || text.includes('BREAKING', end)) return true
  GITS_REVERT.lastIndex = end
  return GITS_REVERT.test(text) || /GH-\d/i.test(text)
}

async function readTouched(source: Source, { path }: Inputs, { from, to }: Ends): Promise<Set<string>> {
  const touched = new Set<string>()
  for await (const { sha } of source.commits(from?.sha, to.sha, path)) touched.add(sha)
  return touched
}

/** Loaded on use: most releases have no other line beside them. */
async function readElsewhere(
  source: Source,
  range: Range,
  commits: readonly RangeCommit[],
): Promise<Observation['elsewhere']> {
  const tags = tagsBetween(range)
  if (tags.length === 0) return []
  const { observeElsewhere } = await import('./observe/elsewhere.ts')
  return observeElsewhere(source, { to: range.to.sha, tags, commits })
}

/** Loaded on use: without a token, or with `pull-requests: false`, messages alone tell. */
async function readPulls(
  inputs: Inputs,
  commits: readonly RangeCommit[],
  { from }: Ends,
  connect: Connect | undefined,
): Promise<PullFacts> {
  const { observePulls } = await import('./observe/pulls.ts')
  return observePulls(commits, { ...inputs, isFirst: from === undefined }, connect)
}

/** A file that the user named: of the workspace, or of the repository where nothing is checked out. */
type ReadText = (path: string, input: string) => Promise<string | undefined>

async function readTemplate({ template, templateFile }: Inputs, read: ReadText): Promise<string | undefined> {
  // A checkout on Windows writes CR LF, and the notes are to be the same everywhere.
  if (templateFile === undefined) return template?.replaceAll('\r\n', '\n')
  const text = await read(templateFile, 'template-file')
  if (text !== undefined) return text.replaceAll('\r\n', '\n')
  throw new ActionError('No template', `template-file: there is no file ${templateFile} in the workspace.`)
}

/** Only GitHub's own file may be missing: nobody asked for it by name. */
async function readPlace(
  { configFile, groups }: Inputs,
  read: ReadText,
): Promise<{ config?: Config; missing: string[] }> {
  if (groups !== undefined) return { missing: [] }
  let text: string | undefined
  try {
    text = await read(configFile, 'config-file')
  } catch (error) {
    if (configFile !== DEFAULT_CONFIG || isFailure(error, 'cancelled')) throw error
    const why = redact(messageOf(error))
    return {
      missing: [`Whether there is a ${configFile} could not be read, so nothing is sorted by it. ${why}`],
    }
  }
  if (text !== undefined) {
    const { readConfig } = await import('./config/read.ts')
    return { config: await readConfig(text, configFile), missing: [] }
  }
  if (configFile === DEFAULT_CONFIG) return { missing: [] }
  throw new ActionError('No config file', `config-file: there is no file ${configFile} in the workspace.`)
}

async function readFile({ file }: Inputs, workspace: string): Promise<Observation['file']> {
  if (file === undefined) return undefined
  const { readTarget } = await import('./observe/file.ts')
  return readTarget(workspace, file)
}

/** The tag may be so new that the checkout does not have it: semver-tag makes it through the API. */
async function readRelease(
  { release: mode, tagPrefix, version: given }: Inputs,
  { tag, version, to }: Pick<Observation, 'tag' | 'version' | 'to'>,
  connect: Connect | undefined,
): Promise<Pick<Observation, 'tag' | 'release'>> {
  if (mode === 'none' || connect === undefined) return { tag, release: undefined }
  if (version === undefined) {
    throw new ActionError(
      'No version to release',
      `release: ${mode} needs a version, and there is no version tag at ${to.name}. Run it on the push of a tag, or after semver-tag with "version".`,
    )
  }
  const { observeRelease } = await import('./observe/release.ts')
  return observeRelease(await connect(), tag?.name ?? tagNameOf(given ?? version, tagPrefix), mode)
}
