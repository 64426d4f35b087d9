import { folderOf, joinPath, upwards } from './edits.ts'
import { type JsonString, scanJson } from './json.ts'
import type { Work } from './model.ts'
import { nextRequirement } from './requirement.ts'

const DEPENDENCIES = new Set(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])
const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json']

interface Manifest {
  path: string
  version: JsonString[]
  names: JsonString[]
  requirements: { name: string; found: JsonString }[]
}

/** package.json: its `version`, what the others of the list require of it, and the lock files that npm keeps of them. */
export async function setPackageJson(paths: readonly string[], work: Work): Promise<void> {
  const manifests: Manifest[] = []
  for (const path of paths) manifests.push(readManifest(path, await work.read(path)))
  const names = new Set(manifests.flatMap(({ names }) => names.map(({ value }) => value)))
  for (const { path, version, requirements } of manifests) {
    const [only, second] = version
    if (only === undefined) work.problem(path, 'it has no "version"')
    else if (second !== undefined) work.problem(path, 'it has "version" twice')
    else set(work, path, only)
    for (const { name, found } of requirements) if (names.has(name)) require(work, path, found)
  }
  const folders = new Set(paths.map(folderOf))
  const locks = new Set(
    [...folders].flatMap((folder) =>
      upwards(folder).flatMap((above) => LOCKS.map((name) => joinPath(above, name))),
    ),
  )
  for (const lock of locks) {
    if (work.paths.has(lock)) setLock(lock, await work.read(lock), folders, names, work)
  }
}

function readManifest(path: string, text: string): Manifest {
  const manifest: Manifest = { path, version: [], names: [], requirements: [] }
  scanJson(text, ([first = '', second = '', ...more], found) => {
    if (second === '' && more.length === 0) {
      if (first === 'version') manifest.version.push(found)
      if (first === 'name') manifest.names.push(found)
    } else if (more.length === 0 && DEPENDENCIES.has(first)) {
      manifest.requirements.push({ name: second, found })
    }
  })
  return manifest
}

/**
 * The entries of a lock file that are about our folders. `packages["node_modules/a"]` may be a package of the same name
 * from the registry, and never is ours.
 */
function setLock(
  lock: string,
  text: string,
  folders: ReadonlySet<string>,
  names: ReadonlySet<string>,
  work: Work,
): void {
  const top = folderOf(lock)
  const inside = (folder: string): string | undefined =>
    folder === top
      ? ''
      : top === ''
        ? folder
        : folder.startsWith(`${top}/`)
          ? folder.slice(top.length + 1)
          : undefined
  const ours = new Set([...folders].flatMap((folder) => inside(folder) ?? []))
  scanJson(text, (path, found) => {
    const [first, key = '', field = '', name = ''] = path
    if (path.length === 1 && first === 'version' && ours.has('')) set(work, lock, found)
    if (first !== 'packages' || !ours.has(key)) return
    if (path.length === 3 && field === 'version') set(work, lock, found)
    if (path.length === 4 && DEPENDENCIES.has(field) && names.has(name)) require(work, lock, found)
  })
}

function set({ edit, next }: Work, path: string, { start, end }: JsonString): void {
  edit(path, { start, end, text: next.version })
}

function require({ edit, next }: Work, path: string, { start, end, value }: JsonString): void {
  const text = nextRequirement(value, next)
  if (text !== undefined) edit(path, { start, end, text })
}
