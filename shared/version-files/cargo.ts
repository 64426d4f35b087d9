import { globTest } from '../text/glob.ts'
import { folderOf, joinPath, resolvePath, upwards } from './edits.ts'
import type { Work } from './model.ts'
import { nextRequirement } from './requirement.ts'
import { scanToml, type TomlValue, tomlAt } from './toml.ts'

const TABLES = new Set(['dependencies', 'dev-dependencies', 'build-dependencies'])

/**
 * Cargo.toml: `[package] version` or `[workspace.package] version` (then for the members that take it), what the files
 * of the list require of those crates by path, and Cargo.lock. A crate that takes its version from the workspace has
 * none to be set.
 */
export async function setCargo(paths: readonly string[], work: Work): Promise<void> {
  const crates = new Set<string>()
  const read: { path: string; values: TomlValue[] }[] = []
  for (const path of paths) {
    const values = scanToml(await work.read(path))
    read.push({ path, values })
    for (const crate of await setManifest(path, values, work)) crates.add(crate)
  }
  for (const { path, values } of read) setRequirements(path, values, crates, work)
  const locks = new Set(
    paths.flatMap((path) => upwards(folderOf(path)).map((folder) => joinPath(folder, 'Cargo.lock'))),
  )
  for (const lock of locks) if (work.paths.has(lock)) setLock(lock, await work.read(lock), crates, work)
}

/** Sets the version of a manifest, and gives the crates that have it now. */
async function setManifest(path: string, values: readonly TomlValue[], work: Work): Promise<string[]> {
  const own = tomlAt(values, 'package', 'version')
  const shared = tomlAt(values, 'workspace', 'package', 'version')
  const inherited = tomlAt(values, 'package', 'version', 'workspace')
  const name = tomlAt(values, 'package', 'name')?.value
  const crates: string[] = []
  if (inherited !== undefined && shared === undefined) {
    const root = 'list the Cargo.toml with [workspace.package] instead'
    work.problem(path, `its version is that of the workspace (version.workspace): ${root}`)
    return crates
  }
  if (own === undefined && shared === undefined) {
    work.problem(path, 'it has neither [package] version nor [workspace.package] version')
    return crates
  }
  for (const value of [own, shared]) if (value !== undefined) set(path, value, work)
  if (name !== undefined) crates.push(name)
  if (shared !== undefined) crates.push(...(await inheriting(path, values, work)))
  return crates
}

/** The crates of a workspace whose version is `version.workspace = true`. */
async function inheriting(path: string, values: readonly TomlValue[], work: Work): Promise<string[]> {
  const top = folderOf(path)
  const list = (key: string): ((folder: string) => boolean)[] =>
    values
      .filter(({ path: [first, second] }) => first === 'workspace' && second === key)
      .flatMap(({ value }) => {
        const folder = resolvePath(top, value)
        return folder === undefined ? [] : [globTest(folder)]
      })
  const [members, excluded] = [list('members'), list('exclude')]
  const crates: string[] = []
  for (const member of work.paths) {
    if (!member.endsWith('/Cargo.toml') || member === path) continue
    const folder = folderOf(member)
    if (!members.some((test) => test(folder)) || excluded.some((test) => test(folder))) continue
    const found = scanToml(await work.read(member))
    const name = tomlAt(found, 'package', 'name')?.value
    if (tomlAt(found, 'package', 'version', 'workspace') !== undefined && name !== undefined)
      crates.push(name)
  }
  return crates
}

/** `a = { path = "../a", version = "1.0.0" }` in any table of dependencies, also under another name. */
function setRequirements(
  path: string,
  values: readonly TomlValue[],
  crates: ReadonlySet<string>,
  work: Work,
): void {
  const field = (table: readonly string[], key: string): TomlValue | undefined =>
    tomlAt(values, ...table, key)
  for (const value of values) {
    const table = value.path.slice(0, -1)
    if (value.path.at(-1) !== 'version' || !value.isString || !TABLES.has(table.at(-2) ?? '')) continue
    const name = field(table, 'package')?.value ?? table.at(-1) ?? ''
    if (!crates.has(name) || field(table, 'path') === undefined) continue
    const text = nextRequirement(value.value, work.next)
    if (text !== undefined) work.edit(path, { start: value.start, end: value.end, text })
  }
}

/** Packages of ours have no `source`; one of the registry may have the same name. */
function setLock(lock: string, text: string, crates: ReadonlySet<string>, work: Work): void {
  const values = scanToml(text)
  const packages = new Map<string, { name?: string; version?: TomlValue; source?: string }>()
  for (const value of values) {
    const [kind, index = '', key, more] = value.path
    if (kind !== 'package' || more !== undefined) continue
    const one = packages.get(index) ?? {}
    if (key === 'name') one.name = value.value
    if (key === 'version') one.version = value
    if (key === 'source') one.source = value.value
    packages.set(index, one)
  }
  const old = new Set<string>()
  for (const { name = '', version, source } of packages.values()) {
    if (!crates.has(name) || source !== undefined || version === undefined) continue
    set(lock, version, work)
    old.add(`${name} ${version.value}`)
  }
  // Where two versions of one name exist, a dependency is written with its version.
  for (const { path, value, start, end } of values) {
    if (path[0] !== 'package' || path[2] !== 'dependencies' || !old.has(value)) continue
    const [name] = value.split(' ', 1)
    work.edit(lock, { start, end, text: `${name} ${work.next.version}` })
  }
}

function set(path: string, { start, end, isString }: TomlValue, work: Work): void {
  if (!isString) work.problem(path, 'its version is not a string')
  else work.edit(path, { start, end, text: work.next.version })
}
