import type { Work } from './model.ts'
import { scanXml, type XmlText } from './xml.ts'

const GROUP = 'Project/PropertyGroup'

/**
 * A project file of MSBuild: `<Version>`, else `<VersionPrefix>` with its `<VersionSuffix>`. `AssemblyVersion` and
 * `FileVersion` are four numbers and stay.
 */
export async function setDotnet(paths: readonly string[], work: Work): Promise<void> {
  const { major, minor, patch, prerelease, version } = work.next
  for (const path of paths) {
    const texts = scanXml(await work.read(path))
    const all = (name: string): XmlText[] => texts.filter((text) => text.path === `${GROUP}/${name}`)
    const set = (name: string, text: string): void => {
      const [found, second] = all(name)
      if (found === undefined) return
      if (second !== undefined) work.problem(path, `<${name}> stands twice`)
      else if (/\$\(|%\(|@\(/.test(found.value))
        work.problem(path, `its <${name}> is computed (${found.value})`)
      else work.edit(path, { start: found.start, end: found.end, text })
    }
    if (all('Version').length > 0) set('Version', version)
    else if (all('VersionPrefix').length === 0) {
      work.problem(path, 'it has neither <Version> nor <VersionPrefix>')
    } else if (all('VersionSuffix').length === 0 && prerelease.length > 0) {
      work.problem(path, `it has no <VersionSuffix>, and ${version} needs one`)
    } else {
      set('VersionPrefix', `${major}.${minor}.${patch}`)
      set('VersionSuffix', prerelease.join('.'))
    }
  }
}
