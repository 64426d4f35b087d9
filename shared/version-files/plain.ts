import { parseYamlDocument } from '../text/yaml.ts'
import { parseVersion } from '../version/version.ts'
import type { Work } from './model.ts'

/** A file that holds a version and nothing else, such as VERSION; white space around it stays. */
export async function setPlain(paths: readonly string[], work: Work): Promise<void> {
  for (const path of paths) {
    const text = await work.read(path)
    const match = /^(\ufeff?\s*v?)(\S+)\s*$/.exec(text)
    if (match === null || !/^\d+(?:\.\d+)*/.test(match[2] as string)) {
      work.problem(path, 'it does not hold a version alone; mark lines with x-release-version instead')
      continue
    }
    const start = (match[1] as string).length
    work.edit(path, { start, end: start + (match[2] as string).length, text: work.next.version })
  }
}

/** gradle.properties: the property `version`. */
export async function setGradle(paths: readonly string[], work: Work): Promise<void> {
  for (const path of paths) {
    const found = propertiesNamed('version', await work.read(path))
    const [only, second] = found
    if (only === undefined) work.problem(path, 'it has no property "version"')
    else if (second !== undefined) work.problem(path, 'it has the property "version" twice')
    else if (/[\\$]/.test(only.value)) work.problem(path, `its version is computed (${only.value})`)
    else work.edit(path, { start: only.start, end: only.end, text: work.next.version })
  }
}

/** Natural lines of a .properties file; one that a backslash continues is not taken apart. */
function propertiesNamed(name: string, text: string): { value: string; start: number; end: number }[] {
  const found: { value: string; start: number; end: number }[] = []
  let isContinued = false
  let at = 0
  for (const line of text.split(/(?<=\r\n|\n|\r(?!\n))/)) {
    const bare = line.replace(/[\r\n]+$/, '')
    const match = /^(\ufeff?[ \t\f]*([^\s=:#!\\]+)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+))(.*?)[ \t\f]*$/.exec(bare)
    if (!isContinued && match?.[2] === name) {
      const start = at + (match[1] as string).length
      found.push({ value: match[3] as string, start, end: start + (match[3] as string).length })
    }
    const isComment: boolean = /^[ \t\f]*[#!]/.test(bare) && !isContinued
    isContinued = !isComment && /(?:^|[^\\])(?:\\\\)*\\$/.test(bare)
    at += line.length
  }
  return found
}

/** Chart.yaml: the top-level `version`. */
export async function setChart(paths: readonly string[], work: Work): Promise<void> {
  const { isMap, isScalar } = await import('yaml')
  for (const path of paths) {
    const text = await work.read(path)
    const parsed = await parseYamlDocument(text)
    if (!parsed.ok) {
      work.problem(path, `it is not valid YAML: ${parsed.problem}`)
      continue
    }
    const { contents } = parsed.document
    const pair = isMap(contents)
      ? contents.items.find(({ key }) => isScalar(key) && key.value === 'version')
      : undefined
    const value = pair?.value
    if (
      !isScalar(value) ||
      !value.range ||
      !/^["']?[^\s"']+["']?$/.test(text.slice(value.range[0], value.range[1]))
    ) {
      work.problem(path, 'it has no "version" that is a plain text')
      continue
    }
    const raw = text.slice(value.range[0], value.range[1])
    const quote = /^["']/.test(raw) ? 1 : 0
    const [start, end] = [value.range[0] + quote, value.range[1] - quote]
    if (parseVersion(text.slice(start, end)) === undefined) {
      work.problem(
        path,
        `its version is not a SemVer 2.0.0 version, which Helm wants (${text.slice(start, end)})`,
      )
    } else work.edit(path, { start, end, text: work.next.version })
  }
}
