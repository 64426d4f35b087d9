// npm run docs [-- --check] — brings the tables of every actions/*/README.md in step with its action.yml and the drawing
// in CONTRIBUTING.md in step with the imports, or only says which are not.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { actionNames, ROOT, readManifest } from './actions.ts'
import { withTables } from './readme-tables.ts'
import { drawing } from './rooms.ts'
import { readSources } from './source.ts'

const check = process.argv.includes('--check')

for (const action of actionNames()) {
  const path = join('actions', action, 'README.md')
  bring(path, 'its action.yml', (text) => withTables(text, readManifest(action), action))
}
bring('CONTRIBUTING.md', 'the imports', withDrawing)

function bring(path: string, source: string, change: (text: string) => string): void {
  const file = join(ROOT, path)
  const before = readFileSync(file, 'utf8')
  const after = change(before)
  if (before === after) return
  if (check) {
    console.error(`${path} is not in step with ${source}: run \`npm run docs\`.`)
    process.exitCode = 1
  } else {
    writeFileSync(file, after)
    console.log(path)
  }
}

function withDrawing(text: string): string {
  const [start, end] = ['<!-- rooms:start -->', '<!-- rooms:end -->']
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`CONTRIBUTING.md needs the lines ${start} and ${end}.`)
  const sources = readSources('actions', 'shared').map((each) => [each.path, each] as const)
  return `${text.slice(0, from + start.length)}\n${drawing(new Map(sources))}\n${text.slice(to)}`
}
