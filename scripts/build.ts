// npm run build [action...] — writes dist/<action> for every action, or for those named.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { actionNames, ROOT } from './actions.ts'
import { type Bundle, bundle, writeFolder } from './bundle.ts'
import { startBundle } from './start-bundle.ts'

const wanted = process.argv.slice(2)
const known = actionNames()
const unknown = wanted.filter((action) => !known.includes(action))
if (unknown.length > 0) {
  console.error(`No such action: ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  process.exit(1)
}

const results = await Promise.allSettled((wanted.length > 0 ? wanted : known).map(build))
for (const result of results) {
  if (result.status === 'fulfilled') console.log(result.value)
  else console.error(String(result.reason instanceof Error ? result.reason.message : result.reason))
}
if (results.some(({ status }) => status === 'rejected')) process.exitCode = 1

async function build(action: string): Promise<string> {
  try {
    const made = await bundle(action)
    startBundle(made.files)
    mkdirSync(join(ROOT, 'dist'), { recursive: true })
    writeFolder(join(ROOT, 'dist', action), made.files)
    return summary(made)
  } catch (error) {
    throw new Error(`${action}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

function summary({ action, files, chunks }: Bundle): string {
  const size = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`
  const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  const lines = chunks.map(({ name, eager, packages }) => {
    const inside = packages.length > 0 ? `: ${packages.join(', ')}` : ''
    return `  ${name}.js, ${size(files.get(`${name}.js`)?.length ?? 0)}, ${eager ? 'at start' : 'on use'}${inside}`
  })
  return [`dist/${action}, ${size(total)}`, ...lines].join('\n')
}
