import { describe, expect, test } from '@jest/globals'
import { actionNames } from '../../scripts/actions.ts'
import { type Bundle, bundle } from '../../scripts/bundle.ts'
import { type Chunk, chunksOf, type Stats } from '../../scripts/bundle-graph.ts'
import { startBundle } from '../../scripts/start-bundle.ts'

/** What may be loaded before an action knows what it was asked to do. */
const EAGER: readonly string[] = ['semver']

describe.each(actionNames())('the bundle of %s', (action) => {
  let made: Promise<Bundle> | undefined
  const once = (): Promise<Bundle> => {
    made ??= bundle(action)
    return made
  }

  test('loads few packages at the start, and never undici', async () => {
    const { chunks } = await once()
    expect(tooEager(chunks)).toEqual([])
    expect(chunks.flatMap(({ packages }) => packages)).not.toContain('undici')
    // It makes the bundle, and the client of the cache alone is 2.5 MB to make small.
  }, 120_000)

  test('starts as far as refusing a wrong input', async () => {
    startBundle((await once()).files)
  })

  test('has the notices of every package inside', async () => {
    const { files, chunks } = await once()
    const notices = files.get('THIRD-PARTY.txt')?.toString('utf8')
    for (const name of chunks.flatMap(({ packages }) => packages)) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+.* \\(`, 'm'))
    }
  })

  test('says nothing about the machine that built it', async () => {
    for (const [path, bytes] of (await once()).files) {
      expect([path, bytes.includes(process.cwd())]).toEqual([path, false])
      expect([path, bytes.includes('\r')]).toEqual([path, false])
    }
  })
})

describe('these tests see', () => {
  const file = (path: string) => ({ identifier: `/c/${path}`, nameForCondition: `/c/${path}`, chunks: [1] })
  const stats = (...modules: Stats['modules']): Stats => ({
    chunks: [
      { id: 7, initial: false, files: ['7.index.js'], origins: [{ request: './schemes/redis.js' }] },
      { id: 1, initial: true, files: ['index.js'], origins: [{ request: '/c/build/main.js' }] },
      { id: 9, initial: false, files: ['9.index.js'], origins: [{ request: './schemes/redis.js' }] },
    ],
    modules,
  })

  test('a package that is loaded at the start', () => {
    const chunks = chunksOf(
      stats({
        ...file('build/main.js'),
        modules: [file('node_modules/@actions/core/lib/core.js'), file('node_modules/undici/index.js')],
      }),
      '/c/build',
    )
    expect(tooEager([...chunks.values()])).toEqual(['@actions/core', 'undici'])
  })

  test('which file is loaded on use, and by which name', () => {
    const chunks = chunksOf(
      stats(
        { ...file('build/shared/probe/schemes/redis.js'), chunks: [9] },
        { ...file('node_modules/a/node_modules/@redis/client/index.js'), chunks: [7] },
      ),
      '/c/build',
    )
    expect([...chunks.values()]).toEqual([
      { name: 'index', eager: true, packageFolders: [], packages: [], sources: [] },
      {
        name: 'redis-client',
        eager: false,
        packageFolders: ['/c/node_modules/a/node_modules/@redis/client'],
        packages: ['@redis/client'],
        sources: [],
      },
      {
        name: 'schemes-redis',
        eager: false,
        packageFolders: [],
        packages: [],
        sources: ['shared/probe/schemes/redis.js'],
      },
    ])
  })

  test('a module that was not found', () => {
    const missing = { identifier: '/ncc/notfound-loader.js!/ncc/@@notfound.js?left-pad', chunks: [1] }
    expect(() => chunksOf(stats(missing), '/c/build')).toThrow('Cannot find module "left-pad"')
  })

  test.each([
    ['a bundle that dies', "import './gone.js'"],
    ['a bundle that does nothing', ''],
    [
      'a bundle that fails for another reason',
      "console.log('::error title=Unexpected error::dry-run')\nprocess.exit(1)",
    ],
  ])('%s', (_, code) => {
    const files = new Map([
      ['index.js', Buffer.from(code)],
      ['package.json', Buffer.from('{"type":"module"}')],
    ])
    expect(() => startBundle(files)).toThrow('does not refuse a wrong dry-run input')
  })
})

function tooEager(chunks: readonly Chunk[]): string[] {
  return chunks
    .filter(({ eager }) => eager)
    .flatMap(({ packages }) => packages.filter((name) => !EAGER.includes(name)))
}
