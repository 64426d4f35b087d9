import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { findFiles } from '../../../shared/files/find.ts'
import { FileRefused, readRegularFile } from '../../../shared/files/regular.ts'
import { readBranchChanges } from '../../../shared/github/branches.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import type { BranchPull, BranchState } from '../../../shared/github/pull-requests-write.ts'
import { readBlob, readTree, type TreeEntry } from '../../../shared/github/trees.ts'
import { isGlob } from '../../../shared/text/glob.ts'
import { parseVersion } from '../../../shared/version/version.ts'
import { Unreadable } from '../../../shared/version-files/model.ts'
import { planVersionFiles } from '../../../shared/version-files/plan.ts'
import type { Inputs, Release } from '../model.ts'
import { changedByHand, conflictOf, type RequestFiles } from '../pull-request/files.ts'

/** What a version file, a lock file or a file of the workspace may have. */
const MAX_BYTES = 40 * 1_048_576

interface Scope {
  inputs: Inputs
  github: GitHub
  workspace: string
  state: BranchState
  tree: ReadonlyMap<string, TreeEntry>
}

/**
 * What the release request has to hold, worked out on one and the same commit, the tip of the base, and what people have
 * put into its branch.
 *
 * @throws ActionError when a file is not as it has to be; nothing has been written then
 */
export async function observeFiles(
  given: Omit<Scope, 'tree'>,
  { version, previousVersion }: Release,
  open: BranchPull | undefined,
): Promise<RequestFiles> {
  const { github, state } = given
  const scope: Scope = { ...given, tree: await readTree(github, state.base) }
  const wanted = new Map<string, { bytes: Buffer; blob: string } | undefined>()
  const stale = await addWorkspaceFiles(scope, wanted)
  await addVersionFiles(scope, { version, previousVersion }, wanted)
  const changes =
    state.head === undefined ? undefined : await readBranchChanges(github, state.base, state.head)
  const files: RequestFiles = { wanted, changes, byHand: [], coAuthors: [] }
  if (stale !== undefined) return { ...files, conflict: stale }
  if (open === undefined || changes === undefined || state.head === undefined) return files
  const byHand = changedByHand(files)
  if (byHand.length === 0) return files
  if (!changes.isComplete)
    return { ...files, conflict: 'its branch changes more than 300 files: nothing of that is written again' }
  const trees = {
    base: scope.tree,
    mergeBase: changes.mergeBase === state.base ? scope.tree : await readTree(github, changes.mergeBase),
    head: await readTree(github, state.head),
  }
  const conflict = conflictOf(byHand, trees)
  if (conflict !== undefined) return { ...files, conflict }
  const kept = byHand.filter(({ path, blob }) => blob !== scope.tree.get(path)?.blob)
  return {
    ...files,
    byHand: await Promise.all(
      kept.map(async ({ path, blob }) => ({
        path,
        bytes: blob === undefined ? undefined : await readBlob(github, blob),
      })),
    ),
  }
}

/** Sets versions in what is wanted already (a file of the workspace may be a version file), else in the base. */
async function addVersionFiles(
  scope: Scope,
  { version, previousVersion }: { version: string; previousVersion: string | undefined },
  wanted: Map<string, { bytes: Buffer; blob: string } | undefined>,
): Promise<void> {
  const { inputs, tree } = scope
  const next = parseVersion(version.replace(/\+.*/, ''))
  if (next === undefined || inputs.pullRequest.versionFiles.length === 0) return
  const read = async (path: string): Promise<string> => {
    const bytes = wanted.get(path)?.bytes ?? (await bytesAt(scope, path))
    if (bytes.length > MAX_BYTES) throw new Unreadable('it is larger than 40 MiB', 1)
    if (bytes.includes(0)) throw new Unreadable('it is not UTF-8', 1)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw new Unreadable('it is not UTF-8', 1)
    }
  }
  const { changes, owned, problems } = await planVersionFiles({
    specs: inputs.pullRequest.versionFiles,
    paths: new Set(tree.keys()),
    read,
    known: previousVersion === undefined ? [] : [previousVersion],
    next,
  })
  for (const path of owned) {
    const mode = tree.get(path)?.mode
    if (mode !== '100644')
      problems.push(`${path}: it is not a plain file (mode ${mode}), which the API cannot keep`)
    if (!wanted.has(path)) wanted.set(path, undefined)
  }
  if (problems.length > 0) {
    throw new ActionError(
      'Version files',
      `${problems.map((line) => `${line}.`).join('\n')}\nNothing was written.`,
    )
  }
  for (const { path, text } of changes) wanted.set(path, fileOf(Buffer.from(text), path, scope))
}

/** Files of the workspace as they are; says when they are older than the base. */
async function addWorkspaceFiles(
  { inputs, github, workspace, state, tree }: Scope,
  wanted: Map<string, { bytes: Buffer; blob: string } | undefined>,
): Promise<string | undefined> {
  const paths = inputs.pullRequest.files.flatMap((item) => {
    if (!isGlob(item)) return [item]
    const found = findFiles(item, workspace).map((path) => relative(workspace, path).replaceAll('\\', '/'))
    if (found.length === 0) throw missing(item, 'no file of the workspace matches')
    return found
  })
  // A file of an older checkout would undo what somebody else has changed in it since.
  const before = paths.length === 0 || state.base === inputs.sha ? tree : await readTree(github, inputs.sha)
  for (const path of paths) {
    try {
      const bytes = readRegularFile(join(workspace, path), MAX_BYTES, workspace)
      wanted.set(path, fileOf(bytes, path, { tree }))
    } catch (error) {
      if (error instanceof FileRefused) throw missing(path, error.message)
      throw error
    }
    if (before.get(path)?.blob !== tree.get(path)?.blob) {
      return `${path} has changed on the base since ${inputs.sha.slice(0, 7)}: the run of that push goes on from there`
    }
    const mode = tree.get(path)?.mode
    if (mode !== undefined && mode !== '100644') throw missing(path, `it is not a plain file (mode ${mode})`)
  }
  return undefined
}

function missing(path: string, why: string): ActionError {
  return new ActionError('Pull request files', `pull-request-files: ${path}: ${why}. Nothing was written.`)
}

/** Undefined when the base has the same. */
function fileOf(
  bytes: Buffer,
  path: string,
  { tree }: Pick<Scope, 'tree'>,
): { bytes: Buffer; blob: string } | undefined {
  const standing = tree.get(path)
  const blob = blobName(bytes, standing?.blob ?? [...tree.values()][0]?.blob ?? '')
  return standing?.blob === blob ? undefined : { bytes, blob }
}

/** The checkout often has the very bytes; else GitHub gives them. */
async function bytesAt({ github, workspace, tree }: Scope, path: string): Promise<Buffer> {
  const blob = tree.get(path)?.blob ?? ''
  try {
    const local = workspace === '' ? undefined : readRegularFile(join(workspace, path), MAX_BYTES, workspace)
    if (local !== undefined && blobName(local, blob) === blob) return local
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
  }
  return readBlob(github, blob)
}

/** The object name that git gives to bytes; by SHA-256 where the repository's others are. */
function blobName(bytes: Buffer, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
