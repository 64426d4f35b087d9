import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'

export interface Shape {
  commits: number
  tags: number
  /** Commits between the two newest tags; the newest one stands on the last commit. */
  newest: number
}

const TYPES = ['feat', 'fix', 'docs', 'chore', 'fix', 'build', 'feat', 'test', 'refactor', 'ci']
const BODY = `
It was not so easy to see why: the window asked for its bounds before the display was known, and so
the first frame had the size of the last run.

* keep the bounds until the display is there
* a test for two displays

Notes: Fixed a window that opened with the wrong size on a second display.
`

/** A history as that of a large project: conventional commits with pull requests, bodies, some merges and people. */
export function makeHistory(stage: string, { commits, tags, newest }: Shape): string {
  const path = mkdtempSync(join(stage, 'history-'))
  gitOf(path, 'init', '--quiet', '--initial-branch=main')
  const every = Math.floor((commits - newest) / (tags - 1))
  const lines: string[] = []
  for (let index = 1, tag = 0; index <= commits; index++) {
    const type = TYPES[index % TYPES.length]
    const scope = index % 3 === 0 ? `(part-${index % 17})` : ''
    const bang = index % 997 === 0 ? '!' : ''
    const subject =
      index % 11 === 0
        ? `Roll things forward to ${index}`
        : `${type}${scope}${bang}: change number ${index} of the display`
    const closes = index % 5 === 0 ? `\nCloses #${index}\n` : ''
    const message = `${subject} (#${index})\n${index % 2 === 0 ? BODY : ''}${closes}`
    const who = `Person ${index % 211} <p${index % 211}@example.invalid> ${1_400_000_000 + index * 600} +0${index % 10}00`
    lines.push(
      `commit refs/heads/main\nmark :${index}\nauthor ${who}\ncommitter ${who}\ndata ${Buffer.byteLength(message)}\n${message}\n` +
        // git-cliff reads what changed, too.
        `M 100644 inline src/part-${index % 17}.txt\ndata ${String(index).length}\n${index}\n`,
    )
    const isLast = index === commits
    if (isLast || index === commits - newest || (tag < tags - 2 && index % every === 0)) {
      const name = `v${1 + Math.floor(tag / 400)}.${Math.floor(tag / 20) % 20}.${tag % 20}`
      lines.push(`reset refs/tags/${name}\nfrom :${index}\n\n`)
      tag++
    }
  }
  execFileSync('git', ['-C', path, 'fast-import', '--quiet'], { input: lines.join(''), maxBuffer: 2 ** 30 })
  gitOf(path, 'pack-refs', '--all')
  gitOf(path, 'repack', '-adq')
  return path
}

export function gitOf(path: string, ...argv: string[]): string {
  return execFileSync('git', ['-C', path, ...argv], { encoding: 'utf8', maxBuffer: 2 ** 30 })
}
