import type { Version } from '../version/version.ts'
import { folderOf, joinPath, resolvePath, upwards } from './edits.ts'
import type { Work } from './model.ts'
import { isPath, scanToml, type TomlValue, tomlAt } from './toml.ts'

/** SemVer identifier → PEP 440 phase. */
const PHASES: Readonly<Record<string, string>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
  dev: '.dev',
}

/**
 * A version in the normal form of PEP 440 (`1.1.0rc1` of `1.1.0-rc.1`); undefined when it has none that ranks the same:
 * `1.0.0-1` would be a post-release there, and `nightly` is not known.
 *
 * @see https://packaging.python.org/en/latest/specifications/version-specifiers/
 */
export function pep440({ major, minor, patch, prerelease }: Version): string | undefined {
  const core = `${major}.${minor}.${patch}`
  if (prerelease.length === 0) return core
  const match = /^([A-Za-z]+)[.-]?(\d*)$/.exec(prerelease.join('.'))
  const phase = PHASES[match?.[1]?.toLowerCase() ?? '']
  return phase === undefined ? undefined : `${core}${phase}${Number(match?.[2] || 0)}`
}

/** pyproject.toml: `[project] version` and `[tool.poetry] version`, and uv.lock. */
export async function setPython(paths: readonly string[], work: Work): Promise<void> {
  const version = pep440(work.next)
  if (version === undefined) {
    const known = 'use one of alpha, beta, rc and dev with a number, such as rc.1'
    for (const path of paths) work.problem(path, `Python knows no version ${work.next.version}: ${known}`)
    return
  }
  for (const path of paths) {
    const values = scanToml(await work.read(path))
    const standing = [tomlAt(values, 'project', 'version'), tomlAt(values, 'tool', 'poetry', 'version')]
    const found = standing.filter((value) => value !== undefined)
    const isDynamic = values.some(
      ({ path: [first, second], value }) =>
        first === 'project' && second === 'dynamic' && value === 'version',
    )
    if (isDynamic) work.problem(path, 'its version is computed (dynamic = ["version"]): take it off the list')
    else if (found.length === 0)
      work.problem(path, 'it has neither [project] version nor [tool.poetry] version')
    for (const value of isDynamic ? [] : found) set(path, value, version, work)
    const name = (tomlAt(values, 'project', 'name') ?? tomlAt(values, 'tool', 'poetry', 'name'))?.value
    for (const folder of upwards(folderOf(path))) {
      const lock = joinPath(folder, 'uv.lock')
      if (name === undefined || !work.paths.has(lock)) continue
      setLock(lock, await work.read(lock), { name: normalized(name), folder: folderOf(path), version }, work)
    }
  }
}

/** The entry of this project in uv.lock: its own folder is its source. */
function setLock(
  lock: string,
  text: string,
  { name, folder, version }: { name: string; folder: string; version: string },
  work: Work,
): void {
  const packages = new Map<string, TomlValue[]>()
  for (const value of scanToml(text)) {
    const [kind, index = ''] = value.path
    if (kind !== 'package') continue
    const fields = packages.get(index)
    if (fields === undefined) packages.set(index, [value])
    else fields.push(value)
  }
  for (const fields of packages.values()) {
    const field = (...path: string[]): TomlValue | undefined =>
      fields.find((one) => isPath(one.path.slice(2), path))
    const kinds = ['virtual', 'editable', 'directory']
    const source = kinds.map((kind) => field('source', kind)).find((value) => value !== undefined)
    const standing = field('version')
    if (source === undefined || standing === undefined) continue
    if (normalized(field('name')?.value ?? '') !== name) continue
    if (resolvePath(folderOf(lock), source.value) === folder) set(lock, standing, version, work)
  }
}

function set(path: string, { isString, start, end }: TomlValue, text: string, work: Work): void {
  if (!isString) work.problem(path, 'its version is not a string')
  else work.edit(path, { start, end, text })
}

/** PEP 503. */
function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}
