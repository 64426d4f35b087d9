import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { differences } from '../../scripts/rebuild.ts'
import { releaseTree, writeTree } from '../../scripts/tree.ts'

const MANIFEST = `name: Wave # the name
description: Waves.
inputs:
  dry-run:
    description: Only say.
    default: 'false'
outputs: {}
runs:
  using: node24
  pre: ../../dist/wave/pre.js
  main: '../../dist/wave/index.js'
  post: ../../dist/wave/index.js # the same
  post-if: always()
`

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-tree-'))
  const files = {
    LICENSE: 'MIT',
    'README.md':
      '[wave](actions/wave/README.md#use), [all](actions/wave), [more](CONTRIBUTING.md), [web](https://a.example/)\n',
    'CONTRIBUTING.md': '#',
    'actions/wave/main.ts': '',
    'actions/wave/action.yml': MANIFEST,
    'actions/wave/README.md':
      'uses: org/nexus-actions/wave@v1, not @v1.2.3\n[home](../../README.md) [yml](action.yml) [e](../../examples/e.yml)\n\n[ref]: ../../LICENSE\n',
    'actions/draft/notes.txt': 'no main.ts yet',
    'dist/wave/index.js': '1',
    'dist/wave/pre.js': '2',
    'dist/wave/data/a.json': '{}',
    'examples/e.yml': '',
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), content)
  }
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

const text = (version: string, path: string): string =>
  releaseTree(version, root).get(path)?.toString('utf8') ?? ''

describe('the release tree', () => {
  test('has one self-contained folder per action, and nothing else', () => {
    expect([...releaseTree('1.0.0', root).keys()]).toEqual([
      'LICENSE',
      'README.md',
      'action.yml',
      'wave/LICENSE',
      'wave/README.md',
      'wave/action.yml',
      'wave/data/a.json',
      'wave/index.js',
      'wave/pre.js',
      'wrong-path.mjs',
    ])
  })

  test('changes where action.yml finds its bundle, and no other byte', () => {
    expect(text('1.0.0', 'wave/action.yml')).toBe(
      MANIFEST.replaceAll('../../dist/wave/', '').replace("'index.js'", 'index.js'),
    )
  })

  test('has links that lead somewhere', () => {
    expect(text('1.0.0', 'README.md')).toBe(
      '[wave](wave/README.md#use), [all](wave), [more](https://github.com/org/nexus-actions/blob/main/CONTRIBUTING.md), [web](https://a.example/)\n',
    )
    expect(text('1.0.0', 'wave/README.md')).toBe(
      'uses: org/nexus-actions/wave@v1, not @v1.2.3\n[home](../README.md) [yml](action.yml) [e](https://github.com/org/nexus-actions/blob/main/examples/e.yml)\n\n[ref]: ../LICENSE\n',
    )
    rmSync(join(root, 'examples/e.yml'))
    expect(() => releaseTree('1.0.0', root)).toThrow('actions/wave/README.md links to ../../examples/e.yml')
  })

  test('names its own major version', () => {
    expect(text('2.1.0', 'wave/README.md')).toContain('uses: org/nexus-actions/wave@v2, not @v1.2.3')
    expect(text('2.1.0', 'wrong-path.mjs')).toContain('%0Auses: org/nexus-actions/wave@v2')
  })

  test.each(['1', '1.0', 'v1.0.0', '01.0.0', '1.0.0-01', '1.0.0 ', '1.0.0\n', ''])(
    'refuses the version %j',
    (version) => {
      expect(() => releaseTree(version, root)).toThrow('is not a version')
    },
  )

  test('refuses an action without its bundle, and one that starts something else', () => {
    rmSync(join(root, 'dist/wave/pre.js'))
    expect(() => releaseTree('1.0.0', root)).toThrow('pre is not in dist/wave')
    rmSync(join(root, 'dist'), { recursive: true })
    expect(() => releaseTree('1.0.0', root)).toThrow('npm run build')
  })

  test('is written into an empty folder only, the same every time', () => {
    const files = releaseTree('1.0.0', root)
    for (const folder of ['one', 'two']) writeTree(join(root, folder), files)
    expect(differences(join(root, 'one'), join(root, 'two'))).toEqual([])
    expect(readFileSync(join(root, 'one/wave/index.js'), 'utf8')).toBe('1')
    expect(() => writeTree(join(root, 'one'), files)).toThrow('is not empty')
    writeFileSync(join(root, 'file'), '')
    expect(() => writeTree(join(root, 'file'), files)).toThrow()
  })
})

test('a dist that differs is told file by file', () => {
  cpSync(join(root, 'dist'), join(root, 'fresh'), { recursive: true })
  expect(existsSync(join(root, 'fresh/wave/index.js'))).toBe(true)
  writeFileSync(join(root, 'dist/wave/index.js'), 'edited')
  writeFileSync(join(root, 'dist/wave/old.js'), 'left over')
  rmSync(join(root, 'dist/wave/pre.js'))
  expect(differences(join(root, 'dist'), join(root, 'fresh'))).toEqual([
    'dist/wave/index.js differs',
    'dist/wave/old.js is not made by the build',
    'dist/wave/pre.js is missing',
  ])
})
