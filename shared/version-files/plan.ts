import { globTest, isGlob } from '../text/glob.ts'
import type { Version } from '../version/version.ts'
import { setCargo } from './cargo.ts'
import { setDotnet } from './dotnet.ts'
import { applyEdits } from './edits.ts'
import { setMarked } from './marker.ts'
import { setMaven } from './maven.ts'
import {
  type Edit,
  type FileChange,
  type Format,
  Unreadable,
  type VersionFileSpec,
  type Work,
} from './model.ts'
import { setPackageJson } from './package-json.ts'
import { setChart, setGradle, setPlain } from './plain.ts'
import { setPython } from './python.ts'

/** By the name of the file; the first that matches. */
const FORMATS: readonly { name: RegExp; format: Format }[] = [
  { name: /(?:^|\/)package\.json$/, format: setPackageJson },
  { name: /(?:^|\/)pyproject\.toml$/, format: setPython },
  { name: /(?:^|\/)Cargo\.toml$/, format: setCargo },
  { name: /(?:^|\/)Chart\.ya?ml$/, format: setChart },
  { name: /(?:^|\/)pom\.xml$/, format: setMaven },
  { name: /(?:^|\/)gradle\.properties$/, format: setGradle },
  { name: /\.(?:cs|fs|vb)proj$|(?:^|\/)Directory\.(?:Build|Packages)\.props$/, format: setDotnet },
  { name: /(?:^|\/)(?:VERSION|\.?version|version\.txt|VERSION\.txt)$/, format: setPlain },
]

/** What `version-files` takes, in words. */
export const KNOWN_FILES =
  'package.json, pyproject.toml, Cargo.toml, Chart.yaml, pom.xml, gradle.properties, *.csproj, VERSION, or "path: marker" for lines that carry x-release-version'

/** `docs/install.md: marker`, or a file that is known by its name; undefined for any other. */
export function readVersionFile(item: string): VersionFileSpec | undefined {
  const marked = /^(.+?)\s*:\s*marker$/.exec(item)
  const path = (marked?.[1] ?? item).replaceAll('\\', '/').replace(/^(?:\.\/+)+/, '')
  if (marked !== null) return { path, marker: true }
  return formatOf(path) === undefined ? undefined : { path, marker: false }
}

function formatOf(path: string): Format | undefined {
  return FORMATS.find(({ name }) => name.test(path))?.format
}

export interface VersionFilesInput {
  specs: readonly VersionFileSpec[]
  /** Every path of the commit. */
  paths: ReadonlySet<string>
  /** The text of one of `paths`, decoded as UTF-8 with its byte order mark. May reject with {@link Unreadable}. */
  read: (path: string) => Promise<string>
  known: readonly string[]
  next: Version
}

export interface VersionFilesPlan {
  /** Files that change, lock files among them; those that have the version already are not in it. */
  changes: FileChange[]
  /** Every file that was looked into to be set, changed or not. */
  owned: string[]
  /** What is wrong, one sentence without a full stop each; then nothing may be written. */
  problems: string[]
}

/**
 * Works out how files are to be changed so that they say the next version. Only the characters of versions change.
 *
 * @throws whatever `read` throws, but {@link Unreadable}
 */
export async function planVersionFiles(input: VersionFilesInput): Promise<VersionFilesPlan> {
  const { specs, paths, known, next } = input
  const problems: string[] = []
  const edits = new Map<string, Edit[]>()
  const texts = new Map<string, string>()
  let last = ''
  const work: Work = {
    next,
    known,
    paths,
    read: async (path) => {
      last = path
      const text = texts.get(path) ?? (await input.read(path))
      texts.set(path, text)
      return text
    },
    edit: (path, edit) => void edits.set(path, [...(edits.get(path) ?? []), edit]),
    problem: (path, message) => void problems.push(`${path}: ${message}`),
  }
  for (const [format, group] of grouped(specs, paths, problems)) {
    try {
      await format([...group], work)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      // The formats scan what they have just read.
      problems.push(`${last}:${error.line}: ${error.message}`)
    }
  }
  const changes: FileChange[] = []
  for (const [path, list] of edits) {
    const before = texts.get(path) as string
    const text = applyEdits(before, list)
    const from = [...new Set(list.map(({ start, end }) => before.slice(start, end)))]
    if (text !== before) changes.push({ path, text, from })
  }
  return { changes, owned: [...edits.keys()], problems }
}

/** Format → its files; what is asked for and not there is a problem. */
function grouped(
  specs: readonly VersionFileSpec[],
  paths: ReadonlySet<string>,
  problems: string[],
): Map<Format, Set<string>> {
  const groups = new Map<Format, Set<string>>()
  for (const { path, marker } of specs) {
    const test = globTest(path)
    const found = isGlob(path) ? [...paths].filter(test) : paths.has(path) ? [path] : []
    if (found.length === 0) {
      problems.push(
        `${path}: ${isGlob(path) ? 'no file matches' : 'there is no such file'} in the repository`,
      )
    }
    for (const file of found) {
      const format = marker ? setMarked : formatOf(file)
      if (format === undefined) continue
      groups.set(format, (groups.get(format) ?? new Set()).add(file))
    }
  }
  return groups
}
