import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parse } from 'yaml'
import { actionNames, type Manifest, manifestText, REPOSITORY, ROOT } from './actions.ts'

/** Strict SemVer 2.0.0 without a leading v. @see https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/

/**
 * What a tag points at, path → content in order of path: one self-contained folder per action at the root, so that
 * `uses: org/nexus-actions/health-check@v1` finds it, and a root action that says so. Reads the working tree.
 *
 * @throws when the version is not strict SemVer, an action is not built, or a README has a dead link
 */
export function releaseTree(version: string, root = ROOT): Map<string, Buffer> {
  const major = SEMVER.exec(version)?.[1]
  if (major === undefined) throw new Error(`"${version}" is not a version such as 1.2.3 or 1.2.3-rc.1.`)
  const actions = actionNames(root)
  const files = new Map<string, Buffer>()
  const readme = (path: string): Buffer => {
    const text = readFileSync(join(root, path), 'utf8')
    return Buffer.from(atMajor(withTreeLinks(text, path, root), major))
  }
  files.set('LICENSE', readFileSync(join(root, 'LICENSE')))
  files.set('README.md', readme('README.md'))
  files.set('action.yml', Buffer.from(ROOT_ACTION))
  files.set('wrong-path.mjs', Buffer.from(wrongPath(actions, major)))
  for (const action of actions) {
    const dist = join(root, 'dist', action)
    if (!existsSync(join(dist, 'index.js')))
      throw new Error(`dist/${action} is missing: run \`npm run build\`.`)
    for (const file of filesBelow(dist)) files.set(`${action}/${file}`, readFileSync(join(dist, file)))
    files.set(`${action}/LICENSE`, readFileSync(join(root, 'LICENSE')))
    files.set(`${action}/README.md`, readme(`actions/${action}/README.md`))
    files.set(`${action}/action.yml`, Buffer.from(withBundleInside(manifestText(action, root), action)))
    for (const [key, file] of Object.entries(entryFiles(files.get(`${action}/action.yml`)))) {
      if (!files.has(`${action}/${file}`))
        throw new Error(`actions/${action}/action.yml: ${key} is not in dist/${action}.`)
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** @throws when the folder holds something already */
export function writeTree(folder: string, files: ReadonlyMap<string, Buffer>): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty.`)
  for (const [path, bytes] of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
    // Whatever the umask here is.
    chmodSync(dirname(file), 0o755)
    chmodSync(file, 0o644)
  }
}

/** Bytes that a runner downloads, near enough: a gzipped archive of 512-byte blocks. */
export function archiveBytes(files: ReadonlyMap<string, Buffer>, gzip: (data: Buffer) => Buffer): number {
  const blocks = [...files].flatMap(([path, bytes]) => [
    Buffer.from(path.padEnd(512, '\0')),
    bytes,
    Buffer.alloc(-bytes.length & 511),
  ])
  return gzip(Buffer.concat(blocks)).length
}

/** Every file below a folder, with forward slashes, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(slashes(folder), slashes(join(entry.parentPath, entry.name))))
    .sort()
}

/** action.yml in the checkout points into dist/; in the tree the bundle lies beside it. */
function withBundleInside(manifest: string, action: string): string {
  return manifest.replace(
    new RegExp(
      `^(\\s+(?:main|pre|post):\\s*)(['"]?)\\.\\./\\.\\./dist/${action}/(.+?)\\2(?=[ \\t]*(?:#.*)?$)`,
      'gm',
    ),
    '$1$3',
  )
}

function entryFiles(manifest: Buffer | undefined): Record<string, string> {
  const { main, pre = main, post = main } = (parse(manifest?.toString('utf8') ?? '') as Manifest).runs
  return { main, pre, post }
}

/**
 * Links that lead from one file of the repository to another, as they have to be in the tree: an action's folder has
 * moved to the root, and what is not in the tree is linked on GitHub.
 */
function withTreeLinks(markdown: string, path: string, root: string): string {
  const from = posix.dirname(inTree(path) ?? path)
  return markdown.replace(/(\]\(|^\[[^\]]+\]:\s+)([^)\s]+)/gm, (link, before: string, target: string) => {
    if (/^([a-z][a-z0-9+.-]*:|#)/i.test(target)) return link
    const [file = '', anchor] = target.split('#')
    const to = posix.join(posix.dirname(path), file)
    if (!existsSync(join(root, to))) throw new Error(`${path} links to ${target}, which does not exist.`)
    const moved = inTree(to)
    const next =
      moved === undefined ? `https://github.com/${REPOSITORY}/blob/main/${to}` : posix.relative(from, moved)
    return `${before}${next}${anchor === undefined ? '' : `#${anchor}`}`
  })
}

/** Where a file of the repository is in the tree; undefined when it is not in it. */
function inTree(path: string): string | undefined {
  const [, folder] = /^actions\/(.+?)\/?$/.exec(path) ?? []
  if (folder === undefined) return path === 'README.md' || path === 'LICENSE' ? path : undefined
  return /^[^/]+(\/(README\.md|action\.yml))?$/.test(folder) ? folder : undefined
}

/** READMEs show `@v1`; under another major version they show that. */
function atMajor(markdown: string, major: string): string {
  return markdown.replace(new RegExp(`(${REPOSITORY}(?:/[a-z-]+)?@v)1\\b(?![.])`, 'g'), `$1${major}`)
}

const ROOT_ACTION = `name: Nexus Actions
description: Not an action itself. Each action has a folder of its own; running this one names them.
runs:
  using: node24
  main: wrong-path.mjs
`

function wrongPath(actions: readonly string[], major: string): string {
  const uses = actions.map((action) => `uses: ${REPOSITORY}/${action}@v${major}`)
  const message = `There is no action at the root of this repository. Name one by its folder:%0A${uses.join('%0A')}`
  return `console.log(${JSON.stringify(`::error title=Which action?::${message}`)})\nprocess.exitCode = 1\n`
}

const slashes = (path: string): string => path.replaceAll('\\', '/')
