import { ActionError, InputError, type Problem } from '../../../shared/action/errors.ts'
import type { Connect, Step } from '../../../shared/action/step.ts'
import { GitError } from '../../../shared/git/errors.ts'
import type { Commit } from '../../../shared/git/history.ts'
import { openRepository, type Repository } from '../../../shared/git/repository.ts'
import { listFolders, readTouched } from '../../../shared/git/touched.ts'
import { globTest, isGlob } from '../../../shared/text/glob.ts'
import type { Package, PackagesInputs, SeenPackage } from '../model/packages.ts'
import type { Inputs } from '../model.ts'
import { factsOf, instead, labelled, PATIENCE_MS } from '../observe.ts'
import { gitSource } from './git.ts'
import { readHistory } from './history.ts'
import { historySource, Touched } from './shared-history.ts'
import type { Source } from './source.ts'

/**
 * What is true of every package. The history is read once, whatever their number; through the API, which tells no paths
 * of a commit, once for each.
 *
 * @param again when another run came in between: what the checkout says is no longer true then
 * @throws ActionError, InputError when names of the input fit no package
 */
export async function observePackages(
  inputs: Inputs,
  packages: PackagesInputs,
  step: Step,
  again?: { made: ReadonlySet<string> },
): Promise<SeenPackage[]> {
  const connect = step.connect(inputs.token, PATIENCE_MS)
  const facts = await factsOf(inputs, step, connect)
  const { found, source } = await sourceOf(inputs, packages, { step, connect, fromApi: again !== undefined })
  const seen: SeenPackage[] = []
  for (const one of found) {
    const own: Inputs = {
      ...inputs,
      tagPrefix: one.prefix,
      tagPrefixes: [one.prefix],
      path: one.paths.filter((path) => path !== ''),
      makeLatest: one.makeLatest || inputs.makeLatest === 'true' ? 'true' : 'false',
    }
    const made = [...(again?.made ?? [])].find(
      (tag) => /^\d/.test(tag.slice(one.prefix.length)) && tag.startsWith(one.prefix),
    )
    const history = await readHistory(source, { inputs: own, runId: step.context.runId, made })
    const told = inputs.labels
      ? {
          commits: await labelled(history.commits, connect),
          sincePrerelease: await labelled(history.sincePrerelease, connect),
        }
      : {}
    seen.push({ ...one, inputs: own, observation: { ...facts, ...history, ...told } })
  }
  return seen
}

interface Means {
  step: Step
  connect: Connect | undefined
  fromApi: boolean
}

async function sourceOf(
  inputs: Inputs,
  packages: PackagesInputs,
  { step, connect, fromApi }: Means,
): Promise<{ found: Package[]; source: Source }> {
  const { signal } = step
  const repository = inputs.source === 'api' || fromApi ? undefined : openCheckout(inputs, step, connect)
  if (repository !== undefined) {
    const needsFolders = packages.specs.some(({ isGlob: glob }) => glob)
    const folders = needsFolders ? await listFolders(repository, inputs.sha, { signal }) : []
    const found = resolvePackages(packages, folders)
    const touched = new Touched(found.flatMap(({ paths }) => paths))
    const commits: Commit[] = []
    await readTouched(repository, { to: inputs.sha, signal }, (commit, paths) => {
      commits.push(commit)
      touched.add(commits.length - 1, paths)
    })
    const git = gitSource(repository, inputs.sha, signal)
    const tags = await git.tags()
    return {
      found,
      source: historySource(git, { tags, commits, touched, prefixes: found.map(({ prefix }) => prefix) }),
    }
  }
  if (connect === undefined)
    throw new ActionError('No token', 'The API needs a token: leave the input token at its default.')
  const github = await connect()
  const { readTree } = await import('../../../shared/github/trees.ts')
  const { apiSource } = await import('./api.ts')
  const folders = packages.specs.some(({ isGlob: glob }) => glob)
    ? foldersOf((await readTree(github, inputs.sha)).keys())
    : []
  const found = resolvePackages(packages, folders)
  return {
    found,
    source: apiSource(
      github,
      inputs.sha,
      found.map(({ prefix }) => prefix),
    ),
  }
}

/** Undefined when the API has to be asked instead. */
function openCheckout(inputs: Inputs, step: Step, connect: Connect | undefined): Repository | undefined {
  const mayAsk = inputs.source === 'auto' && connect !== undefined
  try {
    const repository = openRepository(step.context.workspace || process.cwd())
    if (!repository.shallow) return repository
    if (mayAsk) return instead('the checkout is shallow')
  } catch (error) {
    if (!mayAsk || !(error instanceof GitError) || error.kind === 'cancelled') throw error
    return instead(error.kind === 'not-a-repository' ? 'there is no checkout' : error.message)
  }
  throw new ActionError(
    'The history is cut off',
    'The checkout is shallow, so that neither versions nor commits can be known. Set fetch-depth: 0 in actions/checkout, or give a token so that the API can be asked.',
  )
}

function foldersOf(paths: Iterable<string>): string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (folders.has(path.slice(0, end))) break
      folders.add(path.slice(0, end))
    }
  }
  return [...folders]
}

/** The packages of the input, patterns filled in. @throws InputError */
export function resolvePackages(
  { specs, fixed, linked }: PackagesInputs,
  folders: readonly string[],
): Package[] {
  const problems: Problem[] = []
  const problem = (message: string): void => void problems.push({ input: 'packages', message })
  const found = new Map<string, Package>()
  // What is named wins over what a pattern finds.
  for (const spec of [...specs.filter((one) => !one.isGlob), ...specs.filter((one) => one.isGlob)]) {
    const { key, paths, prefix, dependsOn, makeLatest } = spec
    const test = globTest(key)
    const places = spec.isGlob ? folders.filter(test).map((path) => [path]) : [paths]
    if (places.length === 0) problem(`no folder of the commit matches ${key}.`)
    for (const own of places) {
      const name = spec.isGlob ? (own[0]?.split('/').at(-1) ?? '') : key
      const other = found.get(name)
      if (other !== undefined && spec.isGlob && other.paths.join() !== own.join() && !isNamed(specs, name))
        problem(`two folders are the package ${name}: ${other.paths.join(', ')} and ${own.join(', ')}.`)
      if (other !== undefined) continue
      found.set(name, { name, paths: own, prefix: prefix.replaceAll('{name}', name), dependsOn, makeLatest })
    }
  }
  const names = [...found.keys()]
  const prefixes = new Map<string, string>()
  for (const { name, prefix, dependsOn } of found.values()) {
    const other = prefixes.get(prefix)
    if (other !== undefined) problem(`${other} and ${name} have the same tag-prefix ${prefix}.`)
    prefixes.set(prefix, name)
    for (const wanted of dependsOn)
      if (!found.has(wanted)) problem(`${name} depends on ${wanted}, which is not a package.`)
  }
  const grouped = new Map<string, string>()
  for (const group of [...fixed, ...linked]) {
    const label = group.join(', ')
    for (const item of group) {
      const members = isGlob(item) ? names.filter(globTest(item)) : names.filter((name) => name === item)
      if (members.length === 0) problem(`there is no package ${item}.`)
      for (const name of members) {
        if (grouped.has(name) && grouped.get(name) !== label) problem(`${name} is in two groups.`)
        grouped.set(name, label)
      }
    }
  }
  if (problems.length > 0) throw new InputError(problems)
  return [...found.values()]
}

function isNamed(specs: PackagesInputs['specs'], name: string): boolean {
  return specs.some(({ key, isGlob: glob }) => !glob && key === name)
}
