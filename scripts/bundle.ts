import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { minify } from 'terser'
import { ROOT } from './actions.ts'
import { type Chunk, chunksOf, type Stats } from './bundle-graph.ts'
import { thirdPartyNotices } from './third-party.ts'

const run = promisify(execFile)

export interface Bundle {
  action: string
  /** File name → content, in order of name. */
  files: Map<string, Buffer>
  chunks: Chunk[]
}

/**
 * Makes the bundle of one action in memory: tsc emits JavaScript, ncc joins it with its packages, terser makes it
 * small. The bytes depend on the sources and the locked packages only, not on where the checkout lies.
 */
export async function bundle(action: string): Promise<Bundle> {
  mkdirSync(join(ROOT, 'build'), { recursive: true })
  // A folder of its own, so that builds may run at the same time; always at this depth, because webpack's module ids
  // come from paths relative to the folder that ncc runs in.
  const stage = mkdtempSync(join(ROOT, 'build', 'stage-'))
  try {
    const emitted = join(stage, 'js')
    const phases = ['main', ...['pre', 'post'].filter((phase) => existsSync(source(action, phase)))]
    await emit(stage, action, phases)
    const stats = await pack(stage, entryOf(join(emitted, 'actions', action), phases))
    const chunks = chunksOf(stats, emitted)
    const files = await finish(join(stage, 'packed'), stats, chunks)
    for (const phase of phases.filter((each) => each !== 'main')) {
      files.set(`${phase}.js`, Buffer.from("import './index.js'\n"))
    }
    const folders = new Set([...chunks.values()].flatMap((chunk) => chunk.packageFolders))
    files.set('THIRD-PARTY.txt', Buffer.from(thirdPartyNotices(folders)))
    return { action, files: new Map([...files].sort(byName)), chunks: [...chunks.values()] }
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

function source(action: string, phase: string): string {
  return join(ROOT, 'actions', action, `${phase}.ts`)
}

/**
 * What index.js begins with. The phases share one bundle, most of which they both need; which one it is follows from the
 * name of the file that was started (`post.js`, say, which imports index.js) and from nothing else.
 */
function entryOf(folder: string, phases: readonly string[]): string {
  if (phases.length === 1) return join(folder, 'main.js')
  const path = join(folder, 'entry.js')
  const load = (phase: string): string => `import(/* webpackMode: "eager" */ './${phase}.js')`
  const rows = phases
    .filter((phase) => phase !== 'main')
    .map((phase) => `'${phase}.js': () => ${load(phase)}`)
  writeFileSync(
    path,
    `import { basename } from 'node:path'\nconst others = { ${rows.join(', ')} }\n` +
      `const load = others[basename(process.argv[1] ?? '')] ?? (() => ${load('main')})\nload()\n`,
  )
  return path
}

/** JavaScript of what the phases reach; type errors in anything else do not stand in the way of a build. */
async function emit(stage: string, action: string, phases: readonly string[]): Promise<void> {
  const up = relative(stage, ROOT).replaceAll('\\', '/')
  const config = {
    extends: `${up}/tsconfig.json`,
    compilerOptions: { noEmit: false, rootDir: up, outDir: 'js' },
    include: [],
    files: phases.map((phase) => `${up}/actions/${action}/${phase}.ts`),
  }
  writeFileSync(join(stage, 'tsconfig.json'), JSON.stringify(config))
  await node([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', stage], ROOT)
}

/** ncc reads `paths` from the tsconfig.json of the folder it runs in: that is how the stand-ins get into the bundle. */
async function pack(stage: string, entry: string): Promise<Stats> {
  cpSync(join(ROOT, 'bundle'), join(stage, 'bundle'), { recursive: true })
  // The cache needs more of the modules that are stood in for than everybody else.
  const cwd = join(stage, 'bundle', importsCache(dirname(entry)) ? 'with-cache' : '')
  const ncc = join(ROOT, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
  const options = ['--no-cache', '--quiet', '--target', 'es2022', '--stats-out', join(stage, 'stats.json')]
  await node([ncc, 'build', entry, '-o', join(stage, 'packed'), ...options], cwd)
  return JSON.parse(readFileSync(join(stage, 'stats.json'), 'utf8')) as Stats
}

/** Whether the JavaScript of an action, in this folder, loads @actions/cache. */
function importsCache(folder: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .some((path) => readFileSync(join(folder, path), 'utf8').includes("import('@actions/cache')"))
}

/** Gives the files their readable names and makes them small. ncc's own --minify leaves what is loaded on use as it is. */
async function finish(
  packed: string,
  stats: Stats,
  chunks: ReadonlyMap<number, Chunk>,
): Promise<Map<string, Buffer>> {
  const names = new Map(
    stats.chunks.map(({ id, files }) => [files[0] ?? '', `${chunks.get(id)?.name ?? id}.js`]),
  )
  const lazy = Object.fromEntries(
    [...chunks].filter(([, chunk]) => !chunk.eager).map(([id, chunk]) => [id, chunk.name]),
  )
  const files = new Map<string, Buffer>()
  for (const entry of readdirSync(packed, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = relative(packed, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    const bytes = readFileSync(join(packed, path))
    if (!path.endsWith('.js')) {
      files.set(path, bytes)
      continue
    }
    const text = path === 'index.js' ? withChunkNames(bytes.toString('utf8'), lazy) : bytes.toString('utf8')
    files.set(names.get(path) ?? path, Buffer.from(await small(withBuiltins(text))))
  }
  return files
}

/** Replaces webpack's file name rule (`399.index.js`, after an id) by one that says what is loaded (`yaml.js`). */
function withChunkNames(index: string, names: Readonly<Record<string, string>>): string {
  if (Object.keys(names).length === 0) return index
  const rule = 'return "" + chunkId + ".index.js"'
  if (index.split(rule).length !== 2)
    throw new Error(`ncc no longer writes \`${rule}\`: mend scripts/bundle.ts.`)
  return index.replace(rule, `return (${JSON.stringify(names)})[chunkId] + ".js"`)
}

/**
 * Takes Node's own modules straight from the process. webpack makes a `require` for each, which costs the start of a
 * step 2 MiB and a twentieth of its CPU.
 */
function withBuiltins(code: string): string {
  return code.replace(
    /__WEBPACK_EXTERNAL_createRequire\w*\(import\.meta\.url\)\("((?:node:)?[a-z_/]+)"\)/g,
    'process.getBuiltinModule("$1")',
  )
}

async function small(code: string): Promise<string> {
  const { code: result } = await minify(code, {
    module: true,
    ecma: 2020,
    compress: { passes: 2 },
    // Names of functions and classes stay, so that a stack trace in an issue can be read.
    keep_classnames: true,
    keep_fnames: true,
    format: { comments: false },
  })
  if (result === undefined) throw new Error('terser gave nothing back.')
  return `${result}\n`
}

/** Runs a JavaScript tool. @throws with what it printed when it fails */
async function node(argv: readonly string[], cwd: string): Promise<void> {
  try {
    await run(process.execPath, argv, { cwd, maxBuffer: 64 * 1_048_576 })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${stdout}${stderr}`.trim() || String(error), { cause: error })
  }
}

/** Replaces a folder as a whole: nobody sees a mix of old files and new ones. */
export function writeFolder(folder: string, files: ReadonlyMap<string, Buffer>): void {
  const next = `${folder}.next-${process.pid}`
  const last = `${folder}.last-${process.pid}`
  for (const [path, bytes] of files) {
    mkdirSync(join(next, path, '..'), { recursive: true })
    writeFileSync(join(next, path), bytes)
  }
  if (existsSync(folder)) renameSync(folder, last)
  renameSync(next, folder)
  rmSync(last, { recursive: true, force: true })
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
