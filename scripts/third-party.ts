import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences that let us hand the code on inside a bundle. Anything else is a decision for a person, not for a build. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'MIT-0',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
])

interface Package {
  name: string
  version: string
  license: string
}

/**
 * Name, version and licence text of each package, sorted. The folders come from what really is in the bundle: ncc's
 * own `--license` forgets what is loaded on use.
 *
 * @throws when a package has no licence text, or a licence that nobody has looked at yet
 */
export function thirdPartyNotices(folders: Iterable<string>): string {
  const notices = new Map<string, string>()
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Package
    const title = `${name} ${version}`
    if (!ALLOWED.has(license))
      throw new Error(`${title}: licence "${license}" is not in the list of scripts/third-party.ts.`)
    const texts = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8').replace(/\r\n?/g, '\n').trim())
    if (texts.length === 0) throw new Error(`${title} comes without the text of its licence.`)
    notices.set(title, `${title} (${license})\n\n${texts.join('\n\n')}\n`)
  }
  const sorted = [...notices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  const head = 'This folder holds code of other projects, each under its own licence:\n'
  return [head, ...sorted].join(`\n${'-'.repeat(80)}\n\n`)
}
