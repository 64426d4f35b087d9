import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { readSources } from '../../scripts/source.ts'

const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'bundle', 'tsconfig.json'), 'utf8')) as {
  compilerOptions: { paths: Record<string, [string]> }
}
const standIns = Object.entries(compilerOptions.paths).map(([module, [file]]) => ({
  module,
  file: join(ROOT, 'bundle', file),
}))

/** The others stand in for what packages import; test/shared/github/stand-ins.test.ts holds those. */
const OURS = ['@actions/core']

describe.each(standIns.filter(({ module }) => OURS.includes(module)))(
  'the stand-in for $module',
  ({ module, file }) => {
    const standIn = import(file) as Promise<Record<string, unknown>>
    const real = import(module) as Promise<Record<string, unknown>>

    test('exports what our sources import, and nothing else', async () => {
      const used = readSources('actions', 'shared')
        .flatMap(({ imports }) => imports.filter(({ from }) => from === module))
        .flatMap(({ names }) => names.filter((name) => name !== '*'))
      expect(used).not.toEqual([])
      expect(Object.keys(await standIn).sort()).toEqual([...new Set(used)].sort())
    })

    test('exports nothing that the real module does not', async () => {
      expect(Object.keys(await real)).toEqual(expect.arrayContaining(Object.keys(await standIn)))
    })
  },
)

/** Calls that between them reach every rule of escaping and every file of the runner. */
const CALLS = [
  "core.info('::not escaped\\r\\n100 %')",
  "core.debug('a\\r\\nb % c')",
  "core.notice('a\\nb, c: %', { title: 'a: b, c\\n%' })",
  "core.warning('w')",
  "core.error('e')",
  "core.startGroup('g: h, %')",
  'core.endGroup()',
  "core.setSecret('s\\nt')",
  "core.setOutput('text', 'a\\nb')",
  "core.setOutput('number', 1)",
  "core.setOutput('object', { a: [1, null] })",
  "core.setOutput('nothing', undefined)",
  "core.saveState('state', 'x')",
  "process.env.GITHUB_OUTPUT = '/does/not/exist'; try { core.setOutput('a', 'b') } catch (error) { console.log(error.message) }",
]

test('the stand-in for @actions/core writes what the real one writes', () => {
  const real = written(import.meta.resolve('@actions/core'))
  const standIn = written(pathToFileURL(join(ROOT, 'bundle', 'stand-ins', 'core.js')).href)
  expect(standIn).toEqual(real)
})

/** What a process that makes all the calls leaves, with the delimiter of the runner's files, which is random, fixed. */
function written(module: string): { log: string[]; output: string; state: string } {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-core-'))
  try {
    const [output, state] = [join(folder, 'output'), join(folder, 'state')]
    for (const file of [output, state]) writeFileSync(file, '')
    const code = [`import * as core from ${JSON.stringify(module)}`, ...CALLS].join('\n')
    const log = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
      env: { ...process.env, GITHUB_OUTPUT: output, GITHUB_STATE: state },
      encoding: 'utf8',
    })
    const read = (file: string): string =>
      existsSync(file) ? readFileSync(file, 'utf8').replace(/ghadelimiter[-_\w]*/g, 'ghadelimiter') : ''
    return { log: log.trimEnd().split('\n'), output: read(output), state: read(state) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
