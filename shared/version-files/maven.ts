import { folderOf, joinPath, resolvePath } from './edits.ts'
import type { Work } from './model.ts'
import { scanXml, type XmlText } from './xml.ts'

interface Pom {
  path: string
  texts: XmlText[]
}

/**
 * pom.xml: `project/version`, `project/parent/version` where the parent is of the list, and in the modules of each the
 * version of their parent, without which Maven refuses them. A parent of somebody else stays.
 */
export async function setMaven(paths: readonly string[], work: Work): Promise<void> {
  const poms: Pom[] = []
  for (const path of paths) poms.push({ path, texts: scanXml(await work.read(path)) })
  const ours = new Set(poms.flatMap(({ texts }) => coordinates(texts) ?? []))
  for (const pom of poms) {
    const own = only(pom, 'project/version', work)
    const parent = parentVersion(pom.texts, ours)
    if (own !== undefined) set(pom.path, own, work)
    else if (parent === undefined && !pom.texts.some(({ path }) => path === 'project/version')) {
      const has = pom.texts.some(({ path }) => path === 'project/parent/version')
      const why = has
        ? 'its version is that of its parent: list the pom.xml of the parent'
        : 'it has no <version>'
      work.problem(pom.path, why)
    }
    if (parent !== undefined) set(pom.path, parent, work)
  }
  const seen = new Set(paths)
  for (const pom of poms) await setModules(pom, { ours, seen, work })
}

/** Modules that are not in the list still have to name the version of their parent. */
async function setModules(
  { path, texts }: Pom,
  scope: { ours: ReadonlySet<string>; seen: Set<string>; work: Work },
): Promise<void> {
  for (const { path: element, value } of texts) {
    if (!/^project\/(?:profiles\/profile\/)?modules\/module$/.test(element)) continue
    const target = resolvePath(folderOf(path), value)
    if (target === undefined) continue
    const file = target.endsWith('.xml') ? target : joinPath(target, 'pom.xml')
    if (scope.seen.has(file) || !scope.work.paths.has(file)) continue
    scope.seen.add(file)
    const module = { path: file, texts: scanXml(await scope.work.read(file)) }
    const parent = parentVersion(module.texts, scope.ours)
    if (parent !== undefined) set(file, parent, scope.work)
    await setModules(module, scope)
  }
}

/** `groupId:artifactId`; the group may be that of the parent. */
function coordinates(texts: readonly XmlText[]): string | undefined {
  const value = (path: string): string | undefined => texts.find((text) => text.path === path)?.value
  const artifact = value('project/artifactId')
  const group = value('project/groupId') ?? value('project/parent/groupId')
  return artifact === undefined ? undefined : `${group}:${artifact}`
}

function parentVersion(texts: readonly XmlText[], ours: ReadonlySet<string>): XmlText | undefined {
  const value = (name: string): XmlText | undefined =>
    texts.find(({ path }) => path === `project/parent/${name}`)
  const parent = `${value('groupId')?.value}:${value('artifactId')?.value}`
  return ours.has(parent) ? value('version') : undefined
}

function only({ path, texts }: Pom, element: string, work: Work): XmlText | undefined {
  const found = texts.filter((text) => text.path === element)
  if (found.length > 1) work.problem(path, `<${element.split('/').at(-1)}> stands twice`)
  return found.length === 1 ? found[0] : undefined
}

function set(path: string, { value, start, end }: XmlText, work: Work): void {
  if (value.includes('${')) {
    const remedy = `mark the line of that property with x-release-version and write "${path}: marker"`
    work.problem(path, `its version is computed (${value}): ${remedy}`)
  } else if (value === '') work.problem(path, 'its <version> is empty')
  else work.edit(path, { start, end, text: work.next.version })
}
