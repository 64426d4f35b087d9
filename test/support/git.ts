import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A repository for a test, with git as plain as it comes: no configuration of this machine, no clock. */
export interface TestRepository {
  directory: string
  /** Runs git in it and gives what it prints, without the line end. */
  git(args: readonly string[], input?: string | Buffer): string
  /** Sends commands to git fast-import: thousands of commits in one process. */
  fastImport(commands: string | Buffer): void
  /** An empty commit on HEAD, a minute after the one before; gives its SHA. */
  commit(message: string, options?: { path?: string; content?: string }): string
  /** Lightweight, or annotated when a message is given. */
  tag(name: string, message?: string): void
  write(path: string, content: string): void
  /** Removes it. */
  remove(): void
}

const BEGIN = 1_767_225_600

export interface TestRepositoryOptions {
  bare?: boolean
  objectFormat?: 'sha1' | 'sha256'
  branch?: string
  /** Instead of a new one below the folder for temporary files. */
  directory?: string
}

export function makeRepository(options: TestRepositoryOptions = {}): TestRepository {
  const { bare = false, objectFormat = 'sha1', branch = 'main' } = options
  const directory = options.directory ?? realpathSync(mkdtempSync(join(tmpdir(), 'nexus-git-')))
  mkdirSync(directory, { recursive: true })
  let minutes = 0
  const git: TestRepository['git'] = (args, input) => runGit(directory, args, { input, minutes: minutes++ })
  git([
    'init',
    '--quiet',
    `--object-format=${objectFormat}`,
    `--initial-branch=${branch}`,
    ...(bare ? ['--bare'] : []),
  ])
  return {
    directory,
    git,
    fastImport: (commands) => void git(['fast-import', '--quiet', '--force'], commands),
    commit: (message, { path, content = message } = {}) => {
      if (path !== undefined) {
        mkdirSync(dirname(join(directory, path)), { recursive: true })
        writeFileSync(join(directory, path), content)
        git(['--literal-pathspecs', 'add', '--', path])
      }
      git(
        ['commit', '--quiet', '--allow-empty', '--allow-empty-message', '--cleanup=verbatim', '-F', '-'],
        message,
      )
      return git(['rev-parse', 'HEAD'])
    },
    tag: (name, message) => {
      if (message === undefined) git(['update-ref', `refs/tags/${name}`, 'HEAD'])
      else git(['tag', '--annotate', '--cleanup=verbatim', '-F', '-', '--', name], message)
    },
    write: (path, content) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), content)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Runs git in any folder, in the same plain environment. */
export function runGit(
  directory: string,
  args: readonly string[],
  { input, minutes = 0 }: { input?: string | Buffer | undefined; minutes?: number } = {},
): string {
  const date = `${BEGIN + minutes * 60} +0000`
  const output = execFileSync(
    'git',
    ['-c', 'protocol.file.allow=always', '-c', 'safe.directory=*', ...args],
    {
      cwd: directory,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' },
        ...{ GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@octo.test', GIT_AUTHOR_DATE: date },
        ...{ GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@octo.test', GIT_COMMITTER_DATE: date },
      },
      ...(input === undefined ? {} : { input }),
    },
  )
  return output.replace(/\n$/, '')
}

/** Commands for fast-import: `count` empty commits on a branch, the first without a parent, and whatever `each` adds. */
export function linearHistory(
  count: number,
  each: (index: number) => { message: string; tags?: readonly string[] },
  branch = 'main',
): string {
  const lines: string[] = []
  for (let index = 0; index < count; index++) {
    const { message, tags = [] } = each(index)
    lines.push(`commit refs/heads/${branch}`, `mark :${index + 1}`)
    lines.push(`committer Ada <ada@octo.test> ${BEGIN + index * 60} +0000`)
    lines.push(`data ${Buffer.byteLength(message)}`, message, '')
    for (const tag of tags) lines.push(`reset refs/tags/${tag}`, `from :${index + 1}`, '')
  }
  lines.push('done', '')
  return lines.join('\n')
}
