import { type Problems, shown } from '../../../shared/action/inputs.ts'
import { globTest, isGlob } from '../../../shared/text/glob.ts'
import { nearest } from '../../../shared/text/nearest.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import { tagNameProblem } from '../../../shared/version/tag-name.ts'
import type { PackageSpec, PackagesInputs } from '../model/packages.ts'
import type { Inputs } from '../model.ts'

const KEYS = ['path', 'tag-prefix', 'depends-on', 'make-latest']
const PREFIX = '{name}-v'

/** `packages`: a glob of folders, or a map of names and globs, with the groups `fixed` and `linked`. */
export async function readPackages(
  text: string | undefined,
  given: string,
  problems: Problems,
): Promise<PackagesInputs | undefined> {
  if (text === undefined) return undefined
  const prefix = given === 'v' ? PREFIX : given
  if (!prefix.includes('{name}'))
    problems.add(
      'tag-prefix',
      `${shown(given)} would be that of every package: with packages it needs {name}, as in ${PREFIX}.`,
    )
  const parsed = await parseYaml(text)
  if (!parsed.ok) {
    problems.add('packages', `it is not valid YAML: ${parsed.problem}.`)
    return undefined
  }
  const { value } = parsed
  if (typeof value === 'string' && !value.includes('\n')) {
    if (!isGlob(value))
      problems.add('packages', `${shown(value)} is not a pattern of folders such as packages/*.`)
    return { specs: [specOf(value, null, prefix, problems)], fixed: [], linked: [] }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    problems.add(
      'packages',
      `${shown(text)} is neither a pattern such as packages/* nor a map such as "api: {path: services/api}".`,
    )
    return undefined
  }
  const groups: Record<'fixed' | 'linked', string[][]> = { fixed: [], linked: [] }
  const specs: PackageSpec[] = []
  for (const [key, entry] of Object.entries(value)) {
    // A package of that name has a map, and a group a list.
    if ((key === 'fixed' || key === 'linked') && Array.isArray(entry))
      groups[key] = groupsOf(key, entry, problems)
    else specs.push(specOf(key, entry, prefix, problems))
  }
  if (specs.length === 0) problems.add('packages', 'it has no package.')
  checkNames(specs, groups, problems)
  return { specs, ...groups }
}

/** What packages do not go together with. */
export function packagesTogether(found: Inputs, problems: Problems): void {
  if (found.packages === undefined) return
  const no = (input: string, isGiven: boolean, why: string): void => {
    if (isGiven) problems.add(input, `it does not go together with packages: ${why}.`)
  }
  no('mode', found.mode !== 'next', 'they are released with "mode: next"')
  no('version', found.version !== undefined, 'each has a version of its own')
  no('path', found.path.length > 0, 'each has its own path')
  no('release-files', found.releaseFiles.length > 0, 'attach them in a job of each package')
  no('images', found.images.length > 0, 'build images in a job of each package, from the output packages')
}

function specOf(key: string, entry: unknown, prefix: string, problems: Problems): PackageSpec {
  const at = `packages.${key}`
  const glob = isGlob(key)
  const fields = typeof entry === 'string' || Array.isArray(entry) ? { path: entry } : (entry ?? {})
  if (typeof fields !== 'object')
    problems.add(at, `${shown(entry)} is not a map such as {path: services/${key}}.`)
  const map = new Map(Object.entries(fields as object))
  for (const name of map.keys()) {
    if (KEYS.includes(name)) continue
    const meant = nearest(name, KEYS)
    problems.add(`${at}.${name}`, `it is not known${meant === undefined ? '' : `; did you mean "${meant}"?`}`)
  }
  const texts = (field: string): string[] => {
    const value = map.get(field)
    const list = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
    for (const item of list)
      if (typeof item !== 'string') problems.add(`${at}.${field}`, `${shown(item)} is not a text.`)
    return list.filter((item) => typeof item === 'string')
  }
  const own = map.get('tag-prefix') ?? prefix
  if (typeof own !== 'string') problems.add(`${at}.tag-prefix`, `${shown(own)} is not a text.`)
  else if (glob && !own.includes('{name}')) problems.add(`${at}.tag-prefix`, 'of a pattern it needs {name}.')
  else {
    const wrong = tagNameProblem(`${own.replaceAll('{name}', 'x')}1.0.0`)
    if (wrong !== undefined)
      problems.add(`${at}.tag-prefix`, `${shown(own)} does not begin a tag name: ${wrong}.`)
  }
  const paths = texts('path').map((path) => cleanPath(path, `${at}.path`, problems))
  if (!glob && paths.length === 0)
    problems.add(`${at}.path`, `missing: write the folder, as in {path: services/${key}}.`)
  if (glob && paths.length > 0) problems.add(`${at}.path`, 'the pattern is the path.')
  const latest = map.get('make-latest') ?? false
  if (typeof latest !== 'boolean') problems.add(`${at}.make-latest`, `${shown(latest)} is not true or false.`)
  return {
    key: glob ? cleanPath(key, at, problems) : key,
    isGlob: glob,
    paths,
    prefix: String(own),
    dependsOn: texts('depends-on'),
    makeLatest: latest === true,
  }
}

function cleanPath(path: string, at: string, problems: Problems): string {
  const clean = path
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/+)+/, '')
    .replace(/\/+$/, '')
  if (clean === '' || clean === '.') return ''
  if (/^(?:[A-Za-z]:)?\//.test(clean) || clean.split('/').includes('..'))
    problems.add(at, `${shown(path)} is not a path from the top of the repository.`)
  return clean
}

function groupsOf(key: string, entry: readonly unknown[], problems: Problems): string[][] {
  // One group may be written without the second pair of brackets.
  const groups = entry.every((item) => typeof item === 'string') ? [entry] : entry
  return groups.map((group) => {
    if (Array.isArray(group) && group.every((item) => typeof item === 'string')) return group
    problems.add(`packages.${key}`, `${shown(group)} is not a list of names.`)
    return []
  })
}

/** Names that are known only when folders have been looked at are checked then. */
function checkNames(
  specs: readonly PackageSpec[],
  groups: Record<'fixed' | 'linked', readonly (readonly string[])[]>,
  problems: Problems,
): void {
  if (specs.some((spec) => spec.isGlob)) return
  const names = specs.map(({ key }) => key)
  const check = (at: string, name: string): void => {
    if (isGlob(name) ? names.some(globTest(name)) : names.includes(name)) return
    const meant = nearest(name, names)
    problems.add(
      at,
      `there is no package ${shown(name)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    )
  }
  for (const { key, dependsOn } of specs)
    for (const name of dependsOn) check(`packages.${key}.depends-on`, name)
  for (const kind of ['fixed', 'linked'] as const) {
    for (const name of groups[kind].flat()) check(`packages.${kind}`, name)
  }
}
