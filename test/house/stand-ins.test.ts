import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { parseSource } from './source.ts'

const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'bundle', 'tsconfig.json'), 'utf8')) as {
  compilerOptions: { paths: Record<string, [string]> }
}
const standIns = Object.entries(compilerOptions.paths).map(([module, [file]]) => ({ module, file }))

/** Imports of a replaced module by the packages that our bundles are made of. */
const imports = ['@actions/core'].flatMap((name) => {
  const folder = dirname(fileURLToPath(import.meta.resolve(name)))
  return readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => parseSource(file, readFileSync(join(folder, file), 'utf8')).imports)
    .filter(({ from }) => from.startsWith('@actions/http-client'))
})

describe.each(standIns)('the stand-in for $module', ({ module, file }) => {
  const standIn = import(join(ROOT, 'bundle', file)) as Promise<Record<string, unknown>>

  test('exports what is imported from the real module', async () => {
    const names = imports.filter(({ from }) => from === module).flatMap((item) => item.names)
    expect(names).not.toEqual([])
    expect(Object.keys(await standIn)).toEqual(expect.arrayContaining(names))
  })

  test('exports nothing that the real module does not', async () => {
    const real = (await import(module)) as Record<string, unknown>
    expect(Object.keys(real)).toEqual(expect.arrayContaining(Object.keys(await standIn)))
  })

  test('says so when it is used', async () => {
    for (const Export of Object.values(await standIn) as (new () => unknown)[]) {
      expect(() => new Export()).toThrow('is not bundled')
    }
  })
})

test('every part of the replaced module has a stand-in', () => {
  const modules = new Set(standIns.map(({ module }) => module))
  expect(imports.length).toBeGreaterThan(1)
  expect(imports.filter(({ from }) => !modules.has(from))).toEqual([])
})
