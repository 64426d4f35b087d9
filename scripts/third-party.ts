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
  '(Apache-2.0 AND BSD-3-Clause)',
])

/** Packages whose authors left the text of the MIT licence out of what they publish, with the holder they name. */
const FORGOTTEN: Readonly<Record<string, string>> = {
  '@nodable/entities': 'Amit Gupta (https://solothought.com)',
}

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
    const holder = FORGOTTEN[name]
    if (texts.length === 0 && license === 'MIT' && holder !== undefined) texts.push(mitText(holder))
    if (texts.length === 0) throw new Error(`${title} comes without the text of its licence.`)
    notices.set(title, `${title} (${license})\n\n${texts.join('\n\n')}\n`)
  }
  const sorted = [...notices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  const head = 'This folder holds code of other projects, each under its own licence:\n'
  return [head, ...sorted].join(`\n${'-'.repeat(80)}\n\n`)
}

/** @see https://spdx.org/licenses/MIT.html */
function mitText(holder: string): string {
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
}
