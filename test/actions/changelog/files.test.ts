import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { ROOT } from '../../../scripts/actions.ts'
import { makeRepository, type TestRepository } from '../../support/git.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult } from '../../support/runner.ts'
import { notes } from './scene.ts'

const onPosix = process.platform === 'win32' ? test.skip : test
const open: TestRepository[] = []
afterAll(() => {
  for (const repository of open) repository.remove()
})

function shop(): TestRepository {
  const repository = makeRepository()
  open.push(repository)
  repository.commit('feat: begin')
  repository.tag('v1.0.0')
  repository.commit('fix: a <b>bold</b> move')
  repository.tag('v1.1.0')
  return repository
}

const run = (
  repository: TestRepository,
  inputs: Readonly<Record<string, string>> = {},
  options: Parameters<typeof notes>[2] = {},
): Promise<StepResult> =>
  notes(
    { path: repository.directory, sha: (revision = 'HEAD') => repository.git(['rev-parse', revision]) },
    { links: 'false', contributors: 'false', file: 'CHANGELOG.md', ...inputs },
    options,
  )

const at = ({ directory }: TestRepository, name = 'CHANGELOG.md'): string => join(directory, name)
const read = (repository: TestRepository): string => readFileSync(at(repository), 'utf8')
const line = (repository: TestRepository, subject: string, tag: string): string =>
  `- ${subject} (\`${repository.git(['rev-parse', '--short=7', tag])}\`)\n`

const section = (repository: TestRepository): string =>
  `## [1.1.0] - 2026-01-01\n\n### Fixes\n\n${line(repository, 'a &lt;b>bold&lt;/b> move', 'v1.1.0')}`

describe('file', () => {
  test('is created in the workspace, and nothing else is touched; once more, no byte changes', async () => {
    const repository = shop()
    const refs = repository.git(['for-each-ref'])
    const first = await run(repository)
    expectConclusion(first, 'success')
    expect(read(repository)).toBe(`# Changelog\n\n${section(repository)}`)
    expect(first.outputs['file']).toBe(at(repository))
    expect(repository.git(['status', '--porcelain'])).toBe('?? CHANGELOG.md')
    expect(repository.git(['for-each-ref'])).toBe(refs)
    const before = statSync(at(repository), { bigint: true })
    const second = await run(repository)
    expectConclusion(second, 'success')
    expect(second.log).toContain('Nothing to change in')
    // Not even replaced by its like.
    const { ino, mtimeNs } = statSync(at(repository), { bigint: true })
    expect([ino, mtimeNs]).toEqual([before.ino, before.mtimeNs])
  })

  test('keeps line ends, byte order mark and what people wrote', async () => {
    const repository = shop()
    const [head, old] = ['\ufeff# Ours\r\n\r\nBy hand.\r\n\r\n', '## [1.0.0]\r\n\r\n* The *beginning*  \r\n']
    repository.write('CHANGELOG.md', head + old)
    expectConclusion(await run(repository), 'success')
    expect(read(repository)).toBe(`${head}${section(repository).replaceAll('\n', '\r\n')}\r\n${old}`)
  })

  onPosix('keeps its mode', async () => {
    const repository = shop()
    repository.write('CHANGELOG.md', '# C\n')
    chmodSync(at(repository), 0o640)
    expectConclusion(await run(repository), 'success')
    expect(statSync(at(repository)).mode & 0o7777).toBe(0o640)
    expect(readdirSync(repository.directory).sort()).toEqual(['.git', 'CHANGELOG.md'])
  })

  test('takes all versions at first, then one after the other', async () => {
    const repository = shop()
    expectConclusion(await run(repository, { history: 'true' }), 'success')
    const before = read(repository)
    expect(before.match(/^## .*/gm)).toEqual(['## [1.1.0] - 2026-01-01', '## [1.0.0] - 2026-01-01'])
    repository.commit('feat: more')
    repository.tag('v1.2.0')
    expectConclusion(await run(repository), 'success')
    const [, rest = ''] = before.split('# Changelog\n\n')
    expect(read(repository)).toBe(
      `# Changelog\n\n## [1.2.0] - 2026-01-01\n\n### Features\n\n${line(repository, 'more', 'v1.2.0')}\n${rest}`,
    )
    expectConclusion(await run(repository, { history: 'true' }), 'success')
    expect(read(repository).match(/^## .*/gm)).toHaveLength(3)
  })

  test('is not written on a dry run', async () => {
    const repository = shop()
    const step = await run(repository, { 'dry-run': 'true' })
    expectConclusion(step, 'success')
    expect(step.outputs['file']).toBe('')
    expect(step.outputs['changelog']).toContain('bold')
    expect(step.log).toContain('Dry run: nothing was written.')
    expect(repository.git(['status', '--porcelain'])).toBe('')
  })

  test.each<[string, string, RegExp, (repository: TestRepository, elsewhere: string) => void]>([
    ['a path outside', '../CHANGELOG.md', /file/, () => undefined],
    [
      'a link',
      'CHANGELOG.md',
      /CHANGELOG\.md is a symbolic link, and is not followed/,
      (repository, elsewhere) => symlinkSync(join(elsewhere, 'target'), at(repository)),
    ],
    [
      'a folder that is a link',
      'docs/CHANGELOG.md',
      /docs\/CHANGELOG\.md lies outside the workspace/,
      (repository, elsewhere) => symlinkSync(elsewhere, at(repository, 'docs')),
    ],
    [
      'a folder that is a link into the workspace',
      'docs/CHANGELOG.md',
      /is reached through a symbolic link/,
      (repository) => {
        mkdirSync(at(repository, 'real'))
        symlinkSync(at(repository, 'real'), at(repository, 'docs'))
      },
    ],
    ['a folder', 'CHANGELOG.md', /CHANGELOG\.md is no file/, (repository) => mkdirSync(at(repository))],
    ['no folder to lie in', 'docs/CHANGELOG.md', /make docs first/, () => undefined],
    [
      'what is no UTF-8',
      'CHANGELOG.md',
      /is not UTF-8/,
      (repository) => writeFileSync(at(repository), Buffer.from('# Gr\u00fc\u00dfe\n', 'latin1')),
    ],
    [
      'a comment that never ends',
      'CHANGELOG.md',
      /The comment that begins in line 3 of the file never ends/,
      (repository) => repository.write('CHANGELOG.md', '# C\n\n<!-- not yet\n\n## [1.0.0]\n'),
    ],
    [
      'a code block that never ends',
      'CHANGELOG.md',
      /The code block that begins in line 2 of the file never ends/,
      (repository) => repository.write('CHANGELOG.md', '# C\n```\n## [1.0.0]\n'),
    ],
  ])('%s is refused, and nothing is written', async (_, file, message, prepare) => {
    const repository = shop()
    const elsewhere = tempFolder('nexus-elsewhere-')
    prepare(repository, elsewhere)
    const before = repository.git(['status', '--porcelain', '--ignored'])
    const step = await run(repository, { file })
    expectConclusion(step, 'failure')
    expect(step.annotations.filter(({ level }) => level === 'error')).toMatchObject([
      { message: expect.stringMatching(message) },
    ])
    expect(readdirSync(elsewhere)).toEqual([])
    expect(repository.git(['status', '--porcelain', '--ignored'])).toBe(before)
  })

  onPosix('a disk that takes no more leaves the old one as it was', async () => {
    const repository = shop()
    const before = `# C\n\n## [1.0.0]\n\n${'- old\n'.repeat(10_000)}`
    repository.write('CHANGELOG.md', before)
    const step = await runAction({
      action: { folder: limited(32) },
      workspace: repository.directory,
      event: { name: 'push', payload: {} },
      inputs: { token: '', 'pull-requests': 'false', file: 'CHANGELOG.md' },
      context: { sha: repository.git(['rev-parse', 'HEAD']), repository: 'octo/demo' },
    })
    expectConclusion(step, 'failure')
    expect(step.annotations.map(({ message }) => message).join()).toContain(
      'CHANGELOG.md could not be written (EFBIG); it is as it was before.',
    )
    expect(read(repository)).toBe(before)
    expect(readdirSync(repository.directory).sort()).toEqual(['.git', 'CHANGELOG.md'])
    expect(step.outputs).toMatchObject({ changelog: expect.stringContaining('bold'), file: '' })
  })
})

/** The action, on a disk where no file can have more than so many KiB: the write fails where a full disk lets it fail. */
function limited(kib: number): string {
  const folder = tempFolder('nexus-limited-')
  const manifest = readFileSync(join(ROOT, 'actions', 'changelog', 'action.yml'), 'utf8')
  writeFileSync(join(folder, 'action.yml'), manifest.replace(/main: .*/, 'main: limited.cjs'))
  const bundle = join(ROOT, 'dist', 'changelog', 'index.js')
  const script = `ulimit -f ${kib * 2} && exec "$0" "$1"`
  writeFileSync(
    join(folder, 'limited.cjs'),
    `process.exitCode = require('node:child_process').spawnSync('sh', ${JSON.stringify(['-c', script])}.concat(process.execPath, ${JSON.stringify(bundle)}), { stdio: 'inherit' }).status`,
  )
  return folder
}
