import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { runGit } from '../support/git.ts'
import { tempFolder } from '../support/runner/cleanup.ts'

/**
 * Real histories, one commit a line: the graph, the messages, the dates and the tags as they are, the people replaced,
 * the trees empty. Two are here, more beside the checkout where CI has them; `NEXUS_HISTORIES` names another folder.
 */
const HERE = dirname(fileURLToPath(import.meta.url))
const FOLDERS = [
  HERE,
  join(HERE, '..', '..', '..', 'shared', 'corpus', 'histories'),
  process.env['NEXUS_HISTORIES'] ?? '',
]

export function hasHistory(name: string): boolean {
  return fileOf(name) !== undefined
}

function fileOf(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, `${name}.jsonl.gz`)).find((file) => existsSync(file))
}

interface Head {
  tags: [name: string, at: number, annotated: boolean][]
  head: number
}

type Row = [parents: number[], time: number, name: string, mail: string, message: string]

/** Makes a repository of a history; gives its folder. */
export function importHistory(name: string): string {
  const lines = gunzipSync(readFileSync(fileOf(name) ?? ''))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const head = JSON.parse(lines[0] ?? '') as Head
  const folder = join(tempFolder('nexus-history-'), name)
  runGit('/', ['init', '--quiet', '--initial-branch=main', folder])
  const tree = runGit(folder, ['hash-object', '-w', '-t', 'tree', '--stdin'], { input: '' }).trim()
  const shas: string[] = []
  const parts: Buffer[] = []
  for (const [index, line] of lines.slice(1).entries()) {
    const [parents, time, person, mail, raw] = JSON.parse(line) as Row
    const who = `${person.replace(/[<>\n]/g, '')} <${mail}> ${time} +0000`
    const message = Buffer.from(`${raw.replace(/\{sha:(\d+)\}/g, (all, at) => shas[Number(at)] ?? all)}\n`)
    const begin = parents.map((parent) => `parent ${shas[parent]}\n`).join('')
    const body = `tree ${tree}\n${begin}author ${who}\ncommitter ${who}\n\n`
    const object = Buffer.concat([Buffer.from(body), message])
    shas.push(createHash('sha1').update(`commit ${object.length}\0`).update(object).digest('hex'))
    const links = parents.map((parent, at) => `${at === 0 ? 'from' : 'merge'} :${parent + 1}\n`).join('')
    const reset = parents.length === 0 ? 'reset refs/heads/import\n' : ''
    const header = `${reset}commit refs/heads/import\nmark :${index + 1}\nauthor ${who}\ncommitter ${who}\ndata ${message.length}\n`
    parts.push(Buffer.from(header), message, Buffer.from(`${links}\n`))
  }
  for (const [tag, at] of head.tags) parts.push(Buffer.from(`reset refs/tags/${tag}\nfrom :${at + 1}\n\n`))
  parts.push(Buffer.from(`reset refs/heads/main\nfrom :${head.head + 1}\n\n`))
  runGit(folder, ['fast-import', '--quiet', '--force'], { input: Buffer.concat(parts) })
  runGit(folder, ['update-ref', '-d', 'refs/heads/import'])
  return folder
}
