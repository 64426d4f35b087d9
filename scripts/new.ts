// npm run new -- action|scheme|sink|target NAME — writes the skeleton of something new in the shape of the house, and says
// what is left to do by hand.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './actions.ts'
import { KINDS, skeletonOf } from './new/skeletons.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { root: { type: 'string' } } })
const [given, name = ''] = positionals
const kind = KINDS.find((known) => known === given)
const root = resolve(values.root ?? ROOT)

if (kind === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || positionals.length !== 2) {
  console.error(`Usage: npm run new -- ${KINDS.join('|')} NAME, with a name such as status-page.`)
  process.exitCode = 2
} else {
  const { files, next } = skeletonOf(kind, name)
  const there = Object.keys(files).filter((path) => existsSync(join(root, path)))
  if (there.length > 0) {
    console.error(`Nothing was written: ${there.join(', ')} is there already.`)
    process.exitCode = 1
  } else {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
      console.log(path)
    }
    console.log(`\nNext:\n${next.map((step, index) => `${index + 1}. ${step}`).join('\n')}`)
  }
}
