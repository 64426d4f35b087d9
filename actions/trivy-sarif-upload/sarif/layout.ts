import type { Run } from './model.ts'
import { isAbsolutePath, pathOf } from './uri.ts'

/** The checkout as reports see it. */
export interface Checkout {
  /** Absolute paths, with forward slashes, that mean its top. */
  roots: readonly string[]
  /** The input `checkout-path`, relative to the top; empty for the top itself. */
  prefix: string
  /** Whether there is such a file, relative to the top. */
  hasFile: (path: string) => boolean
  hasFolder: (path: string) => boolean
}

/** Where the paths of one run start. */
export interface Layout {
  /** Relative paths begin at this folder, relative to the top. */
  folder: string
  /** An absolute folder of another machine, and what it is here, relative to the top. */
  foreign: { root: string; folder: string } | undefined
  /** A sentence, where it is not what one would expect. */
  said: string | undefined
}

/** Where runners and containers of GitHub keep a checkout, and others that are as sure. */
const ELSEWHERE =
  /^(?:\/home\/runner\/work\/[^/]+\/[^/]+|\/Users\/runner\/work\/[^/]+\/[^/]+|\/__w\/[^/]+\/[^/]+|[A-Za-z]:\/a\/[^/]+\/[^/]+|\/github\/workspace|\/builds\/[^/]+\/[^/]+|\/bitbucket\/pipelines\/agent\/build)(?=\/)/
const MAX_LOOKED_AT = 2_000

/**
 * Works out where the paths of a run start, from which files exist; pure but for the questions that it asks.
 *
 * @param paths of its first places, decoded, with forward slashes
 * @param beside the folder of the report, relative to the top; undefined where it does not count
 */
export function layoutOf(
  run: Run,
  paths: Iterable<string>,
  checkout: Checkout,
  beside: string | undefined,
): Layout {
  const some = [...paths].slice(0, MAX_LOOKED_AT)
  const relative = some.filter((path) => !isAbsolutePath(path))
  const absolute = some.filter((path) => isAbsolutePath(path))
  const { prefix } = checkout
  const candidates = [
    ...new Set([prefix, '', ...workingFolders(run, checkout), ...(beside === undefined ? [] : [beside])]),
  ]
  const scored = candidates.map((folder) => ({
    folder,
    count: relative.filter((path) => checkout.hasFile(joined(folder, path))).length,
  }))
  const [best = { folder: prefix, count: 0 }] = scored.toSorted((a, b) => b.count - a.count)
  const folder = best.count === 0 ? prefix : best.folder
  const foreign = agreedRoot(absolute, checkout, candidates)
  const words = [
    ...(folder === prefix
      ? []
      : [
          `paths start at ${folder === '' ? 'the top of the repository' : `"${folder}"`}, where ${best.count} of ${relative.length} files are`,
        ]),
    ...(foreign === undefined
      ? []
      : [
          `"${foreign.root}" is ${foreign.folder === '' ? 'the top of the repository' : `"${foreign.folder}"`} here`,
        ]),
  ]
  return { folder, foreign, said: words.length === 0 ? undefined : words.join('; ') }
}

/** `invocations[].workingDirectory`, as far as it is in the checkout. */
function workingFolders({ invocations = [], originalUriBaseIds = {} }: Run, checkout: Checkout): string[] {
  return invocations.flatMap((invocation) => {
    const { uri, uriBaseId } = (invocation['workingDirectory'] ?? {}) as { uri?: string; uriBaseId?: string }
    if (uri === undefined) return []
    const own = pathOf(uri).replace(/\/+$/, '')
    const base = uriBaseId === undefined ? undefined : originalUriBaseIds[uriBaseId]?.uri
    const path =
      base === undefined || isAbsolutePath(own) ? own : `${pathOf(base).replace(/\/+$/, '')}/${own}`
    if (!isAbsolutePath(path)) return checkout.hasFolder(path) ? [path] : []
    const inside = insideOf(path, checkout.roots)
    if (inside !== undefined) return [inside]
    const suffix = suffixes(path).find((each) => checkout.hasFolder(each))
    return suffix === undefined ? [] : [suffix]
  })
}

/** The folder that absolute paths of elsewhere have in common, by the longest end of each that exists here. */
function agreedRoot(
  paths: readonly string[],
  checkout: Checkout,
  folders: readonly string[],
): Layout['foreign'] {
  const votes = new Map<string, { root: string; folder: string; count: number }>()
  let voters = 0
  for (const path of paths) {
    if (insideOf(path, checkout.roots) !== undefined) continue
    const found = elsewhere(path, checkout, folders)
    if (found === undefined) continue
    voters += 1
    const key = JSON.stringify([found.root, found.folder])
    const vote = votes.get(key)
    if (vote === undefined) votes.set(key, { ...found, count: 1 })
    else vote.count += 1
  }
  const [best] = [...votes.values()].sort((a, b) => b.count - a.count)
  return best === undefined || best.count * 2 <= voters ? undefined : { root: best.root, folder: best.folder }
}

function elsewhere(
  path: string,
  { hasFile }: Checkout,
  folders: readonly string[],
): { root: string; folder: string } | undefined {
  for (const suffix of suffixes(path)) {
    const root = path.slice(0, path.length - suffix.length - 1)
    for (const folder of folders) if (hasFile(joined(folder, suffix))) return { root, folder }
  }
  const known = ELSEWHERE.exec(path)?.[0]
  return known === undefined ? undefined : { root: known, folder: '' }
}

/** `b/c` and `c` of `/a/b/c`, the longest first. */
function suffixes(path: string): string[] {
  const segments = path
    .replace(/^[A-Za-z]:/, '')
    .split('/')
    .filter((each) => each !== '')
  return segments.slice(1).map((_, index) => segments.slice(index + 1).join('/'))
}

/** What follows one of the roots; undefined when the path is below none. */
export function insideOf(path: string, roots: readonly string[]): string | undefined {
  for (const root of roots) {
    if (root === '' || root === '/') continue
    const isWindows = /^[A-Za-z]:/.test(root)
    const begin = path.slice(0, root.length)
    if (isWindows ? begin.toLowerCase() !== root.toLowerCase() : begin !== root) continue
    if (path.length === root.length) return ''
    if (path[root.length] === '/') return path.slice(root.length + 1)
  }
  return undefined
}

/** A path below a folder; `..` in it leads up as far as the top. */
export function joined(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
