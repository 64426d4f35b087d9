import { execFileSync } from 'node:child_process'
import type { Person, State } from './state.ts'

/**
 * Writes what the stage has made into the repository that it was loaded from: objects with the names that git gives
 * them, and all branches and tags. Then a checkout has what GitHub has.
 *
 * @throws when git gives an object another name
 */
export function exportTo(state: State, directory: string): void {
  const git = (args: readonly string[], input?: Buffer | string): string =>
    execFileSync('git', ['-c', 'safe.directory=*', '-C', directory, ...args], {
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
      stdio: ['pipe', 'pipe', 'inherit'],
    }).trim()
  const write = (type: string, sha: string, content: Buffer | string): void => {
    const made = git(['hash-object', '-w', '-t', type, '--literally', '--stdin'], content)
    if (made !== sha) throw new Error(`${type} ${sha} is ${made} for git`)
  }
  for (const [sha, bytes] of state.objects.blobs) write('blob', sha, bytes)
  for (const [sha, bytes] of state.objects.folders) write('tree', sha, bytes)
  const known = new Set(git(['rev-list', '--all']).split('\n'))
  for (const { sha, tree, parents, author, committer, message } of state.commits.values()) {
    if (known.has(sha)) continue
    const head = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${line(author)}`,
      `committer ${line(committer)}`,
    ]
    write('commit', sha, `${head.join('\n')}\n\n${message}\n`)
  }
  for (const { sha, object, tag, tagger, message } of state.tagObjects.values()) {
    const head = [`object ${object.sha}`, `type ${object.type}`, `tag ${tag}`, `tagger ${line(tagger)}`]
    write('tag', sha, `${head.join('\n')}\n\n${message}\n`)
  }
  for (const [ref, object] of state.refs) git(['update-ref', ref, object])
}

function line({ name, email, date }: Person): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1_000)} +0000`
}
