// npm run docs [-- --check] — brings the tables of every actions/*/README.md in step with its action.yml, or only
// says which are not.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { actionNames, ROOT, readManifest } from './actions.ts'
import { withTables } from './readme-tables.ts'

const check = process.argv.includes('--check')

for (const action of actionNames()) {
  const file = join(ROOT, 'actions', action, 'README.md')
  const before = readFileSync(file, 'utf8')
  const after = withTables(before, readManifest(action), action)
  if (before === after) continue
  if (check) {
    console.error(`actions/${action}/README.md is not in step with its action.yml: run \`npm run docs\`.`)
    process.exitCode = 1
  } else {
    writeFileSync(file, after)
    console.log(`actions/${action}/README.md`)
  }
}
