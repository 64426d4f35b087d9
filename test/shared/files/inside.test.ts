import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contains, inside, pathProblem } from '../../../shared/files/inside.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'

const { win32, posix } = path

describe('contains', () => {
  test.each([
    ['C:\\ws', 'C:\\ws\\a.md', true],
    ['C:\\ws', 'c:\\WS\\A.md', true],
    ['C:\\ws', 'C:/ws/a.md', true],
    ['C:\\ws', 'C:\\ws\\..\\ws\\a.md', true],
    ['C:\\ws', 'C:\\ws\\..a', true],
    ['C:\\ws', 'C:\\ws', false],
    ['C:\\ws', 'C:\\wsx\\a.md', false],
    ['C:\\ws', 'C:\\', false],
    ['C:\\ws', 'C:\\ws\\..\\a.md', false],
    ['C:\\ws', 'D:\\ws\\a.md', false],
    ['C:\\ws', '\\\\server\\share\\ws\\a.md', false],
    ['\\\\server\\share\\ws', '\\\\SERVER\\share\\ws\\a.md', true],
    ['\\\\server\\share\\ws', '\\\\server\\other\\ws\\a.md', false],
  ])('on Windows %s, %s: %s', (folder, file, wanted) => {
    expect(contains(folder, file, win32)).toBe(wanted)
  })

  test.each([
    ['/ws', '/ws/a', true],
    ['/ws/', '/ws/a', true],
    ['/ws', '/ws/..a', true],
    ['/ws', '/ws/...', true],
    ['/ws', '/WS/a', false],
    ['/ws', '/ws', false],
    ['/ws', '/ws/..', false],
    ['/ws', '/wsx/a', false],
    ['/ws', '/ws/../a', false],
    ['/', '/a', true],
  ])('elsewhere %s, %s: %s', (folder, file, wanted) => {
    expect(contains(folder, file, posix)).toBe(wanted)
  })

  test('what is joined from names lies inside, and what goes up further than down does not', () => {
    const name = fc.stringMatching(/^[a-z.]{1,6}$/).filter((text) => text !== '.' && text !== '..')
    for (const [paths, root] of [
      [win32, 'C:\\a\\b'],
      [posix, '/a/b'],
    ] as const) {
      fc.assert(
        fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
          expect(contains(root, paths.join(root, ...names), paths)).toBe(true)
          const up = names.map(() => '..')
          expect(contains(root, paths.join(root, ...names, ...up, '..', 'x', 'y'), paths)).toBe(false)
        }),
      )
    }
  })
})

describe('pathProblem', () => {
  test.each([
    ['C:x.md', /drive without a folder/],
    ['c:', /drive without a folder/],
    ['d:..\\x', /drive without a folder/],
    ['\\\\?\\C:\\x', /device path/],
    ['//./pipe/x', /device path/],
    ['\\\\.\\PhysicalDrive0', /device path/],
    ['a.md:stream', /colon/],
    ['docs\\a.md::$DATA', /colon/],
    ['C:\\docs\\a.md:b', /colon/],
    ['nul', /device on Windows \(nul\)/],
    ['docs/CON.md', /device on Windows \(CON\.md\)/],
    ['Aux .txt', undefined],
    ['com1', /device/],
    ['LPT9.log', /device/],
    ['COM¹', /device/],
    ['a\0b', /NUL/],
    ['C:\\ws\\a.md', undefined],
    ['C:/ws/a.md', undefined],
    ['docs\\a.md', undefined],
    ['..\\a.md', undefined],
    ['\\\\server\\share\\a', undefined],
    ['console.md', undefined],
    ['nullable.ts', undefined],
    ['com10', undefined],
  ])('on Windows %j', (given, wanted) => {
    const problem = pathProblem(given, win32)
    if (wanted === undefined) expect(problem).toBeUndefined()
    else expect(problem).toMatch(wanted)
  })

  test.each(['C:x.md', 'a.md:b', 'nul', '//./x', 'a\\b'])(
    'elsewhere %j is a name like any other',
    (given) => {
      expect(pathProblem(given, posix)).toBeUndefined()
    },
  )

  test('NUL is one nowhere', () => expect(pathProblem('a\0', posix)).toMatch(/NUL/))
})

describe('inside, on Windows', () => {
  /** Links by where they stand; every other path exists as it is. */
  const on = (links: Record<string, string> = {}, missing: readonly string[] = []) => ({
    paths: win32,
    realpath: (file: string): string => {
      const link = Object.keys(links).find(
        (from) =>
          file.toLowerCase() === from.toLowerCase() ||
          file.toLowerCase().startsWith(`${from.toLowerCase()}\\`),
      )
      if (link !== undefined) return links[link] + file.slice(link.length)
      if (missing.some((each) => file.endsWith(each)))
        throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
      return file
    },
  })

  test.each([
    ['docs\\a.md', 'C:\\ws\\docs\\a.md'],
    ['docs/a.md', 'C:\\ws\\docs\\a.md'],
    ['c:/WS/a.md', 'c:\\WS\\a.md'],
    ['.\\a.md', 'C:\\ws\\a.md'],
    ['docs\\..\\a.md', 'C:\\ws\\a.md'],
  ])('%s is %s', (given, wanted) => {
    expect(inside(given, 'C:\\ws', on())).toEqual({ path: wanted })
  })

  test.each([
    ['C:x.md', /drive without a folder/],
    ['D:x.md', /drive without a folder/],
    ['D:\\ws\\a.md', /outside/],
    ['..\\a.md', /outside/],
    ['\\a.md', /outside/],
    ['\\\\server\\share\\a.md', /outside/],
    ['\\\\?\\C:\\ws\\a.md', /device path/],
    ['a.md:b', /colon/],
    ['docs\\nul', /device/],
    ['.', /the workspace itself/],
    ['', /the workspace itself/],
  ])('%j is refused', (given, why) => {
    expect(inside(given, 'C:\\ws', on())).toEqual({ problem: expect.stringMatching(why) })
  })

  test('a link to another drive leads out, also when what lies behind it is to be made', () => {
    const system = on({ 'C:\\ws\\out': 'D:\\other' }, ['new.md'])
    expect(inside('out\\a.md', 'C:\\ws', system)).toEqual({ problem: expect.stringMatching(/symbolic link/) })
    expect(inside('out\\b\\new.md', 'C:\\ws', system)).toEqual({
      problem: expect.stringMatching(/symbolic link/),
    })
  })

  test('a workspace that is reached through a link is one', () => {
    const system = on({ 'C:\\ws': 'D:\\actions\\ws' }, ['new.md'])
    expect(inside('docs\\new.md', 'C:\\ws', system)).toEqual({ path: 'C:\\ws\\docs\\new.md' })
  })

  test('RUNNER_TEMP may be on another drive', () => {
    expect(inside('D:\\temp\\a.sarif', ['C:\\ws', 'D:\\temp'], on())).toEqual({ path: 'D:\\temp\\a.sarif' })
    expect(inside('D:\\else\\a.sarif', ['C:\\ws', 'D:\\temp'], on())).toEqual({
      problem: 'lies outside the workspace and RUNNER_TEMP',
    })
  })
})

describe('inside, on this machine', () => {
  const workspace = realpathSync(tempFolder('nexus-inside-'))
  const outside = realpathSync(tempFolder('nexus-outside-'))
  mkdirSync(path.join(workspace, 'docs'))
  writeFileSync(path.join(workspace, 'docs', 'a.md'), 'a')
  writeFileSync(path.join(outside, 'secret'), 's')
  symlinkSync(outside, path.join(workspace, 'out'))
  symlinkSync(path.join(outside, 'secret'), path.join(workspace, 'secret'))
  symlinkSync('docs', path.join(workspace, 'own'))
  symlinkSync('circle', path.join(workspace, 'circle'))

  test.each(['docs/a.md', 'docs/new.md', 'new/folder/x', 'own/a.md', './docs/../docs/a.md'])(
    '%s is',
    (given) => {
      expect(inside(given, workspace)).toEqual({ path: path.resolve(workspace, given) })
      expect(inside(path.resolve(workspace, given), workspace)).toEqual({
        path: path.resolve(workspace, given),
      })
    },
  )

  test.each([
    'out/secret',
    'out/new',
    'out/a/b/c',
    'secret',
    'circle',
    'circle/x',
    '../x',
    '/etc/passwd',
    '',
    '.',
    'a\0',
  ])('%j is not', (given) => {
    expect(inside(given, workspace)).toEqual({ problem: expect.any(String) })
  })

  test('there has to be a workspace', () => {
    expect(inside('a', '')).toEqual({ problem: 'has no workspace to lie in' })
  })

  test('a folder that nobody may look into leads nowhere', () => {
    const closed = path.join(workspace, 'closed')
    mkdirSync(path.join(closed, 'inner'), { recursive: true })
    if (process.getuid?.() === 0) return
    execFileSync('chmod', ['000', closed])
    expect(inside('closed/inner/x', workspace)).toEqual({ problem: expect.stringMatching(/link/) })
    execFileSync('chmod', ['700', closed])
  })
})
