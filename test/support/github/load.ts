import { execFileSync } from 'node:child_process'
import { type ObjectSource, StageObjects } from './objects.ts'
import { emptyState, type ObjectType, type Person, type State } from './state.ts'

/**
 * The history of a local repository (bare or not) as GitHub would have it after a push of all branches and tags:
 * for comparing what git says with what the API says. The pull requests are of the test's own making.
 */
export function loadRepository(directory: string, owner = 'octo', name = 'demo'): State {
  const git = (args: readonly string[], input?: string): string =>
    execFileSync('git', ['-c', 'safe.directory=*', '-c', 'core.quotePath=false', '-C', directory, ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      env: {
        PATH: process.env['PATH'],
        LC_ALL: 'C',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
      },
      ...(input === undefined ? {} : { input }),
    })
  const state = emptyState(owner, name)
  state.objects = new StageObjects(objectsOf(directory, git))
  readCommits(state, git)
  readRefs(state, git)
  const head = git(['rev-parse', '--abbrev-ref', '--symbolic-full-name', 'HEAD']).trim()
  const branch = head.replace('refs/heads/', '')
  if (state.refs.has(`refs/heads/${branch}`)) state.defaultBranch = branch
  return state
}

type Git = (args: readonly string[], input?: string) => string

function readCommits(state: State, git: Git): void {
  const format = ['%H', '%T', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'].join('%x00')
  const fields = git([
    'log',
    '--all',
    '-z',
    `--format=tformat:${format}`,
    '--encoding=UTF-8',
    '--no-show-signature',
  ]).split('\0')
  for (let at = 0; at + 9 < fields.length; at += 10) {
    const [
      sha = '',
      tree = '',
      parents = '',
      an = '',
      ae = '',
      ad = '',
      cn = '',
      ce = '',
      cd = '',
      message = '',
    ] = fields.slice(at, at + 10)
    state.commits.set(sha, {
      ...{ sha, tree, parents: parents.split(' ').filter(Boolean), message: message.replace(/\n+$/, '') },
      ...{ author: person(an, ae, ad), committer: person(cn, ce, cd), paths: [], workflows: '' },
    })
  }
  // Without --combined a merge would name nothing; with it, what differs from every parent.
  const changes = git(['log', '--all', '-c', '--name-only', '--no-renames', '--format=%x01%H'])
  for (const block of changes.split('\u0001').slice(1)) {
    const [sha = '', ...paths] = block.split('\n').filter((line) => line !== '')
    const commit = state.commits.get(sha)
    if (commit !== undefined) commit.paths = paths
  }
  const shas = [...state.commits.keys()]
  const answers = git(['cat-file', '--batch-check'], shas.map((sha) => `${sha}:.github/workflows\n`).join(''))
  for (const [index, line] of answers.trimEnd().split('\n').entries()) {
    const [object = '', type] = line.split(' ')
    const commit = state.commits.get(shas[index] ?? '')
    if (commit !== undefined && type === 'tree') commit.workflows = object
  }
}

/** Read when they are asked for: most tests look at no file. */
function objectsOf(directory: string, git: Git): ObjectSource {
  return {
    tree: (sha) => {
      if (!/^[0-9a-f]{40,64}$/.test(sha)) return undefined
      const lines = git(['ls-tree', '-r', '-z', '--full-tree', sha]).split('\0')
      return new Map(
        lines.flatMap((line) => {
          const [, mode = '', blob = '', path = ''] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line) ?? []
          return path === '' ? [] : [[path, { mode, blob }] as const]
        }),
      )
    },
    blob: (sha) =>
      /^[0-9a-f]{40,64}$/.test(sha)
        ? execFileSync('git', ['-c', 'safe.directory=*', '-C', directory, 'cat-file', 'blob', sha], {
            maxBuffer: 2 ** 30,
          })
        : undefined,
  }
}

function readRefs(state: State, git: Git): void {
  const format = '%(refname)%00%(objectname)%00%(objecttype)'
  for (const line of git(['for-each-ref', `--format=${format}`, 'refs/heads/', 'refs/tags/']).split('\n')) {
    const [ref = '', object = '', type = ''] = line.split('\0')
    if (ref === '') continue
    state.refs.set(ref, object)
    if (type === 'tag') readTag(state, git, object)
    if (type === 'tree' || type === 'blob') state.otherObjects.set(object, type)
  }
}

function readTag(state: State, git: Git, sha: string): void {
  if (state.tagObjects.has(sha)) return
  const [head = '', ...rest] = git(['cat-file', 'tag', sha]).split('\n\n')
  const value = (key: string): string => new RegExp(`^${key} (.*)$`, 'm').exec(head)?.[1] ?? ''
  const [, name = '', email = '', time = '0'] = /^(.*) <(.*)> (\d+)/.exec(value('tagger')) ?? []
  const object = { sha: value('object'), type: value('type') as ObjectType }
  state.tagObjects.set(sha, {
    ...{ sha, tag: value('tag'), message: rest.join('\n\n').replace(/\n+$/, ''), object },
    tagger: person(name, email, time),
  })
  if (object.type === 'tag') readTag(state, git, object.sha)
  else if (object.type !== 'commit') state.otherObjects.set(object.sha, object.type)
}

function person(name: string, email: string, seconds: string): Person {
  return { name, email, date: `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}Z` }
}
