import { createHash } from 'node:crypto'

/** One file of a tree. */
export interface TreeFile {
  /** `100644`, `100755`, `120000` or `160000`. */
  mode: string
  blob: string
}

/** Path → file. */
export type StageTree = ReadonlyMap<string, TreeFile>

/** Where the objects of a repository on disk come from. */
export interface ObjectSource {
  tree(sha: string): StageTree | undefined
  blob(sha: string): Buffer | undefined
}

/** Trees and blobs with the names that git gives them; those of a repository on disk are read when they are asked for. */
export class StageObjects {
  readonly #source: ObjectSource | undefined
  readonly trees = new Map<string, StageTree>()
  readonly blobs = new Map<string, Buffer>()
  /** Trees of folders, as git stores them: for {@link ../export.ts}. */
  readonly folders = new Map<string, Buffer>()

  constructor(source?: ObjectSource) {
    this.#source = source
  }

  tree(sha: string): StageTree | undefined {
    const known = this.trees.get(sha)
    if (known !== undefined) return known
    const read = this.#source?.tree(sha)
    if (read !== undefined) this.trees.set(sha, read)
    return read
  }

  blob(sha: string): Buffer | undefined {
    return this.blobs.get(sha) ?? this.#source?.blob(sha)
  }

  writeBlob(bytes: Buffer): string {
    const sha = named('blob', bytes)
    this.blobs.set(sha, bytes)
    return sha
  }

  /** A tree with these files, with the name that git gives it. */
  writeTree(files: StageTree): string {
    const sha = this.#folder([...files].map(([path, file]) => ({ parts: path.split('/'), file })))
    this.trees.set(sha, new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))))
    return sha
  }

  #folder(entries: readonly { parts: readonly string[]; file: TreeFile }[]): string {
    const files = new Map<string, { mode: string; sha: string }>()
    const folders = new Map<string, { parts: readonly string[]; file: TreeFile }[]>()
    for (const { parts, file } of entries) {
      const [name = '', ...rest] = parts
      if (rest.length === 0) files.set(name, { mode: file.mode, sha: file.blob })
      else folders.set(name, [...(folders.get(name) ?? []), { parts: rest, file }])
    }
    for (const [name, inner] of folders) files.set(`${name}/`, { mode: '40000', sha: this.#folder(inner) })
    // git compares the name of a folder as if a slash came after it.
    const sorted = [...files].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const bytes = Buffer.concat(
      sorted.flatMap(([name, { mode, sha }]) => [
        Buffer.from(`${mode} ${name.replace(/\/$/, '')}\0`),
        Buffer.from(sha, 'hex'),
      ]),
    )
    const sha = named('tree', bytes)
    this.folders.set(sha, bytes)
    return sha
  }
}

function named(type: string, bytes: Buffer): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
}
