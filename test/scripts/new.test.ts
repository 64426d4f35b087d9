import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { KINDS, skeletonOf } from '../../scripts/new/skeletons.ts'
import { againstTheFlow } from '../../scripts/rooms.ts'
import { parseSource } from '../../scripts/source.ts'
import { RULES } from '../house/rules.ts'
import { tempFolder } from '../support/runner/cleanup.ts'

const NAME = 'made-up-thing'
const run = (root: string, ...argv: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'scripts', 'new.ts'), ...argv, '--root', root], {
    encoding: 'utf8',
  })

describe.each(KINDS)('a new %s', (kind) => {
  test('keeps every rule of the house', () => {
    const { files } = skeletonOf(kind, NAME)
    const sources = Object.entries(files)
      .filter(([path]) => path.endsWith('.ts') && !path.startsWith('test/'))
      .map(([path, text]) => parseSource(path, text))
    expect(sources.length).toBeGreaterThan(0)
    const found = sources.flatMap((source) => [
      ...RULES.flatMap(({ violations }) => violations(source)),
      ...againstTheFlow(source),
    ])
    expect(found).toEqual([])
  })

  test('is written once, and never over what is there', () => {
    const root = tempFolder('nexus-new-')
    const first = run(root, kind, NAME)
    expect([first.status, first.stderr]).toEqual([0, ''])
    for (const path of Object.keys(skeletonOf(kind, NAME).files))
      expect(existsSync(join(root, path))).toBe(true)
    expect(run(root, kind, NAME)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Nothing was written'),
    })
  })
})

test.each([
  [[]],
  [['room', NAME]],
  [['action']],
  [['action', 'Bad Name']],
  [['action', '../x']],
  [['action', 'a', 'b']],
])('%j is refused', (argv) => {
  const root = tempFolder('nexus-new-')
  expect(run(root, ...argv)).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage') })
  expect(readdirSync(root)).toEqual([])
})

describe('the skeletons fit the house as it is', () => {
  const root = join(ROOT, '.scratch', `new-${process.pid}`)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test('all of them together compile', () => {
    mkdirSync(root, { recursive: true })
    // A checkout of links, in which only what is new is a file of its own.
    for (const kind of KINDS) expect(run(root, kind, NAME).status).toBe(0)
    const linkMissing = (folder: string): void => {
      for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
        const path = join(folder, entry.name)
        if (!existsSync(join(root, path))) symlinkSync(join(ROOT, path), join(root, path))
        else if (entry.isDirectory()) linkMissing(path)
      }
    }
    for (const folder of ['actions', 'shared', 'test']) linkMissing(folder)
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
    symlinkSync(join(ROOT, 'scripts'), join(root, 'scripts'))
    const config = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as {
      compilerOptions: object
    }
    const made = KINDS.flatMap((kind) => Object.keys(skeletonOf(kind, NAME).files)).filter((path) =>
      path.endsWith('.ts'),
    )
    const argv = ['--ignoreConfig', '--preserveSymlinks', ...flags(config.compilerOptions), ...made]
    const tsc = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ...argv],
      { cwd: root, encoding: 'utf8' },
    )
    expect(tsc.stdout.split('\n').filter((line) => line.includes(NAME))).toEqual([])
  }, 120_000)
})

function flags(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => [
    `--${name}`,
    Array.isArray(value) ? value.join(',') : String(value),
  ])
}
