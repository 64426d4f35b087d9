import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { tempFolder } from './cleanup.ts'

/**
 * A tiny action made for one test. Its scripts are ES modules, so they may import sources of this repository by path.
 *
 * @param main the text of `main.mjs`
 * @param parts the other keys of action.yml, and further scripts by file name
 */
export function fixtureAction(
  main: string,
  parts: { inputs?: object; runs?: object; files?: Readonly<Record<string, string>> } = {},
): { folder: string } {
  const folder = tempFolder('nexus-fixture-')
  const { inputs = {}, runs = {}, files = {} } = parts
  const manifest = { name: 'fixture', inputs, runs: { using: 'node24', main: 'main.mjs', ...runs } }
  const all = { 'action.yml': stringify(manifest), 'main.mjs': main, ...files }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { folder }
}
