/** One file of a bundle and what is inside it. */
export interface Chunk {
  /** `index` for what is loaded at the start; for what is loaded on use, a name made from the import that loads it. */
  name: string
  /** Loaded as soon as the action starts. */
  eager: boolean
  /** Folders of the npm packages inside, absolute, sorted. */
  packageFolders: string[]
  /** Names of the npm packages inside, sorted. */
  packages: string[]
  /** Modules of this repository inside, such as `shared/action/run.js`, sorted. */
  sources: string[]
}

/** The parts of webpack's statistics, as ncc writes them, that are read here. */
export interface Stats {
  chunks: {
    id: number
    initial: boolean
    files: string[]
    origins: { request?: string }[]
  }[]
  modules: StatsModule[]
}

interface StatsModule {
  identifier: string
  nameForCondition?: string | null
  chunks: number[]
  /** The parts of a module that webpack made by joining several. */
  modules?: StatsModule[]
}

/**
 * What is inside each file of a bundle, by its chunk id; pure. `emitted` is the folder that tsc wrote to.
 *
 * @throws when a module was not found: ncc only writes a bundle that dies when it gets there, and exits 0
 */
export function chunksOf(stats: Stats, emitted: string): Map<number, Chunk> {
  const chunks = new Map<number, Chunk>()
  for (const { id, initial } of [...stats.chunks].sort(
    (a, b) => Number(b.initial) - Number(a.initial) || a.id - b.id,
  )) {
    chunks.set(id, { name: 'index', eager: initial, packageFolders: [], packages: [], sources: [] })
  }
  for (const module of stats.modules) {
    for (const file of filesOf(module)) {
      for (const id of module.chunks) {
        const chunk = chunks.get(id)
        if (chunk !== undefined) addFile(chunk, file.replaceAll('\\', '/'), emitted.replaceAll('\\', '/'))
      }
    }
  }
  for (const chunk of chunks.values()) {
    for (const list of [chunk.packageFolders, chunk.packages, chunk.sources]) list.sort()
  }
  const taken = new Set<string>(['index', 'pre'])
  for (const [id, chunk] of chunks) {
    if (chunk.eager) continue
    const requests = stats.chunks
      .find((other) => other.id === id)
      ?.origins.flatMap(({ request }) => request ?? [])
    chunk.name = freeName(chunkName(requests ?? [], chunk), taken)
    taken.add(chunk.name)
  }
  return chunks
}

function filesOf(module: StatsModule): string[] {
  const missing = /@@notfound\.js\?(.*)$/.exec(module.identifier)?.[1]
  if (missing !== undefined) throw new Error(`Cannot find module "${missing}".`)
  const parts = (module.modules ?? []).flatMap(filesOf)
  return module.nameForCondition ? [module.nameForCondition, ...parts] : parts
}

function addFile(chunk: Chunk, file: string, emitted: string): void {
  const [folder, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? []
  if (folder !== undefined && name !== undefined) {
    if (!chunk.packageFolders.includes(folder)) chunk.packageFolders.push(folder)
    if (!chunk.packages.includes(name)) chunk.packages.push(name)
  } else if (file.startsWith(`${emitted}/`)) {
    const source = file.slice(emitted.length + 1)
    if (!chunk.sources.includes(source)) chunk.sources.push(source)
  }
}

/**
 * After the import that loads it: `yaml` → `yaml`, `@actions/github` → `actions-github`, `./schemes/tls.js` →
 * `schemes-tls`. What several imports share is called after its first module.
 */
function chunkName(requests: readonly string[], { packages, sources }: Chunk): string {
  const inside = [...requests]
    .sort()
    .find((request) =>
      request.startsWith('.')
        ? sources.some((source) => source.endsWith(request.replace(/^(\.\.?\/)+/, '/')))
        : packages.some((name) => request === name || request.startsWith(`${name}/`)),
    )
  const name = inside ?? sources[0]?.replace(/^(shared|actions\/[^/]+)\//, '') ?? packages[0] ?? 'shared'
  return name
    .replace(/\.[cm]?js$/, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}-${count}`
    if (!taken.has(free)) return free
  }
}
