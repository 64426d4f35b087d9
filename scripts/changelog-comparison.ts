// node scripts/changelog-comparison.ts: what three tools make of the same messages, as a table in the README of
// changelog. Every cell is judged by GitHub's Markdown parser and the words that have to be in the notes.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPeer } from '../bench/peers.ts'
import { codeSpan, table } from '../shared/text/markdown.ts'
import { cut } from '../shared/text/untrusted.ts'
import type { TrickyCase } from '../test/actions/changelog/tricky-messages.ts'
import { faultsOf, trickyRepository } from '../test/actions/changelog/tricky-repository.ts'
import { runAction } from '../test/support/runner.ts'
import { ROOT } from './actions.ts'

const REPOSITORY = 'octo/demo'
const HOME = `https://github.com/${REPOSITORY}/`
const PEERS = { cliff: '2.14.2', changelog: '8.1.3', preset: '10.4.1' }
const README = join(ROOT, 'actions', 'changelog', 'README.md')
const [START, END] = ['<!-- comparison:start -->', '<!-- comparison:end -->']

/** Notes, or why there are none. */
type Answer = { text: string } | { failure: string }

const { repository, tips } = trickyRepository()
try {
  const tools = { changelog: ours, ...peers() }
  const rows: string[][] = []
  const right = Object.keys(tools).map(() => 0)
  for (const [each, sha] of tips) {
    repository.git(['update-ref', '--no-deref', 'HEAD', sha])
    const cells: string[] = []
    for (const [index, tool] of Object.values(tools).entries()) {
      const cell = verdict(each, await tool(sha))
      if (cell === '✓') right[index] = (right[index] ?? 0) + 1
      cells.push(cell)
    }
    rows.push([each.what.replaceAll('|', '\\|'), ...cells])
  }
  rows.push(['**right**', ...right.map((count) => `**${count} of ${tips.size}**`)])
  const head = ['message', ...Object.keys(tools)]
  const readme = readFileSync(README, 'utf8')
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`${README} needs the lines ${START} and ${END}.`)
  writeFileSync(README, `${readme.slice(0, from + START.length)}\n${table(head, rows)}\n${readme.slice(to)}`)
  console.log(right.map((count, index) => `${head[index + 1]}: ${count} of ${tips.size}`).join('\n'))
} finally {
  repository.remove()
}

function verdict(each: TrickyCase, answer: Answer): string {
  if ('failure' in answer) return codeSpan(cut(answer.failure, 60))
  const [first, ...more] = faultsOf(each, answer.text, HOME)
  if (first === undefined) return '✓'
  const rest = more.length === 0 ? '' : `, and ${more.length} more`
  const [kind = '', detail] = first.split(/: (.*)/s)
  return `${kind}${detail === undefined ? '' : `: ${codeSpan(cut(detail, 40))}`}${rest}`
}

async function ours(sha: string): Promise<Answer> {
  const { conclusion, outputs, log } = await runAction({
    ...{ action: 'changelog', workspace: repository.directory, event: { name: 'push', payload: {} } },
    inputs: { token: '', 'pull-requests': 'false', include: 'all' },
    context: { sha, repository: REPOSITORY },
  })
  return conclusion === 'success' ? { text: outputs['changelog'] ?? '' } : { failure: log }
}

/** Each with its own defaults for Conventional Commits. */
function peers(): Record<string, (sha: string) => Promise<Answer>> {
  const cliff = installPeer('git-cliff', PEERS.cliff, 'lib/cli/cli.js')
  const writer = installPeer('conventional-changelog', PEERS.changelog, 'dist/cli/index.js')
  const preset = installPeer('conventional-changelog-conventionalcommits', PEERS.preset, 'src/index.js')
  if (cliff === undefined || writer === undefined || preset === undefined)
    throw new Error('The tools to compare with cannot be installed: is npm offline?')
  // From where conventional-changelog takes the addresses of its links.
  const manifest = { name: 'demo', version: '1.1.0', repository: `https://github.com/${REPOSITORY}` }
  repository.write('package.json', JSON.stringify(manifest))
  const binary = join(cliff, '..', '..', '..', '..', `git-cliff-${process.platform}-${process.arch}`)
  return {
    [`git-cliff ${PEERS.cliff}`]: async () =>
      run(join(binary, 'bin', 'git-cliff'), '--offline', '--unreleased'),
    [`conventional-changelog ${PEERS.changelog}`]: async () =>
      run(process.execPath, writer, '-p', preset, '--stdout', '-r', '1'),
  }
}

function run(program: string, ...argv: readonly string[]): Answer {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    ...{ cwd: repository.directory, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 120_000 },
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
  })
  if (status === 0) return { text: stdout }
  const why = stderr.split('\n').find((line) => /error|fatal/i.test(line)) ?? error?.message ?? 'failed'
  return { failure: why.trim() }
}
